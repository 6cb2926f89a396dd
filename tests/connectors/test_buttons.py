"""What a button says of itself comes back as the same button, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.answers import NATIONS, answer_paths, load_answer
from bot.deliveries import Button, ButtonKind
from bot.messages import Choice, Reply, StaffAction
from connectors.buttons import MAX_BYTES, button_of, data_of, rows_of

ANSWERS = Path(__file__).parents[2] / "answers"
SLUGS = st.from_regex(r"[a-z][a-z0-9_]{0,38}", fullmatch=True)
NUMBERS = st.integers(0, 10**18 - 1)
BUTTONS = st.builds(
    Button,
    st.sampled_from([kind for kind in ButtonKind if not kind.is_for_staff]),
    st.just(""),
    SLUGS | st.just(""),
    st.sampled_from(["", *NATIONS]),
) | st.builds(
    Button,
    st.sampled_from([kind for kind in ButtonKind if kind.is_for_staff]),
    theme=NUMBERS,
    digest=NUMBERS,
)


@pytest.mark.parametrize("kind", ButtonKind)
def test_every_kind_comes_back(kind: ButtonKind) -> None:
    """Each kind of button is told apart by its data."""
    assert button_of(data_of(Button(kind))) == Button(kind)


@given(BUTTONS)
@example(Button(ButtonKind.PICK, answer="", nation="wales"))
def test_any_button_comes_back(button: Button) -> None:
    """What it does, and what with, survives the way to the platform and back, within its limit."""
    data = data_of(button)
    assert button_of(data) == button and len(data.encode()) <= MAX_BYTES


def test_every_answer_of_the_project_fits() -> None:
    """Each of the project's answers can be picked, for each of its nations, on the platform with the least room."""
    for answer in map(load_answer, answer_paths(ANSWERS)):
        for nation in ("", *answer.variants, *NATIONS):
            button = Button(ButtonKind.PICK, answer.title, answer.slug, nation)
            data = data_of(button)
            assert len(data.encode()) <= MAX_BYTES, data
            assert button_of(data) == Button(ButtonKind.PICK, answer=answer.slug, nation=nation)


def test_a_slug_that_is_too_long_is_named() -> None:
    """Whoever writes such an answer is told which it is."""
    with pytest.raises(ValueError, match="too_long"):
        data_of(Button(ButtonKind.PICK, answer="too_long" * 8))


@pytest.mark.parametrize(
    "data",
    [
        "",
        ":",
        "sp",
        "sp:",
        "sp:bogus",
        "sp:UP",
        " sp:up",
        "SP:up",
        "spx:up",
        "up",
        "s:main",
        "sp up",
        "💥",
        "sp::up",
        "sp:mine:1",
        "sp:not:a:1",
    ],
)
def test_foreign_data_is_no_button(data: str) -> None:
    """What other programs, older versions or forgers hand back is not ours."""
    assert button_of(data) is None


@given(st.text(max_size=100))
@example("sp:pick:a:b:c")
def test_no_data_breaks_it(data: str) -> None:
    """Whatever a platform hands back is a button that says so of itself, or none."""
    button = button_of(data)
    if button is not None:
        assert data.startswith(f"sp:{button.kind.value}")
        assert ":" not in button.answer


def test_an_answer_has_votes_and_a_way_to_remove_it() -> None:
    """Votes and removal share the last row."""
    rows = rows_of(Reply("body", allows_feedback=True))
    assert [[button.kind for button in row] for row in rows] == [
        [ButtonKind.HELPFUL, ButtonKind.NOT_HELPFUL, ButtonKind.REMOVE]
    ]


def test_each_choice_has_a_row() -> None:
    """Titles are long; a choice without an answer is "None of these"."""
    choices = (Choice("Debt relief orders", "dro"), Choice("Wales", "pay", "wales"), Choice("None of these", ""))
    first, second, third, last = rows_of(Reply("Which?", choices=choices))
    assert first == [Button(ButtonKind.PICK, "Debt relief orders", "dro")]
    assert second == [Button(ButtonKind.PICK, "Wales", "pay", "wales")]
    assert third == [Button(ButtonKind.NONE_OF_THESE, "None of these")]
    assert [button.kind for button in last] == [ButtonKind.REMOVE]


def test_what_staff_can_do_has_a_row_for_each_theme() -> None:
    """With nothing beside it; a link says where it leads."""
    actions = (StaffAction("1 Open", theme=7, url="https://gov.uk/7"), StaffAction("1 Mine", "mine", 7, 3))
    first, second = rows_of(Reply("New", actions=(*actions, StaffAction("2 Not for us", "not", 8, 3))))
    assert first == [
        Button(ButtonKind.OPEN, "1 Open", theme=7, url="https://gov.uk/7"),
        Button(ButtonKind.ASSIGN, "1 Mine", theme=7, digest=3),
    ]
    assert second == [Button(ButtonKind.NOT_FOR_US, "2 Not for us", theme=8, digest=3)]


def test_others_may_join_a_noted_question() -> None:
    """The button says what it does."""
    ((join, remove),) = rows_of(Reply("Noted.", allows_me_too=True))
    assert (join.kind, remove.kind) == (ButtonKind.ME_TOO, ButtonKind.REMOVE)
    assert re.search(r"\bknow too\b", join.label)


@given(st.booleans(), st.booleans(), st.lists(st.builds(Choice, st.text(max_size=5), SLUGS | st.just("")), max_size=5))
def test_every_button_has_a_label_and_a_name_of_its_own(feedback: bool, me_too: bool, choices: list[Choice]) -> None:
    """Discord refuses a post in which two buttons have the same data."""
    unique = tuple({choice.answer: choice for choice in choices}.values())
    rows = rows_of(Reply("b", choices=unique, allows_feedback=feedback, allows_me_too=me_too))
    buttons = [button for row in rows for button in row]
    data = [data_of(button) for button in buttons]
    assert len(set(data)) == len(data)
    assert all(button.label for button in rows[-1])
