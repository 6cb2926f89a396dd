"""A thousand messages in one moment, on each platform: every one must be seen to, and the bot hold no more than it can.

Run it with a release built: uv run python benchmarks/at_once.py [--data var] [--messages 1000]
One message in five is a question that mentions the bot. Telegram's limits hold: 30 replies a second in all, 20 a minute
in a group.
"""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace

from platforms.results import COMPLETE, barred, completeness, faults, report, speed
from platforms.stage import Stage, both_sides, on_stage, parser_for

LOOK_SECONDS = 0.1
MODEL_MB, OTHERS_MB = 350, 200
MUST_HOLD = (*COMPLETE, "replied_again_telegram", "telegram_limits_broken", "model_mb", "bot_mb")


async def measure(options: Namespace) -> int:
    """Let everybody speak, wait until the bot is done, and print what became of it; returns the exit code."""
    discord, telegram = both_sides()
    async with on_stage(options, [discord, telegram], options.communities) as stage:
        before = stage.bot.memory()
        stage.crowd.speak_at_once(options.messages * len(stage.sides))
        peak, settled = await _memory_until_settled(stage)
        account = stage.account()
        figures = {
            "messages_on_each": options.messages,
            "communities": options.communities,
            **completeness(account),
            "replied_again_telegram": barred(account.replied_again("telegram"), 0),
            "telegram_limits_broken": barred(len(telegram.fake.violations), 0),
            "memory_mb_before": before,
            "bot_mb": barred(peak.get("bot", 0.0), OTHERS_MB),
            "model_mb": barred(peak.get("model", 0.0), MODEL_MB),
            "seconds_until_last_outcome": settled,
            **speed(account),
        }
        return report(figures, MUST_HOLD, faults(account), stage.bot.tail())


async def _memory_until_settled(stage: Stage) -> tuple[dict[str, float], float]:
    """The most that each process has held meanwhile, and the seconds until the last outcome."""
    settling = asyncio.create_task(stage.settle())
    peak: dict[str, float] = {}
    while not settling.done():
        for name, megabytes in stage.bot.memory().items():
            peak[name] = max(peak.get(name, 0.0), megabytes)
        await asyncio.wait({settling}, timeout=LOOK_SECONDS)
    return peak, settling.result()


def main() -> None:
    """Measure and print."""
    parser = parser_for(__doc__, messages=1000, communities=100)
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
