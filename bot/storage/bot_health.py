"""How the bots are: whether they hear anything, what they still owe, and what went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.storage.database import Database, as_stored
from bot.storage.outbox import IS_OWED
from bot.storage.reports import ERRORS

NOT_WRONG = ("forgotten", "left", "withdrawn")
"""Replies that were dropped because somebody asked for it."""


@dataclass(frozen=True)
class BotHealth:
    """One platform's bot. `dropped` and `failed` are of the last day; `waiting` is what is owed and due now."""

    platform: str
    last_heard: str
    waiting: int
    waiting_since: str
    dropped: int
    failed: int


@dataclass(frozen=True)
class Trouble:
    """The last thing that went wrong in a community: an error's outcome, or why a reply was dropped."""

    at: str
    what: str


class HealthStore:
    """Read from indexes alone, so that it can be asked for with every page."""

    def __init__(self, database: Database) -> None:
        """Read from a database."""
        self._read = database.read

    async def bots(self) -> list[BotHealth]:
        """Every platform from which something was ever heard."""
        moment = datetime.now(timezone.utc)
        now, yesterday = as_stored(moment), as_stored(moment - timedelta(days=1))
        heard = await self._read(_LAST_HEARD)
        waiting = {name: (count, since) for name, count, since in await self._read(_WAITING, now)}
        dropped = dict(await self._read(_DROPPED, yesterday, json.dumps(NOT_WRONG)))
        failed = dict(await self._read(_FAILED, yesterday, json.dumps(ERRORS)))
        return [
            BotHealth(name, last, count, since, dropped.get(name, 0), failed.get(name, 0))
            for name, last in heard
            for count, since in (waiting.get(name, (0, "")),)
        ]

    async def troubles(self, since: datetime) -> dict[tuple[str, str], Trouble]:
        """The last error or dropped reply of each (platform, community) since a time."""
        dropped = await self._read(_LAST_DROPPED, as_stored(since), json.dumps(NOT_WRONG))
        failed = await self._read(_LAST_FAILED, as_stored(since), json.dumps(ERRORS))
        return _latest((*dropped, *failed))


# Jumps from one platform to the next in the index.
_LAST_HEARD = """
    with recursive known(platform) as (
        select min(platform) from questions
        union all
        select (select min(platform) from questions where platform > known.platform) from known
        where known.platform is not null
    )
    select platform, (select max(asked_at) from questions where questions.platform = known.platform)
    from known where platform is not null
"""
_WAITING = f"""
    select platform, count(*), min(created_at) from outbox
    where {IS_OWED} and coalesce(not_before, '') <= ? group by platform
"""
_DROPPED = """
    select platform, count(*) from outbox
    where dropped_at >= ? and drop_reason not in (select value from json_each(?)) group by platform
"""
_FAILED = """
    select platform, count(*) from questions indexed by idx_questions_outcome_asked_at
    where asked_at >= ? and outcome in (select value from json_each(?)) group by platform
"""
_LAST_DROPPED = """
    select platform, community, max(dropped_at), drop_reason from outbox
    where dropped_at >= ? and drop_reason not in (select value from json_each(?)) group by 1, 2
"""
_LAST_FAILED = """
    select platform, community, max(asked_at), outcome from questions indexed by idx_questions_outcome_asked_at
    where asked_at >= ? and outcome in (select value from json_each(?)) group by 1, 2
"""


def _latest(rows: Iterable[tuple[str, str, str, Any]]) -> dict[tuple[str, str], Trouble]:
    latest: dict[tuple[str, str], Trouble] = {}
    for platform, community, at, what in sorted(rows, key=lambda row: row[2]):
        latest[platform, community] = Trouble(at, what)
    return latest
