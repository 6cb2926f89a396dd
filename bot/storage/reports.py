"""What was asked and what became of it, counted for the console: by day, by community, by answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from typing import Any, NamedTuple

from bot.messages import Outcome
from bot.storage.database import Database, as_stored

FOLLOW_MINUTES = 10
"""How soon after an answer the same person's next question says that it didn't help."""

_KINDS = {
    "answered": "answered",
    "clarify": "offered",
    "unanswered": "unanswered",
    "urgent": "urgent",
    "withheld": "withheld",
    "error": "failed",
}
"""What is counted as a question, by the first word of its outcome. Idle talk and what was met with silence are not."""


def outcomes_of(*kinds: str) -> tuple[str, ...]:
    """The outcomes that are counted as some kinds, such as "failed"."""
    return tuple(outcome.value for outcome in Outcome if _kind(outcome.value) in kinds)


def _kind(outcome: str) -> str | None:
    return _KINDS.get(outcome.partition("_")[0])


def _listed(outcomes: Iterable[str]) -> str:
    return ", ".join(f"'{outcome}'" for outcome in outcomes)


ERRORS = outcomes_of("failed")
WANTED_AN_ANSWER = outcomes_of("answered", "offered", "unanswered")


@dataclass(frozen=True)
class Counts:
    """Questions by what became of them, and the votes on the replies to them."""

    answered: int = 0
    offered: int = 0
    unanswered: int = 0
    urgent: int = 0
    withheld: int = 0
    failed: int = 0
    helpful: int = 0
    unhelpful: int = 0

    @property
    def asked(self) -> int:
        """All questions."""
        return self.answered + self.offered + self.unanswered + self.urgent + self.withheld + self.failed

    @property
    def helpful_rate(self) -> float | None:
        """The share of votes that found a reply helpful, 0 to 1; None where nobody voted."""
        return rate(self.helpful, self.unhelpful)


class Use(NamedTuple):
    """How often an answer was given, by itself or picked from a choice, and the votes on it."""

    uses: int = 0
    helpful: int = 0
    unhelpful: int = 0

    def plus(self, other: Use) -> Use:
        """The use of two answers together."""
        return Use(self.uses + other.uses, self.helpful + other.helpful, self.unhelpful + other.unhelpful)

    @property
    def helpful_rate(self) -> float | None:
        """The share of votes that found it helpful, 0 to 1; None where nobody voted."""
        return rate(self.helpful, self.unhelpful)


@dataclass(frozen=True)
class AskedAgain:
    """A question that came soon after an answer to the same person's first; words are None where they were not kept."""

    answer: str
    first: str | None
    then_id: int
    then: str | None


class ReportStore:
    """Counts are made when they are asked for, from indexes alone: see migrations.index_reports."""

    def __init__(self, database: Database) -> None:
        """Read from a database."""
        self._read = database.read

    async def by_day(self, since: date, community: tuple[str, str] | None = None) -> dict[date, Counts]:
        """Each day (UTC) with questions since a day, everywhere or in one (platform, community)."""
        index, where, parameters = _in_community(community)
        rows = await self._read(
            f"select day, {_COUNTED} indexed by {index} where day >= ? {where} group by 1, 2", _day(since), *parameters
        )
        return {date.fromisoformat(day): counts for day, counts in _folded(rows).items()}

    async def by_community(self, since: date) -> dict[tuple[str, str], Counts]:
        """Each (platform, community) with questions since a day; those of direct messages stand under ""."""
        sql = (
            f"select platform, community, {_COUNTED} indexed by questions_by_community where day >= ? group by 1, 2, 3"
        )
        rows = await self._read(sql, _day(since))
        return _folded(((platform, community), *rest) for platform, community, *rest in rows)

    async def by_answer(self, since: date, until: date | None = None) -> dict[str, Use]:
        """How each answer was used from a day on, and before another one."""
        end = until or date.max
        given = await self._read(_GIVEN, _day(since), _day(end))
        picked = await self._read(_PICKED, start_of(since), start_of(end))
        used: dict[str, Counter[str]] = defaultdict(Counter)
        for answer, uses, helpful, unhelpful in (*given, *picked):
            used[answer].update(uses=uses, helpful=helpful, unhelpful=unhelpful)
        return {answer: Use(**counts) for answer, counts in used.items()}

    async def asked_again(self, since: date) -> dict[str, int]:
        """How often somebody who was given an answer asked something in the same channel within ten minutes."""
        sql = f"with {_ASKED_AGAIN} select answer, count(*) from again where next_id is not null group by 1"
        return dict(await self._read(sql, start_of(since)))

    async def asked_again_examples(self, since: date, answer: str, limit: int) -> list[AskedAgain]:
        """The newest questions that came soon after an answer."""
        sql = (
            f"with {_ASKED_AGAIN} select again.answer, first.text, next.id, next.text from again "
            "join questions first on first.id = again.id join questions next on next.id = again.next_id "
            "where again.answer = ? order by next.id desc limit ?"
        )
        rows = await self._read(sql, start_of(since), answer, limit)
        return [AskedAgain(*row) for row in rows]


