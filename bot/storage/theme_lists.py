"""Themes as officials look at them: lists, and what is known of one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta, timezone
from typing import Any

from bot.storage.database import Database
from bot.storage.question_search import fts_query

STATES = ("new", "in_hand", "answered", "out_of_scope", "wont_answer")
OPEN = "open"
"""What wants doing: what is new or in hand, and what has been asked again since it was answered."""
AGAIN = "again"
SORTS = {
    "people": "t.people desc, t.last_asked_at desc, t.id desc",
    "growth": "t.this_week - t.last_week desc, t.people desc, t.id desc",
    "newest": "t.last_asked_at desc, t.id desc",
}
SIBLINGS = 30
RECENT = 300
"""The newest questions of a theme, of which the nearest answers are told."""


@dataclass(frozen=True)
class Theme:
    """Questions that mean the same. `people` asked or would like to know too; `assigned_name` is an account's name.

    `title` is "" for a moment after the words that it was named by have been erased. `merged_into` is the theme that it
    has become part of.
    """

    id: int
    title: str
    state: str
    reason: str
    department: str
    assigned_to: int | None
    assigned_name: str
    answer: str
    subject: int
    merged_into: int | None
    questions: int
    addressed: int
    people: int
    me_too: int
    this_week: int
    last_week: int
    first_asked_at: str | None
    last_asked_at: str | None
    created_at: str
    closed_at: str | None

    @property
    def is_closed(self) -> bool:
        """Whether it is done with."""
        return self.state not in ("new", "in_hand")

    @property
    def is_asked_again(self) -> bool:
        """Whether it has been answered, and was asked about again since."""
        return (
            self.state == "answered"
            and bool(self.last_asked_at)
            and (self.last_asked_at or "") > (self.closed_at or "")
        )


@dataclass(frozen=True)
class Sought:
    """What themes must be like; "" leaves it open. `heard` is "asked" (of the bot) or "overheard" (only)."""

    state: str = OPEN
    department: str = ""
    community: str = ""
    heard: str = ""
    words: str = ""
    assigned_to: int = 0


@dataclass(frozen=True)
class ThemeQuestion:
    """A question of a theme, scrubbed. `by_hand` says that an official has put it there."""

    id: int
    text: str
    asked_at: str
    platform: str
    community: str
    addressed: int
    outcome: str
    by_hand: int


@dataclass(frozen=True)
class NearAnswer:
    """An answer that came near for some questions of a theme: for how many, and how sure the model was."""

    answer: str
    questions: int
    mean: float
    best: float


@dataclass(frozen=True)
class Note:
    """What an official wrote to the others."""

    at: str
    by: str
    text: str


class ThemeLists:
    """Reads, and nothing else."""

    def __init__(self, database: Database) -> None:
        """Read from a database."""
        self._read = database.read

    async def find(self, sought: Sought, sort: str, limit: int, offset: int = 0) -> list[Theme]:
        """The themes that are as sought."""
        where, parameters = _clauses(sought)
        order = SORTS.get(sort, SORTS["people"])
        rows = await self._read(
            f"{_THEMES} where {where} order by {order} limit ? offset ?", *parameters, limit, offset
        )
        return [Theme(*row) for row in rows]

    async def count(self, sought: Sought) -> int:
        """How many there are."""
        where, parameters = _clauses(sought)
        return int((await self._read(f"select count(*) from themes t where {where}", *parameters))[0][0])

    async def get(self, theme_id: int) -> Theme | None:
        """A theme by its number."""
        rows = await self._read(f"{_THEMES} where t.id = ?", theme_id)
        return Theme(*rows[0]) if rows else None

    async def alike(self, theme: Theme) -> list[Theme]:
        """The other themes of its subject, those that most people asked about first."""
        where = "t.subject = ? and t.id != ? and t.state != 'merged'"
        rows = await self._read(
            f"{_THEMES} where {where} order by {SORTS['people']} limit ?", theme.subject, theme.id, SIBLINGS
        )
        return [Theme(*row) for row in rows]

    async def questions(self, theme_id: int, limit: int, offset: int = 0) -> list[ThemeQuestion]:
        """The newest questions of a theme."""
        return [ThemeQuestion(*row) for row in await self._read(_QUESTIONS, theme_id, limit, offset)]

    async def examples(self, themes: Sequence[int], most: int) -> dict[int, list[str]]:
        """The newest wordings of some themes."""
        found = {}
        for theme in themes:
            found[theme] = [text for (text,) in await self._read(_WORDINGS, theme, most)]
        return found

    async def communities(self, theme_id: int) -> list[tuple[tuple[str, str], int]]:
        """Where a theme was asked about, and how often."""
        rows = await self._read(_COMMUNITIES, theme_id)
        return [((platform, community), count) for platform, community, count in rows]

    async def weeks(self, theme_id: int, count: int) -> list[tuple[date, int]]:
        """The first day of each of the last weeks, oldest first, and the questions asked in it."""
        today = datetime.now(timezone.utc).date()
        mondays = [today - timedelta(days=today.weekday(), weeks=weeks) for weeks in reversed(range(count))]
        asked: dict[date, int] = defaultdict(int)
        for day, questions in await self._read(_DAYS, theme_id, mondays[0].isoformat()):
            on = date.fromisoformat(day)
            asked[on - timedelta(days=on.weekday())] += questions
        return [(monday, asked[monday]) for monday in mondays]

    async def near_answers(self, theme_id: int, most: int) -> list[NearAnswer]:
        """The answers that came nearest for a theme's newest questions, the surest first."""
        found: dict[str, list[float]] = defaultdict(list)
        for (candidates,) in await self._read(_CANDIDATES, theme_id, RECENT):
            for candidate in json.loads(candidates or "[]"):
                found[candidate["answer"]].append(candidate["confidence"])
        near = [NearAnswer(slug, len(sure), sum(sure) / len(sure), max(sure)) for slug, sure in found.items()]
        return sorted(near, key=lambda one: -one.mean * one.questions)[:most]

    async def notes(self, theme_id: int) -> list[Note]:
        """What officials wrote about a theme, oldest first."""
        sql = 'select at, "by", text from theme_notes where theme_id = ? order by id'
        return [Note(*row) for row in await self._read(sql, theme_id)]

    async def drafts(self, theme_id: int) -> list[tuple[int, str, str, str]]:
        """The drafts that were begun from a theme: number, kind, answer and state."""
        sql = "select id, kind, answer, state from drafts where theme_id = ? order by id desc limit 20"
        return [tuple(row) for row in await self._read(sql, theme_id)]

    async def departments(self) -> list[str]:
        """The departments that accounts and themes name."""
        sql = "select distinct department from accounts union select distinct department from themes"
        return sorted(name for (name,) in await self._read(sql) if name)


