"""The bars of a release are the lowest at which no more mistakes are made than the settings allow."""

from __future__ import annotations

from itertools import repeat

import pytest

from bot.classifier import Judged, Kind
from bot.decision import decide
from bot.messages import Outcome
from bot.settings import ThresholdSettings
from bot.thresholds import NEVER, choose_thresholds
from tests.factories import judged, prediction


def allowing(share: float) -> ThresholdSettings:
    """Settings that allow the same share of every mistake."""
    return ThresholdSettings(
        wrong_answers_addressed=share,
        wrong_answers_overheard=share,
        urgent_false_alarms=share,
        offers_out_of_scope=share,
    )


def questions(right: int, wrong: int) -> list[Judged]:
    """Questions with a sure right answer, and others whose answer is wrong at 0.01, 0.02 and so on."""
    mistakes = [judged(prediction(("leave", number / 100))) for number in range(1, wrong + 1)]
    return [*repeat(judged(prediction(("pay", 0.9))), right), *mistakes]


def talk(count: int, out_of_scope: float = 0.0) -> list[Judged]:
    """Texts without an answer, whose best candidates stand at 0.01, 0.02 and so on."""
    return [
        judged(prediction(("pay", number / 100), out_of_scope=out_of_scope), expected="", kind=Kind.OUT_OF_SCOPE)
        for number in range(1, count + 1)
    ]


def wrongly_answered(cases: list[Judged], settings: ThresholdSettings, addressed: bool) -> int:
    """How many of the cases would get a wrong answer at the bars chosen for them."""
    thresholds = choose_thresholds(cases, settings)
    outcomes = [(case, decide(case.prediction, thresholds, addressed).outcome) for case in cases]
    return sum(outcome is Outcome.ANSWERED and not case.is_right for case, outcome in outcomes)


@pytest.mark.parametrize(("share", "wrong"), [(0.0, 0), (0.009, 0), (0.01, 1), (0.019, 1), (0.02, 2), (1.0, 20)])
def test_as_many_wrong_answers_as_allowed(share: float, wrong: int) -> None:
    """Of a hundred addressed questions the allowed share is answered wrongly, and not one more."""
    assert wrongly_answered(questions(right=80, wrong=20), allowing(share), addressed=True) == wrong


@pytest.mark.parametrize(("share", "wrong"), [(0.0, 0), (0.0049, 0), (0.005, 1), (0.02, 4)])
def test_overheard_mistakes_are_counted_among_all_that_is_heard(share: float, wrong: int) -> None:
    """Wrong answers to questions and to talk count together, among a hundred questions and a hundred others."""
    settings = ThresholdSettings(wrong_answers_addressed=1.0, wrong_answers_overheard=share)
    assert wrongly_answered([*questions(right=80, wrong=20), *talk(100)], settings, addressed=False) == wrong


def test_bar_stands_just_above_the_first_mistake_that_may_not_pass() -> None:
    """The bar is no higher than it must be: what is a hair above the mistake still passes."""
    bar = choose_thresholds(questions(right=90, wrong=10), allowing(0.05)).addressed
    assert 0.05 < bar < 0.0501


def test_without_mistakes_every_question_is_answered() -> None:
    """Where no prediction is wrong, the bars for answers are nought."""
    thresholds = choose_thresholds(questions(right=10, wrong=0), allowing(0.0))
    assert (thresholds.addressed, thresholds.overheard, thresholds.offer) == (0.0, 0.0, 0.0)


def test_mistake_at_full_confidence_can_be_kept_out() -> None:
    """A mistake of confidence 1 lifts the bar above every confidence, but no higher than NEVER."""
    bar = choose_thresholds([judged(prediction(("leave", 1.0)))], allowing(0.0)).addressed
    assert 1.0 < bar <= NEVER


def test_bars_are_in_order() -> None:
    """An offer never needs more than an answer, and an overheard answer never less than an addressed one."""
    mostly_talk = choose_thresholds([*questions(90, 10), *talk(90)], allowing(0.01))
    no_talk = choose_thresholds(questions(90, 10), allowing(0.05))

    for thresholds in (mostly_talk, no_talk):
        assert thresholds.offer <= thresholds.addressed <= thresholds.overheard


@pytest.mark.parametrize(("out_of_scope", "lifts"), [(0.5, False), (0.49, True)])
def test_talk_that_is_ignored_anyway_lifts_no_bar(out_of_scope: float, lifts: bool) -> None:
    """Talk that the model takes for talk doesn't make the overheard bar higher; talk that it doesn't, does."""
    thresholds = choose_thresholds([*questions(10, 0), *talk(90, out_of_scope)], allowing(0.0))
    assert (thresholds.overheard > 0.9) is lifts


def test_offers_are_counted_among_what_has_no_answer() -> None:
    """Of ten texts without an answer, the allowed three are offered a choice."""
    cases = [*questions(right=90, wrong=60), *talk(10)]

    offer = choose_thresholds(cases, ThresholdSettings(wrong_answers_addressed=0.0, offers_out_of_scope=0.3)).offer
    assert sum(case.confidence >= offer for case in cases if case.kind is Kind.OUT_OF_SCOPE) == 3


@pytest.mark.parametrize(("share", "alarms"), [(0.0, 0), (0.01, 1), (0.05, 5)])
def test_false_alarms_are_counted_among_the_calm(share: float, alarms: int) -> None:
    """Of a hundred calm texts the allowed share is taken for an emergency; emergencies themselves don't count."""
    calm = [judged(prediction(urgency=number / 100)) for number in range(100)]
    emergencies = [judged(prediction(urgency=0.999), "suicide", Kind.URGENT)] * 50

    bar = choose_thresholds([*calm, *emergencies], allowing(share)).urgent
    assert sum(case.prediction.urgency >= bar for case in calm) == alarms


def test_emergencies_lift_no_answer_bar() -> None:
    """The answers that the model ranks for an emergency are never given, so they count as no mistake."""
    emergencies = [judged(prediction(("leave", 0.99)), "suicide", Kind.URGENT)]
    assert choose_thresholds([*questions(right=10, wrong=0), *emergencies], allowing(0.0)).addressed == 0.0
