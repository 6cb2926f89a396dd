"""What would have become of one text, beside what was right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.classifier import Judged
from bot.decision import Thresholds, decide
from bot.messages import Outcome
from bot.safety import urgent_help_for


class Fate(str, Enum):
    """What an outcome was worth to who asked. Every text has exactly one.

    OFFERED has the right answer among those offered, OFFERED_OTHER has not. REFUSED is what was addressed and got
    neither answer, offer nor urgent help; SILENT is the same for what was overheard. URGENT is urgent help that was
    not called for, or not the right one. Where no answer is right, REFUSED and SILENT are what is wanted.
    """

    RIGHT = "right"
    WRONG = "wrong"
    OFFERED = "offered"
    OFFERED_OTHER = "offered_other"
    REFUSED = "refused"
    SILENT = "silent"
    URGENT = "urgent"


@dataclass(frozen=True)
class Verdict:
    """What became of one text, beside what was right. `confidence` is that of the best answer, from 0 to 1."""

    text: str
    kind: str
    expected: str
    given: str
    outcome: str
    offered: tuple[str, ...]
    confidence: float
    addressed: bool
    group: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the right answer or urgent-help message was given."""
        return self.given == self.expected != ""

    @property
    def is_wrong(self) -> bool:
        """Whether an answer was given that was not the right one."""
        return self.outcome == Outcome.ANSWERED.value and self.given != self.expected

    @property
    def fate(self) -> Fate:
        """What the outcome was worth."""
        if self.is_right:
            return Fate.RIGHT
        if self.is_wrong:
            return Fate.WRONG
        if self.outcome == Outcome.URGENT_HELP.value:
            return Fate.URGENT
        if self.offered:
            return Fate.OFFERED if self.expected in self.offered else Fate.OFFERED_OTHER
        return Fate.REFUSED if self.addressed else Fate.SILENT


def judge(case: Judged, thresholds: Thresholds, addressed: bool, group: str = "") -> Verdict:
    """What the Responder would make of a prediction."""
    outcome, given, offered = _outcome(case, thresholds, addressed)
    return Verdict(
        text=case.text,
        kind=case.kind.value,
        expected=case.expected,
        given=given,
        outcome=outcome.value,
        offered=offered,
        confidence=round(case.confidence, 4),
        addressed=addressed,
        group=group,
    )


def _outcome(case: Judged, thresholds: Thresholds, addressed: bool) -> tuple[Outcome, str, tuple[str, ...]]:
    """The outcome, the slug of what is given, and the slugs of what is offered instead."""
    if slug := urgent_help_for(case.text, case.prediction, thresholds):
        return Outcome.URGENT_HELP, slug, ()
    decision = decide(case.prediction, thresholds, addressed)
    slugs = tuple(candidate.answer for candidate in decision.candidates)
    if decision.outcome is Outcome.ANSWERED:
        return decision.outcome, slugs[0], ()
    return decision.outcome, "", slugs
