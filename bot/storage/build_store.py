"""What release builds are doing, for every process to show; and the logged questions that a candidate is tried on."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.storage.database import Database, as_stored, now

DEAD_AFTER = timedelta(seconds=60)
"""A build that nobody has touched for this long has died."""


@dataclass(frozen=True)
class Build:
    """One build. `done` runs from 0 to 1."""

    id: int
    draft_id: int | None
    started_by: str
    started_at: str
    touched_at: str
    ended_at: str | None
    step: str
    done: float
    release: int | None
    problem: str | None

    @property
    def is_running(self) -> bool:
        """Whether it is still going on."""
        touched = datetime.fromisoformat(self.touched_at)
        # The clock may have been put right meanwhile.
        return self.ended_at is None and abs(datetime.now(timezone.utc) - touched) < DEAD_AFTER


@dataclass(frozen=True)
class Asked:
    """A logged question."""

    id: int
    text: str
    addressed: bool
    asked_at: str


_COLUMNS = ", ".join(Build.__dataclass_fields__)


class BuildStore:
    """Builds, newest last."""

    def __init__(self, database: Database) -> None:
        """Keep them in a database."""
        self._database = database

    async def start(self, draft_id: int | None, by: str) -> int:
        """Note that a build has begun; the builds before it that never ended have died."""
        row = {"draft_id": draft_id, "started_by": by, "started_at": now(), "touched_at": now()}
        died = "update builds set ended_at = ?, problem = 'It was stopped half-way.' where ended_at is null"

        def write() -> int:
            with self._database.transaction():
                self._database.execute(died, now())
                return self._database.insert("builds", {**row, "step": "Starting", "done": 0.0})

        return await self._database.run(write)

    async def touch(self, build_id: int, step: str, done: float) -> None:
        """Note how far a build is."""
        sql = "update builds set touched_at = ?, step = ?, done = ? where id = ?"
        await self._database.run(lambda: self._database.execute(sql, now(), step, done, build_id))

    async def end(self, build_id: int, release: int | None, problem: str | None = None) -> None:
        """Note that a build has ended, and with what."""
        sql = "update builds set touched_at = ?, ended_at = ?, release = ?, problem = ? where id = ?"
        at = now()
        await self._database.run(lambda: self._database.execute(sql, at, at, release, problem, build_id))

    async def running(self) -> Build | None:
        """The build that is going on."""
        builds = await self._builds("order by id desc limit 1")
        return builds[0] if builds and builds[0].is_running else None

    async def of_draft(self, draft_id: int) -> Build | None:
        """A draft's last build."""
        builds = await self._builds("where draft_id = ? order by id desc limit 1", draft_id)
        return builds[0] if builds else None

    async def to_try(self, since: str, most: int) -> Sequence[Asked]:
        """The newest distinct questions of which the words are kept, asked since a time; at most so many."""
        sql = (
            "select max(id), text, max(addressed), max(asked_at) from "
            "(select id, text, addressed, asked_at from questions where text is not null and text != '' "
            "and asked_at >= ? order by id desc limit ?) group by text order by 1 desc limit ?"
        )
        rows = await self._database.read(sql, since, most * 3, most)
        return [Asked(number, text, bool(addressed), at) for number, text, addressed, at in rows]

    async def texts_of(self, ids: Collection[int]) -> Mapping[int, Asked]:
        """Questions by number, as far as their words are still kept."""
        sql = (
            "select id, text, addressed, asked_at from questions "
            "where id in (select value from json_each(?)) and text is not null"
        )
        rows = await self._database.read(sql, json.dumps(list(ids)))
        return {number: Asked(number, text, bool(addressed), at) for number, text, addressed, at in rows}

    async def _builds(self, where: str, *parameters: Any) -> list[Build]:
        return [Build(*row) for row in await self._database.read(f"select {_COLUMNS} from builds {where}", *parameters)]


def months_ago(months: int) -> str:
    """A time some months back, as it is stored."""
    return as_stored(datetime.now(timezone.utc) - timedelta(days=30 * months))
