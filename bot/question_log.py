"""The question log: all SQL of the project. Storage is SQLite with one writer, off the event loop."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

import sqlite_utils

from bot.errors import QuestionLogError
from bot.messages import Given, Message, Outcome, Reply, Response
from bot.migrations import migrations
from bot.personal_data import Kind

LOG_FILE = "questions.db"
KEY_FILE = "asker.key"
MAX_UNWRITTEN = 10_000

Result = TypeVar("Result")


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


class QuestionLog:
    """Writes in the order in which it is asked to, each question and its owed reply in one transaction.

    What can't be written for the time being (a full disk, a lock held by another process) is kept and written before
    the next question, so that nothing is lost while the process lives.
    """

    def __init__(self, folder: Path, busy_seconds: float = 5.0) -> None:
        """Open or make the log in a folder. Raises QuestionLogError where that can't be done."""
        self._path = folder / LOG_FILE
        self._key = _asker_key(folder)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="question-log")
        self._unwritten: deque[tuple[dict[str, Any], str | None]] = deque(maxlen=MAX_UNWRITTEN)
        self._db = self._in_writer_now(lambda: _open(self._path, busy_seconds))

    async def record(self, message: Message, text: str | None, kinds: tuple[Kind, ...], response: Response) -> int:
        """Write a question, its outcome and the reply that is owed; returns the question's id.

        Raises QuestionLogError; the question is then kept for the next attempt.
        """
        row = self._row(message, text, kinds, response)
        reply = json.dumps(asdict(response.reply), ensure_ascii=False) if response.reply else None
        return await self._in_writer(lambda: self._write_question(row, reply))

    async def mark_delivered(self, question_id: int) -> None:
        """Note that the reply owed for a question has been posted."""
        await self._in_writer(
            lambda: self._execute(
                "update outbox set delivered_at = ? where question_id = ? and delivered_at is null", _now(), question_id
            )
        )

    async def record_post(self, question_id: int, message_id: str, given: Given) -> None:
        """Keep the platform's id of a posted answer; it is in the channel where its question was asked."""
        await self._in_writer(
            lambda: self._execute(
                "insert or replace into posts (platform, channel, message_id, question_id, answer, nation) "
                "select platform, channel, ?, id, ?, ? from questions where id = ?",
                message_id, given.answer, given.nation, question_id,
            )
        )  # fmt: skip

    async def answer_posted_as(self, platform: str, channel: str, message_id: str) -> Given | None:
        """The answer that was posted under an id, or None where none was."""
        sql = "select answer, nation from posts where platform = ? and channel = ? and message_id = ?"
        key = (platform, channel, message_id)
        row = await self._in_writer(lambda: self._db.execute(sql, key).fetchone())
        return Given(*row) if row else None

    async def record_feedback(self, question_id: int, platform: str, author: str, helpful: bool) -> None:
        """Keep a person's vote on a reply; a later vote replaces an earlier one."""
        vote = {
            "question_id": question_id,
            "asker": self.pseudonym(platform, author),
            "helpful": int(helpful),
            "given_at": _now(),
        }
        await self._in_writer(lambda: self._insert("feedback", vote, replace=True))

    async def record_choice(self, question_id: int, platform: str, author: str, answer: str, nation: str) -> None:
        """Keep what a person picked; an empty answer means none of those offered."""
        choice = {
            "question_id": question_id,
            "asker": self.pseudonym(platform, author),
            "answer": answer,
            "nation": nation,
            "chosen_at": _now(),
        }
        await self._in_writer(lambda: self._insert("choices", choice))

    def pseudonym(self, platform: str, author: str) -> str:
        """The name under which a person is stored: an HMAC, so that it can't be traced back without the key."""
        name = f"{platform}:{author}".encode("utf-8", "backslashreplace")
        return hmac.new(self._key, name, hashlib.sha256).hexdigest()[:32]

    def close(self) -> None:
        """Write what is left and close the file. Safe to call twice."""
        if self._writer._shutdown:
            return
        try:
            self._in_writer_now(self._close)
        finally:
            self._writer.shutdown()

    def _row(self, message: Message, text: str | None, kinds: tuple[Kind, ...], response: Response) -> dict[str, Any]:
        return {
            "asked_at": message.sent_at.astimezone(timezone.utc).isoformat(timespec="seconds"),
            "platform": message.platform,
            "community": message.community,
            "channel": message.channel,
            "thread": message.thread,
            "message_id": message.message_id,
            "asker": self.pseudonym(message.platform, message.author),
            "addressed": int(message.addressed),
            "text": text,
            "personal_data": json.dumps([kind.name.lower() for kind in kinds]),
            "outcome": response.outcome.value,
            "answer": response.answer,
            "confidence": response.confidence,
            "candidates": json.dumps([asdict(candidate) for candidate in response.candidates]),
            "release": response.release,
        }

    def _write_question(self, row: dict[str, Any], reply: str | None) -> int:
        self._unwritten.append((row, reply))
        try:
            return self._write_unwritten()
        except sqlite3.OperationalError:
            if not Outcome(row["outcome"]).stands_unrecorded:
                # The person is told of an error instead, so nothing is owed to them any more.
                self._unwritten[-1] = ({**row, "outcome": Outcome.ERROR_QUESTION_LOG.value, "answer": None}, None)
            raise

    def _write_unwritten(self) -> int:
        """Write what is left, oldest first; returns the last question's id."""
        question_id = 0
        while self._unwritten:
            try:
                question_id = self._insert_question(*self._unwritten[0])
            except (UnicodeError, sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError):
                # No attempt will ever write this row, and it must not hold up those behind it.
                self._unwritten.popleft()
                raise
            self._unwritten.popleft()
        return question_id

    def _insert_question(self, row: dict[str, Any], reply: str | None) -> int:
        with _transaction(self._db):
            question_id = int(self._insert("questions", row))
            if reply is not None:
                self._insert("outbox", {"question_id": question_id, "reply": reply, "created_at": _now()})
        return question_id

    def _insert(self, table: str, row: Mapping[str, Any], replace: bool = False) -> int:
        # sqlite-utils' own insert looks the table up each time, which takes longer than the writing.
        verb = "replace" if replace else "insert"
        marks = ",".join("?" * len(row))
        sql = f"{verb} into {table} ({','.join(row)}) values ({marks})"  # Both names are our own.
        with _transaction(self._db):
            return int(self._db.execute(sql, list(row.values())).lastrowid or 0)

    def _execute(self, sql: str, *parameters: Any) -> None:
        with _transaction(self._db):
            self._db.execute(sql, parameters)

    def _close(self) -> None:
        try:
            self._write_unwritten()
        finally:
            self._db.close()

    async def _in_writer(self, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writer, work)
        except (sqlite3.Error, UnicodeError) as error:
            raise _explain(self._path, error) from error

    def _in_writer_now(self, work: Callable[[], Result]) -> Result:
        try:
            return self._writer.submit(work).result()
        except (sqlite3.Error, UnicodeError) as error:
            raise _explain(self._path, error) from error


