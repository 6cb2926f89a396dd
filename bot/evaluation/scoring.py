"""How good a release is: what would have become of texts that the model had not seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from bot.answers import URGENT_FOLDER, AnswerBase
from bot.classifier import Judged, Kind
from bot.decision import Thresholds
from bot.evaluation.coverage_curve import Point, coverage_curve
from bot.evaluation.headline_figures import Figures, headline_figures
from bot.evaluation.verdicts import Fate, Verdict, judge
from bot.messages import Outcome

Slugs = Mapping[str, str]
"""The service of each slug."""

MOST_CONFUSED = 50
"""How many pairs are kept."""


class Tally(msgspec.Struct, frozen=True):
    """How many texts of one service, slug or group met each fate (see bot.evaluation.verdicts); they add up to `texts`.

    The name is "" for texts that no answer is right for, or that are in no group.
    """

    name: str
    texts: int
    right: int = 0
    wrong: int = 0
    offered: int = 0
    offered_other: int = 0
    refused: int = 0
    silent: int = 0
    urgent: int = 0

    def share(self, fate: Fate) -> float:
        """The share of the texts that met a fate, from 0 to 1."""
        count: int = getattr(self, fate.value)
        return count / self.texts if self.texts else 0.0


class Met(msgspec.Struct, frozen=True):
    """What became of the texts that were met in one way: all of them addressed, or all overheard."""

    services: list[Tally]
    slugs: list[Tally]
    groups: list[Tally]
    curve: list[Point]


class Confusion(msgspec.Struct, frozen=True):
    """How often one answer was given in place of another; `expected` is "" where none was right."""

    expected: str
    given: str
    count: int


class Evaluation(msgspec.Struct, frozen=True):
    """How good a release is on some texts. `figures` are the headline figures; `texts`, how many were judged."""

    texts: int
    figures: Figures
    addressed: Met
    overheard: Met
    confused: list[Confusion]
    misclassified: list[Verdict]


def evaluate(
    cases: Sequence[Judged],
    thresholds: Thresholds,
    services: Slugs = MappingProxyType({}),
    groups: Sequence[str] = (),
    as_met: bool = False,
) -> Evaluation:
    """Judge cases and count what became of them. `groups` names the group of each case.

    Questions and emergencies are judged both addressed and overheard, unless `as_met`; what has no answer, as it was
    met.
    """
    named = list(zip(cases, groups or [""] * len(cases)))
    judged = [
        [judge(case, thresholds, way, group) for way in (True, False) if _may_be(case, way, as_met)]
        for case, group in named
    ]
    wrong = [mistakes[0] for ways in judged if (mistakes := [verdict for verdict in ways if _is_mistaken(verdict)])]
    addressed, overheard = ([v for ways in judged for v in ways if v.addressed is way] for way in (True, False))
    curves = [
        coverage_curve([case for case in cases if _may_be(case, way, as_met)], thresholds, way) for way in (True, False)
    ]
    return Evaluation(
        texts=len(cases),
        figures=headline_figures(addressed, overheard),
        addressed=_met(addressed, services, curves[0]),
        overheard=_met(overheard, services, curves[1]),
        confused=_confused(wrong),
        misclassified=wrong,
    )


def services_of(base: AnswerBase) -> dict[str, str]:
    """The service of each slug: the folder that its file is in."""
    answers = {slug: answer.service for slug, answer in base.answers.items()}
    return answers | dict.fromkeys(base.urgent, URGENT_FOLDER)


def _may_be(case: Judged, addressed: bool, as_met: bool) -> bool:
    may_be_both = case.kind in (Kind.ANSWER, Kind.URGENT) and not as_met
    return may_be_both or case.addressed in (None, addressed)


def _met(verdicts: Sequence[Verdict], services: Slugs, curve: list[Point]) -> Met:
    return Met(
        services=_tallies([(services.get(verdict.expected, ""), verdict) for verdict in verdicts]),
        slugs=_tallies([(verdict.expected, verdict) for verdict in verdicts]),
        groups=_tallies([(verdict.group, verdict) for verdict in verdicts]),
        curve=curve,
    )


def _tallies(named: Sequence[tuple[str, Verdict]]) -> list[Tally]:
    """A tally for each name, sorted; "" comes last."""
    fates: dict[str, Counter[str]] = defaultdict(Counter)
    for name, verdict in named:
        fates[name][verdict.fate.value] += 1
    order = sorted(fates, key=lambda name: (not name, name))
    return [Tally(name, sum(fates[name].values()), **fates[name]) for name in order]


def _confused(mistaken: Sequence[Verdict]) -> list[Confusion]:
    """The pairs confused most often, first."""
    pairs = Counter((verdict.expected, verdict.given) for verdict in mistaken if verdict.is_wrong)
    return [Confusion(*pair, count) for pair, count in pairs.most_common(MOST_CONFUSED)]


def _is_mistaken(verdict: Verdict) -> bool:
    """A wrong answer, an emergency that got no urgent help, or a false alarm."""
    is_urgent_help = verdict.outcome == Outcome.URGENT_HELP.value
    return verdict.is_wrong or (verdict.kind == Kind.URGENT.value) != is_urgent_help
