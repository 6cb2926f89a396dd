"""A national consultation in minutes: 45,000 messages and 250,000 votes through the whole system, and what adds up.

Run it with a release built: uv run python benchmarks/consultation.py [--data var] [--messages 45000] [--votes 250000]

The 45,000 ideas and 250,000 votes of a month (the Spending Challenge of 2010) as fast as the bot takes them: the bot is
wired as `signpost run` wires it, with the real model, log and outbox, on two platforms of the benchmark's own, which
hand messages and presses over as connectors do and count what is delivered. `signpost console` runs beside it and
keeps the themes, and somebody reads its pages all the while. Every third message is one that no answer covers. It
prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from argparse import Namespace
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import msgspec
from platforms.counting import percentile
from platforms.results import barred
from replay.bot_process import PLATFORMS, Task, tally_of
from replay.console import ADDRESS, PASSWORD, Reader, signed_in
from replay.crowd import Tally
from replay.processes import ReplayError, Served, Watch
from replay.texts import consultation
from replay.totals import LogTotals, disagreements, faults

from bot.accounts import Role
from bot.app import open_project
from bot.app.office import with_accounts
from bot.app.project import QUESTIONS_FOLDER, RELEASES_FOLDER

SECONDS_BAR = 300.0
MEMORY_BARS = {"bot": 200.0, "console": 200.0, "model": 350.0, "themes": 350.0}
GROWTH_BAR = 0.1
"""By what share a process may grow after the first minute."""
MAY_MISS = ("slowest_page_median_ms", "memory_growth_themes")
"""What has a bar and doesn't decide the exit code: the speed of pages beside all the rest, and the growth of what holds
the meaning of every question, which is with their number."""
PAGE_BAR_MS = 300.0
SETTLE_SECONDS = 60.0
PATIENCE_SECONDS = 1800.0
LOOK_SECONDS = 1.0


@dataclass
class Replay:
    """The bot and the console at work on one folder."""

    folder: Path
    metrics: str
    console: httpx.AsyncClient
    watch: Watch
    began: float

    async def until_told(self) -> list[Tally]:
        """Wait until everybody has had their say; returns what each platform saw."""
        files = [tally_of(self.folder, platform) for platform in PLATFORMS]
        await self._until(lambda: all(file.exists() for file in files))
        return [msgspec.json.decode(file.read_bytes(), type=Tally) for file in files]

    async def until_in_themes(self) -> float:
        """Wait until every question that wants an answer is in a theme; returns the seconds since the beginning."""
        log = LogTotals(self.folder)
        await self._until(lambda: log.themes()[0] == 0)
        return time.monotonic() - self.began

    async def _until(self, is_done: Any) -> None:
        while not is_done():
            self.watch.look()
            if time.monotonic() - self.began > PATIENCE_SECONDS:
                raise ReplayError("The replay has not come to an end.")
            await asyncio.sleep(LOOK_SECONDS)
        self.watch.look()


async def measure(options: Namespace) -> int:
    """Replay the month, and print what became of it; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="signpost-benchmark-") as scratch:
        folder = options.keep or Path(scratch)
        texts = _prepared(folder, options)
        async with _replaying(folder, texts, options) as replay:
            async with _reading(replay.console) as reader:
                tallies = await replay.until_told()
                settled = await replay.until_in_themes()
            differing = await disagreements(folder, tallies, replay.metrics, replay.console)
            figures = _figures(options, replay, tallies, settled, reader)
        figures |= {**faults(folder, tallies), "totals_that_differ": barred(len(differing), 0)}
        return _report(figures, differing)


