"""The database file: shared between processes, told of in one sentence when it fails, and silent about people."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import QuestionLogError
from bot.storage.database import DATABASE_FILE, KEY_FILE, Database
from bot.storage.question_log import unanswered_questions
from tests.disk import ANSWERED, ASKED, Disk, locked

ROOT = Path(__file__).parents[2]
WRITER = """
import asyncio, sys
from pathlib import Path
from bot.deliveries import Action, Owed
from bot.messages import Message, Outcome, Reply, Response
from bot.storage.database import Database
from bot.storage.outbox import Outbox
from bot.storage.question_log import QuestionLog

async def write(folder, name):
    print("ready", flush=True)
    sys.stdin.readline()
    database = Database(Path(folder), 100.0)
    log, outbox = QuestionLog(database), Outbox(database)
    for number in range(40):
        message = Message("", author=name, message_id=f"{name} {number}")
        owed = Owed(0, message.place, Action.POST, Reply("yes"), message.message_id)
        recorded = await log.record(message, f"{name} {number}", (), Response(Outcome.ANSWERED), [owed])
        await outbox.delivered(recorded.owed[0], [f"post {name} {number}"])
    print(database.pseudonym("terminal", "jo"))
    database.close()

asyncio.run(write(*sys.argv[1:]))
"""
Open = Callable[[], Database]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the database in the test's folder; whatever was opened is closed in the end."""
    databases: list[Database] = []

    def open_database() -> Database:
        databases.append(Database(tmp_path, busy_seconds=0.05))
        return databases[-1]

    yield open_database
    for database in databases:
        database.close()


def assert_one_sentence(error: BaseException) -> None:
    """A message that a person can read at once: one line, one full stop at its end."""
    assert re.fullmatch(r"[^\n]+[^.]\.", str(error)) and not re.search(r"\. [A-Z]", str(error)), str(error)


# Opening


def test_the_file_is_in_wal_mode(opened: Open, tmp_path: Path) -> None:
    """Officials can read while the bot writes."""
    opened()
    with closing(sqlite3.connect(tmp_path / DATABASE_FILE)) as other:
        assert other.execute("pragma journal_mode").fetchall() == [("wal",)]


def test_a_file_that_is_no_database_is_explained_and_kept(opened: Open, tmp_path: Path) -> None:
    """Somebody's other file under that name is refused, and not a byte of it is changed."""
    content = b"This is no database. " * 500
    (tmp_path / DATABASE_FILE).write_bytes(content)
    with pytest.raises(QuestionLogError, match="it is not a question log") as caught:
        opened()
    assert_one_sentence(caught.value)
    with pytest.raises(QuestionLogError, match="it is not a question log"):
        list(unanswered_questions(tmp_path))
    assert (tmp_path / DATABASE_FILE).read_bytes() == content


def test_a_folder_in_place_of_the_file_is_explained(opened: Open, tmp_path: Path) -> None:
    """Where the file can't be opened at all, the error says what to look at."""
    (tmp_path / DATABASE_FILE).mkdir()
    with pytest.raises(QuestionLogError, match="it can't be opened") as caught:
        opened()
    assert_one_sentence(caught.value)


def test_a_file_in_place_of_the_folder_is_explained(tmp_path: Path) -> None:
    """A data folder that is a file is refused in one sentence."""
    (tmp_path / "data").write_text("")
    with pytest.raises(QuestionLogError, match="can't be used for the question log") as caught:
        Database(tmp_path / "data")
    assert_one_sentence(caught.value)


def test_opening_a_locked_new_file_is_explained(opened: Open, tmp_path: Path) -> None:
    """A file that can't be set up because another process holds it says so, rather than start half made."""
    with closing(sqlite3.connect(tmp_path / DATABASE_FILE)) as other:
        other.execute("create table other (id)")
    with locked(tmp_path), pytest.raises(QuestionLogError, match="another process holds it") as caught:
        opened()
    assert_one_sentence(caught.value)


