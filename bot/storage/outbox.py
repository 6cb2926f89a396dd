"""What is owed to the platforms' channels, until it is delivered or given up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from bot.deliveries import Action, Owed
from bot.messages import Choice, Given, Reply, Source
from bot.places import Place
from bot.storage.database import Database, as_stored, now

_COLUMNS = "id, platform, community, channel, thread, action, reply, reply_to, replaces, created_at, is_urgent, keeps"


class Outbox:
    """Rows are written with their question, in one transaction (see QuestionLog)."""

    def __init__(self, database: Database) -> None:
        """Keep it in a database."""
        self._database = database

    async def owed(self, platform: str) -> Sequence[Owed]:
        """All that is still owed on a platform, oldest first."""
        sql = f"select {_COLUMNS} from outbox where {IS_OWED} and platform = ? order by id"
        rows = await self._database.run(lambda: self._database.fetch(sql, platform))
        return [_owed(*row) for row in rows]

    async def posts_of(self, owed_id: int) -> Sequence[str]:
        """The platform's ids of the posts that now stand for something owed, in the order in which they were made."""
        sql = "select message_id from posts where outbox_id = ? order by rowid"
        return [post for (post,) in await self._database.run(lambda: self._database.fetch(sql, owed_id))]

    async def delivered(self, owed: Owed, posts: Sequence[str] = ()) -> None:
        """Note that it has been done, and under which ids it stands; what it replaces stands no longer."""
        if owed.id:
            await self._database.run(lambda: self._write_delivered(owed, posts))

    async def dropped(self, owed: Owed, reason: str) -> None:
        """Note that it will never be done, and why. What an edit was to replace stands on, and is now the edit's."""
        drop = f"update outbox set dropped_at = ?, drop_reason = ? where id = ? and {IS_OWED}"
        take_over = "update posts set outbox_id = ? where outbox_id = ?"

        def write() -> None:
            with self._database.transaction():
                is_dropped = self._database.execute(drop, now(), reason, owed.id).rowcount > 0
                if is_dropped and owed.action is Action.EDIT:
                    self._database.execute(take_over, owed.id, owed.replaces)

        await self._database.run(write)

    def _write_delivered(self, owed: Owed, posts: Sequence[str]) -> None:
        with self._database.transaction():
            self._database.execute(f"update outbox set delivered_at = ? where id = ? and {IS_OWED}", now(), owed.id)
            if owed.replaces:
                self._database.execute("delete from posts where outbox_id = ?", owed.replaces)
            for post in posts:
                self._write_post(owed, post)

    def _write_post(self, owed: Owed, post: str) -> None:
        given = (owed.reply.given if owed.reply else None) or Given("")
        self._database.execute(_WRITE_POST, post, given.answer, given.nation, owed.id)


IS_OWED = "delivered_at is null and dropped_at is null"
# Meanwhile, the channel may have got a new id, and who asked may have been forgotten. What was done last stands, though
# it may be noted first.
_WRITE_POST = """
    insert into posts (platform, channel, message_id, question_id, answer, nation, outbox_id)
    select platform, channel, ?, question_id, ?, ?, id from outbox where id = ? and dropped_at is null
    on conflict (platform, channel, message_id) do update set
    question_id = excluded.question_id, answer = excluded.answer, nation = excluded.nation,
    outbox_id = excluded.outbox_id where excluded.outbox_id >= coalesce(outbox_id, 0)
"""


def write_owed(database: Database, question_id: int, owed: Sequence[Owed]) -> tuple[Owed, ...]:
    """Write a row for each thing owed for a question, in the writer's thread; returns them with their ids."""
    return tuple(replace(one, id=database.insert("outbox", _row(question_id, one))) for one in owed)


def _row(question_id: int, owed: Owed) -> dict[str, Any]:
    return {
        "question_id": question_id,
        "platform": owed.place.platform,
        "community": owed.place.community,
        "channel": owed.place.channel,
        "thread": owed.place.thread,
        "action": owed.action.value,
        "reply": json.dumps(asdict(owed.reply), ensure_ascii=False) if owed.reply else "",
        "reply_to": owed.reply_to,
        "replaces": owed.replaces,
        "created_at": as_stored(owed.created_at),
        "is_urgent": int(owed.is_urgent),
        "keeps": int(owed.keeps),
    }


def _owed(
    owed_id: int, platform: str, community: str, channel: str, thread: str, action: str, reply: str, *rest: Any
) -> Owed:
    reply_to, replaces, created_at, is_urgent, keeps = rest
    return Owed(
        id=owed_id,
        place=Place(platform, community, channel, thread),
        action=Action(action),
        reply=_reply(reply) if reply else None,
        reply_to=reply_to,
        replaces=replaces,
        created_at=datetime.fromisoformat(created_at),
        is_urgent=bool(is_urgent),
        keeps=bool(keeps),
    )


def _reply(text: str) -> Reply:
    content = json.loads(text)
    content["sources"] = tuple(Source(**source) for source in content["sources"])
    content["choices"] = tuple(Choice(**choice) for choice in content["choices"])
    content["given"] = Given(**content["given"]) if content.get("given") else None
    return Reply(**content)
