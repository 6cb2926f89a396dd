"""The classifier's mathematics, on points and texts made for the purpose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlu.cross_validation import folds_of
from nlu.question_model import QuestionModel, softmax
from nlu.question_space import Hyperparameters, Matrix, QuestionSpace

TEXTS = [
    "how much money do i get", "what is the amount a week", "how much a week is it", "what do they pay me a week",
    "who can get it", "can i get it if i am new", "am i allowed to get it", "who is allowed to get this money",
]  # fmt: skip
INTENTS = ["amount"] * 4 + ["who"] * 4
HYPER = Hyperparameters()


def _vectors(count: int, seed: int = 0) -> Matrix:
    """Points of length 1 in two clouds."""
    random = np.random.default_rng(seed)
    points = random.normal(size=(count, 200)) * 0.3 + np.repeat([[2.0], [-2.0]], count // 2, axis=0)
    vectors: Matrix = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    return vectors


def test_a_known_question_gets_its_own_intent() -> None:
    """Every question that the model was fitted on is given its own intent."""
    model, _ = QuestionModel.fit(_vectors(8), TEXTS, INTENTS, HYPER, folds_of(INTENTS))
    found = [model.intents[best] for best in model.predict(_vectors(8), TEXTS).shares.argmax(axis=1)]
    assert INTENTS == found


def test_shares_sum_to_one_and_likeness_of_a_known_question_is_one() -> None:
    """The shares are probabilities, and a known question is its own nearest."""
    model, _ = QuestionModel.fit(_vectors(8), TEXTS, INTENTS, HYPER, folds_of(INTENTS))
    scores = model.predict(_vectors(8)[:1], TEXTS[:1])
    assert pytest.approx(1.0, abs=1e-5) == scores.shares[0].sum()
    assert pytest.approx(1.0, abs=1e-3) == scores.nearness[0, 0]


def test_words_never_seen_make_less_near() -> None:
    """A text of which half the words are unknown is less near than it means; of unknown words, not at all."""
    model, _ = QuestionModel.fit(_vectors(8), TEXTS, INTENTS, HYPER, folds_of(INTENTS))
    texts = ["how much", "how zzz", "qqq zzz"]
    known, half, none = model.predict(_vectors(8)[[0, 0, 0]], texts).nearness[:, 0]
    assert known > half > none == 0


def test_a_text_near_nothing_gets_no_more_than_the_share_of_each_intent() -> None:
    """Far from all known questions and with no words in common, no intent stands out."""
    vectors = _vectors(8)
    model, _ = QuestionModel.fit(vectors, TEXTS, INTENTS, Hyperparameters(width=50.0), folds_of(INTENTS))
    away = np.zeros(200, dtype=np.float32)
    away[0], away[1] = 1.0, -1.0
    scores = model.predict((away / np.sqrt(2).astype(np.float32))[None, :], ["zzz qqq"])
    assert pytest.approx(0.5, abs=0.05) == scores.shares[0, 0]


def test_held_out_shares_are_those_of_a_model_fitted_without_the_fold() -> None:
    """The short cut for cross-validation gives what fitting again without each fold would give."""
    vectors, folds = _vectors(8), folds_of(INTENTS)
    _, unseen = QuestionModel.fit(vectors, TEXTS, INTENTS, HYPER, folds)
    assert np.allclose(_refitted(vectors, folds), unseen.scores.shares, atol=2e-3)


def test_only_questions_in_a_fold_are_judged() -> None:
    """Where some folds are left out, the others are judged just as they are among all."""
    vectors, folds = _vectors(8), folds_of(INTENTS)
    _, everything = QuestionModel.fit(vectors, TEXTS, INTENTS, HYPER, folds)
    _, some = QuestionModel.fit(vectors, TEXTS, INTENTS, HYPER, np.where(folds == 2, folds, -1))
    assert some.places.tolist() == np.flatnonzero(folds == 2).tolist()
    assert np.allclose(some.scores.scores, everything.scores.scores[some.places], atol=1e-4)
    assert np.allclose(some.scores.nearness, everything.scores.nearness[some.places], atol=1e-4)


def test_saving_and_loading_changes_nothing(tmp_path: Path) -> None:
    """A model that has been saved and loaded predicts the same."""
    model, _ = QuestionModel.fit(_vectors(8), TEXTS, INTENTS, HYPER, folds_of(INTENTS))
    model.save(tmp_path)
    again = QuestionModel.load(tmp_path)
    vectors = _vectors(8, seed=1)[3:4]
    before, after = model.predict(vectors, ["how much is it"]), again.predict(vectors, ["how much is it"])
    assert np.array_equal(before.scores, after.scores)
    assert np.array_equal(before.nearness, after.nearness)


def test_folds_are_runs_of_neighbours() -> None:
    """Each intent's questions are cut into five runs in their order."""
    folds = folds_of(["a"] * 10 + ["b"] * 5)
    assert [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 1, 2, 3, 4] == folds.tolist()


def test_of_many_questions_two_runs_in_five_are_judged() -> None:
    """The rest are in no fold."""
    folds = folds_of(["a"] * 10_000)
    assert {fold: int((folds == fold).sum()) for fold in (-1, 1, 3)} == {-1: 6000, 1: 2000, 3: 2000}


def _refitted(vectors: Matrix, folds: np.ndarray) -> Matrix:
    """Cross-validation the long way: the same kernel and prior, solved anew without each fold."""
    upper = QuestionSpace.of(vectors, TEXTS).kernel(HYPER).astype(np.float64)
    kernel = np.triu(upper) + np.triu(upper, 1).T
    names = np.unique(INTENTS)
    targets = (np.array(INTENTS)[:, None] == names).astype(np.float64)
    prior = targets.mean(axis=0)
    scores = np.zeros_like(targets)
    for fold in np.unique(folds):
        held, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        damped = kernel[np.ix_(rest, rest)] + HYPER.ridge * np.eye(len(rest))
        scores[held] = prior + kernel[np.ix_(held, rest)] @ np.linalg.solve(damped, targets[rest] - prior)
    return softmax((HYPER.sharpness * scores).astype(np.float32))
