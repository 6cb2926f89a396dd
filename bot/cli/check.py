"""`signpost check`: every fault of the files, each on its own line."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import DEFAULT_DATA, Data


def check(
    data: Data = DEFAULT_DATA,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Check as on this day (default: today)."),
    ] = None,
    allow_due: Annotated[
        bool,
        typer.Option("--allow-due", help="Tell what only a date has made due, such as a review, and succeed."),
    ] = False,
) -> None:
    """Check answers, questions, rates, urgent-help messages and configuration."""
    from bot.app import open_project
    from bot.app.training import check_project

    faults = check_project(open_project(data), on.date() if on else date.today())
    for fault in faults:
        path = fault.path.relative_to(Path.cwd()) if fault.path.is_relative_to(Path.cwd()) else fault.path
        typer.echo(f"{path}:{fault.line}: {fault.text}")
    typer.echo(f"{len(faults)} faults." if faults else "No faults.", err=bool(faults))
    failed = [fault for fault in faults if not (allow_due and fault.is_due)]
    raise typer.Exit(1 if failed else 0)
