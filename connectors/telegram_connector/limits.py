"""Telegram's limits of sending, obeyed before they are hit: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from bot import metrics

PLATFORM = "telegram"
MINUTE = 60.0
SECOND = 1.0
KEPT_FOR_URGENT_HELP = 2


@dataclass(frozen=True)
class Limits:
    """How many messages may be sent; a message that is edited counts as one. A server of one's own may allow more."""

    group_per_minute: int = 20
    chat_per_second: int = 1
    overall_per_second: int = 30


class Window:
    """At most so many at a time in any stretch of so many seconds. Who comes first goes first, after what is urgent.

    A place in it is taken before a call is made and given back that many seconds after the call has ended, so that
    the platform can't count more than that however long calls take.
    """

    def __init__(self, size: int, seconds: float, why: str, kept: int = 0) -> None:
        """Allow `size` in `seconds`, of which `kept` are for what is urgent. `why` is the name in the metrics."""
        self._size = self._free = size
        self._seconds = seconds
        self._why = why
        self._kept = min(kept, size - 1)
        self._arrivals = count()
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []

    @property
    def is_idle(self) -> bool:
        """Whether all of it is free."""
        return self._free == self._size and not self._waiting

    async def enter(self, is_urgent: bool = False) -> None:
        """Wait for a place, and take it."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (not is_urgent, next(self._arrivals), mine))
        self._admit()
        if not mine.done():
            await self._wait(mine)

    def leave(self) -> None:
        """Give a place back once it may be taken again."""
        asyncio.get_running_loop().call_later(self._seconds, self._give_back, 1)

    def pause(self, seconds: float) -> None:
        """Let nobody in for some time."""
        self._free -= self._size
        asyncio.get_running_loop().call_later(seconds, self._give_back, self._size)

    async def _wait(self, mine: asyncio.Future[None]) -> None:
        started = time.monotonic()
        metrics.WAITS.labels(PLATFORM, self._why).inc()
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._give_back(1)
            raise
        finally:
            metrics.WAIT_SECONDS.labels(PLATFORM, self._why).inc(time.monotonic() - started)

    def _give_back(self, places: int) -> None:
        self._free += places
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._free > (self._kept if self._waiting[0][0] else 0):
            *_, first = heappop(self._waiting)
            if not first.cancelled():
                self._free -= 1
                first.set_result(None)


class FloodControl:
    """Holds sends back until the platform's limits allow them. A chat that has to wait holds no other up."""

    def __init__(self, limits: Limits) -> None:
        """Obey these limits."""
        self._limits = limits
        self._overall = Window(limits.overall_per_second, SECOND, "overall_second")
        self._chats: dict[int, list[Window]] = {}

    @asynccontextmanager
    async def sending(self, chat: int, is_urgent: bool = False) -> AsyncIterator[None]:
        """Wait until a message may be sent to a chat; it is being sent until the context is left."""
        here = self._chats.setdefault(chat, self._windows(chat))
        async with AsyncExitStack() as stack:
            for window in (*here, self._overall):
                await window.enter(is_urgent)
                stack.callback(window.leave)
            stack.callback(self._forget_later, chat)
            yield

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        """Wait until something else may be done, such as removing a message: no chat's limits count it."""
        await self._overall.enter()
        try:
            yield
        finally:
            self._overall.leave()

    def pause(self, chat: int, seconds: float) -> None:
        """Send nothing to a chat for some time, as the platform has asked."""
        here = self._chats.setdefault(chat, self._windows(chat))
        here[-1].pause(seconds)
        self._forget_later(chat, seconds)

    def _windows(self, chat: int) -> list[Window]:
        second = Window(self._limits.chat_per_second, SECOND, "chat_second")
        if chat > 0:  # A person's; those of groups are negative.
            return [second]
        return [Window(self._limits.group_per_minute, MINUTE, "group_minute", KEPT_FOR_URGENT_HELP), second]

    def _forget_later(self, chat: int, seconds: float = 0.0) -> None:
        asyncio.get_running_loop().call_later(max(MINUTE, seconds) + SECOND, self._forget, chat)

    def _forget(self, chat: int) -> None:
        """Free the memory of a chat to which nothing was sent for a while."""
        if all(window.is_idle for window in self._chats.get(chat, ())):
            self._chats.pop(chat, None)
