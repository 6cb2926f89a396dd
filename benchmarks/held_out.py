"""The bars of docs/evaluation.md, on the held-out texts, through the Responder as `signpost ask --jsonl` asks it.

Run it with a release built: uv run python benchmarks/held_out.py [FILE.jsonl] [--data var]
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path

from bot.app import open_project
from bot.app.project import HELD_OUT_FILE
from bot.app.serving import serving
from bot.messages import Message, Outcome, Response
from bot.release_builder import LabelledText, read_labelled

Case = tuple[LabelledText, Response]


async def respond_to_all(data: Path, file: Path | None) -> list[Case]:
    """What the current release makes of every held-out text; questions and emergencies are also overheard."""
    project = open_project(data)
    lines = read_labelled(file or project.root / HELD_OUT_FILE)
    overheard = [
        LabelledText(line.text, line.answer, False, line.group) for line in lines if line.answer and line.addressed
    ]
    cases = []
    async with serving(project, project.releases.current(), record=False) as service:
        for number, line in enumerate([*lines, *overheard]):
            message = Message(line.text, channel=str(number), author=str(number), addressed=line.addressed)
            cases.append((line, await service.responder.respond(message)))
    return cases


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--data", type=Path, default=Path("var"))
    arguments = parser.parse_args()
    cases = asyncio.run(respond_to_all(arguments.data, arguments.file))
    asked = [case for case in cases if case[0].group == "question" and case[0].addressed]
    heard = [case for case in cases if case[0].group == "question" and not case[0].addressed]
    urgent = [case for case in cases if case[0].group == "urgent"]
    print("| what | share | of |\n| --- | --- | --- |")
    _row("questions, addressed: right", asked, _is_right)
    _row("questions, addressed: wrong", asked, _is_wrong)
    _row("questions, addressed: right or offered", asked, lambda c: _is_right(c) or _is_offered(c))
    _row("questions, addressed: urgent help by mistake", asked, _is_urgent)
    answered = [case for case in heard if case[1].outcome is Outcome.ANSWERED]
    _row("questions, overheard: answered (coverage)", heard, lambda c: c[1].outcome is Outcome.ANSWERED)
    _row("questions, overheard: right, of those answered (precision)", answered, _is_right)
    for group, title in (("near_miss", "near misses"), ("attack", "spam and attacks")):
        _row(f"{title}, addressed: not answered", _group(cases, group), lambda c: not _is_wrong(c))
    _row("community talk, overheard: silent", _group(cases, "community_talk"), _is_silent)
    _row("talk with alarming words, overheard: silent", _group(cases, "alarming_words"), _is_silent)
    _row("emergencies, addressed or overheard: urgent help", urgent, _is_urgent)
    _row("emergencies: the right urgent help", urgent, _is_right)


def _group(cases: list[Case], name: str) -> list[Case]:
    return [case for case in cases if case[0].group == name]


def _row(title: str, cases: list[Case], holds: Callable[[Case], bool]) -> None:
    if cases:
        print(f"| {title} | {sum(map(holds, cases)) / len(cases):.1%} | {len(cases)} |")


def _is_right(case: Case) -> bool:
    return case[1].answer == case[0].answer


def _is_wrong(case: Case) -> bool:
    return case[1].outcome is Outcome.ANSWERED and not _is_right(case)


def _is_offered(case: Case) -> bool:
    offered = [candidate.answer for candidate in case[1].candidates[:3]]
    return case[1].outcome is Outcome.CLARIFY and case[0].answer in offered


def _is_urgent(case: Case) -> bool:
    return case[1].outcome is Outcome.URGENT_HELP


def _is_silent(case: Case) -> bool:
    return case[1].reply is None


if __name__ == "__main__":
    main()
