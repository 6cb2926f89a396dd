"""A reply to an answer is read with that answer in mind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.classifier import Prediction
from bot.decision import MAX_OFFERED, Thresholds
from bot.follow_up import read_follow_up
from bot.messages import Outcome
from tests.factories import prediction

THRESHOLDS = Thresholds(addressed=0.6, overheard=0.9, offer=0.3, urgent=0.5)
UNSURE, SURE, VERY_SURE = (prediction((("uc"), confidence)) for confidence in (0.5, 0.7, 0.95))
BACK = prediction(("smp", 0.9), ("pay", 0.2), ("uc", 0.1))
ELSEWHERE = prediction(("pay", 0.8), ("smp", 0.4))
NOWHERE = prediction(("pay", 0.5), ("dro", 0.4), ("uc", 0.3), ("smp", 0.0))


def read(alone: Prediction, behind: Prediction, nation: str = "") -> tuple[Outcome, list[str]]:
    """What becomes of a reply to the answer on SMP."""
    decision = read_follow_up(alone, behind, "smp", nation, THRESHOLDS)
    return decision.outcome, [candidate.answer for candidate in decision.candidates]


@pytest.mark.parametrize("nation", ["", "wales"])
@pytest.mark.parametrize(
    ("alone", "behind", "answer"),
    [
        (VERY_SURE, BACK, "uc"),
        (SURE, ELSEWHERE, "uc"),
        (prediction(("smp", 0.7)), BACK, "smp"),
        (UNSURE, ELSEWHERE, "pay"),
        (prediction(None), ELSEWHERE, "pay"),
    ],
)
def test_a_reply_that_is_clear_is_answered(alone: Prediction, behind: Prediction, answer: str, nation: str) -> None:
    """A text that is sure by itself stands; else the context may make it sure of another answer."""
    assert read(alone, behind, nation) == (Outcome.ANSWERED, [answer])


@pytest.mark.parametrize("alone", [UNSURE, SURE, prediction(None)])
@pytest.mark.parametrize("behind", [BACK, prediction(None)])
def test_a_nation_asks_for_the_same_answer_there(alone: Prediction, behind: Prediction) -> None:
    """Who names a nation and asks for nothing else means the answer before."""
    behind = behind if alone is not SURE else BACK
    assert read(alone, behind, "scotland") == (Outcome.ANSWERED, ["smp"])


@pytest.mark.parametrize(
    ("alone", "behind", "offered"),
    [
        (UNSURE, BACK, ["smp", "pay", "uc"]),
        (SURE, BACK, ["smp", "uc", "pay"]),
        (UNSURE, NOWHERE, ["pay", "dro", "smp"]),
        (prediction(None), prediction(None), ["smp"]),
    ],
)
def test_a_reply_that_is_not_clear_is_offered_what_it_may_mean(
    alone: Prediction, behind: Prediction, offered: list[str]
) -> None:
    """The answer replied to is among the best in context, and so is one that the text alone was sure of."""
    assert read(alone, behind) == (Outcome.CLARIFY, offered)


def test_thanks_stay_thanks() -> None:
    """Small talk is no question, whatever it replies to."""
    assert read(prediction(None, small_talk="thanks"), ELSEWHERE, "wales")[0] is Outcome.SMALL_TALK


PREDICTIONS = st.lists(
    st.tuples(st.sampled_from(["smp", "uc", "pay", "dro"]), st.floats(0, 1)), unique_by=lambda pair: pair[0]
).map(lambda pairs: prediction(None, *()) if not pairs else prediction(*sorted(pairs, key=lambda pair: -pair[1])))


@given(PREDICTIONS, PREDICTIONS, st.sampled_from(["", "wales"]))
def test_a_reply_always_gets_an_answer_or_a_choice(alone: Prediction, behind: Prediction, nation: str) -> None:
    """Whatever the model makes of it, one answer is given, or up to three different ones with the one replied to."""
    outcome, answers = read(alone, behind, nation)
    assert len(set(answers)) == len(answers) <= MAX_OFFERED
    assert (outcome, len(answers)) == (Outcome.ANSWERED, 1) or (outcome is Outcome.CLARIFY and "smp" in answers)