def unanswered_questions(folder: Path) -> Iterator[LoggedQuestion]:
    """What was asked and could not be answered, newest first. Reads a log that another process may be writing."""
    path = folder / LOG_FILE
    if not path.exists():
        return
    outcomes = [
        outcome.value for outcome in Outcome if outcome.is_unanswered or outcome is Outcome.IGNORED_NOT_CONFIDENT
    ]
    columns = list(LoggedQuestion.__dataclass_fields__)
    marks = ",".join("?" * len(outcomes))
    try:
        db = sqlite_utils.Database(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True))
        try:
            where = f"outcome in ({marks})"
            for row in db["questions"].rows_where(where, outcomes, select=",".join(columns), order_by="id desc"):
                row["candidates"] = json.loads(row["candidates"])
                yield LoggedQuestion(**{**row, "addressed": bool(row["addressed"])})
        finally:
            db.close()
    except sqlite3.Error as error:
        raise _explain(path, error) from error


def owed_reply(reply: str) -> Reply:
    """The Reply that a row of the outbox holds."""
    from bot.messages import Choice, Source

    content = json.loads(reply)
    content["sources"] = tuple(Source(**source) for source in content["sources"])
    content["choices"] = tuple(Choice(**choice) for choice in content["choices"])
    content["given"] = Given(**content["given"]) if content.get("given") else None
    return Reply(**content)


def _open(path: Path, busy_seconds: float) -> sqlite_utils.Database:
    db = sqlite_utils.Database(sqlite3.connect(path, timeout=busy_seconds))
    try:
        _enable_wal(db, busy_seconds)
        # In WAL mode a crash of the process loses nothing; a power cut may lose the last moments but can't harm the
        # file.
        db.execute("pragma synchronous = normal")
        db.execute("pragma foreign_keys = on")
        if migrations.pending(db):
            # Which steps are left is asked again inside, since another process may be taking them.
            with _transaction(db):
                migrations.apply(db)
    except BaseException:
        db.close()
        raise
    return db


def _enable_wal(db: sqlite_utils.Database, busy_seconds: float) -> None:
    """Switch to WAL mode. SQLite doesn't wait for another process that is doing so too."""
    give_up = time.monotonic() + busy_seconds
    while True:
        try:
            return db.enable_wal()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= give_up:
                raise
        time.sleep(0.02)


@contextmanager
def _transaction(db: sqlite_utils.Database) -> Iterator[None]:
    """A transaction that takes its turn first: one that has read already can't wait for another process's."""
    if db.conn.in_transaction:
        with db.atomic():
            yield
        return
    db.conn.execute("begin immediate")
    try:
        yield
        db.conn.commit()
    except BaseException:
        db.conn.rollback()
        raise


def _asker_key(folder: Path) -> bytes:
    """The key of the pseudonyms: made once, readable by its owner alone."""
    path = folder / KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            scratch = path.with_suffix(f".{os.getpid()}")
            with open(os.open(scratch, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
                file.write(os.urandom(32))
            try:
                os.link(scratch, path)
            except FileExistsError:
                pass
            finally:
                scratch.unlink()
        return path.read_bytes()
    except OSError as error:
        raise QuestionLogError(f"{folder} can't be used for the question log: {error.strerror}.") from error


def _explain(path: Path, error: sqlite3.Error | UnicodeError) -> QuestionLogError:
    problem = str(error)
    remedies = {
        "locked": "another process holds it; stop that process or try again",
        "readonly": "it is read-only; make it writable or choose another folder with --data",
        "full": "the disk is full; make room and try again",
        "unable to open": "it can't be opened; check the folder's permissions or choose another with --data",
        "not a database": "it is not a question log; move it away or choose another folder with --data",
        "malformed": "it is damaged; move it away and restore a backup",
    }
    remedy = next((words for sign, words in remedies.items() if sign in problem), problem)
    return QuestionLogError(f"The question log {path} can't be used: {remedy}.")


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
