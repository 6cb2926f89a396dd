"""What is owed to the platforms' channels, until it is delivered or given up."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.deliveries import Action, Owed
from bot.messages import Choice, Given, Reply, Source, StaffAction
from bot.places import Place
from bot.storage.database import Database, as_stored, now

_COLUMNS = (
    "id, platform, community, channel, thread, action, reply, reply_to, replaces, created_at, is_urgent, keeps, "
    "not_before"
)
HELD_SECONDS = 60.0
"""After how long it is asked again whether an answer may be given."""
MAX_HELD_DAYS = 90
"""An answer that might not be given for so long is given up. The pause before an election takes six weeks."""
AHEAD_SECONDS = 10 * HELD_SECONDS
"""Times that lie so far ahead were taken while the clock was wrong, and are passed over."""
_HEADS = 50
"""How many channels are looked at each time."""

MaySpeak = Callable[[Owed], bool]
"""Whether an answer that is owed may be given now of the bot's own accord."""


@dataclass(frozen=True)
class Pace:
    """How fast what officials owe is delivered: seconds between posts, and between edits, in a channel.

    `at_once` is the most that is begun at each look on a platform, about once a second.
    """

    post_seconds: float = 60.0
    edit_seconds: float = 6.0
    at_once: int = 5


class Outbox:
    """Rows are written with their question, in one transaction (see QuestionLog), or by officials (see Owed)."""

    def __init__(self, database: Database, pace: Pace = Pace(), may_speak: MaySpeak = lambda owed: True) -> None:
        """Keep it in a database. What officials owe is held back while it may not be said."""
        self._database = database
        self._pace = pace
        self._may_speak = may_speak

    async def owed(self, platform: str) -> Sequence[Owed]:
        """All that is still owed on a platform, oldest first, but for what officials owe."""
        sql = f"select {_COLUMNS} from outbox where {IS_OWED} and platform = ? and not_before is null order by id"
        rows = await self._database.run(lambda: self._database.fetch(sql, platform))
        return [_owed(*row) for row in rows]

    async def due(self, platform: str, in_hand: Collection[int]) -> Sequence[Owed]:
        """What officials owe that is to be delivered now, oldest first, but for what is in hand.

        In each channel that is one post and one edit at a time, with pauses between (see Pace).
        """
        moment = datetime.now(timezone.utc)
        pauses = (moment - timedelta(seconds=pause) for pause in (self._pace.post_seconds, self._pace.edit_seconds))
        ahead = moment + timedelta(seconds=AHEAD_SECONDS)
        heads = await self._database.read(_DUE, platform, *map(as_stored, (moment, ahead, *pauses)))
        ids = [owed_id for (owed_id,) in heads if owed_id not in in_hand][:_HEADS]
        if not ids:
            return []
        sql = f"select {_COLUMNS} from outbox where id in (select value from json_each(?)) order by id"
        rows = await self._database.read(sql, json.dumps(ids))
        return await self._without_held([_owed(*row) for row in rows], moment)

    async def posts_of(self, owed_id: int) -> Sequence[str]:
        """The platform's ids of the posts that now stand for something owed, in the order in which they were made."""
        sql = "select message_id from posts where outbox_id = ? order by rowid"
        return [post for (post,) in await self._database.run(lambda: self._database.fetch(sql, owed_id))]

    async def delivered(self, owed: Owed, posts: Sequence[str] = ()) -> None:
        """Note that it has been done, and under which ids it stands; what it replaces stands no longer."""
        if owed.id:
            await self._database.write(lambda: self._write_delivered(owed, posts))

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

    async def _without_held(self, found: Sequence[Owed], moment: datetime) -> Sequence[Owed]:
        """What may be done now. What may not is held back, and what hangs under no message any more is given up."""
        for owed in found:
            if _is_lost(owed):
                await self.dropped(owed, "gone")
        found = [owed for owed in found if not _is_lost(owed)]
        free = [owed for owed in found if not _is_answer(owed) or self._may_speak(owed)]
        if held := [owed.id for owed in found if owed not in free]:
            again = as_stored(moment + timedelta(seconds=HELD_SECONDS))
            too_old = as_stored(moment - timedelta(days=MAX_HELD_DAYS))
            await self._database.run(lambda: self._database.execute(_HOLD, again, json.dumps(held)))
            await self._database.run(lambda: self._database.execute(_GIVE_UP, now(), json.dumps(held), too_old))
        return free[: self._pace.at_once]

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
# The first post and the first edit of each channel, where the last one was long enough ago.
_DUE = f"""
    select id from (
        select min(id) as id, platform, channel, action from outbox
        where platform = ?1 and not_before is not null and (not_before <= ?2 or not_before > ?3) and {IS_OWED}
        group by channel, action
    ) as head where not exists (
        select 1 from outbox as last where last.platform = head.platform and last.channel = head.channel
        and last.action = head.action and last.not_before is not null
        and last.delivered_at > case head.action when 'post' then ?4 else ?5 end and last.delivered_at <= ?3
    ) order by id
"""
_HOLD = "update outbox set not_before = ? where id in (select value from json_each(?))"
_GIVE_UP = f"""
    update outbox set dropped_at = ?, drop_reason = 'too_old'
    where id in (select value from json_each(?)) and created_at < ? and {IS_OWED}
"""
# Meanwhile, the channel may have got a new id, and who asked may have been forgotten. What was done last stands, though
# it may be noted first.
_WRITE_POST = """
    insert into posts (platform, channel, message_id, question_id, answer, nation, outbox_id)
    select platform, channel, ?, question_id, ?, ?, id from outbox
    where id = ? and dropped_at is null and question_id is not null
    on conflict (platform, channel, message_id) do update set
    question_id = excluded.question_id, answer = excluded.answer, nation = excluded.nation,
    outbox_id = excluded.outbox_id where excluded.outbox_id >= coalesce(outbox_id, 0)
"""


