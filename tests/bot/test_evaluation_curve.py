"""The coverage curve: more answers and more mistakes as the bar falls."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.classifier import Judged, Kind
from bot.decision import Thresholds
from bot.evaluation.coverage_curve import MAX_POINTS, Point, coverage_curve, thinned
from tests.factories import judged, prediction

BARS = Thresholds(addressed=0.6, overheard=0.8, offer=0.3, urgent=0.5)


def question(slug: str, confidence: float, out_of_scope: float = 0.0) -> Judged:
    """A question about `pay` that the model takes for one about this slug."""
    return judged(prediction((slug, confidence), out_of_scope=out_of_scope))


def stray(confidence: float) -> Judged:
    """A text that no answer is right for."""
    return judged(prediction(("pay", confidence)), "", Kind.OUT_OF_SCOPE)


def test_points_of_a_curve() -> None:
    """One point for each confidence of a question; answers to other texts count only among all answers."""
    cases = [
        question("pay", 0.9),
        question("leave", 0.8),
        question("pay", 0.8),
        question("pay", 0.2),
        stray(0.85),
        stray(0.1),
    ]
    assert coverage_curve(cases, BARS, addressed=True) == [
        Point(0.9, coverage=0.25, wrong=0.0, wrong_of_all=0.0),
        Point(0.8, coverage=0.75, wrong=0.3333, wrong_of_all=0.5),
        Point(0.2, coverage=1.0, wrong=0.25, wrong_of_all=0.4),
    ]


def test_what_is_never_answered_limits_the_coverage() -> None:
    """No bar is so low that a text gets an answer which is urgent, small talk, or overheard and out of scope."""
    urgent = judged(prediction(urgency=0.9, urgent=(("suicide", 0.9),)))
    cases = [question("pay", 0.9), question("pay", 0.8, out_of_scope=0.6), urgent, judged(prediction(small_talk="hi"))]

    assert coverage_curve(cases, BARS, addressed=True)[-1].coverage == 0.5
    assert coverage_curve(cases, BARS, addressed=False)[-1].coverage == 0.25


def test_without_questions_there_is_no_curve() -> None:
    """Coverage is of questions; where there are none, no point says anything."""
    assert coverage_curve([stray(0.9)], BARS, addressed=True) == coverage_curve([], BARS, addressed=False) == []


@given(st.lists(st.floats(0, 1), unique=True, max_size=1000))
def test_thinning_keeps_the_ends_and_the_order(bars: list[float]) -> None:
    """No more points than a picture can show, from the first to the last, none twice."""
    kept = thinned(bars)

    assert len(kept) == min(len(bars), MAX_POINTS)
    assert kept[:1] + kept[-1:] == bars[:1] + bars[-1:]
    assert kept == [bar for bar in bars if bar in kept]


@given(st.lists(st.tuples(st.sampled_from(["pay", "leave", ""]), st.floats(0, 1)), max_size=300))
def test_coverage_rises_as_the_bar_falls(drawn: list[tuple[str, float]]) -> None:
    """Bars fall and coverage never does; each share is one, and strays never make the answers better."""
    cases = [question(slug, confidence) if slug else stray(confidence) for slug, confidence in drawn]
    points = coverage_curve(cases, BARS, addressed=True)

    assert [point.bar for point in points] == sorted({point.bar for point in points}, reverse=True)
    assert [point.coverage for point in points] == sorted(point.coverage for point in points)
    assert all(0 <= point.wrong <= point.wrong_of_all <= 1 for point in points)
    assert not points or points[-1].coverage == 1.0
