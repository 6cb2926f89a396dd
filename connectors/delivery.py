"""Delivers what is owed, in order in each channel, and tries again where the platform asks for patience."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial

from bot import metrics
from bot.deliveries import Action, Owed
from bot.errors import PermanentSendError, QuestionLogError, TemporarySendError
from connectors.base import Outbox
from connectors.lanes import Lanes
from connectors.patient_outbox import PatientOutbox

logger = logging.getLogger(__name__)

TOO_OLD = "too_old"
MIN_WAIT_SECONDS = 0.05
LOOK_SECONDS = 1.0
"""How often it is looked for what officials owe. In a process of their own, they can tell nobody of it."""
IN_HAND_SECONDS = 2.0
"""How long what is just being sent may take at the end. Cut off, nobody would know whether it has arrived."""

Do = Callable[[Owed, Sequence[str]], Awaitable[Sequence[str]]]
"""Does one thing on the platform, given the ids of the posts it replaces, and returns those under which it now stands.

Raises TemporarySendError or PermanentSendError.
"""
Lane = tuple[str, str, bool]


class Delivery:
    """The way from the outbox to one platform."""

    def __init__(self, platform: str, do: Do, outbox: Outbox, max_age_seconds: float) -> None:
        """Deliver with `do`. A reply older than `max_age_seconds` is of no use any more, and is dropped and counted."""
        self._platform = platform
        self._do = do
        self._outbox = PatientOutbox(outbox)
        self._max_age = max_age_seconds
        self._lanes = Lanes()
        self._lane_of: dict[int, Lane] = {}
        self._open = 0
        self._closing = asyncio.Event()
        # Whatever is noted while it is looked for what is owed, nothing is taken up twice. Officials owe little: a
        # few bytes for each do no harm.
        self._taken_up: set[int] = set()
        self._looking: asyncio.Task[None] | None = None

    async def resume(self) -> None:
        """Take up what an earlier run could not deliver and, from now on, what officials owe."""
        self.add(await self._outbox.owed(self._platform))
        self._looking = asyncio.create_task(self._keep_looking())

    def add(self, owed: Iterable[Owed], received_at: float | None = None) -> None:
        """Deliver these. `received_at` is when the message that they answer arrived (time.monotonic)."""
        for one in owed:
            if self._closing.is_set() or one.id in self._lane_of:
                continue
            # What changes a reply that still waits goes behind it.
            lane = self._lane_of.get(one.replaces) or _lane(one)
            if one.id:
                self._lane_of[one.id] = lane
            self._count(1)
            # From now on by a clock that nobody puts right.
            owed_since = time.monotonic() - max(_age(one), 0)
            self._lanes.run(lane, partial(self._deliver, one, received_at, owed_since))

    async def posted(self, owed: Owed, posts: Sequence[str], received_at: float | None = None) -> None:
        """Note something that the connector has done by itself, such as the answer to a slash command."""
        metrics.DELIVERED.labels(self._platform, owed.action.value).inc()
        if received_at is not None:
            metrics.LATENCY.labels(self._platform).observe(time.monotonic() - received_at)
        await self._outbox.delivered(owed, posts)

    async def finish(self) -> None:
        """Take up nothing more of what officials owe, and wait until nothing is left to deliver."""
        await self._stop_looking()
        await self._lanes.finish()

    async def close(self) -> None:
        """Stop, once what is just being sent has arrived or failed; what is left stays in the outbox."""
        self._closing.set()
        await self._stop_looking()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._lanes.finish(), IN_HAND_SECONDS)
        await self._lanes.close()
        await self._outbox.close()
        self._count(-self._open)

    async def _keep_looking(self) -> None:
        while True:
            try:
                due = await self._outbox.due(self._platform, self._taken_up)
            except QuestionLogError as error:
                logger.error("What officials owe could not be looked up: %s", error)
            except Exception:
                logger.exception("What officials owe could not be looked up.")
            else:
                self._taken_up.update(owed.id for owed in due)
                self.add(due)
            await asyncio.sleep(LOOK_SECONDS)

    async def _stop_looking(self) -> None:
        if self._looking:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _deliver(self, owed: Owed, received_at: float | None, owed_since: float) -> None:
        too_old_at = owed_since + self._max_age if self._may_grow_too_old(owed) else math.inf
        try:
            while not self._closing.is_set() and (wait := await self._try(owed, received_at, too_old_at)) is not None:
                await self._wait(wait, too_old_at)
        finally:
            self._lane_of.pop(owed.id, None)
            self._count(-1)

    async def _wait(self, seconds: float, too_old_at: float) -> None:
        """Wait as long as is asked for, but no longer than until it is too old, or the end."""
        seconds = max(min(seconds, too_old_at - time.monotonic()), MIN_WAIT_SECONDS)
        metrics.WAITS.labels(self._platform, "retry").inc()
        metrics.WAIT_SECONDS.labels(self._platform, "retry").inc(seconds)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _try(self, owed: Owed, received_at: float | None, too_old_at: float) -> float | None:
        """Try once; returns how many seconds to wait before another try, or None when there is to be none."""
        if time.monotonic() > too_old_at:
            await self._drop(owed, TOO_OLD)
            return None
        try:
            replaced = await self._outbox.posts_of(owed.replaces) if owed.replaces else ()
            posts = await self._carry_out(owed, replaced)
        except TemporarySendError as error:
            logger.warning("%s What is owed is tried again until it is too old to be of use.", error)
            return error.retry_after
        except PermanentSendError as error:
            logger.warning("%s", error)
            await self._drop(owed, error.reason)
            return None
        await self.posted(owed, posts, received_at)
        return None

    async def _carry_out(self, owed: Owed, replaced: Sequence[str]) -> Sequence[str]:
        if owed.action is Action.EDIT and owed.not_before and not replaced:
            return ()
        if owed.action is Action.EDIT and not replaced:
            return await self._do(replace(owed, action=Action.POST), ())
        if owed.action is Action.REMOVE and not replaced:
            return ()
        return await self._do(owed, replaced)

    def _may_grow_too_old(self, owed: Owed) -> bool:
        return not owed.keeps and owed.action is not Action.REMOVE

    async def _drop(self, owed: Owed, reason: str) -> None:
        metrics.DROPPED.labels(self._platform, reason).inc()
        await self._outbox.dropped(owed, reason)

    def _count(self, change: int) -> None:
        self._open += change
        metrics.OUTBOX.labels(self._platform).inc(change)


def _age(owed: Owed) -> float:
    return (datetime.now(timezone.utc) - owed.created_at).total_seconds()


def _lane(owed: Owed) -> Lane:
    """Urgent help overtakes what waits in its channel."""
    return owed.place.channel, owed.place.thread, owed.is_urgent
