"""How known questions are judged by models that had not seen them: what thresholds and confidence are chosen from.

The classifier works it out while it is trained, at little cost, and keeps it in the model archive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.classifier import Judged, Kind
from nlu.confidence import UNCALIBRATED, Calibration, Facts, fit_calibration
from nlu.predictions import RankedIntent, Ranking, as_prediction, by_kind, facts_of
from nlu.question_model import CrossValidated, Scores

FILE = "cross_validation.npz"
RUNS = 5
MANY = 5000
SAMPLE = (1, 3)
"""Of many questions, only these runs are judged: they tell as much as all five, in a third of the time."""

Cases = list[tuple[str, str, Ranking]]
"""The text, the intent and the ranking of each question that was judged."""


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
        rows = (kept[name].astype(np.float32) for name in ("scores", "shares", "nearness"))
        rankings = [ranked(names, Scores(*row)) for row in zip(*rows)]
    return list(zip(texts, intents, rankings))


def judge_known(cases: Cases, kinds: Mapping[str, Kind], calibration: Calibration) -> list[Judged]:
    """The judgements as predictions."""
    return [
        Judged(text, kinds[intent], _expected(intent, kinds), as_prediction(ranking, kinds, calibration))
        for text, intent, ranking in cases
    ]


def calibrate(cases: Cases, kinds: Mapping[str, Kind]) -> Calibration:
    """Learn how sure to be of a best answer, from everything that is no emergency: those never get so far."""
    if Kind.OUT_OF_SCOPE not in kinds.values():
        return UNCALIBRATED
    facts: list[Facts] = []
    right: list[bool] = []
    for _, intent, ranking in cases:
        groups = by_kind(ranking, kinds)
        if kinds[intent] is not Kind.URGENT and groups[Kind.ANSWER]:
            facts.append(facts_of(groups))
            right.append(groups[Kind.ANSWER][0].name == intent)
    return fit_calibration(facts, np.array(right))


def ranked(names: Sequence[str], scores: Scores) -> Ranking:
    """The scores of one text as a ranking, best first."""
    shares, nearness, plain = scores.shares.tolist(), scores.nearness.tolist(), scores.scores.tolist()
    order = (-scores.shares).argsort(kind="stable").tolist()
    return [RankedIntent(names[i], shares[i], nearness[i], plain[i]) for i in order]


def _expected(intent: str, kinds: Mapping[str, Kind]) -> str:
    return intent if kinds[intent] in (Kind.ANSWER, Kind.URGENT) else ""
