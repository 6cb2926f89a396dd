"""From Rasa's intent ranking to the project's Prediction: the one place where the two meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.classifier import MAX_CANDIDATES, Kind, Prediction
from bot.messages import Candidate, Meant
from nlu.confidence import Calibration, Facts, UrgencyFacts


class RankedIntent(NamedTuple):
    """One row of an intent ranking; see nlu.question_model.Scores."""

    name: str
    share: float
    nearness: float
    score: float


Ranking = Sequence[RankedIntent]
"""All intents, best first."""
RANKING_KEY = "signpost_ranking"
"""Where a message in Rasa's graph has its Ranking, beside the same in Rasa's form."""

Groups = Mapping[Kind, Ranking]

KNOWN_FROM = 0.4
"""The score from which an intent counts in grouping: what is unlike all that a model knows has some for many."""


def as_prediction(ranking: Ranking, kinds: Mapping[str, Kind], calibration: Calibration) -> Prediction:
    """Sort a ranking by what its intents are, and say how sure to be of the best answer."""
    groups = by_kind(ranking, kinds)
    answers, urgent, small_talk = groups[Kind.ANSWER], groups[Kind.URGENT], groups[Kind.SMALL_TALK]
    return Prediction(
        ranking=_calibrated(groups, calibration),
        out_of_scope=sum(intent.share for intent in groups[Kind.OUT_OF_SCOPE]),
        urgency=calibration.urgency.chance(urgency_facts_of(groups)) if urgent else 0.0,
        urgent=tuple(Candidate(intent.name, intent.share) for intent in urgent),
        small_talk=small_talk[0].name if small_talk and ranking[0] == small_talk[0] else "",
        nearest_similarity=answers[0].nearness if answers else 0.0,
    )


def meant(vector: npt.NDArray[np.float32], ranking: Ranking, kinds: Mapping[str, Kind], encoder: str) -> Meant:
    """What a text means, for grouping: its vector, and the scores of answers that are enough to be of use there."""
    known = {one.name: round(one.score, 3) for one in ranking if one.score > KNOWN_FROM}
    answers = {name: score for name, score in known.items() if kinds.get(name) is Kind.ANSWER}
    return Meant(vector.astype(np.float16).tobytes(), answers, encoder)


def by_kind(ranking: Ranking, kinds: Mapping[str, Kind]) -> Groups:
    """The rows of a ranking by what their intents are, each list still best first."""
    groups: dict[Kind, list[RankedIntent]] = {kind: [] for kind in Kind}
    for intent in ranking:
        groups[kinds.get(intent.name, Kind.OUT_OF_SCOPE)].append(intent)
    return groups


def facts_of(groups: Groups) -> Facts:
    """What the confidence in the best answer is drawn from. There must be an answer."""
    best, others = groups[Kind.ANSWER][0], groups[Kind.OUT_OF_SCOPE]
    return Facts(best.share, best.nearness, best.score, _nearness(others), _score(others))


def urgency_facts_of(groups: Groups) -> UrgencyFacts:
    """What the urgency is drawn from. There must be an urgent-help intent."""
    urgent, answers, others = groups[Kind.URGENT], groups[Kind.ANSWER], groups[Kind.OUT_OF_SCOPE]
    return UrgencyFacts(
        score=_score(urgent),
        best_score=urgent[0].score,
        nearness=_nearness(urgent),
        answers_score=_score(answers),
        best_answer_score=answers[0].score if answers else 0.0,
        answer_nearness=_nearness(answers),
        out_of_scope_score=_score(others),
        out_of_scope_nearness=_nearness(others),
    )


def _score(intents: Ranking) -> float:
    return sum(intent.score for intent in intents)


def _nearness(intents: Ranking) -> float:
    return max((intent.nearness for intent in intents), default=0.0)


def _calibrated(groups: Groups, calibration: Calibration) -> tuple[Candidate, ...]:
    """The answers with the calibrated confidence of the best, and the others' in proportion to their shares."""
    answers = groups[Kind.ANSWER]
    if not answers:
        return ()
    scale = calibration.confidence.chance(facts_of(groups)) / max(answers[0].share, 1e-9)
    return tuple(Candidate(intent.name, intent.share * scale) for intent in answers[:MAX_CANDIDATES])
