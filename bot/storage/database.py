"""The database file: opened once, written by one thread in the order asked for, off the event loop."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlite_utils

from bot.disk import put_on_disk
from bot.errors import QuestionLogError
from bot.storage.alongside import Companion, companions_due
from bot.storage.asker_keys import AskerKeys, refuse_lost_key
from bot.storage.group_commit import GroupCommit
from bot.storage.migrations import migrations

DATABASE_FILE = "questions.db"
KEY_FILE = "asker.key"
READERS = 2
ON_DISK_SECONDS = 1.0
"""How much a power cut may take."""
RESTORING_FOLDER = ".restoring"
"""Where a backup is unpacked: while it is there, the folder is half restored."""

logger = logging.getLogger(__name__)

Result = TypeVar("Result")


class Database:
    """One SQLite file in WAL mode, which other processes may read and write too."""

    def __init__(self, folder: Path, busy_seconds: float = 5.0) -> None:
        """Open or make the file in a folder. Raises QuestionLogError where that can't be done."""
        self.path = folder / DATABASE_FILE
        if (folder / RESTORING_FOLDER).exists():
            raise QuestionLogError(f"A backup was restored into {folder} by half: run `signpost restore` once more.")
        refuse_lost_key(folder / KEY_FILE, self.path)
        self.keys = AskerKeys(folder / KEY_FILE)
        self._busy_seconds = busy_seconds
        self._is_patient = True
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="database-reader")
        self._reading = threading.local()
        self._before_closing: list[Callable[[], object]] = []
        self._together = GroupCommit(self._writer.submit, self.transaction)
        self._db = self.run_now(lambda: _open(self.path, busy_seconds))

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run work in the writer's thread, after what was asked for before. Raises QuestionLogError."""
        companions = companions_due()
        whole = partial(self._accompanied, work, companions) if companions else work
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writer, whole)
        except (sqlite3.Error, UnicodeError) as error:
            raise explain(self.path, error) from error

    async def write(self, work: Callable[[], Result]) -> Result:
        """Run a short work as `run` does, in one transaction with others that wait: see GroupCommit."""
        try:
            result: Result = await self._together.run(work)
            return result
        except (sqlite3.Error, UnicodeError) as error:
            raise explain(self.path, error) from error

    def if_undone(self, undo: Callable[[], object]) -> None:
        """In a work of `write`: how to take back what it has done outside of the database, should it be undone."""
        self._together.if_undone(undo)

    async def read(self, sql: str, *parameters: Any) -> list[Any]:
        """The rows of a query, on a connection of its own: a long one holds up no message. Raises QuestionLogError."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, lambda: self._read(sql, parameters))
        except sqlite3.Error as error:
            raise explain(self.path, error) from error

    def run_now(self, work: Callable[[], Result]) -> Result:
        """The same, waited for on the spot."""
        try:
            return self._writer.submit(work).result()
        except (sqlite3.Error, UnicodeError) as error:
            raise explain(self.path, error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, in the writer's thread. A transaction within another one belongs to it."""
        try:
            with _transaction(self._db):
                yield
        except sqlite3.OperationalError as error:
            self._be_patient("locked" not in str(error))
            raise
        self._be_patient(True)

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """Run one statement in the writer's thread."""
        if self._db.conn.in_transaction:
            # A statement is all or nothing by itself.
            return self._db.conn.execute(sql, parameters)
        with self.transaction():
            return self._db.conn.execute(sql, parameters)

    def fetch(self, sql: str, *parameters: Any) -> list[Any]:
        """The rows of a query, in the writer's thread."""
        return self._db.conn.execute(sql, parameters).fetchall()

    def records(self, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a query, each by its columns, in the writer's thread."""
        return list(self._db.query(sql, dict(parameters)))

    def change(self, sql: str, parameters: Mapping[str, Any]) -> int:
        """Run a statement with named parameters in the writer's thread; returns how many rows it changed."""
        with self.transaction():
            return self._db.execute(sql, dict(parameters)).rowcount

    def insert(self, table: str, row: Mapping[str, Any], otherwise: str = "") -> int:
        """Insert a row and return its id; `otherwise` says what to do on a conflict, such as "or replace"."""
        # sqlite-utils' own insert looks the table up each time, which takes longer than the writing.
        marks = ",".join("?" * len(row))
        sql = f"insert {otherwise} into {table} ({','.join(row)}) values ({marks})"  # All names are our own.
        return int(self.execute(sql, *row.values()).lastrowid or 0)

    def pseudonym(self, platform: str, author: str) -> str:
        """The name under which a person is stored from now on: see AskerKeys."""
        return self.keys.names(platform, author)[0]

    async def keep_on_disk(self) -> None:
        """See to it each second, until cancelled, that what has been written outlasts a power cut."""
        wal = self.path.with_name(f"{self.path.name}-wal")
        last: object = None
        while True:
            await asyncio.sleep(ON_DISK_SECONDS)
            try:
                if wal.exists() and (changed := wal.stat().st_mtime_ns) != last:
                    await asyncio.to_thread(put_on_disk, wal)
                    last = changed
            except OSError as error:
                logger.error("%s can't be put on disk (%s): look at the system's log.", wal, error.strerror)

    def before_closing(self, work: Callable[[], object]) -> None:
        """Let work be done in the writer's thread before the file is closed."""
        self._before_closing.append(work)

    def close(self) -> None:
        """Do what is left to do, and close the file. Safe to call twice."""
        if self._writer._shutdown:
            return
        try:
            # First, since only the last to close the file takes its write-ahead log away, and readers can't.
            self._readers.shutdown()
            self.run_now(self._close)
        finally:
            self._writer.shutdown()

    def _accompanied(self, work: Callable[[], Result], companions: Sequence[Companion]) -> Result:
        """Run work and, if it has changed anything, what is to be written alongside, as one transaction."""
        with self.transaction():
            before = self._db.conn.total_changes
            result = work()
            has_changed = self._db.conn.total_changes > before
            for companion in companions if has_changed else ():
                companion.write(result)
        for companion in companions:
            companion.is_due = not has_changed
        return result

    def _be_patient(self, patient: bool) -> None:
        """Wait for another process that holds the file, or, once that was in vain, wait no more until it has let go.

        Those in the queue would each wait in turn, and people in silence for minutes.
        """
        if patient != self._is_patient:
            self._is_patient = patient
            self._db.execute(f"pragma busy_timeout = {int(self._busy_seconds * 1000) if patient else 0}")

    def _read(self, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
        if not hasattr(self._reading, "db"):
            self._reading.db = read_only(self.path)
        rows: list[Any] = self._reading.db.execute(sql, parameters).fetchall()
        return rows

    def _close(self) -> None:
        try:
            self._together.work_off()
            for work in self._before_closing:
                work()
        finally:
            self._db.close()


def read_only(path: Path) -> sqlite_utils.Database:
    """A file that another process may be writing, opened for reading. Raises sqlite3.Error."""
    return sqlite_utils.Database(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True))


def explain(path: Path, error: sqlite3.Error | UnicodeError) -> QuestionLogError:
    """An error of the database as a sentence that says what to do."""
    problem = str(error)
    remedies = {
        "locked": "another process holds it; stop that process or try again",
        "readonly": "it is read-only; make it writable or choose another folder with --data",
        "full": "the disk is full; make room and try again",
        "unable to open": "it can't be opened; check that the folder may be written and its disk isn't read-only, "
        "or choose another with --data",
        "not a database": "it is not a question log; move it away or choose another folder with --data",
        "malformed": "it is damaged; stop the bots and restore a backup with `signpost restore`",
        "disk I/O": "the disk fails; look at the system's log, and free or replace the disk",
    }
    remedy = next((words for sign, words in remedies.items() if sign in problem), problem)
    return QuestionLogError(f"The question log {path} can't be used: {remedy}.")


def now() -> str:
    """The time as it is stored: UTC, to the millisecond."""
    return as_stored(datetime.now(timezone.utc))


def as_stored(moment: datetime) -> str:
    """A time as it is stored."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")


def _open(path: Path, busy_seconds: float) -> sqlite_utils.Database:
    db = sqlite_utils.Database(sqlite3.connect(path, timeout=busy_seconds))
    try:
        _enable_wal(db, busy_seconds)
        # In WAL mode a crash of the process loses nothing; a power cut may lose the last second (see keep_on_disk) but
        # can't harm the file. To wait for the disk each time would take longer than all else about a message.
        db.execute("pragma synchronous = normal")
        db.execute("pragma foreign_keys = on")
        # What people have had erased is overwritten.
        db.execute("pragma secure_delete = on")
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
        with _savepoint(db.conn):
            yield
        return
    db.conn.execute("begin immediate")
    try:
        yield
        db.conn.commit()
    except BaseException:
        db.conn.rollback()
        raise


@contextmanager
def _savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction within another one. The name is always the same, so that the statements need no new reading."""
    connection.execute("savepoint nested")
    try:
        yield
    except BaseException:
        # Some errors, such as a full disk, have undone all of the transaction.
        if connection.in_transaction:
            connection.execute("rollback to nested")
            connection.execute("release nested")
        raise
    connection.execute("release nested")
