"""The reading age tells plain writing from hard, whatever names and figures it must hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.answers import answer_paths, load_answer
from bot.reading_age import reading_age

PLAIN = "You can ask for help. Call your council. Tell them what you owe."
HARD = (
    "Individuals experiencing financial difficulties may be entitled to additional discretionary assistance, "
    "notwithstanding any previous determination regarding eligibility made by the administering authority."
)


def test_plain_writing_is_for_children_and_hard_writing_is_not() -> None:
    """Short words and sentences stand under 9 years; a long official sentence far above 16."""
    assert reading_age(PLAIN) < 9
    assert reading_age(HARD) > 16


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ask the Department for Work and Pensions now.", "Ask the Child Maintenance Service now."),
        ("You get £1,234.56 a week.", "You get 9 a week."),
        ("You get 90% of it.", "You get 5% of it."),
        ("**Call** your _council_ now.", "Call your council now."),
    ],
)
def test_names_figures_and_marks_make_no_difference(one: str, other: str) -> None:
    """How long an official name or a figure is, or how a word is marked, says nothing about the writing."""
    assert reading_age(one) == pytest.approx(reading_age(other))


def test_list_items_are_sentences_of_their_own() -> None:
    """A list is read item by item, so it isn't taken for one long sentence."""
    items = ["your name", "your address", "how much you owe", "what you earn", "what you spend"]

    as_list = "Tell them:\n\n" + "\n".join(f"- {item}" for item in items)
    assert reading_age(as_list) < reading_age("Tell them " + " and ".join(items))


@pytest.mark.parametrize("text", ["", "\n", "**", "12", "👶"])
def test_text_without_words_has_a_reading_age(text: str) -> None:
    """A text with next to nothing in it is measured without an error."""
    assert reading_age(text) < 12


def test_real_answers_are_between_child_and_teenager() -> None:
    """The measure gives every real answer a plausible age, so that its limit means something."""
    folder = Path(__file__).parents[2] / "answers"
    ages = [reading_age(load_answer(path).sections[""]) for path in answer_paths(folder)]
    assert 5 < min(ages) <= max(ages) < 13
