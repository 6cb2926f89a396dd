"""Everything in its place: the fake platforms, the crowd, and the bot on a folder whose question log is empty."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app.project import RELEASES_FOLDER
from platforms.bot_process import BotProcess
from platforms.counting import Account, Log, Replies
from platforms.crowd import Crowd
from platforms.sides import DiscordSide, Side, TelegramSide
from platforms.texts import held_out_texts

GREETING_SECONDS = 2.0
"""What the bot has to greet new communities before the crowd begins."""
LOOK_EVERY = 0.1
PATIENCE_SECONDS = 90.0
"""How long nothing may move before what is left counts as lost: Telegram's limits may hold a reply for a minute."""


@dataclass
class Stage:
    """What a benchmark works with. The crowd begins at `started` (time.monotonic)."""

    sides: Sequence[Side]
    bot: BotProcess
    crowd: Crowd
    log: Log
    replies: Replies
    started: float

    def account(self, first: int = 0) -> Account:
        """All that was said so far, but for the messages before the `first`, with what became of it."""
        return Account(self.crowd.said[first:], self.replies.times, self.log.outcomes(), self.log.owed(), self.started)

    async def settle(self) -> float:
        """Wait until all that was said has an outcome and nothing is owed, or nothing moves any more.

        Returns the seconds until the last outcome was recorded.
        """
        began = last_moved = recorded = time.monotonic()
        before = (-1, -1)
        while time.monotonic() - last_moved < PATIENCE_SECONDS:
            now = self.log.progress()
            if now != before:
                last_moved = time.monotonic()
                recorded = last_moved if now[0] != before[0] else recorded
            if now[0] >= len(self.crowd.said) and now[1] == 0:
                break
            before = now
            await asyncio.sleep(LOOK_EVERY)
        # What is marked as delivered was posted before; a reply to what was said last may need no mark at all.
        await asyncio.sleep(LOOK_EVERY)
        return round(recorded - began, 2)


def parser_for(description: str | None, **defaults: Any) -> ArgumentParser:
    """The options that all of these benchmarks have, with defaults of their own."""
    parser = ArgumentParser(description=description, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("var"), help="where the releases are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=50, help="in each community")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--keep", type=Path, help="a folder for the question log and stderr, to look at afterwards")
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser


@asynccontextmanager
async def on_stage(
    options: Namespace, sides: Sequence[Side], communities: int, *overrides: str
) -> AsyncIterator[Stage]:
    """Let the bot be ready; at the end it is stopped. If anything fails, the end of what it logged is printed."""
    async with AsyncExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="signpost-benchmark-")))
        _link_releases(options.data, folder)
        for side in sides:
            await stack.enter_async_context(side.fake)
        crowd = Crowd(sides, communities, options.people, held_out_texts(), options.seed)
        environment = {name: value for side in sides for name, value in side.environment.items()}
        settings = [setting for side in sides for setting in side.overrides]
        bot = BotProcess(
            folder, environment, ["health.port=0", "console.port=0", *settings, *overrides, *options.overrides]
        )
        stack.push_async_callback(bot.stop)
        try:
            await bot.start()
            await bot.ready()
            await asyncio.sleep(GREETING_SECONDS)
            yield Stage(sides, bot, crowd, Log(folder), Replies(sides), time.monotonic())
        except BaseException:
            print(f"The bot's last words:\n{bot.tail()}", file=sys.stderr)
            raise


def both_sides() -> tuple[DiscordSide, TelegramSide]:
    """A Discord and a Telegram."""
    return DiscordSide(), TelegramSide()


def _link_releases(data: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RELEASES_FOLDER).symlink_to((data / RELEASES_FOLDER).resolve(), target_is_directory=True)
