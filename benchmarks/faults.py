"""Another process holds the question log for half a minute, while communities go on talking: what is lost, what said.

Run it with a release built: uv run python benchmarks/faults.py [--data var] [--hold 30] [--times 2] [--quiet 5]
All is well for `--quiet` seconds before, between and after. Meanwhile whoever asks is told of an error within
`question_log.busy_seconds`, and emergencies are helped. In the end every message must have one outcome, and one reply
where it has any.
tests/faults/ injects all other faults.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from argparse import Namespace
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from platforms.counting import Account
from platforms.results import COMPLETE, barred, completeness, faults, report, speed
from platforms.stage import Stage, both_sides, on_stage, parser_for

from bot.messages import Outcome
from bot.storage.database import DATABASE_FILE

MUST_HOLD = (*COMPLETE, "lines_for_each_lock", "replied_again_telegram")
LINE = "another process holds it"


async def measure(options: Namespace) -> int:
    """Hold the log again and again, let the bot finish, and print what became of it all; returns the exit code."""
    async with on_stage(options, both_sides(), options.communities) as stage:
        talking = asyncio.create_task(stage.crowd.talk(options.rate))
        await asyncio.sleep(options.quiet)
        for _ in range(options.times):
            await asyncio.to_thread(_hold, stage.bot.log.parent, options.hold)
            await asyncio.sleep(options.quiet)
        talking.cancel()
        settled = await stage.settle()
        account = stage.account()
        figures = _figures(options, stage, account) | {"seconds_until_last_outcome": settled}
        return report(figures, MUST_HOLD, faults(account), stage.bot.tail())


def _hold(folder: Path, seconds: float) -> None:
    """Keep everybody else from writing, on a connection of its own."""
    with closing(sqlite3.connect(folder / DATABASE_FILE, timeout=60, isolation_level=None)) as db:
        db.execute("begin exclusive")
        time.sleep(seconds)
        db.execute("rollback")


def _figures(options: Namespace, stage: Stage, account: Account) -> dict[str, Any]:
    outcomes = Counter(outcome for found in account.outcomes.values() for outcome in found)
    lines = stage.bot.log.read_text(encoding="utf-8", errors="replace").count(LINE)
    return {
        "locks": options.times,
        "seconds_each": options.hold,
        "rate": options.rate,
        **completeness(account),
        "told_of_an_error": outcomes[Outcome.ERROR_QUESTION_LOG],
        # Each part that writes says so once a minute: what handles messages, and what notes deliveries.
        "lines_for_each_lock": barred(lines / options.times, 3),
        "replied_again_telegram": barred(account.replied_again("telegram"), 0),
        **speed(account),
    }


def main() -> None:
    """Measure and print."""
    parser = parser_for(__doc__, communities=20, rate=20.0, hold=30.0, times=2, quiet=5.0)
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
