"""Counts as figures: a chart, and the table that stands beneath it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from bot.console.charts import Bar, Line, bar_chart, legend, line_chart
from bot.front_desk import service_title
from bot.reporting.reports import first_day
from bot.storage.reports import Counts, Use

PERIODS = (7, 30, 90)
"""The days that a page may look back."""
MOST_BARS = 10
KINDS = (
    ("answered", "Answered"),
    ("offered", "Choice offered"),
    ("unanswered", "Not answered"),
    ("urgent", "Urgent help"),
    ("withheld", "Held back"),
    ("failed", "Errors"),
)
"""What became of questions: the counts' names, and how they are shown."""


@dataclass(frozen=True)
class Figure:
    """A chart with its table: the first cell of a row is its heading."""

    title: str
    chart: Markup
    key: Markup
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def days_of(period: int) -> list[date]:
    """Each day of a period that ends today, oldest first."""
    first = first_day(period)
    return [first + timedelta(days=number) for number in range(period)]


def as_percent(share: float | None) -> str:
    """A share in words."""
    return "no votes" if share is None else f"{share:.0%}"


def outcomes_by_day(counts: Mapping[date, Counts], days: Sequence[date]) -> Figure:
    """What became of the questions of each day."""
    of_days = [counts.get(day, Counts()) for day in days]
    lines = [Line("All questions", [one.asked for one in of_days])]
    lines += [Line(label, [getattr(one, name) for one in of_days]) for name, label in KINDS[:3]]
    title = "Questions by day"
    head = ("Day", "All questions", *(label for _, label in KINDS))
    rows = [
        (_day(day), str(one.asked), *(str(getattr(one, name)) for name, _ in KINDS)) for day, one in zip(days, of_days)
    ]
    return Figure(title, line_chart("by-day", title, _labels(days), lines), legend(lines), head, rows[::-1])


def satisfaction_by_day(counts: Mapping[date, Counts], days: Sequence[date]) -> Figure:
    """Which share of the votes found the replies of each day helpful."""
    of_days = [counts.get(day, Counts()) for day in days]
    rates = [one.helpful_rate for one in of_days]
    lines = [Line("Helpful votes (%)", [None if rate is None else round(rate * 100) for rate in rates])]
    title = "Found helpful by day (%)"
    head = ("Day", "Helpful", "Not helpful", "Share that is helpful")
    rows = [
        (_day(day), str(one.helpful), str(one.unhelpful), as_percent(one.helpful_rate))
        for day, one in zip(days, of_days)
    ]
    chart = line_chart("helpful-by-day", title, _labels(days), lines, top=100)
    return Figure(title, chart, Markup(""), head, rows[::-1])


def by_service(uses: Mapping[str, Use]) -> Figure:
    """How often each service's answers were given."""
    named = [(service_title(service) if service else "Answers since removed", use) for service, use in uses.items()]
    bars = [Bar(name, use.uses, f"{use.uses:,}") for name, use in named[:MOST_BARS]]
    title = "Answers given by service"
    head = ("Service", "Answers given", "Helpful", "Not helpful", "Share that is helpful")
    rows = [
        (name, f"{use.uses:,}", f"{use.helpful:,}", f"{use.unhelpful:,}", as_percent(use.helpful_rate))
        for name, use in named
    ]
    return Figure(title, bar_chart("by-service", title, bars), Markup(""), head, rows)


def by_community(counts: Sequence[tuple[str, Counts]]) -> Figure:
    """Questions in the communities with most of them, each given with its name."""
    busiest = sorted(counts, key=lambda one: -one[1].asked)[:MOST_BARS]
    bars = [Bar(name, one.asked, f"{one.asked:,}") for name, one in busiest]
    title = (
        "Questions by community" if len(counts) <= MOST_BARS else f"Questions in the {MOST_BARS} busiest communities"
    )
    head = ("Community", "Questions", "Answered", "Not answered", "Share that is helpful")
    rows = [
        (name, f"{one.asked:,}", f"{one.answered:,}", f"{one.unanswered:,}", as_percent(one.helpful_rate))
        for name, one in busiest
    ]
    return Figure(title, bar_chart("by-community", title, bars), Markup(""), head, rows)


def _labels(days: Sequence[date]) -> list[str]:
    return [f"{day.day} {day:%b}" for day in days]


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