def test_processes_share_a_file_from_the_first_moment(tmp_path: Path) -> None:
    """Processes that make and write the same file at once lose no row and agree on the askers' key."""
    folder = tmp_path / "new" / "data"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), name],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in "abc"
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    pseudonyms = [writer.communicate()[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert len(set(pseudonyms)) == 1
    with closing(Disk(folder)) as disk:
        texts = sorted(text for (text,) in disk.rows("select text from questions"))
        assert texts == sorted(f"{name} {number}" for name in "abc" for number in range(40))
        assert disk.rows("select count(*), count(delivered_at) from outbox") == [(120, 120)]


# Transactions


def test_a_transaction_is_all_or_nothing(opened: Open) -> None:
    """What was written before a fault is taken back, within another transaction as well."""
    database = opened()

    def write() -> None:
        with database.transaction():
            database.insert("communities", {"platform": "discord", "community": "1", "joined_at": "now"})
            with database.transaction():
                database.insert("communities", {"platform": "discord", "community": "2", "joined_at": None})

    with pytest.raises(QuestionLogError):
        database.run_now(write)
    assert database.run_now(lambda: database.fetch("select * from communities")) == []


async def test_a_failure_leaves_the_file_usable(opened: Open) -> None:
    """The next one is written."""
    database = opened()
    with pytest.raises(QuestionLogError) as caught:
        await database.run(lambda: database.execute("insert into nowhere values (1)"))
    assert_one_sentence(caught.value)
    await database.run(lambda: database.insert("communities", {"platform": "discord", "joined_at": "now"}))
    assert await database.run(lambda: database.fetch("select count(*) from communities")) == [(1,)]


def test_closing_does_what_is_left_to_do(opened: Open) -> None:
    """Once, before the file is closed; closing twice does no harm."""
    done: list[object] = []
    database = opened()
    database.before_closing(lambda: done.append(database.fetch("select count(*) from questions")))
    database.close()
    database.close()
    assert done == [[(0,)]]


# Reading


async def test_a_reader_sees_what_has_been_written(opened: Open) -> None:
    """And not what is being written, however long that takes; nor does it wait for it."""
    database = opened()
    count = "select count(*) from communities where platform = ?"
    row = {"platform": "discord", "community": "1", "joined_at": "now"}
    await database.run(lambda: database.insert("communities", row))
    assert await database.read(count, "discord") == [(1,)]
    may_end, seen = threading.Event(), []

    def write() -> None:
        with database.transaction():
            database.insert("communities", {**row, "community": "2"})
            may_end.wait(100)

    writing = asyncio.create_task(database.run(write))
    seen += await database.read(count, "discord")
    may_end.set()
    await writing
    assert [*seen, *await database.read(count, "discord")] == [(1,), (2,)]


async def test_a_reader_can_only_read(opened: Open) -> None:
    """Writing is for the one thread that does it in order."""
    with pytest.raises(QuestionLogError, match="it is read-only") as caught:
        await opened().read("insert into communities (platform, joined_at) values ('discord', 'now')")
    assert_one_sentence(caught.value)


async def test_a_query_that_fails_is_explained(opened: Open) -> None:
    """The next one is answered."""
    database = opened()
    with pytest.raises(QuestionLogError) as caught:
        await database.read("select * from nowhere")
    assert_one_sentence(caught.value)
    assert await database.read("select count(*) from questions") == [(0,)]


async def test_readers_are_gone_once_it_is_closed(opened: Open, tmp_path: Path) -> None:
    """So that its write-ahead log is worked into the file, and taken away."""
    database = opened()
    await asyncio.gather(*(database.read("select count(*) from questions") for _ in range(10)))
    database.close()
    assert set(os.listdir(tmp_path)) == {DATABASE_FILE, KEY_FILE}


# People


def test_a_pseudonym_is_stable_and_tells_nothing(opened: Open) -> None:
    """A person keeps one pseudonym across restarts, another on each platform, and their name is not in it."""
    before, after = opened(), opened()
    assert before.pseudonym("discord", "jo#1") == after.pseudonym("discord", "jo#1")
    names = {after.pseudonym("discord", "jo#1"), after.pseudonym("telegram", "jo#1"), after.pseudonym("discord", "al")}
    assert len(names) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", name) for name in names)
    assert re.fullmatch(r"[0-9a-f]{32}", after.pseudonym("discord", "broken \ud800"))


def test_another_folder_has_another_key(tmp_path: Path) -> None:
    """Two departments' askers can't be joined."""
    with closing(Database(tmp_path / "a")) as one, closing(Database(tmp_path / "b")) as other:
        assert one.pseudonym("discord", "jo#1") != other.pseudonym("discord", "jo#1")


def test_the_key_is_the_owners_alone(opened: Open, tmp_path: Path) -> None:
    """Nobody else on the machine can read the key, and no scratch file is left of making it."""
    opened()
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert len((tmp_path / KEY_FILE).read_bytes()) == 32
    assert [path.name for path in tmp_path.glob("asker*")] == [KEY_FILE]


async def test_an_author_is_nowhere_in_the_file(tmp_path: Path) -> None:
    """The platform's name of a person is not stored."""
    with closing(Disk(tmp_path)) as disk:
        await disk.log.record(replace(ASKED, author="jo#1"), "how much is smp", (), ANSWERED)
    assert b"jo#1" not in (tmp_path / DATABASE_FILE).read_bytes()
