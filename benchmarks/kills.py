"""SIGKILL at random moments, again and again, while the crowd goes on: what is lost, and what said twice.

Run it with a release built: uv run python benchmarks/kills.py [--data var] [--rounds 60]
The bot is killed while it starts or at work, in some rounds after its model's process was. The fake platforms go on:
Telegram keeps what was not confirmed, Discord only the channels' history, which the bot looks back at. In the end the
bot is left alone until it is done. `--longest` is the most seconds that a round lets it work.
"""

from __future__ import annotations

import asyncio
import random
import sys
from argparse import Namespace
from typing import Any

from platforms.bot_process import BotProcess
from platforms.counting import Account
from platforms.results import COMPLETE, barred, completeness, faults, report, speed
from platforms.stage import Stage, both_sides, on_stage, parser_for

KILLED_WHILE_STARTING = 0.2
MODEL_KILLED_TOO = 0.25
FIRST_SECONDS = 3.0
"""What the crowd says before the first round: on Discord the bot looks back no further than it has heard before."""
MUST_HOLD = (*COMPLETE, "replied_again_telegram")


class Rounds:
    """The rounds that were played. `kills` are the bot's, `model_kills` those of the model's process."""

    def __init__(self, stage: Stage, longest: float, seed: int) -> None:
        self._bot = stage.bot
        self._longest = longest
        self._chance = random.Random(seed)  # noqa: S311 -- chance for a benchmark, not for secrets
        self._starting_seconds = 5.0
        self.kills = self.model_kills = self.kills_while_starting = 0

    async def play(self) -> None:
        """Kill the bot that works, and start it again: to be killed at once, or to work for a while."""
        await self._kill()
        await self._bot.start()
        if self._chance.random() < KILLED_WHILE_STARTING:
            await asyncio.sleep(self._chance.uniform(0, self._starting_seconds))
            self.kills_while_starting += 1
            await self._kill()
            await self._bot.start()
        self._starting_seconds = await self._bot.ready()
        if self._chance.random() < MODEL_KILLED_TOO:
            await self._pause()
            self._bot.kill_model()
            self.model_kills += 1
        await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, self._longest))

    async def _kill(self) -> None:
        await self._bot.kill()
        self.kills += 1


async def measure(options: Namespace) -> int:
    """Play the rounds, let the bot finish, and print what was lost; returns the exit code."""
    async with on_stage(options, both_sides(), options.communities) as stage:
        rounds = Rounds(stage, options.longest, options.seed)
        talking = asyncio.create_task(stage.crowd.talk(options.rate))
        await asyncio.sleep(FIRST_SECONDS)
        for _ in range(options.rounds):
            await rounds.play()
        talking.cancel()
        settled = await stage.settle()
        account = stage.account()
        figures = _figures(options, rounds, account) | {
            "seconds_until_last_outcome": settled,
            "temporary_mb_left": _temporary_mb(stage.bot),
        }
        return report(figures, MUST_HOLD, faults(account), stage.bot.tail())


def _figures(options: Namespace, rounds: Rounds, account: Account) -> dict[str, Any]:
    return {
        "rounds": options.rounds,
        "kills": rounds.kills,
        "kills_while_starting": rounds.kills_while_starting,
        "model_kills": rounds.model_kills,
        "rate": options.rate,
        **completeness(account),
        "replied_again_telegram": barred(account.replied_again("telegram"), rounds.kills),
        "replied_in_silence": len(account.replied_in_silence()),
        **speed(account),
    }


def _temporary_mb(bot: BotProcess) -> float:
    """How much disk the processes that were killed have left behind, with what is in use now."""
    files = [path for path in bot.scratch.rglob("*") if path.is_file()]
    return round(sum(path.stat().st_size for path in files) / 1e6, 1)


def main() -> None:
    """Measure and print."""
    parser = parser_for(__doc__, rounds=60, communities=20, rate=20.0, longest=5.0)
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
