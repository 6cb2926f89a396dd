"""`signpost data-protection`: prints what is held, why and for how long."""

from __future__ import annotations

import typer

from bot.cli.options import DEFAULT_DATA, Data, Overrides


def data_protection(data: Data = DEFAULT_DATA, overrides: Overrides = None) -> None:
    """Print the data protection impact page, with the days that config.yml has: docs/data-protection.md."""
    from bot.app.project import open_project
    from bot.storage.annotations.page import impact_page

    typer.echo(impact_page(open_project(data, overrides=overrides or ()).settings.retention), nl=False)
