"""The figures side by side, with their bars: a JSON object a line, and a table for people."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from rivals.answers import answer_table, every_answer, judged_lines
from rivals.asking import Start, median_ms, p99_ms
from rivals.judging import Asked
from rivals.systems import DIET, System
from rivals.training import Training

WIDTH = 140
"""The characters of a line where no terminal says how many there are."""


@dataclass(frozen=True)
class Measured:
    """What was measured of each system, in their order: starts, texts asked by file, questions a second by turn."""

    starts: Sequence[Sequence[Start]]
    asked: Mapping[str, Sequence[Sequence[Asked]]]
    rates: Sequence[Sequence[float]]


@dataclass(frozen=True)
class Comparison:
    """One figure of every system, Signpost's first, and the bar that its ratio to the others' has to meet."""

    what: str
    unit: str
    figures: Mapping[str, float]
    bar: float = 0.0
    is_least: bool = False
    against: Sequence[str] = ()
    at: Mapping[str, str] | None = None
    """When each figure was measured, where that may not be now."""

    def ratios(self) -> dict[str, float]:
        """Signpost's figure in shares of each other's."""
        ours, *others = self.figures.values()
        return {name: round(ours / other, 3) for name, other in zip(list(self.figures)[1:], others) if other}

    def met(self) -> dict[str, bool]:
        """Whether the bar is met, for each system that it holds against."""
        ratios = {name: ratio for name, ratio in self.ratios().items() if name in self.against}
        return {name: ratio >= self.bar if self.is_least else ratio <= self.bar for name, ratio in ratios.items()}

    def as_json(self) -> dict[str, Any]:
        """All of it, by name."""
        bar = {"bar": self.bar, "bar_is": "least" if self.is_least else "most", "met": self.met()}
        return {
            "what": self.what,
            "unit": self.unit,
            **self.figures,
            "ratio": self.ratios(),
            **(bar if self.bar else {}),
        }


def report(systems: Sequence[System], trainings: Sequence[Training], measured: Measured, answers: Path | None) -> None:
    """Print everything, and write what became of each text where a file is named."""
    comparisons = [*_trainings(systems, trainings), *_running(systems, measured)]
    judged = [line for name, asked in measured.asked.items() for line in judged_lines(systems, name, asked)]
    for line in [*(comparison.as_json() for comparison in comparisons), *judged]:
        print(json.dumps(line))
    console = Console(stderr=True, width=None if sys.stderr.isatty() else WIDTH)
    console.print(_speed_table(systems, comparisons), answer_table(judged))
    if answers:
        every = (one for asked in measured.asked.values() for one in every_answer(systems, asked))
        answers.write_text("".join(f"{json.dumps(one)}\n" for one in every), encoding="utf-8")


def _trainings(systems: Sequence[System], trainings: Sequence[Training]) -> Iterator[Comparison]:
    for name, key in (("training", "seconds"), ("training, processor time", "processor_seconds")):
        figures = {system.name: float(training[key]) for system, training in zip(systems, trainings)}
        at = {system.name: str(training["at"]) for system, training in zip(systems, trainings)}
        yield Comparison(name, "s", figures, 0.1, against=(DIET,), at=at)


def _running(systems: Sequence[System], measured: Measured) -> Iterator[Comparison]:
    names = [system.name for system in systems]
    rivals = names[1:]

    def compare(what: str, unit: str, figures: Sequence[float], bar: float = 0.0, is_least: bool = False) -> Comparison:
        rounded = [round(figure, 2) for figure in figures]
        return Comparison(what, unit, dict(zip(names, rounded)), bar, is_least, rivals if bar else ())

    def of_starts(field: str) -> list[float]:
        return [statistics.median(getattr(start, field) for start in mine) for mine in measured.starts]

    every = [[one for file in measured.asked.values() for one in file[place]] for place in range(len(systems))]
    yield compare("start to first answer", "s", of_starts("seconds"), 0.2)
    yield compare("memory, resident", "MB", of_starts("rss"), 0.5)
    yield compare("memory, proportional", "MB", of_starts("pss"), 0.5)
    yield compare("one question, median", "ms", [median_ms(mine) for mine in every], 0.5)
    yield compare("one question, 99th percentile", "ms", [p99_ms(mine) for mine in every])
    yield compare("under load", "questions/s", [statistics.median(mine) for mine in measured.rates], 3.0, is_least=True)


def _speed_table(systems: Sequence[System], comparisons: Sequence[Comparison]) -> Table:
    table = Table("", *(system.title for system in systems), "ratios", "bar", "met")
    for one in comparisons:
        figures = (f"{figure:,.4g} {one.unit}" for figure in one.figures.values())
        bar = f"{'≥' if one.is_least else '≤'} {one.bar:g}" if one.bar else "–"
        met = ", ".join("yes" if met else "NO" for met in one.met().values()) or "–"
        table.add_row(one.what, *figures, ", ".join(f"{ratio:g}" for ratio in one.ratios().values()), bar, met)
    return table