def write_owed(database: Database, question_id: int | None, owed: Sequence[Owed]) -> tuple[Owed, ...]:
    """Write a row for each thing owed for a question, in the writer's thread; returns them with their ids.

    What is owed to staff is for no question.
    """
    return tuple(replace(one, id=database.insert("outbox", _row(question_id, one))) for one in owed)


def _row(question_id: int | None, owed: Owed) -> dict[str, Any]:
    return {
        "question_id": question_id,
        "platform": owed.place.platform,
        "community": owed.place.community,
        "channel": owed.place.channel,
        "thread": owed.place.thread,
        "action": owed.action.value,
        "reply": reply_as_stored(owed.reply) if owed.reply else "",
        "reply_to": owed.reply_to,
        "replaces": owed.replaces,
        "created_at": as_stored(owed.created_at),
        "is_urgent": int(owed.is_urgent),
        "keeps": int(owed.keeps),
        "not_before": as_stored(owed.not_before) if owed.not_before else None,
    }


def _owed(
    owed_id: int, platform: str, community: str, channel: str, thread: str, action: str, reply: str, *rest: Any
) -> Owed:
    reply_to, replaces, created_at, is_urgent, keeps, not_before = rest
    return Owed(
        id=owed_id,
        place=Place(platform, community, channel, thread),
        action=Action(action),
        reply=read_reply(reply) if reply else None,
        reply_to=reply_to,
        replaces=replaces,
        created_at=datetime.fromisoformat(created_at),
        is_urgent=bool(is_urgent),
        keeps=bool(keeps),
        not_before=datetime.fromisoformat(not_before) if not_before else None,
    )


def _is_answer(owed: Owed) -> bool:
    """Whether officials give an answer of their own accord; an edit, and a word to staff, speaks to nobody anew."""
    return owed.action is Action.POST and owed.reply is not None and owed.reply.given is not None


def _is_lost(owed: Owed) -> bool:
    """Whether an answer has lost the message it goes under: a Telegram group that was moved numbers them afresh."""
    return _is_answer(owed) and not owed.reply_to


def reply_as_stored(reply: Reply) -> str:
    """A reply as it is kept in a row."""
    return json.dumps(reply, default=vars, ensure_ascii=False)


def read_reply(text: str) -> Reply:
    """The reply that is kept in a row."""
    content = json.loads(text)
    content["sources"] = tuple(Source(**source) for source in content["sources"])
    content["choices"] = tuple(Choice(**choice) for choice in content["choices"])
    content["given"] = Given(**content["given"]) if content.get("given") else None
    content["actions"] = tuple(StaffAction(**action) for action in content.get("actions", ()))
    return Reply(**content)
