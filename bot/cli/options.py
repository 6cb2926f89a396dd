"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.errors import QuestionLogError

DEFAULT_DATA = Path("var")

Data = Annotated[
    Path,
    typer.Option("--data", envvar="SIGNPOST_DATA", help="The folder of the question log and the releases."),
]

Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a setting of config.yml, for this run."),
]


def require_log(data: Path) -> None:
    """Raise QuestionLogError where there is no question log, rather than make one in a folder that was mistyped."""
    from bot.storage.database import DATABASE_FILE

    if not (data / DATABASE_FILE).exists():
        raise QuestionLogError(f"There is no question log in {data}: name its folder with --data.")
