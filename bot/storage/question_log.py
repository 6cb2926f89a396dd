"""The question log: what was asked, what became of it, and what people then pressed."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.deliveries import Owed
from bot.errors import tried_again
from bot.messages import Given, Meant, Message, Outcome, Response
from bot.personal_data import Kind
from bot.places import Place
from bot.storage.database import DATABASE_FILE, Database, as_stored, explain, now, read_only
from bot.storage.key_rotation import bring_together
from bot.storage.meaning_store import write_meaning
from bot.storage.outbox import IS_OWED, write_owed
from bot.storage.telling_store import release_others

logger = logging.getLogger(__name__)

MAX_UNWRITTEN = 10_000
AGAIN_SECONDS = 1.0
"""How often what could not be written is tried again, if nobody asks anything meanwhile."""


@dataclass(frozen=True)
class LoggedQuestion:
    """One row of the log, as officials see it. `text` is scrubbed; None where it was not kept."""

    id: int
    asked_at: str
    platform: str
    community: str
    addressed: bool
    text: str | None
    outcome: str
    answer: str | None
    confidence: float
    candidates: list[dict[str, Any]]
    release: str


@dataclass(frozen=True)
class Recorded:
    """What a question was recorded as. `is_new` is false where its message had been recorded before."""

    question_id: int
    owed: tuple[Owed, ...] = ()
    is_new: bool = True


@dataclass(frozen=True)
class Known:
    """A question as the bot looks it up again.

    `owed_id` is what was last owed in reply to it (0 for nothing); `is_removed` says that somebody took the reply away.
    """

    id: int
    asker: str
    outcome: Outcome
    answer: str | None
    asked_at: datetime
    addressed: bool
    owed_id: int
    is_removed: bool


@dataclass(frozen=True)
class _Unwritten:
    """A question with what is owed for it; `absorbs` is an earlier question that it goes on from (0 for none).

    `names` are those under which its asker may be stored, the newest first.
    """

    row: dict[str, Any]
    owed: tuple[Owed, ...]
    absorbs: int = 0
    names: tuple[str, ...] = ()
    meant: Meant | None = None


class QuestionLog:
    """Each question and its owed reply are one transaction.

    What can't be written for the time being (a full disk, a lock held by another process) is kept and written before
    the next question, or by `keep_writing`, so that nothing is lost while the process lives.
    """

    def __init__(self, database: Database) -> None:
        """Keep it in a database."""
        self._database = database
        self._unwritten: deque[_Unwritten] = deque(maxlen=MAX_UNWRITTEN)
        database.before_closing(self._write_waiting)

    async def record(
        self,
        message: Message,
        text: str | None,
        kinds: tuple[Kind, ...],
        response: Response,
        owed: Sequence[Owed] = (),
        absorbs: int = 0,
    ) -> Recorded:
        """Write a question, its outcome and what is owed for it, and what `text` means where the response tells.

        A message that has been recorded before is left as it is, and nothing more is owed for it. Raises
        QuestionLogError; the question is then kept for the next attempt.
        """
        names = self._database.keys.names(message.platform, message.author)
        row = _row(message, names[0], text, kinds, response)
        unwritten = _Unwritten(row, tuple(owed), absorbs, names, response.meant)
        return await self._database.write(lambda: self._write(unwritten))

    async def keep_writing(self) -> None:
        """Write what could not be written, as soon as it can be, until cancelled."""
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            if self._unwritten:
                with tried_again(logger, "The questions that wait could not be written."):
                    await self._database.run(self._write_waiting)

    async def revise(
        self,
        question_id: int,
        text: str | None,
        kinds: tuple[Kind, ...],
        response: Response,
        owed: Sequence[Owed] = (),
    ) -> Recorded:
        """Write anew what became of a question whose message was edited."""
        row = {**_judgement(text, kinds, response), "revised_at": now()}
        sql = f"update questions set {', '.join(f'{name} = ?' for name in row)} where id = ?"

        def write() -> Recorded:
            with self._database.transaction():
                self._database.execute(sql, *row.values(), question_id)
                return Recorded(question_id, write_owed(self._database, question_id, owed))

        return await self._database.run(write)

    async def find(self, place: Place, message_id: str) -> Known | None:
        """The question that a message was, or None."""
        return await self._known(
            "q.platform = ? and q.channel = ? and q.message_id = ?", place.platform, place.channel, message_id
        )

    async def find_by_post(self, place: Place, post: str) -> Known | None:
        """The question under which a reply was posted, or None."""
        where = "q.id = (select question_id from posts where platform = ? and channel = ? and message_id = ?)"
        return await self._known(where, place.platform, place.channel, post)

    async def answer_posted_as(self, platform: str, channel: str, message_id: str) -> Given | None:
        """The answer that was posted under an id, or None where none was."""
        sql = "select answer, nation from posts where platform = ? and channel = ? and message_id = ?"
        rows = await self._database.run(lambda: self._database.fetch(sql, platform, channel, message_id))
        return Given(*rows[0]) if rows and rows[0][0] else None

    async def record_vote(self, place: Place, post: str, author: str, helpful: bool) -> bool:
        """Keep a person's vote on a posted reply, in place of an earlier one; whether there is such a reply."""
        names = self._database.keys.names(place.platform, author)
        where = "select question_id from posts where platform = ? and channel = ? and message_id = ?"

        def write() -> bool:
            found = self._database.fetch(where, place.platform, place.channel, post)
            if found:
                keep_vote(self._database, found[0][0], names, helpful)
            return bool(found)

        return await self._database.write(write)

    async def record_choice(self, question_id: int, platform: str, author: str, choice: Given, post: str) -> None:
        """Keep what a person picked, which the post now shows; no answer means none of those offered."""
        names = self._database.keys.names(platform, author)
        row = {
            "question_id": question_id,
            "asker": names[0],
            "answer": choice.answer,
            "nation": choice.nation,
            "chosen_at": now(),
        }
        shown = "update posts set answer = ?, nation = ? where question_id = ? and message_id = ?"

        def write() -> None:
            with self._database.transaction():
                bring_together(self._database, names)
                self._database.insert("choices", row)
                self._database.execute(shown, choice.answer, choice.nation, question_id, post)

        await self._database.run(write)

    async def record_me_too(self, question_id: int, platform: str, author: str) -> bool:
        """Count somebody who would like to know the answer too; whether they were not counted before."""
        names = self._database.keys.names(platform, author)
        row = {"question_id": question_id, "asker": names[0], "asked_at": now()}
        before = "select 1 from me_too where question_id = ? and asker = ?"

        def write() -> bool:
            with self._database.transaction():
                bring_together(self._database, names)
                known = self._database.fetch(before, row["question_id"], row["asker"])
                self._database.insert("me_too", row, "or ignore")
                return not known

        return await self._database.run(write)

    async def record_removal(self, place: Place, post: str) -> None:
        """Note that a reply has been taken away."""
        key = (place.platform, place.channel, post)
        where = "where platform = ? and channel = ? and message_id = ?"

        def write() -> None:
            with self._database.transaction():
                removed = f"update outbox set drop_reason = 'removed' where id in (select outbox_id from posts {where})"
                self._database.execute(removed, *key)
                self._database.execute(f"delete from posts {where}", *key)

        await self._database.run(write)

    async def withdraw(self, question_id: int, owed: Sequence[Owed] = ()) -> tuple[Owed, ...]:
        """Forget the words of a question whose message was deleted; what is owed for it now is returned.

        What officials owe under it is given up; others whom that was for are told anew.
        """
        forget = "update questions set text = null, candidates = '[]', revised_at = ? where id = ?"
        still_owed = f"question_id = ? and not_before is not null and {IS_OWED}"
        give_up = f"update outbox set dropped_at = ?, drop_reason = 'withdrawn' where {still_owed}"

        def write() -> tuple[Owed, ...]:
            with self._database.transaction():
                self._database.execute(forget, now(), question_id)
                given_up = self._database.fetch(f"select id from outbox where {still_owed}", question_id)
                release_others(self._database, [owed_id for (owed_id,) in given_up])
                self._database.execute(give_up, now(), question_id)
                return write_owed(self._database, question_id, owed)

        return await self._database.run(write)

    def pseudonym(self, platform: str, author: str) -> str:
        """The name under which a person is stored from now on."""
        return self._database.pseudonym(platform, author)

    def is_person(self, asker: str, platform: str, author: str) -> bool:
        """Whether a name is one of those under which a person may be stored."""
        return asker in self._database.keys.names(platform, author)

    async def _known(self, where: str, *parameters: str) -> Known | None:
        sql = (
            "select q.id, q.asker, q.outcome, q.answer, q.asked_at, q.addressed, coalesce(max(o.id), 0), "
            "coalesce(max(o.drop_reason = 'removed'), 0) from questions q left join outbox o "
            "on o.question_id = q.id and o.reply_to = q.message_id and o.reply_to != '' "
            "and (o.not_before is null or o.action != 'post') "
            f"where {where} group by q.id"
        )
        rows = await self._database.write(lambda: self._database.fetch(sql, *parameters))
        if not rows:
            return None
        question_id, asker, outcome, answer, asked_at, addressed, owed_id, is_removed = rows[0]
        asked = datetime.fromisoformat(asked_at)
        return Known(question_id, asker, Outcome(outcome), answer, asked, bool(addressed), owed_id, bool(is_removed))

    def _write(self, unwritten: _Unwritten) -> Recorded:
        before = tuple(self._unwritten)
        self._database.if_undone(lambda: self._wait_as_before(before))
        waiting = len(before)
        if waiting == MAX_UNWRITTEN:
            logger.error("More than %d questions wait to be written, and the oldest are lost.", MAX_UNWRITTEN)
        self._unwritten.append(unwritten)
        try:
            recorded = self._write_unwritten()
        except sqlite3.DatabaseError:
            if self._unwritten and self._unwritten[-1] is unwritten:
                self._unwritten[-1] = _as_told(unwritten)
            raise
        _tell_of_recovery(waiting)
        return recorded

    def _wait_as_before(self, before: Sequence[_Unwritten]) -> None:
        self._unwritten.clear()
        self._unwritten.extend(before)

    def _write_waiting(self) -> None:
        if waiting := len(self._unwritten):
            self._write_unwritten()
            _tell_of_recovery(waiting)

    def _write_unwritten(self) -> Recorded:
        """Write what is left, oldest first; returns the last question's record."""
        recorded = Recorded(0)
        while self._unwritten:
            try:
                recorded = self._insert_question(self._unwritten[0])
            except (UnicodeError, sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError) as error:
                # No attempt will ever write this row, and it must not hold up those behind it.
                self._unwritten.popleft()
                if not self._unwritten:
                    raise
                logger.error("A question that waited can never be written, and is lost: %s", error)
                continue
            self._unwritten.popleft()
        return recorded

    def _insert_question(self, unwritten: _Unwritten) -> Recorded:
        database, row = self._database, unwritten.row
        with database.transaction():
            if row["message_id"] and (known := self._id_of(row)):
                return Recorded(known, is_new=False)
            bring_together(database, unwritten.names)
            question_id = database.insert("questions", row)
            if unwritten.meant:
                write_meaning(database, question_id, unwritten.meant, row["release"])
            if unwritten.absorbs:
                absorbed = "update questions set outcome = ?, text = null, candidates = '[]' where id = ?"
                database.execute(absorbed, Outcome.IGNORED_PART_OF_BURST.value, unwritten.absorbs)
            return Recorded(question_id, write_owed(database, question_id, unwritten.owed))

    def _id_of(self, row: dict[str, Any]) -> int | None:
        sql = "select id from questions where platform = ? and channel = ? and message_id = ? and message_id != ''"
        rows = self._database.fetch(sql, row["platform"], row["channel"], row["message_id"])
        return rows[0][0] if rows else None


