"""Who waits for an answer, who has been told of it, and which posts still give an old text."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.deliveries import Owed
from bot.messages import Given, Reply
from bot.places import Place
from bot.storage.database import Database, as_stored, now
from bot.storage.outbox import IS_OWED, read_reply, reply_as_stored, write_owed


@dataclass(frozen=True)
class Waiting:
    """A question that has no answer yet. `people` are the pseudonyms of its asker and of who joined in."""

    question_id: int
    place: Place
    message_id: str
    asker: str
    asked_at: datetime
    text: str
    people: frozenset[str]


@dataclass(frozen=True)
class Telling:
    """One post for all who wait in a place, under one of their questions; `covers` are all of these questions.

    Without a post, those who asked are told under another question of theirs.
    """

    question_id: int
    covers: tuple[int, ...]
    owed: Owed | None


@dataclass(frozen=True)
class Standing:
    """A post that shows an answer. `reply` is what was posted; what it shows may have been picked since."""

    owed_id: int
    question_id: int
    place: Place
    reply_to: str
    reply: Reply
    shown: Given


PlanTellings = Callable[[Sequence[Waiting], Collection[str]], Sequence[Telling]]
"""What to tell those who wait, newest question first, given the pseudonyms of who has been told before."""


class TellingStore:
    """What is owed and who is told by it are one transaction, so that nobody is told twice."""

    def __init__(self, database: Database) -> None:
        """Keep it in a database."""
        self._database = database

    async def tell(
        self, draft_id: int, theme_id: int, answer: str, texts: Collection[str], since: datetime, plan: PlanTellings
    ) -> Sequence[Telling]:
        """Owe what is planned for who has asked a theme's questions `since` then, and return it.

        `texts` are those that the answer now has: who was shown one of them knows it. Raises QuestionLogError.
        """
        parameters = (draft_id, answer, theme_id, as_stored(since), json.dumps(sorted(texts)))

        def write() -> Sequence[Telling]:
            with self._database.transaction():
                waiting = [_waiting(*row) for row in self._database.fetch(_WAITING, *parameters)]
                told = {person for (person,) in self._database.fetch(_TOLD, draft_id, answer)}
                tellings = plan(waiting, told)
                for telling in tellings:
                    self._write(draft_id, telling)
                return tellings

        return await self._database.run(write)

    async def correct(
        self, answer: str, since: datetime, picked_before: datetime, plan: Callable[[Standing], Owed | None]
    ) -> int:
        """Owe what is planned for each post of an answer `since` then; returns how many. Raises QuestionLogError."""
        parameters = (answer, as_stored(since), as_stored(picked_before))

        def write() -> int:
            with self._database.transaction():
                posts = [_standing(*row) for row in self._database.fetch(_STANDING, *parameters)]
                planned = [(post.question_id, owed) for post in posts if (owed := plan(post))]
                for question_id, owed in planned:
                    write_owed(self._database, question_id, [owed])
                return len(planned)

        return await self._database.run(write)

    async def renew(self, answer: str, renewed: Callable[[Reply], Reply]) -> None:
        """Give what is still owed of an answer by officials its new text. Raises QuestionLogError."""

        def write() -> None:
            with self._database.transaction():
                for owed_id, reply in self._database.fetch(_STILL_OWED, answer):
                    text = reply_as_stored(renewed(read_reply(reply)))
                    self._database.execute("update outbox set reply = ? where id = ?", text, owed_id)

        await self._database.run(write)

    def _write(self, draft_id: int, telling: Telling) -> None:
        owed_id = None
        if telling.owed:
            (owed,) = write_owed(self._database, telling.question_id, [telling.owed])
            owed_id = owed.id
        insert = (
            "insert into tellings (draft_id, question_id, outbox_id, told_at) select ?, value, ?, ? from json_each(?)"
        )
        self._database.execute(insert, draft_id, owed_id, now(), json.dumps(telling.covers))


def release_others(database: Database, dropped: Collection[int]) -> None:
    """Let who was to be told by posts that are given up be told anew, in the writer's thread.

    That is everyone but the askers of the questions that the posts were to hang under.
    """
    if not dropped:
        return
    ids = json.dumps(list(dropped))
    database.execute(_ANNOUNCE_AGAIN, ids)
    database.execute(f"delete from tellings where rowid in ({_OTHERS.format('t.rowid')})", ids)


_OTHERS = """
    select {} from json_each(?) as gone join outbox o on o.id = gone.value
    join tellings t on t.outbox_id = o.id and t.question_id != o.question_id
