"""How known questions are judged by models that had not seen them: what thresholds and confidence are chosen from.

The classifier works it out while it is trained, at little cost, and keeps it in the model archive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.classifier import Judged, Kind
from nlu.confidence import NEVER_URGENT, UNCALIBRATED, Calibration, Regression, fit_regression
from nlu.predictions import Groups, RankedIntent, Ranking, as_prediction, by_kind, facts_of, urgency_facts_of
from nlu.question_model import CrossValidated, Scores

FILE = "cross_validation.npz"
RUNS = 5
MANY = 5000
SAMPLE = (1, 3)
"""Of many questions, only these runs are judged: they tell as much as all five, in a third of the time."""

Cases = list[tuple[str, str, Ranking]]
"""The text, the intent and the ranking of each question that was judged."""


Grouped = Sequence[tuple[str, Groups]]
"""The intent of each question that was judged, and its ranking by kind."""


def folds_of(intents: Sequence[str]) -> npt.NDArray[np.int64]:
    """The fold of each question, or -1: each intent's questions are cut into five runs, in the order of the file.

    Neighbours in a file were often written in one sitting; a run keeps them together, so that no model is tested on
    the twin of a question that it has learnt.
    """
    labels = np.array(intents)
    folds = np.zeros(len(labels), dtype=np.int64)
    for intent in np.unique(labels):
        places = np.flatnonzero(labels == intent)
        folds[places] = np.arange(len(places)) * RUNS // len(places)
    return folds if len(labels) < MANY else np.where(np.isin(folds, SAMPLE), folds, -1)


def save_cross_validation(
    folder: Path, texts: Sequence[str], intents: Sequence[str], names: Sequence[str], unseen: CrossValidated
) -> None:
    """Keep the judgements beside the model, at half precision."""
    np.savez_compressed(
        folder / FILE,
        texts=np.array(texts)[unseen.places],
        intents=np.array(intents)[unseen.places],
        names=np.array(names),
        scores=unseen.scores.scores.astype(np.float16),
        shares=unseen.scores.shares.astype(np.float16),
        nearness=unseen.scores.nearness.astype(np.float16),
    )


def load_cross_validation(model: Path) -> Cases:
    """Read the judgements from an unpacked model archive."""
    (path,) = model.glob(f"components/*/{FILE}")
    with np.load(path, allow_pickle=False) as kept:
        texts, intents, names = kept["texts"].tolist(), kept["intents"].tolist(), kept["names"].tolist()
        scores = Scores(*(kept[name].astype(np.float32) for name in ("scores", "shares", "nearness")))
    return list(zip(texts, intents, ranked(names, scores)))


def judge_known(cases: Cases, kinds: Mapping[str, Kind], calibration: Calibration) -> list[Judged]:
    """The judgements as predictions."""
    return [
        Judged(text, kinds[intent], _expected(intent, kinds), as_prediction(ranking, kinds, calibration))
        for text, intent, ranking in cases
    ]


def calibrate(cases: Cases, kinds: Mapping[str, Kind]) -> Calibration:
    """Learn how sure to be of a best answer, and of an emergency."""
    grouped = [(intent, by_kind(ranking, kinds)) for _, intent, ranking in cases]
    return Calibration(_confidence(grouped, kinds), _urgency(grouped, kinds))


def _confidence(grouped: Grouped, kinds: Mapping[str, Kind]) -> Regression:
    """From everything that is no emergency: those never get so far."""
    if Kind.OUT_OF_SCOPE not in kinds.values():
        return UNCALIBRATED
    calm = [case for case in grouped if kinds[case[0]] is not Kind.URGENT and case[1][Kind.ANSWER]]
    right = [groups[Kind.ANSWER][0].name == intent for intent, groups in calm]
    return fit_regression([facts_of(groups) for _, groups in calm], np.array(right))


def _urgency(grouped: Grouped, kinds: Mapping[str, Kind]) -> Regression:
    if Kind.URGENT not in kinds.values():
        return NEVER_URGENT
    urgent = [kinds[intent] is Kind.URGENT for intent, _ in grouped]
    return fit_regression([urgency_facts_of(groups) for _, groups in grouped], np.array(urgent))


def ranked(names: Sequence[str], scores: Scores) -> Iterator[Ranking]:
    """The scores of each text as a ranking, best first."""
    labels, order = np.array(names, dtype=object), (-scores.shares).argsort(axis=1, kind="stable")
    for shares, nearness, plain, best_first in zip(scores.shares, scores.nearness, scores.scores, order):
        columns = (column[best_first].tolist() for column in (labels, shares, nearness, plain))
        yield list(map(RankedIntent._make, zip(*columns)))


def _expected(intent: str, kinds: Mapping[str, Kind]) -> str:
    return intent if kinds[intent] in (Kind.ANSWER, Kind.URGENT) else ""
