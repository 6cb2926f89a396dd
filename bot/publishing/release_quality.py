"""Whether a release is worse than another, by the headline figures on held-out questions."""

from __future__ import annotations

from dataclasses import dataclass

from bot.evaluation.headline_figures import Figures
from bot.releases import Release

HELD_OUT = "held_out"


@dataclass(frozen=True)
class _Measure:
    """A share that may move by `allowance` the wrong way before a release counts as worse."""

    name: str
    count: str
    words: str
    better: int
    allowance: float


MEASURES = (
    _Measure("urgent_right", "emergencies", "emergencies given the right help", +1, 0.0),
    _Measure("right_or_offered", "questions", "questions given or offered the right answer", +1, 0.005),
    _Measure("wrong", "questions", "questions given a wrong answer", -1, 0.005),
    _Measure("out_of_scope_answered", "out_of_scope", "questions answered that no answer is for", -1, 0.01),
)
WHAT_WORSE_MEANS = (
    "A release is worse than another where, of the held-out questions, fewer emergencies are given the right help; or "
    "where more than 5 in 1,000 more questions are given a wrong answer, or fewer are given or offered the right one; "
    "or where more than 1 in 100 more are answered that no answer is for."
)


def what_is_worse(old: Release | None, new: Release) -> list[str]:
    """What is worse about a release than about an older one, a phrase each; nothing where there is no older one."""
    if old is None:
        return []
    before, after = old.manifest.figures.get(HELD_OUT, {}), new.manifest.figures.get(HELD_OUT, {})
    return [_phrase(measure, before, after) for measure in MEASURES if _is_worse(measure, before, after)]


def _is_worse(measure: _Measure, before: Figures, after: Figures) -> bool:
    if not before.get(measure.count) or not after.get(measure.count):
        return False
    change = measure.better * (after.get(measure.name, 0) - before.get(measure.name, 0))
    # The shares are rounded to four places.
    return change < -measure.allowance - 1e-9


def _phrase(measure: _Measure, before: Figures, after: Figures) -> str:
    return f"{measure.words}: {before.get(measure.name, 0):.1%} before, {after.get(measure.name, 0):.1%} now"
