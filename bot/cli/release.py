"""The release that a command answers from; where there is none yet, one is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from bot.app import Project
    from bot.releases import Release

# Progress goes to standard error, so that a script can read what a command prints.
console = Console(stderr=True)


def current_release(project: Project) -> Release:
    """The current release, built first where there is none."""
    if project.releases.current_number() is None:
        console.print("There is no trained model yet. Building one from the files here; this is needed only once.")
        return build(project)
    return project.releases.current()


def build(project: Project) -> Release:
    """Build a release with a progress bar."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    from bot.app.training import train_release

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Checking the files", total=1.0)
        return train_release(project, lambda step, share: progress.update(task, description=step, completed=share))
