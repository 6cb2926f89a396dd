"""Charts that everybody can read."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console.charts import Bar, Line, bar_chart, legend, line_chart

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.lists(st.none() | st.floats(0, 1e9), max_size=40)
LABELS = [f"{day} May" for day in range(1, 41)]
# XML can't hold what no platform lets through either: see bot.text.
WORDS = st.text(st.characters(min_codepoint=32, blacklist_categories=["Cs", "Cn"]), max_size=30)


def drawn(markup: str) -> ET.Element:
    """The picture, which must be well-formed."""
    return ET.fromstring(markup)  # noqa: S314 -- our own


def test_a_chart_has_a_name_and_a_description() -> None:
    """What a screen reader says in place of the picture."""
    chart = drawn(line_chart("by-day", "Questions", ["1 May", "2 May", "3 May"], [Line("Answered", [1, 30, 4])]))
    assert chart.get("role") == "img" and chart.get("aria-labelledby") == "by-day-title by-day-desc"
    title, description = chart.find(f"{SVG}title"), chart.find(f"{SVG}desc")
    assert title is not None and (title.get("id"), title.text) == ("by-day-title", "Questions")
    assert description is not None
    assert description.text == ("From 1 May to 3 May. Answered: between 1 and 30, the most on 2 May; 4 at the end.")


def test_lines_differ_in_more_than_colour() -> None:
    """Each has a style of its own, and the legend shows the same ones."""
    lines = [Line(name, [1, 2]) for name in ("one", "two", "three")]
    chart, key = line_chart("a", "A", ["x", "y"], lines), legend(lines)
    for style in ("1", "2", "3"):
        assert chart.count(f"app-chart-line--{style}") == key.count(f"app-chart-line--{style}") == 1


def test_a_day_without_a_value_breaks_the_line() -> None:
    """It is not drawn as nothing."""
    chart = drawn(line_chart("a", "A", list("vwxyz"), [Line("rate", [1, 2, None, None, 4])]))
    path = next(one for one in chart.iter(f"{SVG}path") if "app-chart-line" in str(one.get("class")))
    assert str(path.get("d")).count("M") == 2 and str(path.get("d")).count("L") == 1


@pytest.mark.parametrize(("most", "top"), [(0, "4"), (3, "4"), (5, "8"), (17, "20"), (79, "80"), (81, "200")])
def test_the_scale_ends_at_a_round_figure(most: float, top: str) -> None:
    """So that the lines of the grid stand at round figures too."""
    chart = drawn(line_chart("a", "A", ["x"], [Line("n", [most])]))
    assert top in [one.text for one in chart.iter(f"{SVG}text")]


@given(st.lists(st.builds(Line, WORDS, VALUES), max_size=7), st.integers(0, 40))
def test_any_lines_can_be_drawn(lines: list[Line], count: int) -> None:
    """Whatever they are called, whatever is missing; and nothing stands outside of the picture."""
    lines = [Line(line.name, list(line.values)[:count]) for line in lines]
    chart = drawn(line_chart("a", "A", LABELS[: max(count, max((len(one.values) for one in lines), default=0))], lines))
    for text in chart.iter(f"{SVG}text"):
        assert 0 <= float(str(text.get("x"))) <= 480 and 0 <= float(str(text.get("y"))) <= 240


@given(st.lists(st.builds(Bar, WORDS, st.floats(0, 1e9), WORDS), max_size=12))
def test_any_bars_can_be_drawn(bars: list[Bar]) -> None:
    """The longest fits, and the shortest can be seen."""
    chart = drawn(bar_chart("a", "A", bars))
    lengths = [float(str(one.get("width"))) for one in chart.iter(f"{SVG}rect")]
    assert len(lengths) == len(bars) and all(1 <= length <= 250 for length in lengths)


def test_labels_are_text() -> None:
    """A community may be called anything."""
    chart = bar_chart("a", "<i>", [Bar('"><script>alert(1)</script>', 1, "<b>")])
    assert "<script>" not in chart and "<b>" not in chart and "<i>" not in chart and " style=" not in chart