"""
# Of several drafts, the last has the newest text.
_ANNOUNCE_AGAIN = f"""
    update drafts set announced_at = null where id in (
        select max(later.id) from drafts d join drafts later
        on later.answer = d.answer and later.theme_id is d.theme_id and later.state = 'published'
        where d.id in ({_OTHERS.format("t.draft_id")}) group by d.answer, d.theme_id
    )
"""
_STILL_HERE = """
    not exists (select 1 from communities c where c.platform = {0}.platform and c.community = {0}.community
    and c.left_at is not null)
"""
# By any draft of the answer, and be it that the post is still owed. A post that was given up told nobody.
_TOLD_BY = """
    tellings t join drafts d on d.id = t.draft_id left join outbox told on told.id = t.outbox_id
    where (d.id = ?1 or d.answer = ?2)
"""
# Who picked the answer, was told of it, or was shown the very text that it has, knows it.
_WAITING = f"""
    select q.id, q.platform, q.community, q.channel, q.thread, q.message_id, q.asker, q.asked_at, q.text,
    (select json_group_array(asker) from me_too where question_id = q.id and asker != '')
    from theme_questions t join questions q on q.id = t.question_id
    where t.theme_id = ?3 and q.asked_at >= ?4 and q.asker != '' and q.text is not null and q.message_id != ''
    and q.id not in (select t.question_id from {_TOLD_BY} and (d.id = ?1 or told.dropped_at is null))
    and not exists (select 1 from choices where question_id = q.id and answer = ?2)
    and not exists (
        select 1 from posts p join outbox o on o.id = p.outbox_id where p.question_id = q.id and p.answer = ?2
        and (o.not_before is not null or json_extract(o.reply, '$.body') in (select value from json_each(?5)))
    )
    and {_STILL_HERE.format("q")} order by q.id desc
"""
_TOLD = f"""
    with told_of as (
        select t.question_id as id from {_TOLD_BY} and t.outbox_id is not null and told.dropped_at is null
    )
    select asker from questions where id in told_of union select asker from me_too where question_id in told_of
"""
# One row for all posts of a reply.
_STANDING = f"""
    select o.id, o.question_id, o.platform, o.community, o.channel, o.thread, o.reply_to, o.reply, p.answer, p.nation
    from posts p join outbox o on o.id = p.outbox_id
    where p.answer = ? and o.delivered_at >= ? and o.reply != ''
    and not exists (
        select 1 from choices where question_id = o.question_id and answer = p.answer and chosen_at >= ?
    )
    and not exists (
        select 1 from outbox later where later.platform = o.platform and later.replaces = o.id
        and later.delivered_at is null and later.dropped_at is null
    )
    and {_STILL_HERE.format("o")} group by o.id order by o.id desc
"""
_STILL_OWED = f"""
    select id, reply from outbox
    where {IS_OWED} and not_before is not null and reply != '' and json_extract(reply, '$.given.answer') = ?
"""


def _waiting(question_id: int, *row: Any) -> Waiting:
    *place, message_id, asker, asked_at, text, others = row
    people = frozenset({asker, *json.loads(others)})
    return Waiting(question_id, Place(*place), message_id, asker, datetime.fromisoformat(asked_at), text, people)


def _standing(owed_id: int, question_id: int, *row: Any) -> Standing:
    *place, reply_to, reply, answer, nation = row
    return Standing(owed_id, question_id, Place(*place), reply_to, read_reply(reply), Given(answer, nation))
