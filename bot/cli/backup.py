"""`signpost backup`: a copy of all data, made while the bot runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import DEFAULT_DATA, Data


def backup(
    target: Annotated[Path, typer.Argument(help="The file to write, or a folder for one that is named by the time.")],
    data: Data = DEFAULT_DATA,
) -> None:
    """Back up the question log, the askers' key and the release in use. Keep the file as safe as the data."""
    from bot.backups import make_backup

    made = make_backup(data, target)
    if made.release_problem:
        typer.echo(f"The backup holds no release. {made.release_problem}", err=True)
    typer.echo(f"Backed up to {made.file} ({made.file.stat().st_size / 1e6:.1f} MB).")
