"""`signpost console`: the console by itself, beside bots that run elsewhere on the same data."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from bot.cli.options import DEFAULT_DATA, Data, Overrides
from bot.cli.release import current_release

if TYPE_CHECKING:
    from bot.app import Project


def console(data: Data = DEFAULT_DATA, overrides: Overrides = None) -> None:
    """Serve the console, in which officials and editors work."""
    from bot.app import open_project
    from bot.logs import log_to_stderr

    log_to_stderr()
    project = open_project(data, overrides=overrides or ())
    current_release(project)
    asyncio.run(_serve(project))


async def _serve(project: Project) -> None:
    from bot.app.office import serving_console
    from bot.running import stop_signals

    with stop_signals() as stopping:
        async with serving_console(project) as address:
            typer.echo(f"Console: {address}", err=True)
            await stopping.wait()
