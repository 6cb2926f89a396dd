"""Two hundred communities at once: every message must be seen to, and the bot stay as it was.

Run it with a release built: uv run python benchmarks/load.py [--data var] [--communities 200] [--rate 100]
Half of the communities are on a fake Discord and half on a fake Telegram, whose limits the bot obeys; one message in
five is a question that mentions the bot. The fakes run in this process: `cores` shows whether it is they that are slow,
and `crowd_late_p99_ms` whether the messages came as planned. Heartbeats are due every 5 s here, not every 41 s.
"""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from typing import Any

from platforms.effort import Effort
from platforms.results import COMPLETE, barred, completeness, faults, report, speed
from platforms.stage import Stage, both_sides, on_stage, parser_for

from connectors.fakes.discord_server import FakeDiscord

QUARTERS = 4
GROWTH_BAR = 0.05
MUST_HOLD = (*COMPLETE, "replied_again_telegram")


async def measure(options: Namespace) -> int:
    """Let the crowd talk, wait until the bot is done, and print what became of it; returns the exit code."""
    discord, telegram = both_sides()
    async with on_stage(options, [discord, telegram], options.communities) as stage:
        effort = Effort(stage.bot)
        memory = await _talk_in_quarters(options, stage)
        cores, each = effort.cores(), effort.milliseconds_each(len(stage.crowd.said))
        backlog = await stage.settle()
        account = stage.account()
        figures = {
            "communities": options.communities,
            "rate": options.rate,
            "seconds": options.seconds,
            **completeness(account),
            "replied_again_telegram": barred(account.replied_again("telegram"), 0),
            **_heartbeats(discord.fake),
            "telegram_limits_broken": barred(len(telegram.fake.violations), 0),
            "memory_mb_by_quarter": memory,
            "memory_growth": barred(_growth(memory), GROWTH_BAR),
            "cores": cores,
            "cpu_ms_a_message": each,
            "seconds_until_last_outcome": backlog,
            **speed(account),
        }
        return report(figures, MUST_HOLD, faults(account), stage.bot.tail())


async def _talk_in_quarters(options: Namespace, stage: Stage) -> list[dict[str, float]]:
    """The memory of the bot's processes after each quarter of the time."""
    talking = asyncio.create_task(stage.crowd.talk(options.rate, options.seconds))
    memory = []
    for _ in range(QUARTERS - 1):
        await asyncio.sleep(options.seconds / QUARTERS)
        memory.append(stage.bot.memory())
    await talking
    return [*memory, stage.bot.memory()]


def _growth(memory: list[dict[str, float]]) -> float:
    """By what share all processes together have grown from the first quarter's end to the last's."""
    first, *_, last = (sum(processes.values()) for processes in memory)
    return round(last / first - 1, 4) if first else 0.0


def _heartbeats(discord: FakeDiscord) -> dict[str, Any]:
    heartbeats = discord.record.heartbeats
    return {
        "heartbeats": heartbeats.received,
        "heartbeats_late": barred(len(heartbeats.late), 0),
        "heartbeats_missed": barred(heartbeats.missed, 0),
    }


def main() -> None:
    """Measure and print."""
    parser = parser_for(__doc__, communities=200, rate=100.0, seconds=300.0)
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