def _prepared(folder: Path, options: Namespace) -> Path:
    """The release in its place in a folder, and the messages in a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RELEASES_FOLDER).symlink_to((options.data / RELEASES_FOLDER).resolve(), target_is_directory=True)
    texts = folder / "messages.txt"
    said = consultation(open_project(folder).root / QUESTIONS_FOLDER, options.messages, options.seed)
    texts.write_text("".join(f"{' '.join(text.split())}\n" for text in said), encoding="utf-8")
    return texts


@asynccontextmanager
async def _replaying(folder: Path, texts: Path, options: Namespace) -> AsyncIterator[Replay]:
    """The console first, so that its reader is there when the people come."""
    await with_accounts(folder, lambda accounts: accounts.add(ADDRESS, "Ann", Role.ADMINISTRATOR, PASSWORD))
    settings = [part for name in ("port=0", "second_factor=off") for part in ("--set", f"console.{name}")]
    command = ["-m", "bot", "console", "--data", str(folder), *settings]
    console = Served("console", folder, command, r"Console: (http://\S+)")
    bot = Served("bot", folder, ["-m", "replay.bot_process"], r"Health and metrics: (http://\S+)")
    task = Task(
        str(folder), str(texts), options.messages, options.votes, options.in_hand, options.voters, options.seed,
        options.overrides,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        stack.push_async_callback(console.stop)
        client = await stack.enter_async_context(signed_in(await console.start()))
        stack.push_async_callback(bot.stop)
        metrics = await bot.start(msgspec.json.encode(asdict(task)))
        yield Replay(folder, metrics, client, Watch([bot, console]), time.monotonic())


@asynccontextmanager
async def _reading(console: httpx.AsyncClient) -> AsyncIterator[Reader]:
    reader = Reader(console)
    reading = asyncio.create_task(reader.read())
    try:
        yield reader
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading


def _figures(
    options: Namespace, replay: Replay, tallies: list[Tally], settled: float, reader: Reader
) -> dict[str, Any]:
    """Everything but the faults."""
    largest, early, late = replay.watch.largest(), replay.watch.at(SETTLE_SECONDS), replay.watch.at(settled)
    replies = sorted(time for tally in tallies for time in tally.reply_ms)
    pages = {path: round(median(times), 1) for path, times in reader.milliseconds.items()}
    outcomes = Counter(outcome for tally in tallies for outcome in tally.outcomes)
    return {
        "messages": options.messages,
        "votes": sum(sum(tally.helpful) + sum(tally.unhelpful) for tally in tallies),
        "presses": sum(tally.presses for tally in tallies),
        "outcomes": dict(outcomes.most_common()),
        "seconds_until_answered": round(max(tally.asked_seconds for tally in tallies), 1),
        "seconds_until_voted": round(max(tally.voted_seconds for tally in tallies), 1),
        "seconds_until_in_themes": barred(round(settled, 1), SECONDS_BAR),
        "cpu_seconds": replay.watch.cpu_seconds(),
        "in_hand": options.in_hand,
        "response_p50_ms": percentile(replies, 0.5),
        "response_p99_ms": percentile(replies, 0.99),
        **{f"memory_mb_{name}": barred(largest[name], bar) for name, bar in MEMORY_BARS.items() if name in largest},
        **{
            f"memory_growth_{name}": barred(round(late[name] / early[name] - 1, 3), GROWTH_BAR)
            for name in late
            if early[name]
        },
        "pages_read": sum(map(len, reader.milliseconds.values())),
        "page_median_ms": pages,
        "slowest_page_median_ms": barred(max(pages.values(), default=0.0), PAGE_BAR_MS),
        "pages_that_failed": barred(len(reader.failed), 0),
    }


def _report(figures: dict[str, Any], differing: list[str]) -> int:
    """Print the figures; returns the exit code: all that has a bar must hold, but for what may miss it."""
    print("{\n" + ",\n".join(f"  {json.dumps(name)}: {json.dumps(figure)}" for name, figure in figures.items()) + "\n}")
    barred_figures = {name: figure for name, figure in figures.items() if isinstance(figure, dict) and "bar" in figure}
    missed = [name for name, figure in barred_figures.items() if figure["is"] > figure["bar"]]
    failed = [name for name in missed if name not in MAY_MISS]
    if failed:
        print(*differing, f"Not as it must be: {', '.join(failed)}", sep="\n", file=sys.stderr)
    return 1 if failed else 0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("var"), help="where the releases are")
    parser.add_argument("--messages", type=int, default=45_000)
    parser.add_argument("--votes", type=int, default=250_000)
    parser.add_argument("--in-hand", type=int, default=256, help="messages that wait for their replies at once")
    parser.add_argument("--voters", type=int, default=96, help="people who vote at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--keep", type=Path, help="an empty folder for the log and stderr, to look at afterwards")
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
