"""What officials are shown about the service: what was asked, how it went, and what of the answers runs out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from cachetools import TTLCache

from bot.answers import Answer, AnswerBase, load_answer_base, rate_names
from bot.errors import SignpostError
from bot.places import Mode
from bot.publishing.answer_files import QUESTIONS
from bot.rates import Rate
from bot.releases import ReleaseStore
from bot.reporting.word_use import MissingWord, known_stems, missing_words
from bot.storage.bot_health import HealthStore
from bot.storage.community_reports import CommunityReports
from bot.storage.database import Database
from bot.storage.question_search import QuestionSearch
from bot.storage.reports import ReportStore, Use
from bot.storage.waiting_work import WaitingWork

REVIEW_WITHIN = timedelta(days=30)
RATES_WITHIN = timedelta(days=60)
READ_FOR_WORDS = 5000
"""How many of the newest questions are read for their words: enough to count by, and read in a tenth of a second."""
WORDS_SHOWN = 25
HELD_MINUTES = 10
"""How long words and questions asked again are shown as they were counted: they change slowly."""


_NONE_YET = object()


@dataclass(frozen=True)
class EndingRate:
    """A rate that answers use, and that has no figure for some day soon; `last_day` is None where it has none now."""

    name: str
    label: str
    last_day: date | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Rising:
    """An answer that was given more this week than the week before."""

    answer: str
    this_week: int
    last_week: int


class Reports:
    """Figures are counted anew each time, but for some (see HELD_MINUTES); a release's answers are held."""

    def __init__(self, database: Database, releases: ReleaseStore, root: Path, new_mode: Mode) -> None:
        """Report on a database, on the current release and on the questions known in a checkout.

        `new_mode` is the mode of communities whose moderators have chosen none.
        """
        self.counts = ReportStore(database)
        self.health = HealthStore(database)
        self.waiting = WaitingWork(database)
        self.search = QuestionSearch(database)
        self.communities = CommunityReports(database, new_mode)
        self._releases = releases
        self._questions = root / QUESTIONS
        self._choice: object = _NONE_YET
        self.problem = ""
        self.last_answers: AnswerBase | None = None
        """What `answers` gave last, where a wait for it would be too much."""
        self._known: frozenset[str] = frozenset()
        self._loading = asyncio.Lock()
        self._words: TTLCache[tuple[int, frozenset[str]], list[MissingWord]] = TTLCache(8, HELD_MINUTES * 60)
        self._again: TTLCache[date, dict[str, int]] = TTLCache(8, HELD_MINUTES * 60)

    async def answers(self) -> AnswerBase | None:
        """The answers of the current release; where it can't be read, `problem` says why.

        Then these are the answers of the release before, or None where there was none.
        """
        async with self._loading:
            choice = self._releases.last_choice()
            if choice != self._choice:
                self._choice, self.problem = choice, ""
                try:
                    self.last_answers, self._known = await asyncio.to_thread(self._load)
                except SignpostError as error:
                    self.problem = str(error)
            return self.last_answers

    async def answer_use(self, days: int) -> dict[str, Use]:
        """By slug, how often each answer was given in the last days, and the votes on it."""
        return await self.counts.by_answer(first_day(days))

    async def rising(self, most: int) -> list[Rising]:
        """The answers whose use grew most from the week before to the last seven days."""
        week, before = first_day(7), first_day(14)
        now, then = await self.counts.by_answer(week), await self.counts.by_answer(before, week)
        grown = [Rising(slug, use.uses, then.get(slug, Use()).uses) for slug, use in now.items()]
        grown = [one for one in grown if one.this_week > one.last_week]
        return sorted(grown, key=lambda one: one.last_week - one.this_week)[:most]

    async def missing_words(self, days: int) -> list[MissingWord]:
        """The words in the newest questions of the last days that neither answers nor known questions use."""
        await self.answers()
        if (held := self._words.get((days, self._known))) is None:
            questions = await self.search.newest_texts(first_day(days), READ_FOR_WORDS)
            held = await asyncio.to_thread(missing_words, questions, self._known, WORDS_SHOWN)
            self._words[days, self._known] = held
        return held

    async def asked_again(self, days: int) -> dict[str, int]:
        """By slug, how often in the last days somebody asked again soon after each answer."""
        since = first_day(days)
        if (held := self._again.get(since)) is None:
            held = self._again[since] = await self.counts.asked_again(since)
        return held

    def _load(self) -> tuple[AnswerBase, frozenset[str]]:
        base = load_answer_base(self._releases.current().answers)
        texts = [text for answer in base.answers.values() for text in (answer.title, *answer.sections.values())]
        # As plain text: to find its words, nothing needs to be known of the file's form.
        paths = {self._questions / f"{answer.service}.yml" for answer in base.answers.values()}
        texts += [path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file()]
        return base, known_stems(texts)


def today() -> date:
    """The day by which questions are counted (UTC)."""
    return datetime.now(timezone.utc).date()


def first_day(days: int) -> date:
    """The first of some days of which today is the last."""
    return today() - timedelta(days=days - 1)


def due_for_review(base: AnswerBase, day: date) -> list[Answer]:
    """The answers to be reviewed within a month of a day, those that are overdue first."""
    due = [answer for answer in base.answers.values() if answer.matter.review_by <= day + REVIEW_WITHIN]
    return sorted(due, key=lambda answer: (answer.matter.review_by, answer.slug))


def ending_rates(base: AnswerBase, day: date) -> list[EndingRate]:
    """The rates in use that have no figure for some day within two months of a day, the most pressing first."""
    users: dict[str, list[Answer]] = {}
    for answer in base.answers.values():
        for name in {name for text in answer.sections.values() for name in rate_names(text)}:
            users.setdefault(name, []).append(answer)
    ending = [(name, _last_row(base, name, day)) for name in users]
    found = [
        EndingRate(name, _label(base, name), row.valid_to if row else None, tuple(users[name]))
        for name, row in ending
        if row is None or (row.valid_to and row.valid_to <= day + RATES_WITHIN)
    ]
    return sorted(found, key=lambda rate: (rate.last_day or date.min, rate.name))


def use_by_service(base: AnswerBase | None, uses: Mapping[str, Use]) -> dict[str, Use]:
    """The use of each service's answers, the most used first; an answer that is there no more counts under ""."""
    added: dict[str, Use] = {}
    for slug, use in uses.items():
        answer = base.answers.get(slug) if base else None
        service = answer.service if answer else ""
        added[service] = added.get(service, Use()).plus(use)
    return dict(sorted(added.items(), key=lambda item: -item[1].uses))


def _last_row(base: AnswerBase, name: str, day: date) -> Rate | None:
    """The row that holds on a day, or the one that follows it without a gap, and so on."""
    row = base.rates.on(name, day)
    while row and row.valid_to and (following := base.rates.on(name, row.valid_to + timedelta(days=1))):
        row = following
    return row


def _label(base: AnswerBase, name: str) -> str:
    rows = base.rates.rows(name)
    return rows[0].label if rows else name
