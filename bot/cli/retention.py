"""`signpost retention`: takes away what has been kept for long enough, as running bots do every hour."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli.options import DEFAULT_DATA, Data, Overrides, require_log


def retention(
    data: Data = DEFAULT_DATA,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken away now.")] = False,
    overrides: Overrides = None,
) -> None:
    """Take away what has been kept for long enough, as running bots do every hour."""
    from bot.app.project import open_project, opened_database
    from bot.storage.retention import Retention

    require_log(data)
    project = open_project(data, overrides=overrides or ())
    with opened_database(project) as database:
        enforced = Retention(database, project.settings.retention)
        counts = asyncio.run(enforced.due() if dry_run else enforced.run())
    for name, count in counts.items():
        typer.echo(f"{name}: {count}")
