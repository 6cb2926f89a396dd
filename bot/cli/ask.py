"""`signpost ask`: one question and its reply, or many as JSON lines."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from bot.cli.options import DEFAULT_DATA, Data
from bot.cli.release import current_release

if TYPE_CHECKING:
    from bot.app import Project
    from bot.app.serving import Service
    from bot.messages import Given, Message, Response
    from bot.releases import Release

IN_HAND = 4
"""How many lines are worked on at once: enough to keep the model busy."""


def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")] = "",
    data: Data = DEFAULT_DATA,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read a JSON object a line from standard input, write one for each.")
    ] = False,
    record: Annotated[bool, typer.Option("--record", help="Keep the questions in the log.")] = False,
) -> None:
    """Ask one question and print the reply."""
    from bot.app import open_project

    if jsonl == bool(question):
        raise typer.BadParameter('Give either a question in quotes or --jsonl, such as: signpost ask "how much is smp"')
    project = open_project(data)
    release = current_release(project)
    if jsonl:
        broken = asyncio.run(_ask_lines(project, release, record, sys.stdin.buffer))
        raise typer.Exit(1 if broken else 0)
    asyncio.run(_ask_one(project, release, record, question))


async def _ask_one(project: Project, release: Release, record: bool, question: str) -> None:
    from bot.app.platforms import terminal
    from bot.app.serving import serving
    from bot.messages import Message

    async with serving(project, release, record) as service:
        response = await _respond(service, Message(question, author="terminal"))
        if response.reply is None:
            typer.echo(f"(silence: {response.outcome.value})")
            return
        terminal().show(response.reply)


async def _respond(service: Service, message: Message) -> Response:
    """The response to a message; printing it delivers what is owed."""
    from bot.errors import QuestionLogError

    response = await service.responder.respond(message)
    try:
        for owed in response.owed:
            assert service.desk is not None
            await service.desk.outbox.delivered(owed)
    except QuestionLogError as error:
        # The reply can be printed all the same, and so can those of the other lines.
        typer.echo(f"signpost: {error}", err=True)
    return response


async def _ask_lines(project: Project, release: Release, record: bool, lines: BinaryIO) -> int:
    """Answer every line in order; returns how many could not be read."""
    from bot.app.serving import serving

    broken = 0
    async with serving(project, release, record) as service:
        waiting: deque[asyncio.Task[dict[str, Any]]] = deque()
        number = 0
        while line := await asyncio.to_thread(lines.readline):
            number += 1
            waiting.append(asyncio.create_task(_answer_line(service, release.name, number, line)))
            if len(waiting) >= IN_HAND:
                broken += _print(await waiting.popleft())
        while waiting:
            broken += _print(await waiting.popleft())
    return broken


async def _answer_line(service: Service, release: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        message = _message(line, number, service.responder.has_answer)
    except ValueError as error:
        return _row("error_input", release=release) | {"error": f"Line {number}: {error}"}
    return _as_row(await _respond(service, message))


def _message(line: bytes, number: int, has_answer: Callable[[str], bool]) -> Message:
    """The message in a line. Each line is a conversation of its own, so that no cool-down is between them."""
    from bot.messages import Message

    try:
        content = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise ValueError("This is not valid JSON.") from error
    if not isinstance(content, dict) or not isinstance(content.get("text"), str):
        raise ValueError('A line must be an object with a text, such as {"text": "how much is smp"}.')
    addressed = content.get("addressed", True)
    if not isinstance(addressed, bool):
        raise ValueError("`addressed` must be true or false.")
    message = Message(content["text"], channel=f"line-{number}", author=f"line-{number}", addressed=addressed)
    return replace(message, after=_after(content.get("after"), has_answer))


def _after(slug: Any, has_answer: Callable[[str], bool]) -> Given | None:
    """The answer that a line says it replies to, if any."""
    from bot.messages import Given

    if slug is None:
        return None
    if not isinstance(slug, str):
        raise ValueError("`after` must be the name of an answer.")
    if not has_answer(slug):
        raise ValueError(f"There is no answer named {slug}.")
    return Given(slug)


def _as_row(response: Response) -> dict[str, Any]:
    from bot.app import as_text

    return _row(
        response.outcome.value,
        answer=response.answer,
        confidence=round(response.confidence, 6),
        candidates=[{"answer": c.answer, "confidence": round(c.confidence, 6)} for c in response.candidates],
        reply=as_text(response.reply) if response.reply else None,
        release=response.release,
    )


def _row(
    outcome: str,
    answer: str | None = None,
    confidence: float = 0.0,
    candidates: list[dict[str, Any]] | None = None,
    reply: str | None = None,
    release: str = "",
) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "answer": answer,
        "confidence": confidence,
        "candidates": candidates or [],
        "reply": reply,
        "release": release,
    }


def _print(row: dict[str, Any]) -> int:
    """Print a row; returns 1 for a line that could not be read."""
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()
    return int("error" in row)
