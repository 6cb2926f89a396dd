"""The figures of a release: each is a share, and each says of what."""

from __future__ import annotations

import json

import pytest

from bot.classifier import Judged, Kind
from bot.decision import Thresholds
from bot.evaluation import evaluate, judge
from bot.messages import Outcome
from tests.factories import judged, prediction

BARS = Thresholds(addressed=0.6, overheard=0.8, offer=0.3, urgent=0.5)


def question(slug: str, confidence: float, addressed: bool | None = True) -> Judged:
    """A question about `pay` that the model takes for one about this slug."""
    return judged(prediction((slug, confidence), ("pay", 0.01)), addressed=addressed)


def talk(confidence: float, addressed: bool, out_of_scope: float = 0.0) -> Judged:
    """A text that no answer fits."""
    made = prediction(("pay", confidence), out_of_scope=out_of_scope)
    return judged(made, expected="", kind=Kind.OUT_OF_SCOPE, addressed=addressed)


def emergency(urgency: float, given: str = "suicide", text: str = "i cant go on") -> Judged:
    """A message of somebody who needs the `suicide` message."""
    return judged(prediction(urgency=urgency, urgent=((given, urgency),)), "suicide", Kind.URGENT, text)


@pytest.mark.parametrize(
    ("case", "addressed", "outcome", "given", "is_right", "is_wrong"),
    [
        (question("pay", 0.6), True, Outcome.ANSWERED, "pay", True, False),
        (question("leave", 0.6), True, Outcome.ANSWERED, "leave", False, True),
        (question("leave", 0.5), True, Outcome.CLARIFY, "", False, False),
        (question("pay", 0.7), False, Outcome.IGNORED_NOT_CONFIDENT, "", False, False),
        (question("pay", 0.8), False, Outcome.ANSWERED, "pay", True, False),
        (talk(0.7, True), True, Outcome.ANSWERED, "pay", False, True),
        (talk(0.1, True), True, Outcome.UNANSWERED_LOW_CONFIDENCE, "", False, False),
        (emergency(0.5), True, Outcome.URGENT_HELP, "suicide", True, False),
        (emergency(0.5, given="no_food"), False, Outcome.URGENT_HELP, "no_food", False, False),
        (emergency(0.49), True, Outcome.ANSWERED, "pay", False, True),
        (emergency(0.20, text="i want to die"), True, Outcome.URGENT_HELP, "suicide", True, False),
        (emergency(0.19, text="i want to die"), True, Outcome.ANSWERED, "pay", False, True),
    ],
)
def test_verdict_is_what_the_bot_would_do(
    case: Judged, addressed: bool, outcome: Outcome, given: str, is_right: bool, is_wrong: bool
) -> None:
    """A verdict holds the outcome and answer that a person would have had, on either side of each bar."""
    verdict = judge(case, BARS, addressed)

    assert (verdict.outcome, verdict.given) == (outcome.value, given)
    assert (verdict.is_right, verdict.is_wrong) == (is_right, is_wrong)


def test_refusing_what_has_no_answer_is_not_right_but_not_wrong() -> None:
    """Where no answer is right, giving none counts neither as right nor as wrong."""
    verdict = judge(talk(0.1, True), BARS, addressed=True)
    assert not verdict.is_right
    assert not verdict.is_wrong


def test_figures_of_questions() -> None:
    """Right, wrong and offered are shares of the questions that have an answer; a refusal is none of them."""
    cases = [
        question("pay", 0.9),
        question("pay", 0.9),
        question("leave", 0.9),
        judged(prediction(("leave", 0.5), ("pay", 0.4))),
        judged(prediction(("leave", 0.1))),
    ]
    figures = evaluate(cases, BARS)["figures"]

    assert figures["questions"] == 5
    assert (figures["right"], figures["wrong"], figures["right_or_offered"]) == (0.4, 0.2, 0.6)
    assert (figures["overheard_right"], figures["overheard_wrong"]) == (0.4, 0.2)


def test_offer_without_the_right_answer_is_no_help() -> None:
    """An offer counts only where the right answer is among those offered."""
    figures = evaluate([judged(prediction(("leave", 0.5), ("claim", 0.4)))], BARS)["figures"]
    assert figures["right_or_offered"] == 0.0


def test_figures_of_what_has_no_answer() -> None:
    """Texts out of scope are judged as they were met: wrong answers and offers when addressed, silence when not."""
    cases = [
        talk(0.9, addressed=True),
        talk(0.5, addressed=True),
        talk(0.1, addressed=True),
        talk(0.1, addressed=True),
        talk(0.9, addressed=False),
        talk(0.9, addressed=False, out_of_scope=0.6),
    ]
    figures = evaluate(cases, BARS)["figures"]

    assert (figures["out_of_scope_answered"], figures["out_of_scope_offered"]) == (0.25, 0.25)
    assert figures["talk_silent"] == 0.5


def test_figures_of_emergencies() -> None:
    """Emergencies count met either way; a false alarm is a calm text that got urgent help."""
    alarmed = judged(prediction(urgency=0.9, urgent=(("suicide", 0.9),)))
    cases = [
        emergency(0.9),
        emergency(0.9, given="no_food"),
        emergency(0.1),
        emergency(0.1),
        alarmed,
        question("pay", 0.9),
    ]
    figures = evaluate(cases, BARS)["figures"]

    assert (figures["urgent_given"], figures["urgent_right"]) == (0.5, 0.25)
    assert (figures["urgent_false_alarms"], figures["urgent_false_alarms_questions"]) == (0.5, 0.5)


def test_what_went_wrong_is_listed() -> None:
    """Wrong answers, missed emergencies and false alarms are listed by text; pairs confused most often come first."""
    cases = [
        judged(prediction(("leave", 0.9)), text="one"),
        judged(prediction(("leave", 0.9)), text="two"),
        judged(prediction(("claim", 0.9)), text="three"),
        judged(prediction(("claim", 0.1)), text="refused"),
        judged(text="right"),
        emergency(0.1, text="missed"),
        judged(prediction(urgency=0.9, urgent=(("suicide", 0.9),)), text="alarmed"),
    ]
    report = evaluate(cases, BARS)

    assert report["confused"][0] == ["pay", "leave", 2]
    assert [row["text"] for row in report["misclassified"]] == ["one", "two", "three", "missed", "alarmed"]
    json.dumps(report)


def test_nothing_to_judge_gives_noughts() -> None:
    """Without cases every figure is nought, rather than an error."""
    report = evaluate([], BARS)

    assert set(report["figures"].values()) == {0}
    assert report["misclassified"] == []
