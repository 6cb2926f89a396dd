"""The model's processes: many texts at once, crashes, hangs and broken archives."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import ClassifierError, ReadingError
from bot.releases import Release
from nlu.confidence import Calibration
from nlu.rasa_classifier import MAX_TOGETHER, RasaClassifier
from tests.nlu.touchy_worker import DEADLY, ENDLESS

PATIENT, IMPATIENT = 60.0, 3.0
"""Seconds that a text may take: more than on any machine, and, where one is never read, no more than is needed."""
TEXTS = ["what are kit days", "how much is smp", "got a ccj what now", "who can get a dro and what does it cost"]


def _classifier(release: Release, workers: int = 1, timeout: float = PATIENT) -> RasaClassifier:
    manifest = release.manifest
    return RasaClassifier(release.model, manifest.kinds, Calibration.from_dict(manifest.calibration), workers, timeout)


@pytest.fixture
async def classifier(release: Release) -> AsyncIterator[RasaClassifier]:
    """A classifier over the small model, with one process."""
    classifier = _classifier(release)
    await classifier.start()
    yield classifier
    await classifier.close()


@pytest.fixture
async def touchy(
    release: Release, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[RasaClassifier]:
    """A classifier with one process that dies of a text and hangs over another. Its parameter is its patience."""
    monkeypatch.setattr("nlu.model_process.WORKER", "tests.nlu.touchy_worker")
    classifier = _classifier(release, timeout=getattr(request, "param", PATIENT))
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


async def test_a_process_that_hangs_is_replaced_and_costs_no_answer(release: Release) -> None:
    """A text that isn't answered in time gets a second chance in another process."""
    classifier = _classifier(release, timeout=IMPATIENT)
    await classifier.start()
    hung = _pid(classifier)
    os.kill(hung, signal.SIGSTOP)
    assert (await classifier.parse("what are kit days")).ranking
    assert _pid(classifier) != hung
    await classifier.close()


async def test_a_broken_archive_is_one_sentence(release: Release, tmp_path: Path) -> None:
    """An archive that can't be loaded is an error that says what to do."""
    broken = tmp_path / "model.tar.gz"
    broken.write_bytes(release.model.read_bytes()[:1000])
    classifier = RasaClassifier(broken, {}, Calibration((0, 0, 0, 0), 0))
    with pytest.raises(ClassifierError, match="signpost train"):
        await classifier.start()
    await classifier.close()


@pytest.mark.parametrize("workers", [1, 2])
async def test_many_texts_at_once_each_get_the_prediction_that_they_get_alone(release: Release, workers: int) -> None:
    """However many are asked, no text gets another's prediction, or one that differs by what it is asked with."""
    classifier = _classifier(release, workers)
    texts = [f"{text} {number}" for number in range(MAX_TOGETHER) for text in TEXTS]
    alone = [await classifier.parse(text) for text in texts]
    assert alone == await asyncio.gather(*map(classifier.parse, texts))
    await classifier.close()


async def test_a_crash_in_the_middle_of_many_texts_costs_no_answer(classifier: RasaClassifier) -> None:
    """Texts whose process dies while it reads them are all tried again."""
    os.kill(_pid(classifier), signal.SIGSTOP)
    asking = [asyncio.create_task(classifier.parse(text)) for text in TEXTS]
    await asyncio.sleep(0.1)
    os.kill(_pid(classifier), signal.SIGKILL)
    assert all(prediction.ranking for prediction in await asyncio.gather(*asking))


@pytest.mark.parametrize(
    ("touchy", "text", "sentence"),
    [(PATIENT, DEADLY, "process ended"), (IMPATIENT, ENDLESS, "longer than 3 seconds")],
    indirect=["touchy"],
)
async def test_a_text_that_the_process_fails_over_twice_is_set_aside_alone(
    touchy: RasaClassifier, text: str, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Among others, which are all answered as they are alone, and so is the next; the log holds none of their words."""
    alone = await asyncio.gather(*map(touchy.parse, TEXTS))
    caplog.clear()
    *others, failed = await asyncio.gather(*map(touchy.parse, [*TEXTS, text]), return_exceptions=True)
    assert isinstance(failed, ReadingError) and sentence in str(failed)
    assert others == alone == await asyncio.gather(*map(touchy.parse, TEXTS))
    assert caplog.text.count("is tried again") == 1 and text not in caplog.text


async def test_alone_it_has_two_tries(touchy: RasaClassifier, caplog: pytest.LogCaptureFixture) -> None:
    """And is then set aside."""
    with pytest.raises(ReadingError):
        await touchy.parse(DEADLY)
    assert caplog.text.count("is tried again") == 1


async def test_a_cancelled_text_is_dropped_and_the_others_are_answered(classifier: RasaClassifier) -> None:
    """Whether it still waits or is being read, its process goes on, and nobody gets its prediction."""
    before, pid = await classifier.parse(TEXTS[1]), _pid(classifier)
    read, waiting, kept = (asyncio.create_task(classifier.parse(text)) for text in (TEXTS[0], TEXTS[2], TEXTS[1]))
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(0.1)
    late = asyncio.create_task(classifier.parse(TEXTS[3]))
    await asyncio.sleep(0)
    for task in (read, waiting, late):
        task.cancel()
    os.kill(pid, signal.SIGCONT)
    assert before == await kept
    assert before == await classifier.parse(TEXTS[1])
    assert _pid(classifier) == pid


async def test_closing_leaves_nobody_waiting(classifier: RasaClassifier) -> None:
    """What is being read and what still waits end with an error."""
    os.kill(_pid(classifier), signal.SIGSTOP)
    asking = [asyncio.create_task(classifier.parse("what are kit days")) for _ in range(MAX_TOGETHER * 2)]
    await asyncio.sleep(0.1)
    await classifier.close()
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert {ClassifierError} == set(map(type, results))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_the_process_is_given_no_token(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the environment, the process gets what it needs to run."""
    monkeypatch.setenv("SIGNPOST_DISCORD_TOKEN", "not-a-token")
    monkeypatch.setenv("SIGNPOST_TELEGRAM_TOKEN", "not-a-token")
    classifier = _classifier(release)
    await classifier.start()
    environment = _environment(_pid(classifier))
    await classifier.close()
    assert b"not-a-token" not in environment and b"SIGNPOST" not in environment
    assert b"PATH=" in environment


async def test_no_files_are_left_behind(release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the process unpacks to load the model is gone before anything can kill it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    classifier = _classifier(release)
    await classifier.start()
    (folder,) = os.listdir(tmp_path)
    assert [] == os.listdir(tmp_path / folder)
    await classifier.close()
    assert [] == os.listdir(tmp_path)


@pytest.mark.parametrize("text", ["a" * 100_000, "\x00", "\u202eabc", "😀" * 50, "/restart", "\U000e0041\U000e0042"])
async def test_odd_texts_are_read(classifier: RasaClassifier, text: str) -> None:
    """No text makes the process fail."""
    assert (await classifier.parse(text)).ranking


def _pid(classifier: RasaClassifier) -> int:
    """The process that holds the model."""
    pid = classifier._workers[0].pid
    assert pid is not None
    return pid


def _environment(pid: int) -> bytes:
    """What a process was given of the environment (Linux)."""
    return Path(f"/proc/{pid}/environ").read_bytes()
