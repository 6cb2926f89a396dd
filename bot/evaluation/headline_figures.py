"""The headline figures of an evaluation, and how people read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.classifier import Kind
from bot.evaluation.verdicts import Fate, Verdict
from bot.messages import Outcome

Figures = dict[str, float]

SECTIONS = {
    "questions": {
        "": "addressed questions that an answer fits",
        "right": "right",
        "wrong": "wrong",
        "offered": "the right one among those offered",
        "offered_other": "only others offered",
        "refused": "refused",
        "urgent": "urgent help by mistake",
        "right_or_offered": "right or offered",
        "coverage": "coverage: given an answer",
    },
    "answers": {"": "answers given to them", "precision": "precision: right"},
    "overheard_questions": {
        "": "overheard questions that an answer fits",
        "overheard_right": "right",
        "overheard_wrong": "wrong",
        "overheard_silent": "silent",
        "overheard_urgent": "urgent help by mistake",
        "overheard_coverage": "coverage: given an answer",
    },
    "overheard_answers": {"": "answers given to them", "overheard_precision": "precision: right"},
    "overheard_answers_all": {"": "answers given to anything overheard", "overheard_precision_all": "right"},
    "out_of_scope": {
        "": "addressed texts that are out of scope",
        "out_of_scope_answered": "answered",
        "out_of_scope_offered": "offered answers",
    },
    "talk": {"": "overheard texts that no answer fits", "talk_silent": "silent"},
    "emergencies": {
        "": "emergencies, addressed or overheard",
        "urgent_given": "urgent help",
        "urgent_right": "the right urgent help",
    },
    "calm": {"": "texts that are no emergency", "urgent_false_alarms": "urgent help by mistake"},
}
"""Each figure that is a number of texts, with what it is called and the figures that are shares of them."""


def headline_figures(addressed: Sequence[Verdict], overheard: Sequence[Verdict]) -> Figures:
    """Numbers of texts and shares of them from 0 to 1, as SECTIONS has them. A share of nothing is 0.

    The fates of addressed questions add up to 1, as do those of overheard ones.
    """
    return _addressed(addressed) | _overheard(overheard) | _emergencies(addressed, overheard)


def rows_of(columns: Sequence[Figures]) -> list[list[str]]:
    """The figures as people read them: each row a label and a cell for each column.

    What is a share of nothing is a dash, and left out where it is so in every column. Older releases may lack figures.
    """
    rows = []
    for count, labels in SECTIONS.items():
        if any(figures.get(count) for figures in columns):
            rows.append([labels[""], *(f"{figures.get(count, 0):,.0f}" for figures in columns)])
            shares = [(name, label) for name, label in labels.items() if name]
            rows += [[f"… {label}", *(_cell(f, count, name) for f in columns)] for name, label in shares]
    return rows


def _cell(figures: Figures, count: str, name: str) -> str:
    return f"{figures[name]:.1%}" if figures.get(count) and name in figures else "–"


def _addressed(verdicts: Sequence[Verdict]) -> Figures:
    questions, strays = _of(verdicts, Kind.ANSWER), _of(verdicts, Kind.OUT_OF_SCOPE)
    answers = [v for v in questions if _is_answered(v)]
    return {
        "questions": len(questions),
        **_fates(questions, (Fate.RIGHT, Fate.WRONG, Fate.OFFERED, Fate.OFFERED_OTHER, Fate.REFUSED, Fate.URGENT)),
        "right_or_offered": _share(questions, lambda v: v.fate in (Fate.RIGHT, Fate.OFFERED)),
        "coverage": _share(questions, _is_answered),
        "answers": len(answers),
        "precision": _share(answers, _is_right),
        "out_of_scope": len(strays),
        "out_of_scope_answered": _share(strays, _is_answered),
        "out_of_scope_offered": _share(strays, lambda v: bool(v.offered)),
    }


def _overheard(verdicts: Sequence[Verdict]) -> Figures:
    questions, talk = _of(verdicts, Kind.ANSWER), _of(verdicts, Kind.OUT_OF_SCOPE, Kind.SMALL_TALK)
    answers = [v for v in questions if _is_answered(v)]
    all_answers = [v for v in verdicts if _is_answered(v)]
    fates = _fates(questions, (Fate.RIGHT, Fate.WRONG, Fate.SILENT, Fate.URGENT))
    return {
        "overheard_questions": len(questions),
        **{f"overheard_{name}": share for name, share in fates.items()},
        "overheard_coverage": _share(questions, _is_answered),
        "overheard_answers": len(answers),
        "overheard_precision": _share(answers, _is_right),
        "overheard_answers_all": len(all_answers),
        "overheard_precision_all": _share(all_answers, _is_right),
        "talk": len(talk),
        "talk_silent": _share(talk, lambda v: v.fate is Fate.SILENT),
    }


def _emergencies(addressed: Sequence[Verdict], overheard: Sequence[Verdict]) -> Figures:
    every = [*addressed, *overheard]
    urgent = _of(every, Kind.URGENT)
    calm = _of(every, Kind.ANSWER, Kind.OUT_OF_SCOPE, Kind.SMALL_TALK)
    return {
        "emergencies": len(urgent),
        "urgent_given": _share(urgent, _is_urgent_help),
        "urgent_right": _share(urgent, _is_right),
        "calm": len(calm),
        "urgent_false_alarms": _share(calm, _is_urgent_help),
        "urgent_false_alarms_questions": _share(_of(addressed, Kind.ANSWER), _is_urgent_help),
    }


def _of(verdicts: Sequence[Verdict], *kinds: Kind) -> list[Verdict]:
    names = [kind.value for kind in kinds]
    return [verdict for verdict in verdicts if verdict.kind in names]


def _fates(verdicts: Sequence[Verdict], fates: Sequence[Fate]) -> Figures:
    met = [verdict.fate for verdict in verdicts]
    return {fate.value: round(met.count(fate) / len(met), 4) if met else 0.0 for fate in fates}


def _share(verdicts: Sequence[Verdict], holds: Callable[[Verdict], bool]) -> float:
    return round(sum(map(holds, verdicts)) / len(verdicts), 4) if verdicts else 0.0


def _is_right(verdict: Verdict) -> bool:
    return verdict.is_right


def _is_answered(verdict: Verdict) -> bool:
    return verdict.outcome == Outcome.ANSWERED.value


def _is_urgent_help(verdict: Verdict) -> bool:
    return verdict.outcome == Outcome.URGENT_HELP.value
