"""When officials have told the bot to hold its tongue, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from bot.storage.database import Database, as_stored, now


class Scope(str, Enum):
    """How much a pause holds back."""

    EVERYTHING = "everything"
    COMMUNITY = "community"
    SERVICE = "service"
    ANSWER = "answer"


@dataclass(frozen=True)
class Pause:
    """One pause. `target` names the community ("platform:community"), service or answer; "" for everything.

    It lasts from `starts_at` until `ends_at` (None for no set end), or until somebody ends it by hand, at `ended_at`.
    """

    id: int
    scope: Scope
    target: str
    reason: str
    set_by: str
    set_at: datetime
    starts_at: datetime
    ends_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None


class PauseStore:
    """Pauses are ended, never deleted: what was paused, when and why can be looked up for good."""

    def __init__(self, database: Database) -> None:
        """Keep them in a database."""
        self._database = database

    def unended_now(self) -> list[Pause]:
        """The pauses that are on or still to come, waited for on the spot."""
        return self._database.run_now(lambda: _pauses(self._database.fetch(_UNENDED, now())))

    async def unended(self) -> list[Pause]:
        """The pauses that are on or still to come, the one that starts first before the others."""
        return _pauses(await self._database.read(_UNENDED, now()))

    async def history(self, limit: int) -> list[Pause]:
        """The pauses that were set last, newest first."""
        return _pauses(await self._database.read(_NEWEST, limit))

    async def add(
        self, scope: Scope, target: str, reason: str, by: str, starts_at: datetime, ends_at: datetime | None
    ) -> int:
        """Set a pause; returns its id."""
        row = {
            "scope": scope.value,
            "target": target,
            "reason": reason,
            "set_by": by,
            "set_at": now(),
            "starts_at": as_stored(starts_at),
            "ends_at": as_stored(ends_at) if ends_at else None,
        }
        return await self._database.run(lambda: self._database.insert("pauses", row))

    async def end(self, pause_id: int, by: str) -> bool:
        """End a pause; whether it was on or to come until now."""
        sql = f"update pauses set ended_by = ?, ended_at = ? where id = ? and {_IS_UNENDED}"

        def write() -> bool:
            moment = now()
            return self._database.execute(sql, by, moment, pause_id, moment).rowcount > 0

        return await self._database.run(write)


_IS_UNENDED = "ended_at is null and (ends_at is null or ends_at > ?)"
_COLUMNS = ", ".join(Pause.__dataclass_fields__)
_UNENDED = f"select {_COLUMNS} from pauses where {_IS_UNENDED} order by starts_at, id"
_NEWEST = f"select {_COLUMNS} from pauses order by id desc limit ?"
_MOMENTS = ("set_at", "starts_at", "ends_at", "ended_at")


def _pauses(rows: Sequence[Any]) -> list[Pause]:
    return [_pause(dict(zip(Pause.__dataclass_fields__, row))) for row in rows]


def _pause(values: dict[str, Any]) -> Pause:
    moments = {name: datetime.fromisoformat(values[name]) for name in _MOMENTS if values[name]}
    return Pause(**{**values, **moments, "scope": Scope(values["scope"])})
