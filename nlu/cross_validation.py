"""How known questions are judged by models that had not seen them: what thresholds and confidence are chosen from.

The classifier works it out while it is trained, at little cost, and keeps it in the model archive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.classifier import Judged, Kind
from nlu.confidence import Calibration, facts, fit_calibration
from nlu.predictions import Ranking, as_prediction, by_kind
from nlu.question_model import CrossValidated

FILE = "cross_validation.npz"
FOLDS = 5

Cases = list[tuple[str, str, Ranking]]
"""The text, the intent and the ranking of each known question."""


def folds_of(intents: Sequence[str]) -> npt.NDArray[np.int64]:
    """The fold of each question: each intent's questions are cut into five runs, in the order of the file.

    Neighbours in a file were often written in one sitting; a run keeps them together, so that no model is tested on
    the twin of a question that it has learnt.
    """
    labels = np.array(intents)
    folds = np.zeros(len(labels), dtype=np.int64)
    for intent in np.unique(labels):
        places = np.flatnonzero(labels == intent)
        folds[places] = np.arange(len(places)) * FOLDS // len(places)
    return folds


def save_cross_validation(
    folder: Path, texts: Sequence[str], intents: Sequence[str], names: Sequence[str], unseen: CrossValidated
) -> None:
    """Keep the judgements beside the model."""
    np.savez_compressed(
        folder / FILE,
        texts=np.array(texts),
        intents=np.array(intents),
        names=np.array(names),
        shares=unseen.shares,
        nearest=unseen.nearest,
    )


def load_cross_validation(model: Path) -> Cases:
    """Read the judgements from an unpacked model archive."""
    (path,) = model.glob(f"components/*/{FILE}")
    with np.load(path, allow_pickle=False) as kept:
        texts, intents, names = kept["texts"].tolist(), kept["intents"].tolist(), kept["names"].tolist()
        rankings = [_ranking(names, row, near) for row, near in zip(kept["shares"], kept["nearest"])]
    return list(zip(texts, intents, rankings))


def judge_known(cases: Cases, kinds: Mapping[str, Kind], calibration: Calibration) -> list[Judged]:
    """The judgements as predictions."""
    return [
        Judged(text, kinds[intent], _expected(intent, kinds), as_prediction(ranking, kinds, calibration))
        for text, intent, ranking in cases
    ]


def calibrate(cases: Cases, kinds: Mapping[str, Kind]) -> Calibration:
    """Learn how sure to be of a best answer, from everything that is no emergency: those never get so far."""
    rows: list[tuple[float, ...]] = []
    right: list[bool] = []
    for _, intent, ranking in cases:
        groups = by_kind(ranking, kinds)
        answers = groups[Kind.ANSWER]
        if kinds[intent] is Kind.URGENT or not answers:
            continue
        out_of_scope = sum(share for _, share, _ in groups[Kind.OUT_OF_SCOPE])
        rival = answers[1][1] if len(answers) > 1 else 0.0
        rows.append(facts(answers[0][1], rival, out_of_scope, answers[0][2]))
        right.append(answers[0][0] == intent)
    return fit_calibration(np.array(rows), np.array(right))


def _expected(intent: str, kinds: Mapping[str, Kind]) -> str:
    return intent if kinds[intent] in (Kind.ANSWER, Kind.URGENT) else ""


def _ranking(names: Sequence[str], shares: npt.NDArray[np.float32], nearest: npt.NDArray[np.float32]) -> Ranking:
    return [(names[i], float(shares[i]), float(nearest[i])) for i in (-shares).argsort(kind="stable")]
