"""What waits for officials: themes without an answer, drafts without an approval; and how long the themes waited."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from bot.storage.database import Database


@dataclass(frozen=True)
class ThemeSummary:
    """A theme that has no answer yet; `this_week` and `last_week` are the questions of either week."""

    id: int
    title: str
    state: str
    people: int
    me_too: int
    this_week: int
    last_week: int

    @property
    def growth(self) -> int:
        """How many more questions there were this week than the week before."""
        return self.this_week - self.last_week


@dataclass(frozen=True)
class WaitingDraft:
    """A draft that waits for a second person's approval."""

    id: int
    answer: str
    kind: str
    author: str
    submitted_at: str | None


@dataclass(frozen=True)
class MonthOfAnswers:
    """How long the themes that were answered in a month had waited since their first question, in days."""

    month: str
    themes: int
    median_days: float


class WaitingWork:
    """Reads what the themes' and the drafts' own modules write."""

    def __init__(self, database: Database) -> None:
        """Read from a database."""
        self._read = database.read

    async def new_themes(self, limit: int) -> list[ThemeSummary]:
        """The new themes that most people asked about."""
        rows = await self._read(f"{_THEMES} where state = 'new' order by people desc, id limit ?", limit)
        return [ThemeSummary(*row) for row in rows]

    async def growing_themes(self, limit: int) -> list[ThemeSummary]:
        """The themes still without an answer that grew most in a week."""
        where = "where state in ('new', 'in_hand') and this_week > last_week"
        rows = await self._read(f"{_THEMES} {where} order by this_week - last_week desc, id limit ?", limit)
        return [ThemeSummary(*row) for row in rows]

    async def counts(self) -> tuple[int, int]:
        """How many themes are new, and how many drafts await an approval."""
        sql = (
            "select (select count(*) from themes where state = 'new'), "
            "(select count(*) from drafts where state = 'submitted')"
        )
        themes, drafts = (await self._read(sql))[0]
        return themes, drafts

    async def drafts(self, limit: int) -> list[WaitingDraft]:
        """The drafts that await an approval, the longest-waiting first."""
        sql = (
            "select id, answer, kind, author, submitted_at from drafts where state = 'submitted' "
            "order by submitted_at, id limit ?"
        )
        return [WaitingDraft(*row) for row in await self._read(sql, limit)]

    async def time_to_answer(self, months: int) -> list[MonthOfAnswers]:
        """The last months in which themes were answered, newest first."""
        days = defaultdict(list)
        for first, closed in await self._read(_ANSWERED):
            waited = datetime.fromisoformat(closed) - datetime.fromisoformat(first)
            days[closed[:7]].append(waited.total_seconds() / 86_400)
        newest = sorted(days, reverse=True)[:months]
        return [MonthOfAnswers(month, len(days[month]), median(days[month])) for month in newest]


_THEMES = "select id, title, state, people, me_too, this_week, last_week from themes"
_ANSWERED = """
    select first_asked_at, closed_at from themes
    where state = 'answered' and first_asked_at is not null and closed_at is not null
"""
