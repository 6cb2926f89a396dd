"""Chooses the thresholds of a release: the lowest bars at which no more mistakes are made than the settings allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.classifier import Judged, Kind
from bot.decision import Thresholds
from bot.settings import ThresholdSettings

NEVER = 1.01
"""A bar that no confidence reaches."""


def choose_thresholds(judged: Sequence[Judged], allowed: ThresholdSettings) -> Thresholds:
    """The thresholds for predictions from cross-validation.

    Wrong answers to addressed messages are counted among the questions that have an answer, and apart from them among
    what has none, so that a model with few answers isn't free with them; wrong answers to overheard
    ones among everything that may be overheard, of which most is talk. Offers are counted among what has no answer.
    """
    calm = [case for case in judged if case.kind is not Kind.URGENT]
    questions = [case for case in calm if case.kind is Kind.ANSWER]
    others = [case for case in calm if case.kind is not Kind.ANSWER]
    talk = [case for case in others if case.prediction.out_of_scope < 0.5 and not case.prediction.small_talk]
    addressed = max(
        _lowest_bar(_mistaken(questions), len(questions), allowed.wrong_answers_addressed),
        _lowest_bar(_confidences(others), len(others), allowed.out_of_scope_answered) if others else 0.0,
    )
    overheard = _lowest_bar([*_mistaken(questions), *_confidences(talk)], len(calm), allowed.wrong_answers_overheard)
    offer = _lowest_bar(_confidences(others), len(others), allowed.offers_out_of_scope)
    urgent = _lowest_bar((case.prediction.urgency for case in calm), len(calm), allowed.urgent_false_alarms)
    return Thresholds(addressed, max(addressed, overheard), min(addressed, offer), urgent)


def _mistaken(cases: Iterable[Judged]) -> list[float]:
    return [case.confidence for case in cases if not case.is_right]


def _confidences(cases: Iterable[Judged]) -> list[float]:
    return [case.confidence for case in cases]


def _lowest_bar(mistakes: Iterable[float], total: int, allowed: float) -> float:
    """The lowest bar that keeps all but the allowed share of mistakes beneath it."""
    if not total:
        return NEVER
    ordered = sorted(mistakes, reverse=True)
    may_pass = int(allowed * total)
    if may_pass >= len(ordered):
        return 0.0
    # Just above the first mistake that may not pass.
    return min(ordered[may_pass] + 1e-6, NEVER)
