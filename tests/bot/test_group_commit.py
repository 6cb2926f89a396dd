"""What waits for the writer shares a transaction, and nobody notices: each work stands or falls by itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import QuestionLogError
from bot.messages import Meant
from bot.storage.group_commit import GroupCommit
from tests.disk import ANSWERED, ASKED, Disk, locked
from tests.votes import vote

MANY = 12
MEANT = Meant(bytes(768), {"pay": 0.71}, "abcd")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A database in a folder."""
    disk = Disk(tmp_path)
    yield disk
    disk.database.close()


@asynccontextmanager
async def held_up(disk: Disk) -> AsyncIterator[list[str]]:
    """The writer is busy until the context is left; yields the statements that begin or end transactions."""
    seen: list[str] = []
    free = threading.Event()
    connection = disk.database._db.conn
    note: Callable[[str], None] = lambda sql: seen.append(sql) if sql in ("begin immediate", "COMMIT") else None  # noqa: E731
    disk.database.run_now(lambda: connection.set_trace_callback(note))
    waiting = asyncio.create_task(disk.database.run(free.wait))
    await asyncio.sleep(0)
    yield seen
    free.set()
    await waiting


async def record_many(disk: Disk) -> list[asyncio.Task[object]]:
    """Record questions at once, without waiting for them."""
    messages = [replace(ASKED, message_id=f"m{number}") for number in range(MANY)]
    tasks = [asyncio.create_task(disk.log.record(one, one.message_id, (), ANSWERED)) for one in messages]
    await asyncio.sleep(0)
    return tasks  # type: ignore[return-value]


async def test_what_waits_is_one_transaction_in_order(disk: Disk) -> None:
    """Each is told its own result."""
    async with held_up(disk) as seen:
        tasks = await record_many(disk)
    recorded = await asyncio.gather(*tasks)
    assert [one.question_id for one in recorded] == list(range(1, MANY + 1))  # type: ignore[attr-defined]
    assert [text for (text,) in disk.rows("select text from questions order by id")] == [f"m{n}" for n in range(MANY)]
    assert seen.count("begin immediate") == 1


async def test_a_work_that_fails_leaves_the_others_as_they_are(disk: Disk) -> None:
    """What the group had done is undone first, so that nothing is there twice."""
    async with held_up(disk):
        tasks = await record_many(disk)
        failing = asyncio.create_task(vote(disk.log, 999, "discord", "jo", True))
        late = asyncio.create_task(disk.log.record(replace(ASKED, message_id="late"), "late", (), ANSWERED))
        await asyncio.sleep(0)
    with pytest.raises(QuestionLogError, match="FOREIGN KEY"):
        await failing
    await asyncio.gather(*tasks, late)
    assert disk.rows("select count(*), count(distinct text) from questions") == [(MANY + 1, MANY + 1)]
    assert not disk.log._unwritten


async def test_a_group_that_cannot_be_written_is_kept_question_by_question(disk: Disk) -> None:
    """Each asker is told of an error, and each question is written once, in order, when it can be."""
    with locked(disk.folder):
        async with held_up(disk):
            tasks = await record_many(disk)
        failures = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(failure, QuestionLogError) for failure in failures)
    assert len(disk.log._unwritten) == MANY
    await disk.log.record(replace(ASKED, message_id="last"), "last", (), ANSWERED)
    rows = disk.rows("select text, outcome from questions order by id")
    assert rows == [*((f"m{number}", "error_question_log") for number in range(MANY)), ("last", "answered")]


async def test_what_a_question_means_is_kept_with_it(disk: Disk) -> None:
    """And only with words that are kept."""
    await disk.log.record(replace(ASKED, message_id="a"), "how much", (), replace(ANSWERED, meant=MEANT))
    await disk.log.record(replace(ASKED, message_id="b"), None, (), replace(ANSWERED, meant=MEANT))
    rows = disk.rows("select question_id, encoder, scores, release, length(vector) from question_vectors")
    assert rows == [(1, "abcd", '{"pay": 0.71}', "0007", 768)]


async def test_once_all_is_closed_nobody_waits() -> None:
    """Each is refused, the second as the first."""

    def refuse(work: Callable[[], None]) -> None:
        raise RuntimeError("closed")

    together = GroupCommit(refuse, nullcontext)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="closed"):
            await together.run(lambda: None)
