"""`signpost releases` and `signpost use`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import DEFAULT_DATA, Data

if TYPE_CHECKING:
    from bot.releases import Manifest, Release


def releases(data: Data = DEFAULT_DATA) -> None:
    """List the releases, with their thresholds and how good each was when it was built."""
    from rich.console import Console

    from bot.app import open_project

    store = open_project(data).releases
    known = store.all()
    if not known:
        typer.echo("There are no releases yet: build one with `signpost train`.")
        return
    Console().print(_table(known, store.current_number()))


def use(
    number: Annotated[int, typer.Argument(help="The number of the release, as `signpost releases` lists it.")],
    data: Data = DEFAULT_DATA,
) -> None:
    """Make an earlier release current again."""
    from bot.app import open_project

    release = open_project(data).releases.use(number)
    typer.echo(f"Release {release.name} is current.")


def summary(manifest: Manifest) -> str:
    """One line on how good a release is."""
    unseen = manifest.figures["held_out"] or manifest.figures["cross_validated"]
    return (
        f"{manifest.answers} answers, {manifest.questions:,} known questions; of questions it had never seen, "
        f"{unseen['right']:.0%} right, {unseen['wrong']:.0%} wrong, {unseen['right_or_offered']:.0%} right or offered."
    )


def _table(known: list[Release], current: int | None) -> object:
    from rich.table import Table

    table = Table(
        box=None,
        padding=(0, 1, 0, 0),
        caption="Shares are of addressed questions never seen before; offered means right or\n"
        "among those offered. The others are the thresholds: to answer when addressed\n"
        "and when overheard, to offer, and to give urgent help.",
    )
    for column in ("", "No.", "Built", "Right", "Wrong", "Offered", "Addressed", "Overheard", "Offer", "Urgent"):
        table.add_column(column, justify="right", no_wrap=True)
    for release in reversed(known):
        manifest = release.manifest
        unseen, bars = manifest.figures["held_out"], manifest.thresholds
        table.add_row(
            "→" if release.number == current else "",
            *(release.name, manifest.created_at[:10]),
            *(f"{unseen.get(name, 0):.1%}" for name in ("right", "wrong", "right_or_offered")),
            *(f"{bar:.2f}" for bar in (bars.addressed, bars.overheard, bars.offer, bars.urgent)),
        )
    return table
