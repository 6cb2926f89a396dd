"""Figures by name: an uprating is one line in answers/rates.csv, and the same figures are open data."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.errors import AnswerError

COLUMNS = ("rate_id", "label", "value", "unit", "valid_from", "valid_to", "source_url", "checked")
_PLAIN = re.compile(r"(?:[^\W_]|[ .,/+-])*")
"""What a value may be made of: it stands in an answer's Markdown, and must not mean anything there."""
OUTDATED = "the current figure (see the link)"


@dataclass(frozen=True)
class Rate:
    """One figure and the days on which it holds, both included; None means no limit."""

    name: str
    label: str
    value: str
    unit: str
    valid_from: date | None
    valid_to: date | None
    source_url: str
    line: int

    def holds_on(self, day: date) -> bool:
        """Whether the figure is in force on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def __str__(self) -> str:
        kind = self.unit.split("/")[0]
        if kind == "GBP":
            amount = f"{float(self.value):,.2f}"
            return "£" + amount.removesuffix(".00")
        if kind == "percent":
            return f"{self.value}%"
        if kind == "date":
            day = date.fromisoformat(self.value)
            return f"{day.day} {day:%B %Y}"
        return self.value


class RateTable:
    """All rates by name. A name may have several rows, for different dates."""

    def __init__(self, rates: list[Rate]) -> None:
        """Keep the rows, grouped by name."""
        self._by_name: dict[str, list[Rate]] = {}
        for rate in rates:
            self._by_name.setdefault(rate.name, []).append(rate)

    def names(self) -> set[str]:
        """Every name that has a row, whatever its dates."""
        return set(self._by_name)

    def rows(self, name: str) -> list[Rate]:
        """The rows of one name, in the file's order."""
        return self._by_name.get(name, [])

    def on(self, name: str, day: date) -> Rate | None:
        """The row of a name that is in force on a day, or None."""
        return next((rate for rate in self.rows(name) if rate.holds_on(day)), None)


def load_rates(path: Path) -> RateTable:
    """Read the table.

    Raises AnswerError naming the line, for the first fault found.
    """
    rates, faults = read_rates(path)
    if faults:
        line, fault = faults[0]
        raise AnswerError(f"{path}:{line}: {fault}")
    return RateTable(rates)


def read_rates(path: Path) -> tuple[list[Rate], list[tuple[int, str]]]:
    """All rows that can be read, and what is wrong with the others: (line, fault)."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return [], [(1, f"The rates can't be read: {error}.")]
    before, unreadable, _ = text.partition("\0")
    if unreadable:
        return [], [(before.count("\n") + 1, "The rates can't be read: there is a NUL character.")]
    rows = csv.DictReader(text.splitlines())
    if tuple(rows.fieldnames or ()) != COLUMNS:
        return [], [(1, f"The columns must be {','.join(COLUMNS)}.")]
    rates: list[Rate] = []
    faults: list[tuple[int, str]] = []
    for row in rows:
        try:
            rates.append(_rate(row, rows.line_num))
        except (ValueError, TypeError, AttributeError) as error:
            faults.append((rows.line_num, f"The row can't be read ({error})."))
    return rates, faults


def _rate(row: dict[str, str], line: int) -> Rate:
    if len(row) != len(COLUMNS) or any(cell is None for cell in row.values()):
        raise ValueError(f"it needs {len(COLUMNS)} cells: put one that holds a comma between quotation marks")
    rate = Rate(
        name=row["rate_id"],
        label=row["label"],
        value=row["value"],
        unit=row["unit"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        source_url=row["source_url"],
        line=line,
    )
    if not rate.name.isidentifier():
        raise ValueError(f"{rate.name!r} is no name: use small letters, digits and _")
    if not _PLAIN.fullmatch(rate.value):
        raise ValueError(f"{rate.value!r} is no plain figure: use letters, digits, spaces and . , / + -")
    str(rate)
    return rate


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
