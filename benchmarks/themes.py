"""How long themes take: a whole log, a burst, one new question, a search by meaning; and how much memory.

Run it with a release built: uv run python benchmarks/themes.py [--data var] [--questions 45000] [--burst 2000]

The log is made of the held-out questions in other words, a third of which nobody could answer. It prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.app import open_project
from bot.messages import Message, Outcome, Response
from bot.storage.database import Database
from bot.storage.grouping_store import GroupingStore
from bot.storage.meaning_store import MeaningStore
from bot.storage.question_log import QuestionLog
from bot.themes.keeper import ThemeKeeper
from bot.themes.understanding import Understanding
from nlu.meaning_process import MeaningProcess

BEFORE = ("hi", "ok so", "quick one", "anyone know", "my mum asks", "hey all", "just wondering", "")
AFTER = ("please", "thanks", "in leeds", "for my sister", "asap", "any ideas?", "", "")
EACH = 20
BURST_BAR, ONE_BAR = 60.0, 2.0


class Log:
    """A log, and the keeper of its themes."""

    def __init__(self, folder: Path, options: Namespace) -> None:
        """An empty log."""
        project = open_project(options.data)
        self.database = Database(folder)
        self.log = QuestionLog(self.database)
        self.meaning = MeaningProcess()
        self.understanding = Understanding(self.meaning, MeaningStore(self.database), project.releases)
        self.keeper = ThemeKeeper(GroupingStore(self.database), self.understanding, folder)
        self.texts = _texts(project.root / "nlu" / "held_out" / "questions.jsonl")
        self.count = 0

    async def ask(self, outcome: Outcome) -> int:
        """Record one question."""
        self.count += 1
        message = Message("", "discord", "c", "g", author=f"p{self.count % 12_000}", message_id=f"m{self.count}")
        return (await self.log.record(message, next(self.texts), (), Response(outcome))).question_id

    async def ask_all(self, count: int, outcomes: tuple[Outcome, ...]) -> None:
        """Record many questions."""
        for number in range(count):
            await self.ask(outcomes[number % len(outcomes)])

    async def settle(self, is_done: Callable[[], object]) -> float:
        """Keep the themes until something holds; how many seconds that took."""
        started = time.perf_counter()
        while not is_done():
            if not await self.keeper.look():
                await asyncio.sleep(0.05)
        return round(time.perf_counter() - started, 2)

    def is_grouped(self) -> bool:
        """Whether every question that wants an answer is in a theme."""
        sql = "select (select count(*) from questions where outcome = ?), (select count(*) from theme_questions)"
        values = (Outcome.UNANSWERED_LOW_CONFIDENCE.value,)
        wanting, placed = self.database.run_now(lambda: self.database.fetch(sql, *values))[0]
        return bool(wanting == placed)

    def is_read(self) -> bool:
        """Whether every question can be found by meaning."""
        sql = "select (select count(*) from questions), (select count(*) from question_vectors)"
        asked, read = self.database.run_now(lambda: self.database.fetch(sql))[0]
        return bool(asked == read)

    def memory(self) -> dict[str, int]:
        """The process's memory in MB, now and at the most (Linux)."""
        status = Path(f"/proc/{self.meaning.pid}/status").read_text()
        return {name: int(status.split(f"{name}:")[1].split()[0]) // 1024 for name in ("VmRSS", "VmHWM")}


def _texts(path: Path) -> Iterator[str]:
    known = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    chance = random.Random(0)  # noqa: S311 -- no secret
    while True:
        words = chance.choice(known).split()
        if chance.random() < 0.5 and len(words) > 4:
            del words[chance.randrange(len(words))]
        yield " ".join([chance.choice(BEFORE), *words, chance.choice(AFTER)]).strip()


async def measure(options: Namespace) -> int:
    """Fill a log, keep its themes, and print what it took; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        log = Log(Path(folder), options)
        await log.ask_all(options.questions, (Outcome.UNANSWERED_LOW_CONFIDENCE, Outcome.ANSWERED, Outcome.SMALL_TALK))
        figures: dict[str, object] = {
            "questions": options.questions,
            "grouped_first_s": await log.settle(log.is_grouped),
        }
        await log.keeper.finish_regrouping()
        figures["all_read_s"] = await log.settle(log.is_read)
        ones = []
        for _ in range(EACH):
            await log.ask(Outcome.UNANSWERED_LOW_CONFIDENCE)
            ones.append(await log.settle(log.is_grouped))
        figures["one_median_s"], figures["one_worst_s"] = sorted(ones)[EACH // 2], max(ones)
        figures["search_ms"] = await _search(log)
        figures["memory_at_rest_mb"] = log.memory()["VmRSS"]
        await log.ask_all(options.burst, (Outcome.UNANSWERED_LOW_CONFIDENCE,))
        figures["burst"], figures["burst_s"] = options.burst, await log.settle(log.is_grouped)
        await log.keeper.finish_regrouping()
        figures["memory_peak_mb"] = log.memory()["VmHWM"]
        figures["themes"] = log.database.run_now(
            lambda: log.database.fetch("select count(*) from themes where questions > 0")
        )[0][0]
        await log.understanding.close()
        log.database.close()
    print(json.dumps(figures, indent=2))
    return int(float(str(figures["burst_s"])) > BURST_BAR or float(str(figures["one_worst_s"])) > ONE_BAR)


async def _search(log: Log) -> float:
    started = time.perf_counter()
    for number in range(EACH):
        await log.understanding.nearest(f"how much is maternity pay {number}", 50)
    return round((time.perf_counter() - started) / EACH * 1000, 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("var"))
    parser.add_argument("--questions", type=int, default=45_000)
    parser.add_argument("--burst", type=int, default=2_000)
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
