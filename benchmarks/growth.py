"""How the cost of an answer grows: with the questions in the log, and with the number of answers.

Run it with a release built: uv run python benchmarks/growth.py [--data var] [--picture docs/images/growth.svg]

Logs of 1, 2 and 4 times --questions (and as many times --votes) are filled, and releases trained with each number of
--answers: the real answers and, beyond them, made-up ones, each with six questions (see growing.synthetic), so that
2,000 answers are learnt in minutes. Everything of one kind runs at the same time, in processes of its own, and is asked
in turn, one question after the other: the ratios of the medians tell the growth, whatever else the machine does. The
processor time that the model takes for a question stands beside them. It prints Markdown tables, then JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from big_log import fill_log
from growing.plot import draw
from growing.synthetic import build
from platforms import processes
from platforms.results import barred
from platforms.texts import held_out_texts

from bot.app import open_project
from bot.app.project import RELEASES_FOLDER, Project
from bot.app.serving import Service, serving
from bot.deliveries import Button, ButtonKind, Press
from bot.messages import Message

TIMES = (1, 2, 4)
LOG_BAR = 1.25
"""How many times as long an answer, or a vote, may take with the largest log as with the smallest: noise."""
WARM_UP = 20
MODEL = "nlu.worker"


@dataclass
class Asked:
    """One of those that are asked in turn: how long it took over each answer and vote, in milliseconds."""

    service: Service
    pid: int
    answers: list[float] = field(default_factory=list)
    votes: list[float] = field(default_factory=list)
    cpu_before: float = 0.0
    cpu_after: float = 0.0

    async def ask(self, number: int, text: str) -> None:
        """One question, its delivery, and a vote on the reply."""
        desk = self.service.desk
        assert desk is not None
        message = Message(text, "discord", "g", "growth", author=f"asker-{number}", message_id=f"growth-{number}")
        began = time.perf_counter()
        response = await desk.handler.respond(message)
        self.answers.append((time.perf_counter() - began) * 1000)
        for owed in response.owed:
            await desk.outbox.delivered(owed, [f"post-{number}"])
        began = time.perf_counter()
        button = Button(ButtonKind.HELPFUL)
        await desk.handler.press(Press(message.place, f"post-{number}", f"voter-{number}", button))
        self.votes.append((time.perf_counter() - began) * 1000)

    def row(self) -> dict[str, float]:
        """The medians, and the model's processor time for a question."""
        return {
            "answer_ms": round(statistics.median(self.answers[WARM_UP:]), 2),
            "vote_ms": round(statistics.median(self.votes[WARM_UP:]), 2),
            "model_cpu_ms": round((self.cpu_after - self.cpu_before) * 1000 / (len(self.answers) - WARM_UP), 2),
        }


