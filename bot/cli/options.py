"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_DATA = Path("var")

Data = Annotated[
    Path,
    typer.Option("--data", envvar="SIGNPOST_DATA", help="The folder of the question log and the releases."),
]

Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a setting of config.yml, for this run."),
]
