"""Figures by name: which one holds on a day, how it is written, and what is wrong with the table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.errors import AnswerError
from bot.rates import load_rates, read_rates
from tests.factories import rates_file

URL = "https://www.gov.uk/rates"


def row(
    value: str = "194.32", unit: str = "GBP/week", dates: str = "2026-04-06,2027-04-05", name: str = "weekly"
) -> str:
    """One line of the table."""
    return f"{name},Weekly rate,{value},{unit},{dates},{URL},2026-11-22"


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        ("194.32", "GBP/week", "£194.32"),
        ("27", "GBP/week", "£27"),
        ("27.5", "GBP", "£27.50"),
        ("60000", "GBP/year", "£60,000"),
        ("0.5", "GBP", "£0.50"),
        ("90", "percent", "90%"),
        ("2027-04-06", "date", "6 April 2027"),
        ("39", "weeks", "39"),
    ],
)
def test_figure_is_written_by_its_unit(tmp_path: Path, value: str, unit: str, written: str) -> None:
    """Money, shares, dates and counts are each written as GOV.UK writes them."""
    rate = load_rates(rates_file(tmp_path, row(value, unit))).on("weekly", date(2026, 11, 25))
    assert str(rate) == written


@pytest.mark.parametrize(
    ("dates", "day", "holds"),
    [
        ("2026-04-06,2027-04-05", date(2026, 4, 5), False),
        ("2026-04-06,2027-04-05", date(2026, 4, 6), True),
        ("2026-04-06,2027-04-05", date(2027, 4, 5), True),
        ("2026-04-06,2027-04-05", date(2027, 4, 6), False),
        (",2027-04-05", date(1990, 1, 1), True),
        ("2026-04-06,", date(2990, 1, 1), True),
        (",", date(2026, 1, 1), True),
    ],
)
def test_rate_holds_on_both_of_its_days(tmp_path: Path, dates: str, day: date, holds: bool) -> None:
    """A rate holds from its first day to its last, both included; a date left out is no limit."""
    assert (load_rates(rates_file(tmp_path, row(dates=dates))).on("weekly", day) is not None) is holds


@pytest.mark.parametrize(("day", "written"), [(date(2027, 4, 5), "£194.32"), (date(2027, 4, 6), "£198")])
def test_uprating_takes_over_on_its_day(tmp_path: Path, day: date, written: str) -> None:
    """A second row of the same name takes over on the day on which it begins."""
    table = load_rates(rates_file(tmp_path, row(), row("198", dates="2027-04-06,")))

    assert str(table.on("weekly", day)) == written
    assert [rate.line for rate in table.rows("weekly")] == [2, 3]


def test_unknown_name_has_no_rows(tmp_path: Path) -> None:
    """A name that isn't in the table has no rows and no figure."""
    table = load_rates(rates_file(tmp_path))

    assert table.names() == {"weekly"}
    assert table.rows("monthly") == []
    assert table.on("monthly", date(2026, 11, 25)) is None


@pytest.mark.parametrize(
    "broken",
    [
        row("lots"),
        row(""),
        row("soon", "date"),
        row(dates="6 April 2026,"),
        row(dates="2026-02-30,"),
        row(name="weekly rate"),
        row(name=""),
        "weekly,Weekly rate,90,percent",
        row() + ",one cell too many",
    ],
)
def test_every_broken_row_is_told_with_its_line(tmp_path: Path, broken: str) -> None:
    """A row that can't be read is a fault at its line, and the rows around it are still read."""
    rates, faults = read_rates(rates_file(tmp_path, row(), broken, row(name="other"), broken))

    assert [rate.name for rate in rates] == ["weekly", "other"]
    assert [line for line, _ in faults] == [3, 5]


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"\xff\xfe", 1, "can't be read"),
        (b"rate_id,label\nweekly,Weekly\n", 1, "columns must be"),
        (b"", 1, "columns must be"),
        (b"rate_id,label\nweekly,\x00\n", 2, "NUL"),
    ],
)
def test_unreadable_table_is_told(tmp_path: Path, content: bytes, line: int, says: str) -> None:
    """A table of unreadable bytes or with other columns is one fault, and loading it fails with the place."""
    path = tmp_path / "rates.csv"
    path.write_bytes(content)

    rates, [(at, fault)] = read_rates(path)
    assert (rates, at) == ([], line)
    assert says in fault
    with pytest.raises(AnswerError, match=rf"rates\.csv:{line}: "):
        load_rates(path)


def test_missing_table_is_told(tmp_path: Path) -> None:
    """Without the file, loading says which file can't be read."""
    with pytest.raises(AnswerError, match=r"rates\.csv:1: The rates can't be read"):
        load_rates(tmp_path / "rates.csv")
