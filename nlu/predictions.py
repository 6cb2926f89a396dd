"""From Rasa's intent ranking to the project's Prediction: the one place where the two meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.classifier import Kind, Prediction
from bot.messages import Candidate
from nlu.confidence import Calibration

Ranking = Sequence[tuple[str, float, float]]
"""The name, the share and the similarity of each intent, best first."""


def as_prediction(ranking: Ranking, kinds: Mapping[str, Kind], calibration: Calibration) -> Prediction:
    """Sort a ranking by what its intents are, and say how sure to be of the best answer."""
    groups = by_kind(ranking, kinds)
    answers, urgent, small_talk = groups[Kind.ANSWER], groups[Kind.URGENT], groups[Kind.SMALL_TALK]
    out_of_scope = sum(share for _, share, _ in groups[Kind.OUT_OF_SCOPE])
    return Prediction(
        ranking=_calibrated(answers, out_of_scope, calibration),
        out_of_scope=out_of_scope,
        urgency=sum(share for _, share, _ in urgent),
        urgent=tuple(Candidate(name, share) for name, share, _ in urgent),
        small_talk=small_talk[0][0] if small_talk and ranking[0] == small_talk[0] else "",
        nearest_similarity=answers[0][2] if answers else 0.0,
    )


def by_kind(ranking: Ranking, kinds: Mapping[str, Kind]) -> dict[Kind, list[tuple[str, float, float]]]:
    """The rows of a ranking by what their intents are, each list still best first."""
    groups: dict[Kind, list[tuple[str, float, float]]] = {kind: [] for kind in Kind}
    for row in ranking:
        groups[kinds.get(row[0], Kind.OUT_OF_SCOPE)].append(row)
    return groups


def _calibrated(answers: Ranking, out_of_scope: float, calibration: Calibration) -> tuple[Candidate, ...]:
    """The answers with the calibrated confidence of the best, and the others' in proportion to their shares."""
    if not answers:
        return ()
    best, rival = answers[0][1], answers[1][1] if len(answers) > 1 else 0.0
    confidence = calibration.confidence(best, rival, out_of_scope, answers[0][2])
    scale = confidence / best if best else 0.0
    return tuple(Candidate(name, share * scale) for name, share, _ in answers)