_COLUMNS = ", ".join(
    {
        "assigned_name": "coalesce(a.name, '')",
        "title": "t.title",
        "reason": "coalesce(t.reason, '')",
        "department": "coalesce(t.department, '')",
        "answer": "coalesce(t.answer, '')",
        "subject": "coalesce(t.subject, t.id)",
    }.get(field.name, f"t.{field.name}")
    for field in fields(Theme)
)
_THEMES = f"select {_COLUMNS} from themes t left join accounts a on a.id = t.assigned_to"
_QUESTIONS = """
    select q.id, q.text, q.asked_at, q.platform, q.community, q.addressed, q.outcome, tq.by_hand
    from theme_questions tq join questions q on q.id = tq.question_id
    where tq.theme_id = ? and q.text is not null order by q.id desc limit ? offset ?
"""
_WORDINGS = """
    select q.text from theme_questions tq join questions q on q.id = tq.question_id
    where tq.theme_id = ? and q.text is not null group by lower(q.text) order by max(q.id) desc limit ?
"""
_COMMUNITIES = """
    select q.platform, q.community, count(*) from theme_questions tq join questions q on q.id = tq.question_id
    where tq.theme_id = ? group by 1, 2 order by 3 desc limit 50
"""
_DAYS = """
    select substr(q.asked_at, 1, 10), count(*) from theme_questions tq join questions q on q.id = tq.question_id
    where tq.theme_id = ? and q.asked_at >= ? group by 1
"""
_CANDIDATES = """
    select q.candidates from theme_questions tq join questions q on q.id = tq.question_id
    where tq.theme_id = ? order by q.id desc limit ?
"""
_AGAIN = "t.state = 'answered' and t.last_asked_at > t.closed_at"
_WHERE_STATE = {
    OPEN: f"(t.state in ('new', 'in_hand') or ({_AGAIN}))",
    AGAIN: f"({_AGAIN})",
    "": "t.state != 'merged'",
    **{state: f"t.state = '{state}'" for state in STATES},
}
_WHERE_HEARD = {"asked": "t.addressed > 0", "overheard": "t.addressed = 0"}
_IN_COMMUNITY = """t.id in (
    select tq.theme_id from questions q join theme_questions tq on tq.question_id = q.id
    where q.platform = ? and q.community = ?
)"""
_WITH_WORDS = """t.id in (
    select tq.theme_id from questions_fts f cross join theme_questions tq on tq.question_id = f.rowid
    where questions_fts match ?
)"""


def _clauses(sought: Sought) -> tuple[str, list[Any]]:
    """The conditions and their parameters. Themes that nobody's words are in any more are left out."""
    conditions = ["t.questions > 0", _WHERE_STATE.get(sought.state, _WHERE_STATE[OPEN])]
    parameters: list[Any] = []
    if sought.heard in _WHERE_HEARD:
        conditions.append(_WHERE_HEARD[sought.heard])
    if sought.department:
        conditions.append("t.department = ?")
        parameters.append(sought.department)
    if sought.assigned_to:
        conditions.append("t.assigned_to = ?")
        parameters.append(sought.assigned_to)
    if sought.community:
        conditions.append(_IN_COMMUNITY)
        parameters += sought.community.partition(":")[::2]
    if sought.words:
        conditions.append(_WITH_WORDS)
        parameters.append(fts_query(sought.words))
    return " and ".join(conditions), parameters
