"""A bot that answers in a process of its own, to be stopped at any moment: FOLDER ANSWERS.

It prints the number of each message once it has been handled.
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path

from tests.faults.desk import Desk, answers_in

CHECKPOINT_PAGES = 20
"""Small, so that many of the moments fall into one."""


async def main(folder: str, answers: str) -> None:
    """Answer until killed."""
    desk = Desk(Path(folder), answers_in(Path(answers)))
    desk.bench.database.run_now(lambda: desk.bench.database.fetch(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}"))
    for number in count():
        await desk.ask(number)
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
