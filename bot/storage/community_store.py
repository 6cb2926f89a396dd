"""Communities, what their moderators changed, and what has been explained to them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.places import Notice, Place
from bot.storage.database import Database, now
from bot.storage.outbox import IS_OWED

Key = tuple[str, str, str]
"""(platform, community, channel); an empty channel is the whole community."""


@dataclass(frozen=True)
class Change:
    """One thing that a moderator changed; a value of None goes back to what would hold otherwise."""

    channel: str
    name: str
    value: object
    changed_at: str
    changed_by: str


class CommunityStore:
    """Changes are added, never edited: the last one of a name is what holds."""

    def __init__(self, database: Database) -> None:
        """Keep it in a database."""
        self._database = database

    async def last_change_id(self) -> int:
        """A number that grows with each change, whichever process makes it."""
        sql = "select coalesce(max(id), 0) from settings_changes"
        rows = await self._database.run(lambda: self._database.fetch(sql))
        return int(rows[0][0])

    def settings_now(self) -> dict[Key, dict[str, object]]:
        """What has been chosen everywhere, waited for on the spot."""
        return self._database.run_now(self._read)

    async def settings(self) -> dict[Key, dict[str, object]]:
        """What has been chosen everywhere."""
        return await self._database.run(self._read)

    async def write_changes(self, place: Place, changes: Mapping[str, object], by: str) -> None:
        """Add changes, all or none."""
        key = {"platform": place.platform, "community": place.community, "channel": place.channel}

        def write() -> None:
            with self._database.transaction():
                for name, value in changes.items():
                    row = {**key, "name": name, "value": json.dumps(value), "changed_at": now(), "changed_by": by}
                    self._database.insert("settings_changes", row)

        await self._database.run(write)

    async def changes(self, place: Place, limit: int) -> Sequence[Change]:
        """The last changes in a community, newest first."""
        sql = (
            "select channel, name, value, changed_at, changed_by from settings_changes "
            "where platform = ? and community = ? order by id desc limit ?"
        )
        rows = await self._database.run(lambda: self._database.fetch(sql, place.platform, place.community, limit))
        return [Change(channel, name, json.loads(value), at, by) for channel, name, value, at, by in rows]

    async def joined(self, platform: str, community: str, name: str) -> bool:
        """Note that the bot is in a community; whether it wasn't before."""
        known = "select 1 from communities where platform = ? and community = ? and left_at is null"
        row = {"platform": platform, "community": community, "name": name, "joined_at": now()}

        def write() -> bool:
            with self._database.transaction():
                if self._database.fetch(known, platform, community):
                    return False
                self._database.insert("communities", row, "or replace")
                return True

        return await self._database.run(write)

    async def left(self, platform: str, community: str) -> None:
        """Note that the bot is there no more: what was owed there is dropped, and what was explained may be again."""
        away = "update communities set left_at = ? where platform = ? and community = ?"
        drop = (
            f"update outbox set dropped_at = ?, drop_reason = 'left' where platform = ? and community = ? and {IS_OWED}"
        )

        def write() -> None:
            with self._database.transaction():
                self._database.execute(away, now(), platform, community)
                self._database.execute(drop, now(), platform, community)
                self._database.execute("delete from notices where platform = ? and community = ?", platform, community)

        await self._database.run(write)

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Let everything of a community, and of its channel of the same id, go on under a new id."""

        def write() -> None:
            with self._database.transaction():
                self._leave_messages_behind(platform, old)
                for table in ("questions", "outbox", "settings_changes", "notices", "digests"):
                    self._rename(table, "community", platform, old, new)
                    self._rename(table, "channel", platform, old, new)
                self._rename("communities", "community", platform, old, new)
                self._database.execute(_STILL_THERE, platform, new)
                self._database.execute(_STILL_PAUSED, f"{platform}:{new}", f"{platform}:{old}")
                self._database.execute(_SEND_ALERTS, json.dumps(new), platform, json.dumps(old))

        await self._database.run(write)

    async def tell_once(self, place: Place, notice: Notice) -> bool:
        """Whether a notice has not been told in a place before; from now on it has."""
        row = (place.platform, place.community, place.channel, notice.value, now())
        insert = "insert or ignore into notices (platform, community, channel, notice, told_at) values (?, ?, ?, ?, ?)"
        return await self._database.run(lambda: self._database.execute(insert, *row).rowcount > 0)

    def _read(self) -> dict[Key, dict[str, object]]:
        sql = "select platform, community, channel, name, value from settings_changes order by id"
        return _chosen(self._database.fetch(sql))

    def _leave_messages_behind(self, platform: str, channel: str) -> None:
        """Messages' ids mean something in the old chat alone: those of the new one begin anew, and may be the same."""
        here = "where platform = ? and channel = ?"
        self._database.execute(f"delete from posts {here}", platform, channel)
        self._database.execute(f"update questions set message_id = '' {here}", platform, channel)
        self._database.execute(f"update outbox set reply_to = '' {here}", platform, channel)

    def _rename(self, table: str, column: str, platform: str, old: str, new: str) -> None:
        sql = f"update or replace {table} set {column} = ? where platform = ? and {column} = ?"
        self._database.execute(sql, new, platform, old)


_STILL_THERE = "update communities set left_at = null where platform = ? and community = ?"
_STILL_PAUSED = "update pauses set target = ? where scope = 'community' and target = ?"
_SEND_ALERTS = """
    update settings_changes set value = ?
    where platform = ? and name in ('alerts_channel', 'digest_channel') and value = ?
"""


def _chosen(rows: Sequence[tuple[str, str, str, str, str]]) -> dict[Key, dict[str, object]]:
    chosen: dict[Key, dict[str, object]] = {}
    for platform, community, channel, name, value in rows:
        here = chosen.setdefault((platform, community, channel), {})
        here[name] = json.loads(value)
        if here[name] is None:
            del here[name]
    return chosen
