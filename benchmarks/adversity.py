"""A third of all calls get a 429, others a 500 or nonsense, connections are dropped: all must be delivered, in order.

Run it with a release built: uv run python benchmarks/adversity.py [--data var] [--seconds 120] [--share 0.333]
Beside the `--share` of 429s, `--errors` is that of 500s, of answers that are no JSON, and of JSON of another shape.
On Discord a 429 asks for a twentieth of a second's patience and on Telegram for a second's, the least that it knows.
Every `--drop` seconds all connections are cut: Discord's gateway, cleanly and abruptly in turn, and whatever Telegram
has in hand. A reply whose call was carried out on Telegram just before the cut can't be known to be there.
"""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections import Counter
from typing import Any

from platforms.counting import Account
from platforms.results import COMPLETE, barred, completeness, faults, report, speed
from platforms.sides import DiscordSide, TelegramSide
from platforms.stage import both_sides, on_stage, parser_for

RETRY_AFTER_DISCORD = 0.05
RETRY_AFTER_TELEGRAM = 1
MUST_HOLD = (*COMPLETE, "replied_again_telegram", "out_of_order")


async def measure(options: Namespace) -> int:
    """Let the crowd talk through it all and print what arrived; returns the exit code."""
    discord, telegram = both_sides()
    _trouble(options, discord, telegram)
    async with on_stage(options, [discord, telegram], options.communities) as stage:
        await stage.crowd.talk(options.rate, options.seconds)
        settled = await stage.settle()
        account = stage.account()
        figures = _figures(options, account, discord, telegram) | {"seconds_until_last_outcome": settled}
        details = faults(account, out_of_order=account.out_of_order())
        return report(figures, MUST_HOLD, details, stage.bot.tail())


def _trouble(options: Namespace, discord: DiscordSide, telegram: TelegramSide) -> None:
    discord.fake.faults.too_many_requests = telegram.fake.faults.flood = options.share
    for faulty in (discord.fake.faults, telegram.fake.faults):
        faulty.malformed = faulty.misshapen = options.errors
    discord.fake.faults.server_errors = telegram.fake.faults.error = options.errors
    discord.fake.faults.retry_after, telegram.fake.faults.retry_after = RETRY_AFTER_DISCORD, RETRY_AFTER_TELEGRAM
    discord.fake.faults.drop_every = telegram.fake.faults.drop_every = options.drop


def _figures(options: Namespace, account: Account, discord: DiscordSide, telegram: TelegramSide) -> dict[str, Any]:
    record = discord.fake.record
    drops = record.counts["dropped"]
    return {
        "communities": options.communities,
        "rate": options.rate,
        "seconds": options.seconds,
        "share_of_429": options.share,
        "share_of_500_of_no_json_and_of_another_shape": options.errors,
        "discord_429": sum(count for (_, _, status), count in record.call_counts.items() if status == 429),
        "telegram_429": telegram.fake.world.record.statuses[429],
        "discord_500": sum(count for (_, _, status), count in record.call_counts.items() if status == 500),
        "telegram_faults": dict(Counter(fault.value for _, fault in telegram.fake.faults.met)),
        "drops": drops,
        "discord_resumed": record.counts["resumed"],
        "discord_identified": record.counts["identified"],
        **completeness(account),
        "out_of_order": barred(len(account.out_of_order()), 0),
        "replied_again_telegram": barred(account.replied_again("telegram"), drops),
        **speed(account),
    }


def main() -> None:
    """Measure and print."""
    parser = parser_for(__doc__, communities=20, rate=10.0, seconds=120.0, share=0.333, errors=0.03, drop=20.0)
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
