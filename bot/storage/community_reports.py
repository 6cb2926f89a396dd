"""The communities as officials see them: where the bot is or was, and what was settled there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.places import Mode
from bot.storage.database import Database

Key = tuple[str, str]
"""(platform, community); direct messages have the community ""."""


@dataclass(frozen=True)
class KnownCommunity:
    """A community that the bot was ever in; `left_at` is None while it is there."""

    platform: str
    community: str
    name: str
    joined_at: str
    left_at: str | None


@dataclass(frozen=True)
class SettledChange:
    """A setting that moderators changed. Who did is theirs to know: it is not read."""

    changed_at: str
    channel: str
    name: str
    value: object


class CommunityReports:
    """Reads what the bots write of their communities."""

    def __init__(self, database: Database, new_mode: Mode) -> None:
        """Read from a database. `new_mode` holds in a community whose moderators have chosen none."""
        self._read = database.read
        self._new_mode = new_mode
        self.last_read: dict[Key, KnownCommunity] = {}
        """What `all` gave last, for names where a wait for it would be too much."""

    async def all(self) -> dict[Key, KnownCommunity]:
        """Every community that the bot was ever in."""
        sql = "select platform, community, coalesce(name, ''), joined_at, left_at from communities"
        self.last_read = {(row[0], row[1]): KnownCommunity(*row) for row in await self._read(sql)}
        return self.last_read

    async def modes(self) -> dict[Key, Mode]:
        """The mode of each community as a whole; its channels may have others."""
        chosen = {(platform, community): mode for platform, community, mode in await self._read(_MODES)}
        return {key: Mode(chosen.get(key) or self._new_mode) for key in await self.all()}

    async def changes(self, key: Key, limit: int) -> Sequence[SettledChange]:
        """What was settled in a community, newest first."""
        sql = (
            "select changed_at, channel, name, value from settings_changes "
            "where platform = ? and community = ? order by id desc limit ?"
        )
        rows = await self._read(sql, *key, limit)
        return [SettledChange(at, channel, name, json.loads(value or "null")) for at, channel, name, value in rows]


_MODES = """
    select platform, community, json_extract(value, '$') from settings_changes where id in (
        select max(id) from settings_changes where name = 'mode' and channel = '' group by platform, community
    )
"""
