"""How good a release is: what would have become of texts that the model had not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.classifier import Judged, Kind
from bot.decision import Thresholds, decide
from bot.messages import Outcome
from bot.safety import urgent_help_for

Figures = dict[str, float]


@dataclass(frozen=True)
class Verdict:
    """What became of one text, beside what was right."""

    text: str
    kind: str
    expected: str
    given: str
    outcome: str
    offered: tuple[str, ...]
    confidence: float
    addressed: bool

    @property
    def is_right(self) -> bool:
        """Whether the right answer or urgent-help message was given."""
        return self.given == self.expected != ""

    @property
    def is_wrong(self) -> bool:
        """Whether an answer was given that was not the right one."""
        return self.outcome == Outcome.ANSWERED.value and self.given != self.expected


def judge(case: Judged, thresholds: Thresholds, addressed: bool) -> Verdict:
    """What the Responder would make of a prediction."""
    prediction = case.prediction
    if slug := urgent_help_for(case.text, prediction, thresholds):
        return _verdict(case, slug, Outcome.URGENT_HELP, (), addressed)
    decision = decide(prediction, thresholds, addressed)
    given = decision.candidates[0].answer if decision.outcome is Outcome.ANSWERED else ""
    offered = tuple(c.answer for c in decision.candidates) if decision.outcome is Outcome.CLARIFY else ()
    return _verdict(case, given, decision.outcome, offered, addressed)


def evaluate(cases: Sequence[Judged], thresholds: Thresholds) -> dict[str, Any]:
    """Figures for cases, and the texts that went wrong.

    Questions and emergencies are judged both addressed and overheard; what has no answer, as it was met.
    """
    addressed = [judge(case, thresholds, addressed=True) for case in cases if _may_be(case, addressed=True)]
    overheard = [judge(case, thresholds, addressed=False) for case in cases if _may_be(case, addressed=False)]
    wrong = [verdict for verdict in addressed if verdict.is_wrong or _missed(verdict)]
    return {
        "figures": figures(addressed, overheard),
        "confused": [[*pair, count] for pair, count in _confused(addressed).most_common(20)],
        "misclassified": [asdict(verdict) for verdict in wrong],
    }


def figures(addressed: Sequence[Verdict], overheard: Sequence[Verdict]) -> Figures:
    """The headline figures, as shares; each name says of what."""
    questions = [v for v in addressed if v.kind == Kind.ANSWER.value]
    urgent = [v for v in (*addressed, *overheard) if v.kind == Kind.URGENT.value]
    calm = [v for v in (*addressed, *overheard) if v.kind != Kind.URGENT.value]
    talk = [v for v in overheard if v.kind in (Kind.OUT_OF_SCOPE.value, Kind.SMALL_TALK.value)]
    out_of_scope = [v for v in addressed if v.kind == Kind.OUT_OF_SCOPE.value]
    heard = [v for v in overheard if v.kind == Kind.ANSWER.value]
    return {
        "questions": len(questions),
        "right": _share(questions, lambda v: v.is_right),
        "wrong": _share(questions, lambda v: v.is_wrong),
        "right_or_offered": _share(questions, lambda v: v.is_right or v.expected in v.offered),
        "out_of_scope_answered": _share(out_of_scope, lambda v: v.is_wrong),
        "out_of_scope_offered": _share(out_of_scope, lambda v: bool(v.offered)),
        "overheard_right": _share(heard, lambda v: v.is_right),
        "overheard_wrong": _share(heard, lambda v: v.is_wrong),
        "talk_silent": _share(talk, lambda v: v.outcome.startswith("ignored_")),
        "urgent_given": _share(urgent, lambda v: v.outcome == Outcome.URGENT_HELP.value),
        "urgent_right": _share(urgent, lambda v: v.is_right),
        "urgent_false_alarms": _share(calm, lambda v: v.outcome == Outcome.URGENT_HELP.value),
        "urgent_false_alarms_questions": _share(questions, lambda v: v.outcome == Outcome.URGENT_HELP.value),
    }


def _may_be(case: Judged, addressed: bool) -> bool:
    return case.kind in (Kind.ANSWER, Kind.URGENT) or case.addressed in (None, addressed)


def _confused(verdicts: Sequence[Verdict]) -> Counter[tuple[str, str]]:
    return Counter((v.expected, v.given) for v in verdicts if v.is_wrong)


def _missed(verdict: Verdict) -> bool:
    """An emergency that got no urgent help, or a false alarm."""
    return (verdict.kind == Kind.URGENT.value) != (verdict.outcome == Outcome.URGENT_HELP.value)


def _share(verdicts: Sequence[Verdict], holds: Any) -> float:
    return round(sum(map(holds, verdicts)) / len(verdicts), 4) if verdicts else 0.0


def _verdict(case: Judged, given: str, outcome: Outcome, offered: tuple[str, ...], addressed: bool) -> Verdict:
    return Verdict(
        text=case.text,
        kind=case.kind.value,
        expected=case.expected,
        given=given,
        outcome=outcome.value,
        offered=offered,
        confidence=round(case.confidence, 4),
        addressed=addressed,
    )
