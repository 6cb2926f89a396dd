"""One busy community: how long after a question the reply is there.

Run it with a release built: uv run python benchmarks/latency.py [--data var] [--platform discord] [--seconds 60]
The time is from the moment that the fake platform has a question, which mentions the bot, to the moment that the bot's
call with the reply has arrived there; the fake adds no delay. On Telegram the platform's own limit of 20 messages a
minute to a group would hold the replies up, so there it is lifted.
"""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from typing import Any

from platforms.counting import Account
from platforms.effort import Effort
from platforms.results import COMPLETE, barred, completeness, faults, report, speed
from platforms.sides import DiscordSide, Side, TelegramSide
from platforms.stage import on_stage, parser_for

WARM_UP_SECONDS = 3.0
P50_BAR_MS, P99_BAR_MS = 25, 150
LIFTED = (
    "connectors.telegram.group_per_minute=100000",
    "connectors.telegram.chat_per_second=1000",
    "connectors.telegram.overall_per_second=1000",
)


async def measure(options: Namespace) -> int:
    """Let people talk and print how long they waited; returns the exit code."""
    side: Side = TelegramSide() if options.platform == "telegram" else DiscordSide()
    lifted = LIFTED if options.platform == "telegram" else ()
    async with on_stage(options, [side], 1, *lifted) as stage:
        await stage.crowd.talk(options.rate, WARM_UP_SECONDS)
        await stage.settle()
        first = len(stage.crowd.said)
        effort = Effort(stage.bot)
        await stage.crowd.talk(options.rate, options.seconds)
        each = effort.milliseconds_each(len(stage.crowd.said) - first)
        await stage.settle()
        account = stage.account(first)
        figures = _figures(options, account, lifted) | {"cpu_ms_a_message": each, "cores": effort.cores()}
        return report(figures, COMPLETE, faults(account), stage.bot.tail())


def _figures(options: Namespace, account: Account, lifted: tuple[str, ...]) -> dict[str, Any]:
    figures = {"platform": options.platform, "limits_lifted": lifted, **completeness(account), **speed(account)}
    figures["p50_ms"] = barred(figures["p50_ms"], P50_BAR_MS)
    figures["p99_ms"] = barred(figures["p99_ms"], P99_BAR_MS)
    return figures


def main() -> None:
    """Measure and print."""
    parser = parser_for(__doc__, seconds=60.0, rate=10.0)
    parser.add_argument("--platform", choices=("discord", "telegram"), default="discord")
    parser.set_defaults(people=100)
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
