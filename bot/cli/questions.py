"""`signpost questions`: what could not be answered."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import DEFAULT_DATA, Data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.storage.question_log import LoggedQuestion

COLUMNS = (
    "id",
    "asked_at",
    "platform",
    "community",
    "addressed",
    "text",
    "outcome",
    "nearest",
    "confidence",
    "release",
)


def questions(
    data: Data = DEFAULT_DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for a spreadsheet.")] = False,
) -> None:
    """List what was asked and could not be answered, newest first."""
    from bot.storage.question_log import unanswered_questions

    found = unanswered_questions(data)
    if as_json:
        for question in found:
            typer.echo(json.dumps(asdict(question), ensure_ascii=False))
    elif as_csv:
        _print_csv(found)
    else:
        _print_table(list(found))


def _print_csv(found: Iterable[LoggedQuestion]) -> None:
    from bot.reporting.exports import safe_cell

    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    for question in found:
        writer.writerow([safe_cell(value) for value in _row(question)])


def _print_table(found: list[LoggedQuestion]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from bot.messages import Outcome
    from bot.wording import LABELS

    if not found:
        typer.echo("Nothing in the log is unanswered.")
        return
    table = Table("Asked", "Question", "What became of it", "Nearest answer")
    for question in found:
        nearest = question.candidates[0] if question.candidates else None
        table.add_row(
            question.asked_at[:16].replace("T", " "),
            Text(question.text or ""),
            LABELS[Outcome(question.outcome)],
            f"{nearest['answer']} ({nearest['confidence']:.2f})" if nearest else "",
        )
    Console().print(table)


def _row(question: LoggedQuestion) -> list[object]:
    nearest = question.candidates[0]["answer"] if question.candidates else ""
    values = asdict(question) | {"nearest": nearest}
    return [values[column] for column in COLUMNS]