async def measure(options: Namespace) -> int:
    """Measure both kinds of growth, print and draw them; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="signpost-benchmark-") as folder:
        project = open_project(options.data)
        by_log = await _side_by_side(_with_logs(project, Path(folder, "logs"), options), options.each)
        by_answers = await _side_by_side(_with_answers(project, Path(folder, "answers"), options), options.each)
    log_ratios, answer_ratios = _ratios(by_log), _ratios(by_answers)
    _print_table("questions in the log", by_log, log_ratios)
    _print_table("answers", by_answers, answer_ratios)
    if options.picture:
        log_works = {size: (ratios["answer_ms"], ratios["vote_ms"]) for size, ratios in log_ratios.items()}
        answer_works = {size: (ratios["answer_ms"], ratios["model_cpu_ms"]) for size, ratios in answer_ratios.items()}
        draw(
            options.picture,
            {
                "Questions in the log": (("an answer", "a vote"), log_works),
                "Answers": (("an answer", "the model's processor time"), answer_works),
            },
        )
    largest = max(answer_ratios)
    figures = {
        "answering_with_largest_log": barred(max(ratios["answer_ms"] for ratios in log_ratios.values()), LOG_BAR),
        "voting_with_largest_log": barred(max(ratios["vote_ms"] for ratios in log_ratios.values()), LOG_BAR),
        "answering_with_most_answers": barred(
            answer_ratios[largest]["answer_ms"], round(largest / min(answer_ratios), 2)
        ),
    }
    print(json.dumps({"by_log": by_log, "by_answers": by_answers, **figures}, indent=2))
    return int(any(figure["is"] > figure["bar"] for figure in figures.values()))


def _with_logs(project: Project, folder: Path, options: Namespace) -> dict[int, Project]:
    """A project for each size of log, all with the same release."""
    made = {}
    answers = project.releases.current().answers
    files = {path.stem: path.read_text(encoding="utf-8") for path in sorted(answers.glob("[!u]*/*.md"))}
    for times in TIMES:
        data = folder / str(times)
        data.mkdir(parents=True)
        (data / RELEASES_FOLDER).symlink_to((project.data / RELEASES_FOLDER).resolve())
        questions = options.questions * times
        fill_log(data, held_out_texts().questions, files, questions, options.votes * times)
        made[questions] = replace(project, data=data)
    return made


def _with_answers(project: Project, folder: Path, options: Namespace) -> dict[int, Project]:
    """A project with an empty log for each number of answers."""
    made = {}
    for count in options.answers:
        data = folder / str(count)
        data.mkdir(parents=True)
        began = time.monotonic()
        release = build(project, data, count)
        seconds, known = time.monotonic() - began, release.manifest.questions
        print(f"Trained {release.manifest.answers} answers, {known} questions: {seconds:.0f} s.", file=sys.stderr)
        made[release.manifest.answers] = replace(project, data=data)
    return made


async def _side_by_side(projects: Mapping[int, Project], each: int) -> dict[int, dict[str, float]]:
    """What an answer takes with each project, all of them asked in turn."""
    texts = held_out_texts().questions
    async with AsyncExitStack() as stack:
        asked: dict[int, Asked] = {}
        for size, project in projects.items():
            before = _models()
            service = await stack.enter_async_context(serving(project, project.releases.current(), record=True))
            asked[size] = Asked(service, *(_models() - before))
        for number in range(each + WARM_UP):
            if number == WARM_UP:
                for one in asked.values():
                    one.cpu_before = processes.cpu_seconds(one.pid)
            for one in asked.values():
                await one.ask(number, texts[number % len(texts)])
        for one in asked.values():
            one.cpu_after = processes.cpu_seconds(one.pid)
        return {size: one.row() for size, one in asked.items()}


def _models() -> set[int]:
    """The models' processes that this one has started."""
    children = processes.family(os.getpid())
    return {pid for pid in children if MODEL in processes.command_of(pid)}


def _ratios(rows: Mapping[int, Mapping[str, float]]) -> dict[int, dict[str, float]]:
    first = rows[min(rows)]
    return {
        size: {name: round(value / max(first[name], 0.01), 2) for name, value in row.items()}
        for size, row in rows.items()
    }


def _print_table(what: str, rows: Mapping[int, Mapping[str, float]], ratios: Mapping[int, Mapping[str, float]]) -> None:
    print(f"| {what} | an answer | a vote | the model's processor time |\n| --- | --- | --- | --- |")
    for size, row in rows.items():
        cells = [f"{value:.2f} ms ({ratios[size][name]:.2f}×)" for name, value in row.items()]
        print(f"| {size:,} | {' | '.join(cells)} |")
    print()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("var"), help="where the releases are")
    parser.add_argument("--questions", type=int, default=45_000, help="in the smallest log; at least 1,000")
    parser.add_argument("--votes", type=int, default=250_000)
    parser.add_argument("--answers", type=int, nargs="+", default=[118, 500, 2_000])
    parser.add_argument("--each", type=int, default=300, help="questions that are asked of each")
    parser.add_argument("--picture", type=Path, help="an SVG file to draw")
    sys.exit(asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
