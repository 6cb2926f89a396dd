"""A bot's session on the gateway, which outlives its connections: what it missed is replayed when it resumes."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol

MAX_EVENTS = 4096
"""How many events can be replayed; somebody who missed more has to begin anew."""


SESSION_SECONDS = 60.0
"""How long a session without a connection can be resumed."""


class Line(Protocol):
    """Where a session's events go while it is connected."""

    def send(self, text: str) -> None:
        """Send a payload after those before it."""


class Session:
    """One shard of a bot that has identified."""

    def __init__(self, intents: int, shard: int, shards: int, line: Line) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.shard = shard
        self.shards = shards
        self.sequence = 0
        self.line: Line | None = line
        self.lost_at = 0.0
        self._events: deque[tuple[int, str]] = deque(maxlen=MAX_EVENTS)

    @property
    def has_expired(self) -> bool:
        """Whether it has been without a connection for too long."""
        return self.line is None and time.monotonic() - self.lost_at > SESSION_SECONDS

    def push(self, event: str, data: str) -> None:
        """Dispatch an event whose data is JSON already."""
        self.sequence += 1
        text = f'{{"op":0,"t":"{event}","s":{self.sequence},"d":{data}}}'
        self._events.append((self.sequence, text))
        if self.line is not None:
            self.line.send(text)

    def missed_since(self, sequence: int) -> Sequence[str] | None:
        """The payloads after a sequence number, or None where they are no longer all there."""
        if self._events and self._events[0][0] > sequence + 1:
            return None
        return [text for number, text in self._events if number > sequence]

    def lose(self, line: Line) -> None:
        """Note that a connection has gone, unless another one has taken its place."""
        if self.line is line:
            self.line = None
            self.lost_at = time.monotonic()

    def wants(self, intents: int, guild_id: str | None) -> bool:
        """Whether events of these intents (any of them; 0 for all sessions) from a guild are for this session."""
        if intents and not self.intents & intents:
            return False
        return self.shard == (shard_of(guild_id, self.shards) if guild_id else 0)


def shard_of(guild_id: str, shards: int) -> int:
    """The shard that a guild's events go to."""
    return (int(guild_id) >> 22) % shards
