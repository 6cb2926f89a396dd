"""The model's processes: crashes, hangs and broken archives."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import ClassifierError, ClassifierTimeoutError
from bot.releases import Release
from nlu.confidence import Calibration
from nlu.rasa_classifier import RasaClassifier


def _classifier(release: Release, workers: int = 1, timeout: float = 5.0) -> RasaClassifier:
    manifest = release.manifest
    return RasaClassifier(release.model, manifest.kinds, Calibration.from_dict(manifest.calibration), workers, timeout)


@pytest.fixture
async def classifier(release: Release) -> AsyncIterator[RasaClassifier]:
    """A classifier over the small model, with one process."""
    classifier = _classifier(release)
    await classifier.start()
    yield classifier
    await classifier.close()


async def test_a_question_gets_its_answer(classifier: RasaClassifier) -> None:
    """A plain question puts the right answer first."""
    prediction = await classifier.parse("how much is statutory maternity pay a week")
    assert "smp_amount" == prediction.ranking[0].answer
    assert 0 < prediction.ranking[0].confidence <= 1


async def test_an_emergency_is_told_from_a_question(classifier: RasaClassifier) -> None:
    """Urgency is high for an emergency and low for a question."""
    assert (await classifier.parse("i want to die")).urgency > (await classifier.parse("how much is smp")).urgency


async def test_a_crash_costs_no_answer(classifier: RasaClassifier) -> None:
    """When the process is killed, the next text is answered by a new one."""
    os.kill(_pid(classifier), signal.SIGKILL)
    assert (await classifier.parse("what are kit days")).ranking


async def test_a_crash_in_the_middle_of_a_text_is_tried_again(classifier: RasaClassifier) -> None:
    """A text whose process dies while it is read gets a second chance."""
    os.kill(_pid(classifier), signal.SIGSTOP)
    asking = asyncio.create_task(classifier.parse("what are kit days"))
    await asyncio.sleep(0.1)
    os.kill(_pid(classifier), signal.SIGKILL)
    assert (await asking).ranking


async def test_a_hang_is_cut_short_and_the_next_text_is_served(release: Release) -> None:
    """A process that doesn't answer in time is replaced."""
    classifier = _classifier(release, timeout=0.5)
    await classifier.start()
    os.kill(_pid(classifier), signal.SIGSTOP)
    with pytest.raises(ClassifierTimeoutError):
        await classifier.parse("what are kit days")
    assert (await classifier.parse("what are kit days")).ranking
    await classifier.close()


async def test_a_broken_archive_is_one_sentence(release: Release, tmp_path: Path) -> None:
    """An archive that can't be loaded is an error that says what to do."""
    broken = tmp_path / "model.tar.gz"
    broken.write_bytes(release.model.read_bytes()[:1000])
    classifier = RasaClassifier(broken, {}, Calibration((0, 0, 0, 0), 0))
    with pytest.raises(ClassifierError, match="signpost train"):
        await classifier.start()
    await classifier.close()


async def test_many_texts_at_once_each_get_their_own_prediction(release: Release) -> None:
    """With two processes and many texts at once, no text gets another's prediction."""
    classifier = _classifier(release, workers=2)
    texts = ["what are kit days", "how much is smp", "got a ccj what now", "who can get a dro"] * 10
    alone = {text: await classifier.parse(text) for text in set(texts)}
    together = await asyncio.gather(*(classifier.parse(text) for text in texts))
    assert [alone[text] for text in texts] == together
    await classifier.close()


@pytest.mark.parametrize("text", ["a" * 100_000, "\x00", "\u202eabc", "😀" * 50, "/restart", "\U000e0041\U000e0042"])
async def test_odd_texts_are_read(classifier: RasaClassifier, text: str) -> None:
    """No text makes the process fail."""
    assert (await classifier.parse(text)).ranking


def _pid(classifier: RasaClassifier) -> int:
    """The process that holds the model."""
    process = classifier._workers[0]._process
    assert process is not None
    return process.pid
