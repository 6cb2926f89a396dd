"""`signpost benchmark`: the shipped pipeline on a public benchmark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

Train = Annotated[Path, typer.Argument(help="Rasa NLU YAML, or CSV with a header line: text first, label second.")]
Test = Annotated[Path, typer.Argument(help="Labelled texts in one of the same formats.")]
Label = Annotated[str, typer.Option("--out-of-scope", help="The label that means out of scope.")]


def benchmark(training: Train, test: Test, out_of_scope: Label) -> None:
    """Train the shipped pipeline on any labelled file, score another, and print the figures as JSON."""
    from bot.app.training import benchmark_pipeline

    typer.echo(json.dumps(benchmark_pipeline(training, test, out_of_scope), indent=1))
