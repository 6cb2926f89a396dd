"""A bot on a disk that fails it, in a process of its own: SCENE FOLDER ANSWERS. It prints what became of it as JSON.

The folder is on a disk of its own, a small one; but for `limited`, where the process may not write long files.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from bot.backups import make_backup
from bot.errors import BackupError, QuestionLogError
from bot.storage.database import DATABASE_FILE, Database
from tests.faults.desk import Desk, answers_in, assert_sound, logged, outcomes
from tests.waiting import until

BEFORE, MEANWHILE, AFTER = range(10), range(10, 190), range(190, 200)
NOBODY = 65534


async def fail_for_a_while(folder: Path, answers: Path, fail: Callable[[], None], mend: Callable[[], None]) -> Any:
    """Answer before, while and after something fails; returns what was told, written, posted and logged."""
    with logged() as lines, closing(Desk(folder, answers_in(answers), busy_seconds=1.0)) as desk:
        told = await desk.ask_all(BEFORE)
        fail()
        for number in MEANWHILE:
            told.append(await desk.ask(number))
        mend()
        # Nobody asks anything meanwhile.
        writing = asyncio.create_task(desk.bench.log.keep_writing())
        await until(lambda: not desk.bench.log._unwritten)
        writing.cancel()
        await asyncio.wait({writing})
        told += await desk.ask_all(AFTER)
    assert_sound(folder)
    return {
        "told": {f"m{number}": response.outcome.value for number, response in enumerate(told)},
        "written": outcomes(folder),
        "posted": desk.posted,
        "lines": lines,
    }


def full(folder: Path, answers: Path) -> Any:
    """Another program fills the disk, and later makes room."""
    ballast = folder / "ballast"
    refusals: list[str] = []

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        try:
            make_backup(folder, folder / "backup.tar.gz")
        except BackupError as error:
            refusals.append(str(error))

    became = asyncio.run(fail_for_a_while(folder, answers, fill, ballast.unlink))
    return {**became, "refusals": refusals, "left": [path.name for path in folder.glob("*backup*")]}


def limited(folder: Path, answers: Path) -> Any:
    """Files can't grow any longer: a write fails as on a disk with a fault."""
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    wal = folder / f"{DATABASE_FILE}-wal"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 100, most[1]))

    return asyncio.run(
        fail_for_a_while(folder, answers, limit, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, most))
    )


def unwritable(folder: Path, answers: Path) -> Any:
    """Somebody who may not write the files starts a bot on them: what it says."""
    Database(folder).close()
    (folder / DATABASE_FILE).chmod(0o444)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    return _refusal(folder)


def _refusal(folder: Path) -> str:
    try:
        with closing(Database(folder)) as database:
            database.run_now(lambda: database.insert("communities", {"platform": "discord", "joined_at": "now"}))
    except QuestionLogError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    scenes = {scene.__name__: scene for scene in (full, limited, unwritable)}
    print(json.dumps(scenes[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))))
