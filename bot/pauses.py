"""What officials have paused: everything, a community, a service or an answer. Urgent help is given all the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from bot.answers import Answer
from bot.errors import PauseError, tried_again
from bot.messages import Outcome
from bot.places import Place
from bot.storage.pause_store import Pause, PauseStore, Scope

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 1.0
MAX_REASON = 500
"""How many characters a reason may have."""


def utc_now() -> datetime:
    """The time by which pauses start and end."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Paused:
    """What is paused at one moment, each as (scope, target); nothing is, unless it is said."""

    targets: frozenset[tuple[Scope, str]] = frozenset()

    def is_quiet_in(self, place: Place) -> bool:
        """Whether nothing may be answered in a place."""
        return self._holds(Scope.EVERYTHING) or self._holds(Scope.COMMUNITY, community_target(place))

    def holds_back(self, answer: Answer) -> bool:
        """Whether an answer may be given nowhere."""
        return self._holds(Scope.ANSWER, answer.slug) or self._holds(Scope.SERVICE, answer.service)

    def refusal(self, place: Place, answer: Answer) -> Outcome | None:
        """What becomes of a wish to see an answer in a place, or None where it may be shown."""
        if self.is_quiet_in(place):
            return Outcome.WITHHELD_PAUSED
        return Outcome.WITHHELD_ANSWER_PAUSED if self.holds_back(answer) else None

    def _holds(self, scope: Scope, target: str = "") -> bool:
        return (scope, target) in self.targets


class Pauses:
    """Pauses are held in memory, and read again all the time: another process may set or end them."""

    def __init__(self, store: PauseStore, clock: Callable[[], datetime] = utc_now) -> None:
        """Begin with those that are on or to come."""
        self._store = store
        self._clock = clock
        self._unended = store.unended_now()
        self._reading = asyncio.Lock()

    def now(self) -> Paused:
        """What is paused now."""
        return Paused(frozenset((pause.scope, pause.target) for pause in self.active()))

    def active(self) -> Sequence[Pause]:
        """The pauses that are on, the longest-standing first."""
        now = self._clock()
        return [p for p in self._unended if p.starts_at <= now and (p.ends_at is None or now < p.ends_at)]

    def coming(self) -> Sequence[Pause]:
        """The pauses that have not started yet, the next one first."""
        now = self._clock()
        return [pause for pause in self._unended if pause.starts_at > now]

    async def pause(
        self,
        scope: Scope,
        target: str,
        reason: str,
        by: str,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
    ) -> int:
        """Pause something, from now on where no start is given, and until it is ended where no end is; returns the id.

        Times have a time zone. Raises PauseError where it can't be done as asked, QuestionLogError where it can't be
        written.
        """
        now = self._clock()
        _check(scope, target, reason, starts_at or now, ends_at, now)
        made = await self._store.add(scope, target, reason.strip(), by, starts_at or now, ends_at)
        await self._read()
        return made

    async def end(self, pause_id: int, by: str) -> bool:
        """End a pause, or call off one to come; False where it had ended already. Raises QuestionLogError."""
        ended = await self._store.end(pause_id, by)
        await self._read()
        return ended

    async def history(self, limit: int = 50) -> Sequence[Pause]:
        """The pauses that were set last, newest first, ended or not."""
        return await self._store.history(limit)

    async def keep_fresh(self) -> None:
        """Read what other processes change, until cancelled."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            with tried_again(logger, "The pauses could not be read."):
                await self._read()

    async def _read(self) -> None:
        # One after the other, so that what was read before a change never takes the place of what was read after it.
        async with self._reading:
            self._unended = await self._store.unended()


def community_target(place: Place) -> str:
    """A community as the target of a pause. A direct message is in none."""
    return f"{place.platform}:{place.community}" if place.community else ""


def _check(
    scope: Scope, target: str, reason: str, starts_at: datetime, ends_at: datetime | None, now: datetime
) -> None:
    if (scope is Scope.EVERYTHING) == bool(target):
        raise PauseError("Say which community, service or answer to pause, or pause everything.")
    if not reason.strip():
        raise PauseError("Give the reason for the pause.")
    if len(reason) > MAX_REASON:
        raise PauseError(f"The reason must be {MAX_REASON} characters or fewer.")
    if ends_at and ends_at <= starts_at:
        raise PauseError("The end of the pause must be after its start.")
    if ends_at and ends_at <= now:
        raise PauseError("The end of the pause must be in the future.")
