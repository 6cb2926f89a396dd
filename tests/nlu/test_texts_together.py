"""What the model makes of several texts at once."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.cross_validation import folds_of
from nlu.question_model import QuestionModel, Scores
from nlu.question_space import Hyperparameters

COUNT, SIZE = 50, 400
TEXTS = [f"question {number % 7} of subject {number // 10}" for number in range(COUNT)]
INTENTS = [f"subject {number // 10}" for number in range(COUNT)]
NAMES = ("scores", "shares", "nearness")


def _fitted() -> QuestionModel:
    vectors = np.random.default_rng(0).normal(size=(COUNT, SIZE)).astype(np.float32)
    return QuestionModel.fit(vectors, TEXTS, INTENTS, Hyperparameters(), folds_of(INTENTS))[0]


def _predicted(model: QuestionModel, places: list[int]) -> Scores:
    vectors = np.random.default_rng(1).normal(size=(COUNT, SIZE)).astype(np.float32)
    return model.predict(vectors[places], [TEXTS[place] for place in places])


@pytest.mark.parametrize("together", [2, 3, 16])
def test_a_text_scores_the_same_alone_and_together(together: int) -> None:
    """To the last bit: what a text is judged to be doesn't depend on what else is asked."""
    model, places = _fitted(), list(range(together))
    scores = _predicted(model, places)
    for place in places:
        alone = _predicted(model, [place])
        assert all(np.array_equal(getattr(alone, name)[0], getattr(scores, name)[place]) for name in NAMES)


@pytest.mark.parametrize("block", [1, 7, 10, 49, 50, 51])
def test_blocks_change_nothing(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the known questions are cut into blocks, and whatever fills up the last, the scores are the same."""
    expected = _predicted(_fitted(), [0, 1, 2])
    monkeypatch.setattr("nlu.question_model.BLOCK", block)
    scores = _predicted(_fitted(), [0, 1, 2])
    assert all(np.allclose(getattr(expected, name), getattr(scores, name), atol=1e-5) for name in NAMES)
