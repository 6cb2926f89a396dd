"""The power fails at any moment: what is on the disk opens clean, holds what was handled, and the bot goes on from it.

A copy of the files, taken while the process stands still, is what a disk holds after a power cut at that moment, if it
had been given all. What it had not been given yet is the end of the write-ahead log, which is then cut off anywhere.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.answers import AnswerBase
from bot.storage import database
from bot.storage.database import DATABASE_FILE, KEY_FILE
from bot.storage.migrations import migrations
from tests.faults.desk import Desk, assert_sound, outcomes, rows
from tests.waiting import until

ROOT = Path(__file__).parents[2]
MOMENTS = 8
WAL_HEADER, FRAME_HEADER = 32, 24
GIVEN_TO_FILE = 128
"""Where the shared memory says how many frames may be in the database file already: the log was put on disk before."""


@dataclass(frozen=True)
class Cut:
    """What was on the disk when the power failed, and how many messages had been handled by then."""

    folder: Path
    handled: int

    @property
    def wal(self) -> Path:
        """The write-ahead log."""
        return self.folder / f"{DATABASE_FILE}-wal"

    def another(self, name: str) -> Cut:
        """The same once more, to be cut otherwise."""
        return Cut(
            Path(shutil.copytree(self.folder, self.folder.with_name(f"{self.folder.name} {name}"))), self.handled
        )

    def certain_bytes(self) -> int:
        """How much of the write-ahead log was on the disk for certain."""
        (page,) = struct.unpack_from(">H", (self.folder / DATABASE_FILE).read_bytes(), 16)
        (frames,) = struct.unpack_from("=I", (self.folder / f"{DATABASE_FILE}-shm").read_bytes(), GIVEN_TO_FILE)
        return WAL_HEADER + int(frames) * (FRAME_HEADER + int(page))


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Cut]]:
    """Copies of a working bot's files at random moments."""
    folder = tmp_path_factory.mktemp("bot")
    said = folder / "said.txt"
    with said.open("w") as out:
        command = [sys.executable, "-m", "tests.faults.at_work", str(folder / "data"), str(folder / "answers")]
        process = subprocess.Popen(command, cwd=ROOT, stdout=out)
    try:
        yield [_cut(process, folder, said, moment) for moment in range(MOMENTS)]
    finally:
        process.kill()
        process.wait()


def _cut(process: subprocess.Popen[bytes], folder: Path, said: Path, moment: int) -> Cut:
    """Let it work for a while, and copy its files."""
    chance = random.Random(moment)
    enough = _handled(said) + chance.randint(3, 12)
    while _handled(said) < enough:
        assert process.poll() is None
        time.sleep(0.002)
    time.sleep(chance.uniform(0, 0.005))
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)
    copy = folder / f"cut {moment}"
    copy.mkdir()
    for path in (folder / "data").glob(f"{DATABASE_FILE}*"):
        shutil.copy(path, copy)
    shutil.copy(folder / "data" / KEY_FILE, copy)
    handled = _handled(said)
    process.send_signal(signal.SIGCONT)
    return Cut(copy, handled)


def _handled(said: Path) -> int:
    return said.read_text().count("\n")


async def _goes_on(cut: Cut, answers: AnswerBase) -> None:
    """The file opens clean; what is handed over once more, and what comes new, gets one outcome each."""
    with closing(Desk(cut.folder, answers)) as desk:
        assert_sound(cut.folder)
        opened = desk.bench.database
        assert opened.run_now(lambda: migrations.pending(opened._db)) == []
        await desk.resume()
        lost_from = min(len(outcomes(cut.folder)), cut.handled)
        await desk.ask_all(range(max(lost_from - 5, 0), cut.handled + 5))
    assert set(outcomes(cut.folder)) == {f"m{number}" for number in range(cut.handled + 5)}
    assert rows(cut.folder, "select 1 from outbox where delivered_at is null and dropped_at is null") == []
    assert all(times == 1 for times in desk.posted.values())
    assert_sound(cut.folder)


async def test_all_that_was_handled_is_there(cuts: list[Cut], answers: AnswerBase) -> None:
    """Where the disk had been given all, nothing is lost; nor by the half of a row that was just being written."""
    for cut in cuts:
        torn = cut.another("torn")
        with torn.wal.open("ab") as wal:
            wal.write(os.urandom(1000))
        for one in (cut.another("whole"), torn):
            assert set(outcomes(one.folder)) >= {f"m{number}" for number in range(cut.handled)}
            await _goes_on(one, answers)


async def test_the_disk_is_given_what_is_new(
    tmp_path: Path, answers: AnswerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Again and again while there is something, and not while there is nothing."""
    given: list[str] = []
    fsync = os.fsync

    def note(opened: int) -> None:
        given.append(os.readlink(f"/proc/self/fd/{opened}"))
        fsync(opened)

    monkeypatch.setattr(database, "ON_DISK_SECONDS", 0.01)
    with closing(Desk(tmp_path, answers)) as desk:
        monkeypatch.setattr(os, "fsync", note)
        keeping = asyncio.create_task(desk.bench.database.keep_on_disk())
        for number in range(3):
            await desk.ask(number)
            await until(lambda: len(given) > number)  # noqa: B023 -- at once
        await asyncio.sleep(0.1)
        settled = len(given)
        await asyncio.sleep(0.2)
        # The last that was written may have had to wait for a slow disk.
        assert set(given) == {f"{tmp_path / DATABASE_FILE}-wal"} and len(given) <= settled + 1
        keeping.cancel()
        await asyncio.wait({keeping})


@pytest.mark.parametrize("fault", ["cut off", "overwritten"])
async def test_what_the_disk_had_not_been_given_leaves_it_whole(
    cuts: list[Cut], answers: AnswerBase, fault: str
) -> None:
    """The end of the log is missing, or is noise: what came before is there, and with each reply its question."""
    for number, cut in enumerate(cuts):
        torn, chance = cut.another(fault), random.Random(number)
        content = torn.wal.read_bytes()
        kept = chance.randint(min(torn.certain_bytes(), len(content)), len(content))
        noise = b"" if fault == "cut off" else chance.randbytes(len(content) - kept)
        torn.wal.write_bytes(content[:kept] + noise)
        numbers = sorted(int(message[1:]) for message in outcomes(torn.folder))
        assert numbers == list(range(len(numbers)))
        await _goes_on(torn, answers)
