"""`signpost restore`: a backup in the place of the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import DEFAULT_DATA, Data


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `signpost backup` has made.")],
    data: Data = DEFAULT_DATA,
    replace: Annotated[bool, typer.Option("--replace", help="Put aside what the data folder holds now.")] = False,
) -> None:
    """Check a backup and restore it. Stop the bot and the console first."""
    from bot.backups import restore_backup

    restored = restore_backup(file, data, replace)
    typer.echo(f"{data} is as it was at {restored.made_at}.")
    if restored.set_aside:
        typer.echo(
            f"What it held before is in {restored.set_aside}: it holds personal data, so delete it when you can."
        )
    if restored.erased is None:
        typer.echo("Whoever has asked to be forgotten since then has to be forgotten again.")
    elif restored.erased:
        typer.echo(f"Erased again, since they had been since then: {restored.erased} messages.")
