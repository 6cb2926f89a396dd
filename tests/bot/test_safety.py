"""Plain words of an emergency are noticed, and make less urgency suffice."""

from __future__ import annotations

import pytest

from bot.classifier import Prediction
from bot.decision import Thresholds
from bot.messages import Candidate
from bot.safety import WITH_PLAIN_WORDS, plain_emergency, urgent_help_for

THRESHOLDS = Thresholds(addressed=0.6, overheard=0.9, offer=0.3, urgent=0.5)
PLAIN = "i want to kill myself"
VEILED = "there is nothing left for me"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("i want to kill myself", "suicide"),
        ("I am SUICIDAL", "suicide"),
        ("thinking of ending my own life", "suicide"),
        ("i just want to die", "suicide"),
        ("i do not want to be here any more", "suicide"),
        ("i dont want to be here anymore", "suicide"),
        ("I don't want to be alive", "suicide"),
        ("I don\u2019t want to be alive", "suicide"),
        ("they would be better off dead", "suicide"),
        ("i self-harm", "self_harm"),
        ("i keep cutting myself", "self_harm"),
        ("she is not breathing", "medical_emergency"),
        ("he won\u2019t wake up", "medical_emergency"),
        ("i cant breathe", "medical_emergency"),
        ("took an overdose", "medical_emergency"),
        ("he hit me last night", "domestic_abuse"),
        ("my ex has been hitting me", "domestic_abuse"),
        ("my husband strangled me", "domestic_abuse"),
        ("he's hurting me", "domestic_abuse"),
    ],
)
def test_plain_words_name_the_emergency(text: str, slug: str) -> None:
    """What people in an emergency plainly say is told by a pattern, with either apostrophe and without."""
    assert plain_emergency(text) == slug


@pytest.mark.parametrize(
    "text",
    [
        "",
        "how much is smp",
        "this bill is killing me",
        "the skill of dieting",
        "tshe hit metal",
        "chess club opens when",
    ],
)
def test_other_words_name_none(text: str) -> None:
    """Everyday words are no emergency."""
    assert plain_emergency(text) is None


@pytest.mark.parametrize(
    ("text", "urgency", "helps"),
    [
        (VEILED, THRESHOLDS.urgent, True),
        (VEILED, THRESHOLDS.urgent - 0.01, False),
        (PLAIN, THRESHOLDS.urgent * WITH_PLAIN_WORDS, True),
        (PLAIN, THRESHOLDS.urgent * WITH_PLAIN_WORDS - 0.01, False),
    ],
)
def test_plain_words_lower_the_bar(text: str, urgency: float, helps: bool) -> None:
    """The model's urgency decides; with plain words beside it, less is enough."""
    prediction = Prediction((), 0.5, urgency, (Candidate("suicide", 0.7), Candidate("self_harm", 0.2)))
    assert urgent_help_for(text, prediction, THRESHOLDS) == ("suicide" if helps else None)


def test_the_model_chooses_the_help() -> None:
    """Where words and model name different help, the model's is given: it reads the whole text."""
    prediction = Prediction((), 0.5, 0.9, (Candidate("child_safety", 0.8),))
    assert urgent_help_for(PLAIN, prediction, THRESHOLDS) == "child_safety"


def test_a_model_without_urgent_help_gives_none() -> None:
    """A release without urgent-help messages calls for none."""
    assert urgent_help_for(PLAIN, Prediction((), 0.5, urgency=1.0), THRESHOLDS) is None
