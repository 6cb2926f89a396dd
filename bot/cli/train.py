"""`signpost train`: build a release."""

from __future__ import annotations

import typer

from bot.cli.options import DEFAULT_DATA, Data
from bot.cli.release import build


def train(data: Data = DEFAULT_DATA) -> None:
    """Build a release from the answers and questions here, and make it current."""
    from bot.app import open_project
    from bot.cli.releases import summary

    release = build(open_project(data))
    typer.echo(f"Release {release.name} is built and current: {summary(release.manifest)}")
