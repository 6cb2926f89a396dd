"""What questions mean, by a real model in a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from bot.classifier import Kind
from bot.errors import ClassifierError
from bot.releases import Release
from bot.themes.meaning import VECTOR_BYTES, Asked
from nlu.encoder import DIMENSIONS
from nlu.held_vectors import HeldVectors
from nlu.meaning_process import MeaningProcess

PASSPORT = ["how do i renew my passport", "how do I renew my pasport??"]
DOGS = ["do i need a licence for my dog", "is a dog licence needed", "must i have a licence to keep a dog"]
SMP = "how much is statutory maternity pay"
TEXTS = [*PASSPORT, *DOGS, SMP]


@pytest.fixture
async def meaning(release: Release) -> AsyncIterator[MeaningProcess]:
    """A process with the small project's model."""
    process = MeaningProcess()
    await process.load(release.model, _answers(release))
    yield process
    await process.stop()


async def _held(meaning: MeaningProcess) -> list[Asked]:
    understood = await meaning.understand(TEXTS)
    await meaning.hold(range(len(TEXTS)), [one.vector for one in understood])
    return [Asked(place, text, one.scores) for place, (text, one) in enumerate(zip(TEXTS, understood))]


async def test_vectors_and_scores(meaning: MeaningProcess) -> None:
    """A vector is of half precision and of length 1; only answers that a text may ask for have a score."""
    understood = await meaning.understand([*TEXTS, ""])
    vectors = [np.frombuffer(one.vector, dtype=np.float16).astype(np.float32) for one in understood]
    assert {len(one.vector) for one in understood} == {VECTOR_BYTES} == {2 * DIMENSIONS}
    assert all(abs(np.linalg.norm(vector) - 1) < 1e-2 for vector in vectors)
    assert set(understood[-2].scores) == {"smp_amount"} and understood[2].scores == {}
    asked = await _held(meaning)
    assert await meaning.score([5], [SMP]) == [asked[5].scores]


async def test_grouping_and_adding(meaning: MeaningProcess) -> None:
    """What is added tells its company; meanwhile, everything else can be asked."""
    asked = await _held(meaning)
    grouping = asyncio.create_task(meaning.group([*asked[:3], asked[5]]))
    while not grouping.done():
        assert len(await meaning.nearest(SMP, 1)) == 1
    labels = grouping.result()
    assert labels.themes[0] == labels.themes[1] and len(set(labels.themes)) == 3
    companies = await meaning.add([Asked(6, PASSPORT[0].upper(), {}), asked[3]])
    assert set(companies[0].like) == {0, 1} and companies[1].like in ((), (2,))
    assert await meaning.middles([[0, 1], [5]]) in ([0, 5], [1, 5])


async def test_nothing_to_group(meaning: MeaningProcess) -> None:
    """The first question of all begins the first theme."""
    assert (await meaning.group([])).themes == []
    asked = await _held(meaning)
    companies = await meaning.add(asked[:2])
    assert [company.like for company in companies] == [(), (0,)]


async def test_nearest_by_meaning(meaning: MeaningProcess) -> None:
    """Of those that are held, the nearest first."""
    await _held(meaning)
    found = await meaning.nearest("passport renewal", 2)
    assert {one.id for one in found} == {0, 1} and found[0].likeness >= found[1].likeness
    await meaning.forget([0, 1, 77])
    left = await meaning.nearest(SMP, 50)
    assert left[0].id == 5 and len(left) == 4


async def test_what_was_erased_meanwhile_does_no_harm(meaning: MeaningProcess) -> None:
    """A question whose vector is gone is grouped alone, or with near-duplicates."""
    asked = await _held(meaning)
    await meaning.forget([0, 2])
    assert len((await meaning.group(asked)).themes) == len(TEXTS)
    assert await meaning.middles([[0, 2]]) == [0]


async def test_a_process_that_dies_says_so(meaning: MeaningProcess, release: Release) -> None:
    """And begins anew when it is loaded, with nothing held."""
    await _held(meaning)
    assert meaning.pid
    os.kill(meaning.pid, signal.SIGKILL)
    with pytest.raises(ClassifierError, match="has ended"):
        await meaning.understand(["hello"])
    assert not meaning.is_loaded
    with pytest.raises(ClassifierError):
        await meaning.nearest("hello", 1)
    await meaning.load(release.model, _answers(release))
    assert await meaning.nearest("hello", 1) == []


async def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    """The process ends over it; it is no reason to raise anything else."""
    (tmp_path / "model.tar.gz").write_bytes(b"no archive")
    process = MeaningProcess()
    with pytest.raises(ClassifierError):
        await process.load(tmp_path / "model.tar.gz", [])
    assert not process.is_loaded
    await process.stop()


async def test_who_does_not_wait_disturbs_nobody(meaning: MeaningProcess, release: Release) -> None:
    """An answer that nobody waits for any more is not taken for the next one's."""
    asking = asyncio.create_task(meaning.understand(TEXTS * 50))
    await asyncio.sleep(0.05)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await meaning.load(release.model, _answers(release))
    assert len(await meaning.understand(TEXTS[:2])) == 2


async def test_another_release_keeps_what_is_held(meaning: MeaningProcess, release: Release) -> None:
    """The same encoder has the same name."""
    await _held(meaning)
    first = await meaning.load(release.model, _answers(release))
    assert first == await meaning.load(release.model, _answers(release))
    assert len(await meaning.nearest(SMP, 50)) == len(TEXTS)


def test_rows_are_used_again() -> None:
    """What was forgotten is gone, and thousands of vectors have room."""
    held, rows = HeldVectors(), np.eye(DIMENSIONS, dtype=np.float16)
    for question in range(5000):
        held.hold([question], rows[question % DIMENSIONS].tobytes())
    held.forget(range(4990))
    held.hold([7, 8], rows[:2].tobytes())
    held.hold([7], rows[3].tobytes())
    assert np.array_equal(held.of([7, 8, 9]), np.stack([rows[3], rows[1], 0 * rows[0]]).astype(np.float32))
    assert held.nearest(rows[3].astype(np.float32), 1) == [(7, 1.0)]
    assert len(held.nearest(rows[3].astype(np.float32), 50)) == 12


def _answers(release: Release) -> list[str]:
    return [intent for intent, kind in release.manifest.kinds.items() if kind is Kind.ANSWER]
