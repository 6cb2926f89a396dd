"""`signpost train`: build a release."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import DEFAULT_DATA, Data
from bot.cli.release import build

NICENESS = 5
"""The bot answers people while a candidate is built."""


def train(
    data: Data = DEFAULT_DATA,
    candidate: Annotated[Path | None, typer.Option("--candidate", hidden=True)] = None,
) -> None:
    """Build a release from the answers and questions here, and make it current."""
    from bot.app import open_project
    from bot.cli.releases import summary

    if candidate:
        _build_candidate(data, candidate)
    else:
        release = build(open_project(data))
        typer.echo(f"Release {release.name} is built and current: {summary(release.manifest)}")


def _build_candidate(data: Path, staged: Path) -> None:
    """Build a candidate from a folder of files, for the console: bot.publishing.candidates reads what is written.

    Standard input holds the logged questions to try it on; on standard output, each line is a JSON object.
    """
    import msgspec

    from bot.app import open_project
    from bot.app.training import confine_build, train_candidate
    from bot.publishing.candidates import BuildLine
    from bot.publishing.trial import Logged

    os.nice(NICENESS)
    project = open_project(data, staged)
    confine_build(project)
    # Whatever a library prints must not get between the lines.
    lines = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(line: BuildLine) -> None:
        lines.write(msgspec.json.encode(line) + b"\n")
        lines.flush()

    asked = msgspec.json.decode(sys.stdin.buffer.read() or b"[]", type=list[Logged])
    say(BuildLine("Checking the files", 0.02))
    release = train_candidate(project, asked, lambda step, done: say(BuildLine(step, done)))
    say(BuildLine("Done", 1.0, release.number))
