"""The updates that wait for the bot, and the long poll that hands them over."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from connectors.fakes.telegram_server.errors import conflict
from connectors.fakes.telegram_server.people import Json

KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "chat_member",
)
_ONLY_ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}
_WANTED_BY_DEFAULT = frozenset(KINDS) - _ONLY_ON_REQUEST
_TERMINATED = "terminated by other getUpdates request; make sure that only one bot instance is running"
MOST_AT_ONCE = 100


@dataclass(eq=False)
class Update:
    """An update. `handed_at` is when the bot first got it (time.monotonic); `times_handed` is how often it did."""

    id: int
    kind: str
    json: Json = field(repr=False)
    lane: int
    handed_at: float | None = None
    times_handed: int = 0
    is_confirmed: bool = False

    def hand(self) -> Json:
        """Its JSON, noting that it is handed over."""
        self.times_handed += 1
        self.handed_at = self.handed_at or time.monotonic()
        return self.json


class UpdateQueue:
    """Updates until they are confirmed, oldest first. While `push` is set it is given each new one, for a webhook."""

    def __init__(self, first_id: int) -> None:
        self._next_id = first_id
        self._pending: deque[Update] = deque()
        self._wanted = _WANTED_BY_DEFAULT
        self._poll: asyncio.Future[None] | None = None
        self._emptied: list[asyncio.Future[None]] = []
        self.push: Callable[[Update], None] | None = None
        self.conflicts = 0

    def __len__(self) -> int:
        return len(self._pending)

    @property
    def pending(self) -> list[Update]:
        """What has not been confirmed yet, oldest first."""
        return list(self._pending)

    @property
    def is_polled(self) -> bool:
        """Whether a request for updates waits for one now."""
        return self._poll is not None

    def want(self, kinds: Iterable[str]) -> None:
        """Keep only these kinds from now on; none for those that Telegram sends when it is not told."""
        self._wanted = frozenset(kinds) or _WANTED_BY_DEFAULT

    @property
    def wanted(self) -> list[str]:
        """The kinds that are kept, or none where it is Telegram's own choice."""
        return [] if self._wanted == _WANTED_BY_DEFAULT else sorted(self._wanted)

    def add(self, kind: str, body: Json, lane: int) -> Update | None:
        """Keep an update, unless the bot doesn't want its kind."""
        if kind not in self._wanted:
            return None
        update = Update(self._next_id, kind, {"update_id": self._next_id, kind: body}, lane)
        return self._append(update)

    def inject(self, json: Json) -> Update:
        """Keep an update as it is given, under the next id."""
        kind = next(key for key in json if key != "update_id")
        return self._append(Update(self._next_id, kind, {**json, "update_id": self._next_id}, 0))

    def inject_raw(self, value: Any) -> Update:
        """Keep anything at all as an update: it need not even have an id."""
        return self._append(Update(self._next_id, "", value, 0))

    def _append(self, update: Update) -> Update:
        self._next_id += 1
        self._pending.append(update)
        if self.push:
            self.push(update)
        if self._poll and not self._poll.done():
            self._poll.set_result(None)
        return update

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """Hand over updates from an id on, waiting up to `timeout` seconds for one; those before it are confirmed."""
        self.end_poll(_TERMINATED)
        self._confirm_before(offset)
        if not self._pending and timeout > 0:
            await self._wait(timeout)
        return [update.hand() for update in islice(self._pending, limit)]

    def end_poll(self, reason: str) -> None:
        """End the poll that is under way, if any, with a 409."""
        if self._poll and not self._poll.done():
            self.conflicts += 1
            self._poll.set_exception(conflict(reason))

    def confirm(self, update: Update) -> None:
        """Forget one update: a webhook has taken it."""
        self._pending.remove(update)
        self._note_confirmed(update)

    def clear(self) -> None:
        """Forget all updates."""
        self._pending.clear()
        self._wake_emptied()

    async def emptied(self) -> None:
        """Wait until the bot has confirmed every update."""
        if self._pending:
            self._emptied.append(asyncio.get_running_loop().create_future())
            await self._emptied[-1]

    def _confirm_before(self, offset: int) -> None:
        if offset < 0:
            offset = self._pending[offset].id if len(self._pending) >= -offset else 0
        while self._pending and self._pending[0].id < offset:
            self._note_confirmed(self._pending.popleft())

    def _note_confirmed(self, update: Update) -> None:
        update.is_confirmed = True
        self._wake_emptied()

    def _wake_emptied(self) -> None:
        if not self._pending:
            for waiter in self._emptied:
                if not waiter.done():
                    waiter.set_result(None)
            self._emptied.clear()

    async def _wait(self, timeout: float) -> None:
        poll = self._poll = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(poll, timeout)
        except asyncio.TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None
