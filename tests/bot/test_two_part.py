"""A text that asks for two things is split at its joints, and neither question is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.classifier import Prediction
from bot.decision import Decision, Thresholds, decide
from bot.errors import ClassifierError
from bot.messages import Outcome
from bot.two_part import MAX_SPLITS, MIN_WORDS, splits, with_parts
from tests.factories import prediction
from tests.fakes import KeywordClassifier

THRESHOLDS = Thresholds(addressed=0.6, overheard=0.9, offer=0.3, urgent=0.5)
PREDICTIONS = {
    "hiya": prediction(None, small_talk="greeting"),
    "smp": prediction(("smp", 0.8)),
    "uc": prediction(("uc", 0.95)),
    "dro": prediction(("dro", 0.74)),
}
WORDS = [
    "and",
    "also",
    "plus",
    "&",
    "sand",
    "?",
    ".",
    ";",
    ",",
    "\n",
    "smp",
    "uc",
    "how much",
    "is it",
    "3.5",
    " ",
    "!",
]
TEXTS = st.one_of(
    st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join), st.lists(st.sampled_from(WORDS)).map("".join)
)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("how much is smp and can i get uc on top", ("how much is smp", "can i get uc on top")),
        ("how much is smp? and can i get uc", ("how much is smp", "can i get uc")),
        ("how much is smp, also can i get uc", ("how much is smp", "can i get uc")),
        ("how much is smp. can i get uc?", ("how much is smp", "can i get uc?")),
        ("how much is smp\ncan i get uc", ("how much is smp", "can i get uc")),
        ("HOW MUCH IS SMP AND ALSO CAN I GET UC", ("HOW MUCH IS SMP", "CAN I GET UC")),
    ],
)
def test_a_text_is_split_at_its_joints(text: str, first: tuple[str, str]) -> None:
    """Punctuation and joining words part two questions, and go with neither."""
    assert splits(text)[0] == first


@pytest.mark.parametrize(
    "text", ["", "how much is smp", "is it 3.5 weeks or 4", "bread and butter", "sandy plussed it all"]
)
def test_a_text_without_two_questions_is_not_split(text: str) -> None:
    """A part has three words or more, and a joint is a word or a mark of its own."""
    assert splits(text) == []


@given(TEXTS)
def test_parts_are_of_the_text_and_long_enough(text: str) -> None:
    """Whatever the text, parts are pieces of it in order, each of three words, and there are few of them."""
    found = splits(text)
    assert len(found) <= MAX_SPLITS
    for first, second in found:
        assert text.strip().startswith(first) and text.strip().endswith(second)
        assert len(first) + len(second) < len(text)
        assert min(len(first.split()), len(second.split())) >= MIN_WORDS


@given(TEXTS)
def test_only_joints_are_lost(text: str) -> None:
    """What stands between the parts is punctuation and joining words."""
    for first, second in splits(text):
        between = text.strip()[len(first) : len(text.strip()) - len(second)]
        assert re.fullmatch(r"(?:[\s?.;,&]|and|also|plus|then)+", between, re.IGNORECASE)


async def decided(text: str, whole: Prediction, addressed: bool = True) -> tuple[Decision, list[str]]:
    """What is decided with the parts in mind, and the texts that the model was asked about for it."""
    classifier = KeywordClassifier(PREDICTIONS)
    decision = await with_parts(decide(whole, THRESHOLDS, addressed), text, classifier, THRESHOLDS)
    return decision, classifier.seen


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "also"),
    [
        ("how much is smp and can i get uc", "uc"),
        ("can i get uc and how much is smp", "uc"),
        ("how much is smp and is it smp", ""),
        ("how much is smp and what about the dro", ""),
        ("how much is smp and hiya to you all", ""),
        ("how much is smp", ""),
    ],
)
@pytest.mark.parametrize("addressed", [True, False])
async def test_an_answer_stays_and_gains_the_other(text: str, also: str, addressed: bool) -> None:
    """The answer given is the same; a part that is sure of another adds that one, overheard or not."""
    decision, _ = await decided(text, prediction(("smp", 0.95)), addressed)
    assert decision == Decision(Outcome.ANSWERED, decision.candidates, also)
    assert [candidate.answer for candidate in decision.candidates] == ["smp"]


@pytest.mark.asyncio
@pytest.mark.parametrize("whole", [prediction(("dro", 0.4), ("uc", 0.3), ("pay", 0.1)), prediction(("dro", 0.2))])
async def test_two_sure_parts_of_an_unsure_text_are_both_offered(whole: Prediction) -> None:
    """Whoever asked gets both to choose from, the surest first."""
    decision, _ = await decided("how much is smp and can i get uc", whole)
    assert decision.outcome is Outcome.CLARIFY
    assert [candidate.answer for candidate in decision.candidates[:2]] == ["uc", "smp"]
    assert len({candidate.answer for candidate in decision.candidates}) == len(decision.candidates) <= 3


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["how much is smp and what about the dro", "how much is smp and is it smp"])
async def test_one_sure_part_of_an_unsure_text_changes_nothing(text: str) -> None:
    """One part alone may be a misreading."""
    whole = prediction(("dro", 0.4), ("pay", 0.1))
    assert (await decided(text, whole))[0] == decide(whole, THRESHOLDS, addressed=True)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "whole", "addressed"),
    [
        ("how much is smp", prediction(("smp", 0.9)), True),
        ("how much is smp and can i get uc", prediction(("smp", 0.4)), False),
        ("how much is smp and can i get uc", prediction(None, small_talk="greeting"), True),
    ],
)
async def test_the_model_is_not_asked_in_vain(text: str, whole: Prediction, addressed: bool) -> None:
    """Where nothing could come of it, the parts aren't classified."""
    decision, seen = await decided(text, whole, addressed)
    assert (decision, seen) == (decide(whole, THRESHOLDS, addressed), [])


@pytest.mark.asyncio
async def test_a_failing_model_is_told_of() -> None:
    """Who asks decides what to do without the parts."""
    with pytest.raises(ClassifierError):
        await decided("how much is smp and does it crash", prediction(("smp", 0.9)))
