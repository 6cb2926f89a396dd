"""What the model's process hands over with a prediction is what the meaning process would find by itself."""

from __future__ import annotations

import pytest

from bot.classifier import Kind
from bot.releases import Release
from nlu.confidence import Calibration
from nlu.meaning import Reader
from nlu.rasa_classifier import RasaClassifier

TEXTS = ["how much is statutory maternity pay a week", "can a dog claim benefits", "£194 – or less?"]


async def test_a_question_need_not_be_read_twice(release: Release) -> None:
    """The vector to the last bit, the scores as they are rounded for grouping, and the encoder's name."""
    manifest = release.manifest
    classifier = RasaClassifier(release.model, manifest.kinds, Calibration.from_dict(manifest.calibration))
    try:
        found = [(await classifier.parse(text)).meant for text in TEXTS]
    finally:
        await classifier.close()
    reader = Reader.load(release.model, [name for name, kind in manifest.kinds.items() if kind is Kind.ANSWER])
    for meant, understood in zip(found, reader.understand(TEXTS)):
        assert meant is not None and meant.encoder == reader.name
        assert meant.vector == understood.vector
        assert meant.scores == pytest.approx(understood.scores, abs=2e-3)