_COUNTED = "outcome, count(*), sum(helpful), sum(unhelpful) from questions"
_GIVEN = """
    select answer, count(*), sum(helpful), sum(unhelpful) from questions indexed by questions_by_answer
    where outcome = 'answered' and day >= ? and day < ? and answer is not null group by 1
"""
# Who picks twice is shown the last; picking a nation's text of an answer that was given anyway is no further use of it.
_PICKED = """
    select c.answer, count(*), sum(q.helpful), sum(q.unhelpful) from choices c join questions q on q.id = c.question_id
    where c.id in (select max(id) from choices where chosen_at >= ? and chosen_at < ? group by question_id)
    and c.answer != '' and q.answer is null group by 1
"""
# Whether there is a next question is looked up for each answer, in the index alone. The channels of direct messages
# are not kept for as long as what is counted.
_ASKED_AGAIN = f"""
    again as (
        select id, answer, (
            select next.id from questions next indexed by questions_by_asker
            where next.asker = first.asker and next.platform = first.platform
            and (next.channel = first.channel or next.community = '' and first.community = '')
            and next.asked_at > first.asked_at and next.asked_at <= strftime(
                '%Y-%m-%dT%H:%M:%f+00:00', first.asked_at, '+{FOLLOW_MINUTES} minutes'
            ) and next.outcome in ({_listed(WANTED_AN_ANSWER)}) order by next.asked_at limit 1
        ) as next_id
        from questions first indexed by questions_by_asker
        where asker > '' and outcome = 'answered' and asked_at >= ?
    )
"""


def rate(helpful: int, unhelpful: int) -> float | None:
    """The share of votes that are helpful, 0 to 1; None where there are none."""
    votes = helpful + unhelpful
    return helpful / votes if votes else None


def total(counts: Iterable[Counts]) -> Counts:
    """Counts added up."""
    added: Counter[str] = Counter()
    for one in counts:
        added.update({name: getattr(one, name) for name in Counts.__dataclass_fields__})
    return Counts(**added)


def start_of(day: date) -> str:
    """The first moment of a day (UTC), as it is stored."""
    return as_stored(datetime.combine(day, time.min, timezone.utc))


def _folded(rows: Iterable[tuple[Any, str, int, int, int]]) -> dict[Any, Counts]:
    """Rows of (key, outcome, questions, helpful, unhelpful) as counts by key."""
    counted: dict[Any, Counter[str]] = defaultdict(Counter)
    for key, outcome, questions, helpful, unhelpful in rows:
        if kind := _kind(outcome):
            counted[key].update({kind: questions, "helpful": helpful, "unhelpful": unhelpful})
    return {key: Counts(**counts) for key, counts in counted.items()}


def _in_community(community: tuple[str, str] | None) -> tuple[str, str, tuple[str, ...]]:
    """The index to count by, one more condition and its parameters."""
    if community is None:
        return "questions_by_day", "", ()
    return "questions_by_community", "and platform = ? and community = ?", community


def _day(day: date) -> str:
    return day.isoformat()
