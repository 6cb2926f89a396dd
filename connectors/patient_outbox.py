"""The outbox, in which what was done is noted again and again where it can't be written for the time being."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from bot.deliveries import Owed
from bot.errors import QuestionLogError, TemporarySendError
from connectors.base import Outbox

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0
"""How long to wait before what could not be written or read is tried again."""


@dataclass(frozen=True)
class _Note:
    write: Callable[[], Awaitable[None]]
    posts: Sequence[str] = ()


class PatientOutbox:
    """Knows at once what has been done on the platform, and puts it on disk as soon as that can be written.

    Otherwise a database that is locked for a while would have things done twice.
    """

    def __init__(self, outbox: Outbox) -> None:
        """Note in an outbox."""
        self._outbox = outbox
        self._unnoted: dict[int, _Note] = {}
        self._trying: asyncio.Task[None] | None = None

    async def owed(self, platform: str) -> Sequence[Owed]:
        """All that is still owed but for what officials owe, oldest first. Raises QuestionLogError."""
        return await self._outbox.owed(platform)

    async def due(self, platform: str, in_hand: Collection[int]) -> Sequence[Owed]:
        """What officials owe that is to be delivered now. Raises QuestionLogError."""
        return await self._outbox.due(platform, in_hand)

    async def posts_of(self, owed_id: int) -> Sequence[str]:
        """The ids of the posts that now stand for something owed. Raises TemporarySendError."""
        if note := self._unnoted.get(owed_id):
            return note.posts
        try:
            return await self._outbox.posts_of(owed_id)
        except QuestionLogError as error:
            raise TemporarySendError(str(error), AGAIN_SECONDS) from error

    async def delivered(self, owed: Owed, posts: Sequence[str]) -> None:
        """Note that it has been done, now or later."""
        await self._note(owed, _Note(partial(self._outbox.delivered, owed, posts), posts))

    async def dropped(self, owed: Owed, reason: str) -> None:
        """Note that it will never be done, now or later."""
        await self._note(owed, _Note(partial(self._outbox.dropped, owed, reason)))

    async def close(self) -> None:
        """Try once more to note what has not been."""
        if self._trying:
            self._trying.cancel()
            await asyncio.gather(self._trying, return_exceptions=True)
        await self._write_all()

    async def _note(self, owed: Owed, note: _Note) -> None:
        if not owed.id:
            return  # Nothing of it is on disk.
        # Kept before it is tried, so that it isn't lost where the trying is cancelled.
        self._unnoted[owed.id] = note
        if not await self._write(owed.id) and (self._trying is None or self._trying.done()):
            self._trying = asyncio.create_task(self._keep_trying())

    async def _keep_trying(self) -> None:
        while self._unnoted:
            await asyncio.sleep(AGAIN_SECONDS)
            await self._write_all()

    async def _write_all(self) -> None:
        """Note what has not been, oldest first, until something can't be."""
        for owed_id in list(self._unnoted):
            if not await self._write(owed_id):
                return

    async def _write(self, owed_id: int) -> bool:
        note = self._unnoted.get(owed_id)
        if note is None:
            return True
        try:
            await note.write()
        except QuestionLogError as error:
            logger.error("What was delivered could not be noted yet: %s", error)
            # To the end with it, so that it never holds up the others.
            self._unnoted[owed_id] = self._unnoted.pop(owed_id, note)
            return False
        self._unnoted.pop(owed_id, None)
        return True
