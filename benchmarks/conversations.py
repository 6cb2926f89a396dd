"""Questions in two parts, and replies to an answer: the shares in which what was asked for is given or offered.

Run it with a release built: uv run python benchmarks/conversations.py [--data var]
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from bot.app import open_project
from bot.app.project import HELD_OUT_FILE
from bot.app.serving import serving
from bot.messages import Given, Message, Response
from bot.responder import Responder

TWO_PART_FILE = HELD_OUT_FILE.with_name("two_part.jsonl")
FOLLOW_UP_FILE = HELD_OUT_FILE.with_name("follow_ups.jsonl")


async def measure(data: Path) -> tuple[list[bool], list[bool]]:
    """Which of the two-part questions, and which of the replies, get all that they ask for."""
    project = open_project(data)
    two_part, follow_ups = (_read(project.root / file) for file in (TWO_PART_FILE, FOLLOW_UP_FILE))
    async with serving(project, project.releases.current(), record=False) as service:
        responder = service.responder
        both = [set(line["answers"]) <= _answers(await _ask(responder, line)) for line in two_part]
        right = [_is_right(line, await _ask(responder, line), responder) for line in follow_ups]
    return both, right


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("var"))
    both, right = asyncio.run(measure(parser.parse_args().data))
    print("| what | share | of |\n| --- | --- | --- |")
    _row("two-part questions: both answers given or offered", both)
    _row("replies to an answer: the right answer, for the right nation, given or offered", right)


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def _ask(responder: Responder, line: dict[str, Any]) -> Response:
    after = Given(line["after"]) if "after" in line else None
    return await responder.respond(Message(line["text"], channel=line["text"], after=after))


def _shown(response: Response) -> set[Given]:
    """The answers given and offered, each for its nation; of an answer given, other nations' texts don't count."""
    reply = response.reply
    if reply is None:
        return set()
    offered = {Given(choice.answer, choice.nation) for choice in reply.choices if choice.answer}
    if reply.given is None:
        return offered
    return {reply.given, *(other for other in offered if other.answer != reply.given.answer)}


def _answers(response: Response) -> set[str]:
    return {shown.answer for shown in _shown(response)}


def _is_right(line: dict[str, Any], response: Response, responder: Responder) -> bool:
    """Whether the answer is shown for the nation; the general text is right where the nation has none of its own."""
    nation = line["nation"] if responder.has_answer(line["answer"], line["nation"]) else ""
    return Given(line["answer"], nation) in _shown(response)


def _row(title: str, held: list[bool]) -> None:
    print(f"| {title} | {sum(held) / len(held):.1%} | {len(held)} |")


if __name__ == "__main__":
    main()
