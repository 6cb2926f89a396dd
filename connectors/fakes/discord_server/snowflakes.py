"""Discord's ids, which hold the time at which they were made, and its timestamps."""

from __future__ import annotations

import itertools
import time
from datetime import datetime, timedelta, timezone

EPOCH_MS = 1_420_070_400_000
"""The first millisecond of 2015, from which Discord counts."""

DAY_MS = 86_400_000


class Snowflakes:
    """Gives out ids that are unique, and in the order in which they were asked for."""

    def __init__(self) -> None:
        self._last = 0
        self._backdated = itertools.count(1)
        self._old_ms = itertools.count(_now_ms() - 30 * DAY_MS)
        self._guild_ms = itertools.count(_now_ms() - 60 * DAY_MS)

    def fresh(self, at: datetime | None = None) -> str:
        """An id made now, or at a moment in the past."""
        if at is not None:
            return str((int(at.timestamp() * 1000) - EPOCH_MS) << 22 | next(self._backdated) & 0x3FFFFF)
        self._last = max(self._last + 1, (_now_ms() - EPOCH_MS) << 22)
        return str(self._last)

    def old(self) -> str:
        """An id of something that was there before."""
        return str((next(self._old_ms) - EPOCH_MS) << 22)

    def guild(self) -> str:
        """An id of a guild, each a millisecond younger than the one before, so that they fall to all shards in turn."""
        return str((next(self._guild_ms) - EPOCH_MS) << 22)


def time_of(snowflake: str) -> datetime:
    """When an id was made."""
    return datetime.fromtimestamp(0, timezone.utc) + timedelta(milliseconds=(int(snowflake) >> 22) + EPOCH_MS)


def timestamp(moment: datetime | None = None) -> str:
    """A moment (now by default) as Discord writes it, ending in +00:00."""
    return (moment or datetime.now(timezone.utc)).isoformat(timespec="microseconds")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
