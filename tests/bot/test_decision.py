"""Answer, offer, refuse or keep silent: what becomes of a prediction on either side of each bar."""

from __future__ import annotations

import pytest

from bot.decision import MAX_OFFERED, Thresholds, decide
from bot.messages import Candidate, Outcome
from tests.factories import prediction

BARS = Thresholds(addressed=0.6, overheard=0.8, offer=0.3, urgent=0.5)
NO_BARS = Thresholds(addressed=0.0, overheard=0.0, offer=0.0, urgent=0.0)


@pytest.mark.parametrize(
    ("confidence", "addressed", "outcome"),
    [
        (0.60, True, Outcome.ANSWERED),
        (0.59, True, Outcome.CLARIFY),
        (0.30, True, Outcome.CLARIFY),
        (0.29, True, Outcome.UNANSWERED_LOW_CONFIDENCE),
        (0.80, False, Outcome.ANSWERED),
        (0.79, False, Outcome.IGNORED_NOT_CONFIDENT),
        (0.30, False, Outcome.IGNORED_NOT_CONFIDENT),
    ],
)
def test_bar_is_reached_at_its_value(confidence: float, addressed: bool, outcome: Outcome) -> None:
    """A confidence at a bar passes it and one just beneath doesn't; an overheard text is never offered a choice."""
    assert decide(prediction(("pay", confidence)), BARS, addressed).outcome is outcome


@pytest.mark.parametrize("addressed", [True, False])
def test_answer_is_the_best_alone(addressed: bool) -> None:
    """An answered text carries the best answer and no other."""
    decision = decide(prediction(("pay", 0.9), ("leave", 0.1)), BARS, addressed)
    assert decision.candidates == (Candidate("pay", 0.9),)


@pytest.mark.parametrize(("ranked", "offered"), [(1, 1), (MAX_OFFERED, MAX_OFFERED), (MAX_OFFERED + 1, MAX_OFFERED)])
def test_few_answers_are_offered_best_first(ranked: int, offered: int) -> None:
    """An offer holds the best answers in order, and never more than the most."""
    ranking = [(f"answer_{number}", 0.5 - number / 100) for number in range(ranked)]

    candidates = decide(prediction(*ranking), BARS, addressed=True).candidates
    assert [candidate.answer for candidate in candidates] == [slug for slug, _ in ranking[:offered]]


@pytest.mark.parametrize(
    ("out_of_scope", "rival", "outcome"),
    [
        (0.50, 0.20, Outcome.UNANSWERED_OUT_OF_SCOPE),
        (0.49, 0.20, Outcome.UNANSWERED_AMBIGUOUS),
        (0.49, 0.10, Outcome.UNANSWERED_AMBIGUOUS),
        (0.49, 0.09, Outcome.UNANSWERED_LOW_CONFIDENCE),
    ],
)
def test_refusal_says_why(out_of_scope: float, rival: float, outcome: Outcome) -> None:
    """Out of scope from one half; ambiguous where the second is at least half as likely; unsure otherwise."""
    made = prediction(("pay", 0.2), ("leave", rival), out_of_scope=out_of_scope)

    decision = decide(made, BARS, addressed=True)
    assert (decision.outcome, decision.candidates) == (outcome, ())


@pytest.mark.parametrize(
    ("out_of_scope", "outcome"), [(0.49, Outcome.ANSWERED), (0.50, Outcome.IGNORED_NOT_A_QUESTION)]
)
def test_overheard_talk_is_no_question(out_of_scope: float, outcome: Outcome) -> None:
    """An overheard text that is as likely as not out of scope is ignored, however sure its best answer is."""
    assert decide(prediction(("pay", 0.9), out_of_scope=out_of_scope), BARS, addressed=False).outcome is outcome


@pytest.mark.parametrize(
    ("addressed", "outcome"), [(True, Outcome.SMALL_TALK), (False, Outcome.IGNORED_NOT_A_QUESTION)]
)
def test_small_talk_is_returned_only_when_addressed(addressed: bool, outcome: Outcome) -> None:
    """A greeting to the bot is met; one between people is left alone, and neither is answered."""
    assert decide(prediction(("pay", 0.99), small_talk="greeting"), BARS, addressed).outcome is outcome


@pytest.mark.parametrize("thresholds", [BARS, NO_BARS])
@pytest.mark.parametrize(
    ("addressed", "outcome"), [(True, Outcome.UNANSWERED_LOW_CONFIDENCE), (False, Outcome.IGNORED_NOT_CONFIDENT)]
)
def test_nothing_ranked_is_never_answered(thresholds: Thresholds, addressed: bool, outcome: Outcome) -> None:
    """Without a single candidate nothing is answered or offered, even at bars of nought."""
    decision = decide(prediction(None), thresholds, addressed)
    assert (decision.outcome, decision.candidates) == (outcome, ())
