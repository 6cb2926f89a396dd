"""Trains models for releases, and says what they predict."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.classifier import Judged, Kind, Prediction
from nlu.components import sentence_encoder
from nlu.cross_validation import calibrate, judge_known, load_cross_validation
from nlu.predictions import Ranking, as_prediction
from nlu.questions import Example, intent_names, kinds_of
from nlu.trained_model import TrainedModel
from nlu.training import train_model

BLOCK = 256
"""Texts that are asked at a time."""


class RasaTrainer:
    """Knows a pipeline, and the questions that it is to learn."""

    def __init__(self, config: Path, examples: Sequence[Example]) -> None:
        """Train the pipeline of a config.yml on examples."""
        self._config = config
        self._kinds = kinds_of(examples)
        self._questions = [(example.text, example.intent) for example in examples] + intent_names(self._kinds)

    @property
    def kinds(self) -> dict[str, Kind]:
        """What each intent stands for."""
        return self._kinds

    @property
    def count(self) -> int:
        """How many questions are known."""
        return len(self._questions)

    def train(self, archive: Path, on_progress: Callable[[int], None]) -> TrainedRelease:
        """Train on everything and write Rasa's model archive. `on_progress` is told how many questions are encoded."""
        sentence_encoder.on_progress = on_progress
        try:
            train_model(self._config, self._questions, archive)
        finally:
            sentence_encoder.on_progress = None
        return TrainedRelease(archive, self._kinds)


class TrainedRelease:
    """A model archive that has just been trained, unpacked to be judged. Use it as a context manager."""

    def __init__(self, archive: Path, kinds: dict[str, Kind]) -> None:
        """Unpack the archive."""
        self._folder = tempfile.TemporaryDirectory()
        self._model = TrainedModel.load(archive, Path(self._folder.name))
        self._kinds = kinds
        cases = load_cross_validation(Path(self._folder.name))
        self._calibration = calibrate(cases, kinds)
        self._cases = cases

    def __enter__(self) -> TrainedRelease:
        """Nothing more to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was unpacked."""
        self._folder.cleanup()

    @property
    def calibration(self) -> dict[str, list[float]]:
        """How confidence is calibrated, to be kept in the release."""
        return self._calibration.as_dict()

    def cross_validated(self) -> list[Judged]:
        """Every known question, judged by a model that had not seen it."""
        return judge_known(self._cases, self._kinds, self._calibration)

    def predict_all(self, texts: Sequence[str]) -> list[Prediction]:
        """What the trained model makes of texts."""
        blocks = (texts[start : start + BLOCK] for start in range(0, len(texts), BLOCK))
        return [self._predicted(ranking) for block in blocks for ranking in self._model.rank_all(block)]

    def predict(self, text: str) -> Prediction:
        """What the trained model makes of one text."""
        return self._predicted(self._model.rank(text))

    def _predicted(self, ranking: Ranking) -> Prediction:
        return as_prediction(ranking, self._kinds, self._calibration)
