"""What happened on the fake Discord, for tests to look at and to wait for."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectors.fakes.discord_server.interactions import Interaction
    from connectors.fakes.discord_server.world import Message

logger = logging.getLogger(__name__)

MAX_POSTS = 50_000
MAX_CALLS = 10_000
WAIT_SECONDS = 60.0
"""How long something is waited for that a busy machine may be slow to do."""


@dataclass(frozen=True)
class Call:
    """One REST call: its route as a template, HTTP status, Discord's error code, start (monotonic) and seconds."""

    method: str
    route: str
    path: str
    status: int
    code: int
    started: float
    seconds: float


@dataclass
class Heartbeats:
    """How the connections kept alive. `late` holds by how many seconds; `missed` is how many were given up."""

    received: int = 0
    late: deque[float] = field(default_factory=lambda: deque(maxlen=1000))
    missed: int = 0


class Record:
    """Posts of the bot, calls, heartbeats and problems. What could grow without end is bounded."""

    def __init__(self) -> None:
        self.posts: deque[Message] = deque(maxlen=MAX_POSTS)
        self.interactions: deque[Interaction] = deque(maxlen=MAX_CALLS)
        self.late_interactions: deque[Interaction] = deque(maxlen=MAX_CALLS)
        self.calls: deque[Call] = deque(maxlen=MAX_CALLS)
        self.call_counts: Counter[tuple[str, str, int]] = Counter()
        self.counts: Counter[str] = Counter()
        self.heartbeats = Heartbeats()
        self.problems: list[str] = []
        self.listeners: list[Callable[[str, Message], None]] = []
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    def problem(self, text: str) -> None:
        """Note something that the fake doesn't know; leaving the fake raises it."""
        if text not in self.problems:
            logger.error("The fake Discord doesn't know: %s", text)
            self.problems.append(text)

    def call(self, call: Call) -> None:
        """Note a finished call."""
        self.calls.append(call)
        self.call_counts[call.method, call.route, call.status] += 1
        self.changed()

    def happened(self, what: str, message: Message) -> None:
        """Note that the bot's "post", "edit" or "delete" is done, or its "private" answer given."""
        if what == "post":
            self.posts.append(message)
        for listener in self.listeners:
            listener(what, message)
        self.changed()

    def changed(self) -> None:
        """Let those who wait look again."""
        for waiting in list(self._waiting):
            check, future = waiting
            if not future.done() and (found := check()):
                future.set_result(found)

    async def until(self, check: Callable[[], Any], seconds: float, what: str) -> Any:
        """The first true thing that `check` gives, now or later. Raises AssertionError when the time is up."""
        if found := check():
            return found
        waiting = (check, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            return await asyncio.wait_for(waiting[1], seconds)
        except asyncio.TimeoutError:
            raise AssertionError(f"Within {seconds} s there was no {what}.") from None
        finally:
            self._waiting.remove(waiting)
