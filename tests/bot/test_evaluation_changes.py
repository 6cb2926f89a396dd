"""What changed between two releases: by text, with counts."""

from __future__ import annotations

import pytest

from bot.classifier import Kind
from bot.decision import Thresholds
from bot.evaluation.changes import Change, changes_between, counts_of
from bot.evaluation.verdicts import Fate, Verdict, judge
from tests.factories import judged, prediction

BARS = Thresholds(addressed=0.6, overheard=0.8, offer=0.3, urgent=0.5)


def verdict(slug: str, confidence: float, text: str = "how much", addressed: bool = True) -> Verdict:
    """A question about `pay` that a release takes for one about this slug."""
    return judge(judged(prediction((slug, confidence), ("pay", 0.01)), text=text), BARS, addressed)


def test_a_change_holds_both_outcomes() -> None:
    """What was given and became of the text, before and after."""
    (change,) = changes_between([verdict("leave", 0.9)], [verdict("pay", 0.7)])

    assert change == Change(
        text="how much",
        addressed=True,
        expected="pay",
        was=Fate.WRONG,
        became=Fate.RIGHT,
        old_outcome="answered",
        old_given="leave",
        new_outcome="answered",
        new_given="pay",
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (verdict("pay", 0.7), verdict("pay", 0.9)),
        (verdict("leave", 0.7), verdict("claim", 0.9)),
        (verdict("pay", 0.1), verdict("pay", 0.2)),
    ],
)
def test_the_same_fate_is_no_change(old: Verdict, new: Verdict) -> None:
    """Another confidence, or another wrong answer, is none."""
    assert changes_between([old], [new]) == []


def test_changes_are_sorted_and_counted_by_what_they_came_to() -> None:
    """Right first, then wrong, offered, refused and silent, whatever the order of the lines."""
    old = [verdict("pay", 0.9, text) for text in ("refused", "offered", "same", "wrong")]
    new = [
        verdict("pay", 0.1, "refused"),
        verdict("pay", 0.5, "offered"),
        verdict("pay", 0.9, "same"),
        verdict("leave", 0.9, "wrong"),
    ]
    heard = [verdict("pay", 0.9, "silent", addressed=False)], [verdict("pay", 0.7, "silent", addressed=False)]
    changes = changes_between(old + heard[0], new + heard[1])

    assert [change.text for change in changes] == ["wrong", "offered", "refused", "silent"]
    assert counts_of(changes) == {
        "right": 0,
        "wrong": 1,
        "offered": 1,
        "offered_other": 0,
        "refused": 1,
        "silent": 1,
        "urgent": 0,
    }


def test_a_text_that_no_answer_fits_can_change() -> None:
    """An answer that is no longer given to talk is a change to silence."""
    talk = (
        judged(prediction(("pay", 0.9)), "", Kind.OUT_OF_SCOPE),
        judged(prediction(("pay", 0.1)), "", Kind.OUT_OF_SCOPE),
    )
    (change,) = changes_between(*([judge(case, BARS, addressed=False)] for case in talk))

    assert (change.expected, change.was, change.became) == ("", Fate.WRONG, Fate.SILENT)
