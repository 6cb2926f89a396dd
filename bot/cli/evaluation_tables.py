"""The tables that `signpost evaluate` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.evaluation.headline_figures import rows_of
from bot.evaluation.report import FATES, title_of
from bot.evaluation.verdicts import Fate
from bot.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.evaluation.changes import Change, Comparison
    from bot.evaluation.headline_figures import Figures
    from bot.evaluation.report import Report
    from bot.evaluation.scoring import Tally

ADDRESSED = (Fate.RIGHT, Fate.WRONG, Fate.OFFERED, Fate.OFFERED_OTHER, Fate.REFUSED, Fate.URGENT)
OVERHEARD = (Fate.RIGHT, Fate.WRONG, Fate.SILENT, Fate.URGENT)


def print_report(report: Report) -> None:
    """Print the headline figures, what became of each service's texts, and what changed."""
    console = Console()
    name = report.configuration.release
    headline = {title_of(name): evaluation.figures for name, evaluation in report.evaluations.items()}
    console.print(_figures(f"Release {name}", headline))
    for name, evaluation in report.evaluations.items():
        for way, met, fates in (
            ("addressed", evaluation.addressed, ADDRESSED),
            ("overheard", evaluation.overheard, OVERHEARD),
        ):
            if met.services:
                console.print(_services(f"{title_of(name)}, {way}", met.services, fates))
    if report.comparison:
        _print_comparison(console, report.comparison)


def _print_comparison(console: Console, comparison: Comparison) -> None:
    old, new = f"Release {comparison.old}", f"Release {comparison.new}"
    console.print(_figures(f"{old} against {new}", {old: comparison.old_figures, new: comparison.new_figures}))
    for fate in Fate:
        changes = [change for change in comparison.changes if change.became is fate]
        if changes:
            console.print(f"\nBecame {FATES[fate.value]}: {len(changes):,}", style="bold")
        for change in changes:
            console.print(_change(change))
    console.print(f"\n{comparison.unchanged:,} texts are as before, {len(comparison.changes):,} are not.")


def _change(change: Change) -> Text:
    """The text on one line; beneath it, what was expected, and what became of it in each release."""
    old = _outcome(change.was, change.old_given, change.old_outcome)
    new = _outcome(change.became, change.new_given, change.new_outcome)
    return Text(f"• {clean(change.text)}\n").append(
        f"  {change.expected or 'no answer'}: {old} → {new}", style="bright_black"
    )


def _outcome(fate: Fate, given: str, outcome: str) -> str:
    return f"{FATES[fate.value]} ({given or outcome})"


def _figures(title: str, columns: Mapping[str, Figures]) -> Table:
    table = _table(title)
    table.add_column("")
    for name in columns:
        table.add_column(Text(clean(name)), justify="right")
    for row in rows_of(list(columns.values())):
        table.add_row(*row)
    return table


def _services(title: str, tallies: list[Tally], fates: tuple[Fate, ...]) -> Table:
    table = _table(title)
    table.add_column("", no_wrap=True)
    for heading in ("texts", *(FATES[fate.value] for fate in fates)):
        table.add_column(heading, justify="right")
    for tally in tallies:
        table.add_row(
            tally.name or "no answer fits", f"{tally.texts:,}", *(f"{tally.share(fate):.1%}" for fate in fates)
        )
    return table


def _table(title: str) -> Table:
    return Table(title=Text(clean(title)), title_justify="left", box=None, padding=(0, 2, 0, 0))