def keep_vote(database: Database, question_id: int, names: tuple[str, ...], helpful: bool) -> None:
    """In the writer's thread: keep the vote of somebody who may be stored under some names, the newest first."""
    row = {"question_id": question_id, "asker": names[0], "helpful": int(helpful), "given_at": now()}
    with database.transaction():
        bring_together(database, names)
        database.insert("feedback", row, "or replace")


def _tell_of_recovery(waiting: int) -> None:
    if waiting:
        logger.info("The question log can be written again; %d questions had waited, and are in it.", waiting)


def _as_told(unwritten: _Unwritten) -> _Unwritten:
    """A question that could not be written as its asker knows it.

    What stands is carried out all the same, and in other cases the person is told of an error: so nothing is owed to
    them any more when the question comes to be written.
    """
    row = unwritten.row
    if not Outcome(row["outcome"]).stands_unrecorded:
        row = {**row, "outcome": Outcome.ERROR_QUESTION_LOG.value, "answer": None}
    return _Unwritten(row, ())


def unanswered_questions(folder: Path) -> Iterator[LoggedQuestion]:
    """What was asked and could not be answered, newest first. Reads a log that another process may be writing."""
    path = folder / DATABASE_FILE
    if not path.exists():
        return
    outcomes = [
        outcome.value for outcome in Outcome if outcome.is_unanswered or outcome is Outcome.IGNORED_NOT_CONFIDENT
    ]
    columns = list(LoggedQuestion.__dataclass_fields__)
    marks = ",".join("?" * len(outcomes))
    try:
        db = read_only(path)
        try:
            where = f"outcome in ({marks})"
            for row in db["questions"].rows_where(where, outcomes, select=",".join(columns), order_by="id desc"):
                row["candidates"] = json.loads(row["candidates"])
                yield LoggedQuestion(**{**row, "addressed": bool(row["addressed"])})
        finally:
            db.close()
    except sqlite3.Error as error:
        raise explain(path, error) from error


def _row(message: Message, asker: str, text: str | None, kinds: tuple[Kind, ...], response: Response) -> dict[str, Any]:
    return {
        "asked_at": as_stored(message.sent_at),
        "platform": message.platform,
        "community": message.community,
        "channel": message.channel,
        "thread": message.thread,
        "message_id": message.message_id,
        "asker": asker,
        "addressed": int(message.addressed),
        **_judgement(text, kinds, response),
    }


def _judgement(text: str | None, kinds: tuple[Kind, ...], response: Response) -> dict[str, Any]:
    """What was made of a text. Where its words are not kept, neither is what they could have meant."""
    candidates = response.candidates if text is not None else ()
    return {
        "text": text,
        "personal_data": json.dumps([kind.name.lower() for kind in kinds]),
        "outcome": response.outcome.value,
        "answer": response.answer,
        "confidence": response.confidence,
        "candidates": json.dumps([vars(candidate) for candidate in candidates]),
        "release": response.release,
    }
