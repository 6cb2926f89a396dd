"""What is kept on disk, for tests: a real database with all that is kept in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from typing import Any

from bot.deliveries import Action, Owed
from bot.messages import Candidate, Choice, Given, Message, Outcome, Reply, Response, Source
from bot.storage.community_store import CommunityStore
from bot.storage.database import DATABASE_FILE, Database
from bot.storage.outbox import Outbox
from bot.storage.personal_records import PersonalRecords
from bot.storage.question_log import QuestionLog, Recorded

REPLY = Reply(
    "**£194** a week – or less",
    "Maternity pay",
    "Some figures have changed.",
    (Source("Pay", "https://www.gov.uk/pay"), Source("Leave", "https://www.gov.uk/leave")),
    "Department for Work and Pensions",
    "2026-11-22",
    (Choice("Wales", "pay", "wales"), Choice("None of these", "")),
    allows_feedback=True,
    allows_me_too=True,
    given=Given("pay", "scotland"),
)
ASKED = Message("", "discord", "parents", "general", author="jo", message_id="m1")
ANSWERED = Response(Outcome.ANSWERED, REPLY, "pay", 0.9, (Candidate("pay", 0.9),), "0007")
_new_ids = count(1000)


class Disk:
    """A database in a folder, opened, and everything that is kept in it."""

    def __init__(self, folder: Path, busy_seconds: float = 0.05) -> None:
        """Open it."""
        self.folder = folder
        self.database = Database(folder, busy_seconds)
        self.log = QuestionLog(self.database)
        self.outbox = Outbox(self.database)
        self.store = CommunityStore(self.database)
        self.records = PersonalRecords(self.database)

    async def record(self, owed: Sequence[Owed] = (), message: Message = ASKED, text: str = "how much") -> Recorded:
        """Record a question with what is owed for it. The message gets an id that no other has."""
        message = replace(message, message_id=f"m{next(_new_ids)}")
        return await self.log.record(message, text, (), ANSWERED, owed)

    async def owe(self, owed: Owed, message: Message | None = None) -> Owed:
        """Record a question of the same place with one thing that is owed for it."""
        place = owed.place
        asked = message or replace(ASKED, platform=place.platform, community=place.community, channel=place.channel)
        (recorded,) = (await self.record([owed], asked)).owed
        return recorded

    def rows(self, sql: str) -> list[Any]:
        """What a second connection reads."""
        with closing(sqlite3.connect(self.folder / DATABASE_FILE)) as db:
            return db.execute(sql).fetchall()

    def values(self) -> Iterator[tuple[str, Any]]:
        """Every value in every column of every table, with where it stands."""
        with closing(sqlite3.connect(self.folder / DATABASE_FILE)) as db:
            db.row_factory = sqlite3.Row
            for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
                for row in db.execute(f'select * from "{table}"'):
                    yield from ((f"{table}.{column}", row[column]) for column in row.keys())  # noqa: SIM118

    def close(self) -> None:
        """Close it. Safe to call twice."""
        self.database.close()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    with closing(sqlite3.connect(folder / DATABASE_FILE, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


def post(channel: str = "general", thread: str = "", **changes: Any) -> Owed:
    """A reply that is owed in a channel, not yet recorded. Its time is one that the database can hold."""
    now = datetime.now(timezone.utc)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    place = replace(ASKED, channel=channel, thread=thread).place
    return replace(Owed(0, place, Action.POST, REPLY, "m1", created_at=now), **changes)


def edit(owed: Owed, **changes: Any) -> Owed:
    """An edit of something owed, not yet recorded."""
    return replace(owed, id=0, action=Action.EDIT, replaces=owed.id, **changes)


def removal(owed: Owed) -> Owed:
    """The removal of something owed, not yet recorded."""
    return Owed(0, owed.place, Action.REMOVE, replaces=owed.id)
