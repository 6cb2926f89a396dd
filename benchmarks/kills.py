"""SIGKILL at random moments, again and again, while people and officials go on: what is lost, and what done twice.

Run it with a release built: uv run python benchmarks/kills.py [--data var] [--rounds 200]
Each round kills the bot, at work or while it starts, and by chance the model's process, the one that knows meanings and
the console, in which officials work. The fake platforms go on: Telegram keeps what was not confirmed, Discord only the
channels' history, which the bot looks back at. In the end all are left alone until they are done. `--longest` is the
most seconds that a round lets them work, and `--share` how often each of the others is killed in a round.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import statistics
import sys
import time
from argparse import Namespace
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from platforms.bot_process import MEANING, MODEL
from platforms.counting import Account
from platforms.officials import ConsoleProcess, Deeds, console_at_work, deeds
from platforms.results import COMPLETE, barred, completeness, faults, report, speed
from platforms.signpost_process import SignpostProcess
from platforms.stage import Stage, both_sides, on_stage, parser_for

BOT, STARTING, CONSOLE = "bot", "bot while it starts", "console"
KILLED_WHILE_STARTING = 0.2
NOTHING_IS_TOO_OLD = ("connectors.max_reply_age_minutes=600", "connectors.discord.look_back_minutes=600")
"""What is late by ten minutes isn't replied to. Away for most of the time, the bot would have much of that."""
FIRST_SECONDS = 3.0
"""What the crowd says before the first round: on Discord the bot looks back no further than it has heard before."""
LOOK_EVERY = 0.02
PAUSED, SERVICE = "kit_days", "debt"
"""The answer that officials pause, and the service for which they begin drafts."""
MUST_HOLD = (*COMPLETE, "replied_again_telegram", "actions_lost", "actions_done_twice", "actions_without_audit_line")


class Rounds:
    """The rounds that are played: of what was killed, after how many seconds each was back at work."""

    def __init__(self, stage: Stage, console: ConsoleProcess, options: Namespace) -> None:
        """Nothing is killed yet."""
        self._bot = stage.bot
        self._console = console
        self._longest, self._share = options.longest, options.share
        self._chance = random.Random(options.seed)  # noqa: S311 -- chance for a benchmark, not for secrets
        self._starting_seconds = 5.0
        self._others = {MODEL: self._kill_model, MEANING: self._kill_meaning, CONSOLE: self._kill_console}
        self._away: dict[str, asyncio.Task[None]] = {}
        self.back_after: dict[str, list[float]] = defaultdict(list)

    async def play(self) -> None:
        """Kill the bot, and by chance what else is at work, each at a moment of its own; and let the bot come back."""
        for what, kill in self._others.items():
            is_back = what not in self._away or self._away[what].done()
            if is_back and self._chance.random() < self._share:
                self._away[what] = asyncio.create_task(self._sometime(kill))
        await self._sometime(self._kill_bot)

    async def finish(self) -> None:
        """Let all come back."""
        await asyncio.gather(*self._away.values())

    def table(self) -> list[dict[str, Any]]:
        """A row for each kind of process."""
        return [
            {
                "killed": what,
                "times": len(self.back_after[what]),
                "back_after_s_median": round(statistics.median(self.back_after[what] or [0]), 2),
                "back_after_s_longest": round(max(self.back_after[what], default=0), 2),
            }
            for what in (BOT, STARTING, *self._others)
        ]

    @property
    def kills_of_the_bot(self) -> int:
        """At work and while it starts."""
        return len(self.back_after[BOT]) + len(self.back_after[STARTING])

    async def _sometime(self, kill: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(self._chance.uniform(0, self._longest))
        await kill()

    async def _kill_bot(self) -> None:
        began = time.monotonic()
        await self._bot.kill()
        await self._bot.start()
        if self._chance.random() < KILLED_WHILE_STARTING:
            await asyncio.sleep(self._chance.uniform(0, self._starting_seconds))
            await self._bot.kill()
            await self._bot.start()
            killed = STARTING
        else:
            killed = BOT
        self._starting_seconds = await self._bot.ready()
        self.back_after[killed].append(time.monotonic() - began)

    async def _kill_console(self) -> None:
        began = time.monotonic()
        await self._console.kill()
        await self._console.start()
        await self._console.ready()
        self.back_after[CONSOLE].append(time.monotonic() - began)

    async def _kill_model(self) -> None:
        await self._kill_helper(MODEL, self._bot)

    async def _kill_meaning(self) -> None:
        await self._kill_helper(MEANING, self._bot, self._console)

    async def _kill_helper(self, module: str, *parents: SignpostProcess) -> None:
        """Kill a process that another one has started, and wait for the next one."""
        killed = await self._helpers(module, parents)
        for pid in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        await self._helpers(module, parents, but=killed)
        self.back_after[module].append(time.monotonic() - began)

    async def _helpers(self, module: str, parents: Sequence[SignpostProcess], but: Collection[int] = ()) -> set[int]:
        """The processes of a module, once there are any but these."""
        found: set[int] = set()
        while not found:
            await asyncio.sleep(LOOK_EVERY)
            found = {pid for parent in parents for pid in parent.helpers(module)} - set(but)
        return found


async def measure(options: Namespace) -> int:
    """Play the rounds, let everything finish, and print what was lost; returns the exit code."""
    async with on_stage(options, both_sides(), options.communities, *NOTHING_IS_TOO_OLD) as stage:
        folder = stage.bot.log.parent
        talking = asyncio.create_task(stage.crowd.talk(options.rate))
        async with console_at_work(folder, PAUSED, SERVICE) as (console, officials):
            await asyncio.sleep(FIRST_SECONDS)
            rounds = Rounds(stage, console, options)
            for _ in range(options.rounds):
                await rounds.play()
            await rounds.finish()
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        settled = await stage.settle()
        account, done = stage.account(), deeds(folder, officials.done)
        figures = _figures(options, rounds, account, done) | {
            "seconds_until_last_outcome": settled,
            "temporary_mb_left": _temporary_mb(stage.bot),
        }
        details = faults(account) | _deeds_at_fault(done)
        return report(figures, MUST_HOLD, details, f"{stage.bot.tail()}\nThe console's:\n{console.tail()}")


def _figures(options: Namespace, rounds: Rounds, account: Account, done: Deeds) -> dict[str, Any]:
    return {
        "rounds": options.rounds,
        "kills": rounds.table(),
        "rate": options.rate,
        **completeness(account),
        "replied_again_telegram": barred(account.replied_again("telegram"), rounds.kills_of_the_bot),
        "replied_in_silence": len(account.replied_in_silence()),
        "actions": len(done.done),
        "actions_without_answer": sum(not one.got_answer for one in done.done),
        "actions_lost": barred(len(done.lost()), 0),
        "actions_done_twice": barred(len(done.done_twice()), 0),
        "actions_without_audit_line": barred(len(done.half_done()), 0),
        **speed(account),
    }


def _deeds_at_fault(done: Deeds) -> dict[str, list[dict[str, Any]]]:
    found = {"lost": done.lost(), "done_twice": done.done_twice(), "without_audit_line": done.half_done()}
    return {name: [vars(one) for one in actions] for name, actions in found.items() if actions}


def _temporary_mb(process: SignpostProcess) -> float:
    """How much disk the processes that were killed have left behind, with what is in use now."""
    files = [path for path in process.scratch.rglob("*") if path.is_file()]
    return round(sum(path.stat().st_size for path in files) / 1e6, 1)


def main() -> None:
    """Measure and print."""
    parser = parser_for(__doc__, rounds=200, communities=20, rate=20.0, longest=3.0, share=0.5)
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
