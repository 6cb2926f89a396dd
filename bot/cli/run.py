"""`signpost run`: answer in the communities, until told to stop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from bot.cli.options import DEFAULT_DATA, Data, Overrides
from bot.cli.release import current_release

if TYPE_CHECKING:
    from bot.app import Project
    from bot.releases import Release

NO_TOKENS = (
    "No token is set: SIGNPOST_DISCORD_TOKEN and SIGNPOST_TELEGRAM_TOKEN say where to answer (docs/discord.md, "
    "docs/telegram.md)."
)


def run(data: Data = DEFAULT_DATA, overrides: Overrides = None) -> None:
    """Answer in Discord and Telegram communities. Tokens come from the environment."""
    from bot.app import open_project
    from bot.logs import log_to_stderr

    log_to_stderr()
    project = open_project(data, overrides=overrides or ())
    raise typer.Exit(asyncio.run(_run(project, current_release(project))))


async def _run(project: Project, release: Release) -> int:
    from bot.app.office import serving_console
    from bot.app.platforms import connectors_in, serving_health
    from bot.app.serving import serving
    from bot.running import run_connectors, stop_signals

    connectors = connectors_in(project.settings.connectors)
    if all(connector.name == "terminal" for connector in connectors):
        typer.echo(NO_TOKENS, err=True)
    # Health comes first: a port that is taken is told before the model is loaded.
    async with (
        serving_health(project.settings.health, connectors) as address,
        serving(project, release, record=True) as service,
        serving_console(project) as console,
    ):
        assert service.desk is not None
        refreshing = asyncio.create_task(service.keep_fresh())
        # Whoever reads that it answers may tell it to stop.
        with stop_signals() as stopping:
            typer.echo(f"Console: {console}", err=True)
            typer.echo(f"Answering from release {release.name}. Health and metrics: {address}", err=True)
            errors = await run_connectors(connectors, service.desk, stopping)
        refreshing.cancel()
        await asyncio.wait({refreshing})
    for error in errors:
        typer.echo(f"signpost: {error}", err=True)
    return 1 if errors else 0
