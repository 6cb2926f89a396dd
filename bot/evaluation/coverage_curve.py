"""How many more questions get an answer, and how many more answers are wrong, as the bar for confidence falls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from bot.classifier import Judged, Kind
from bot.decision import Thresholds
from bot.evaluation.verdicts import Verdict, judge

MAX_POINTS = 200


class Point(msgspec.Struct, frozen=True):
    """What would be with the bar at one confidence; everything runs from 0 to 1.

    `coverage` is the share of the questions that have an answer which get one, and `wrong` the share of the answers
    given to them that are wrong. `wrong_of_all` counts among the answers those to texts that have none, too.
    """

    bar: float
    coverage: float
    wrong: float
    wrong_of_all: float


def coverage_curve(cases: Sequence[Judged], thresholds: Thresholds, addressed: bool) -> list[Point]:
    """The points of the curve, highest bar first, at most MAX_POINTS of them; none where there are no questions.

    Only the bar for answers falls: what is urgent, small talk or out of scope stays so, and coverage may end below 1.
    """
    no_bars = replace(thresholds, addressed=0.0, overheard=0.0, offer=0.0)
    verdicts = [judge(case, no_bars, addressed) for case in cases]
    questions = [verdict for verdict in verdicts if verdict.kind == Kind.ANSWER.value]
    right = _confidences(verdict for verdict in questions if verdict.is_right)
    wrong = _confidences(verdict for verdict in questions if verdict.is_wrong)
    strays = _confidences(verdict for verdict in verdicts if verdict.kind != Kind.ANSWER.value and verdict.is_wrong)
    bars = thinned(sorted({*right, *wrong}, reverse=True))
    return [_point(bar, len(questions), *(_reached(bar, found) for found in (right, wrong, strays))) for bar in bars]


def thinned(bars: Sequence[float]) -> list[float]:
    """At most MAX_POINTS of them, evenly spread, with the first and the last."""
    if len(bars) <= MAX_POINTS:
        return list(bars)
    return [bars[place * (len(bars) - 1) // (MAX_POINTS - 1)] for place in range(MAX_POINTS)]


def _point(bar: float, questions: int, right: int, wrong: int, strays: int) -> Point:
    """`strays` are answers to texts that have none."""
    answers = right + wrong
    return Point(
        bar=bar,
        coverage=round(answers / questions, 4),
        wrong=round(wrong / answers, 4),
        wrong_of_all=round((wrong + strays) / (answers + strays), 4),
    )


def _confidences(verdicts: Iterable[Verdict]) -> list[float]:
    """Their confidences, lowest first."""
    return sorted(verdict.confidence for verdict in verdicts)


def _reached(bar: float, confidences: Sequence[float]) -> int:
    """How many of them, lowest first, reach the bar."""
    return len(confidences) - bisect_left(confidences, bar)
