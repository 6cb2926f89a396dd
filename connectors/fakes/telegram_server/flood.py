"""Telegram's flood limits, modelled strictly: in any window, not on average."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from connectors.fakes.telegram_server.chats import Chat
from connectors.fakes.telegram_server.errors import too_many_requests
from connectors.fakes.telegram_server.recording import Violation


@dataclass
class FloodLimits:
    """How many new posts a bot may make: `a_group` in a minute to a group, `a_chat` in a second to a chat, `in_all`.

    Edits and other calls are not counted. With `enforce`, what comes too early gets a 429; it is recorded either way.
    `minute` and `second` are in seconds, shorter ones make a test faster. `slack` seconds are allowed for the way
    that two posts, sent far enough apart, come closer together on theirs.
    """

    enforce: bool = False
    a_group: int = 20
    a_chat: int = 1
    in_all: int = 30
    minute: float = 60.0
    second: float = 1.0
    slack: float = 0.05
    _sent: dict[tuple[str, int], deque[float]] = field(default_factory=lambda: defaultdict(deque), repr=False)

    def post(self, chat: Chat) -> list[Violation]:
        """Count a post; returns what it breaks. Raises ApiError, and counts nothing, if it is to be refused."""
        now = time.monotonic()
        waits = {
            (name, key): self._wait(name, key, limit, seconds, now) for name, key, limit, seconds in self._of(chat)
        }
        violations = [Violation(name, chat.id, wait, now) for (name, _), wait in waits.items() if wait > 0]
        if not (violations and self.enforce):
            for window in waits:
                self._sent[window].append(now)
        return violations

    def refuse(self, violations: list[Violation]) -> None:
        """Raise the 429 that these call for, if limits are enforced."""
        if violations and self.enforce:
            raise too_many_requests(max(1, math.ceil(max(violation.wait for violation in violations))))

    def _of(self, chat: Chat) -> list[tuple[str, int, int, float]]:
        limits = [("chat", chat.id, self.a_chat, self.second), ("all", 0, self.in_all, self.second)]
        return [("group", chat.id, self.a_group, self.minute), *limits] if chat.is_group else limits

    def _wait(self, name: str, key: int, limit: int, seconds: float, now: float) -> float:
        sent = self._sent[name, key]
        while sent and sent[0] <= now - seconds + self.slack:
            sent.popleft()
        return sent[len(sent) - limit] + seconds - now if len(sent) >= limit else 0.0
