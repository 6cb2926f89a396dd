"""The classifier in use: one or more processes that hold the trained model.

Texts that wait while a process is busy are then sent to it together, which takes less time than one after the other.
A slow text can't hold up the event loop, and a crash can't take the bot down: a process that dies or takes too long is
replaced, and the texts that it had are tried again one by one, so that none pays for another. A text over which it has
failed twice is set aside.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.classifier import Kind, Prediction
from bot.errors import ClassifierError
from nlu.confidence import Calibration
from nlu.model_process import ModelProcess

logger = logging.getLogger(__name__)

MAX_CHARACTERS = 2000
"""What the model is given of a text; the encoder reads the first 128 tokens of it anyway."""
MAX_TOGETHER = 64
"""Texts that are sent at once: many have others of the same length among them, and each waits for the last."""
MAX_FAILURES = 2
"""How often the process may fail over a text before the text is set aside."""


class RasaClassifier:
    """A pool of processes over one model archive."""

    def __init__(
        self,
        archive: Path,
        kinds: Mapping[str, Kind],
        calibration: Calibration,
        workers: int = 1,
        timeout_seconds: float = 5.0,
    ) -> None:
        """Prepare the pool; `start` or the first `parse` starts the processes."""
        self._workers = [ModelProcess(archive, kinds, calibration, timeout_seconds) for _ in range(workers)]
        self._waiting: asyncio.Queue[_Asked] = asyncio.Queue()
        self._idle = 0
        self._serving: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start every process now, rather than when it is first needed."""
        results = await asyncio.gather(*map(_start, self._workers), return_exceptions=True)
        for error in filter(None, results):
            raise error

    async def parse(self, text: str) -> Prediction:
        """Classify one text. Raises ReadingError where it has been set aside, ClassifierError; see bot.classifier."""
        self._serving = self._serving or [asyncio.create_task(self._serve(worker)) for worker in self._workers]
        asked = _Asked(text[:MAX_CHARACTERS], asyncio.get_running_loop().create_future())
        self._waiting.put_nowait(asked)
        return await asked.prediction

    async def close(self) -> None:
        """End the processes; what still waits gets ClassifierError. Safe to call twice."""
        serving, self._serving = self._serving, []
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        while not self._waiting.empty():
            self._waiting.get_nowait().give_up()
        await asyncio.gather(*(worker.stop() for worker in self._workers))

    async def _serve(self, worker: ModelProcess) -> None:
        """Have one process answer what is waiting, for as long as the classifier is open."""
        while True:
            batch = await self._next_batch()
            try:
                await self._answer(worker, batch)
            except Exception:
                logger.exception("The model's process could not be asked.")
            finally:
                for asked in batch:
                    asked.give_up()

    async def _next_batch(self) -> list[_Asked]:
        """The texts that have waited longest: as many as go together, or a fair share where other processes idle."""
        self._idle += 1
        try:
            first = await self._waiting.get()
            others = min(self._waiting.qsize() // self._idle, MAX_TOGETHER - 1)
        finally:
            self._idle -= 1
        return [first, *(self._waiting.get_nowait() for _ in range(others))]

    async def _answer(self, worker: ModelProcess, batch: Sequence[_Asked]) -> None:
        """Have texts answered together and, where the process fails over them, one by one."""
        batch = [asked for asked in batch if not asked.prediction.done()]
        if not batch:
            return
        try:
            predictions = await worker.predict([asked.text for asked in batch])
        except ClassifierError as error:
            await self._try_again(worker, batch, error)
        else:
            for asked, prediction in zip(batch, predictions):
                asked.answer(prediction)

    async def _try_again(self, worker: ModelProcess, batch: Sequence[_Asked], error: ClassifierError) -> None:
        """Have texts answered one by one, unless one alone has had its second chance."""
        for asked in batch:
            asked.failures += 1
        if len(batch) == 1 and batch[0].failures >= MAX_FAILURES:
            batch[0].fail(error)
            return
        logger.warning("%s What it had is tried again, one text after the other.", error)
        for asked in batch:
            await self._answer(worker, [asked])


async def _start(worker: ModelProcess) -> None:
    """Start a process; one that ended while it was loading, such as for want of memory, is started once more."""
    try:
        await worker.start()
    except ClassifierError as error:
        logger.warning("%s It is tried once more.", error)
        await worker.start()


@dataclass
class _Asked:
    """A text that waits for its prediction, and how often the process has failed over it."""

    text: str
    prediction: asyncio.Future[Prediction]
    failures: int = 0

    def answer(self, prediction: Prediction) -> None:
        """Hand over the prediction, unless nobody waits for it any more."""
        if not self.prediction.done():
            self.prediction.set_result(prediction)

    def fail(self, error: ClassifierError) -> None:
        """Hand over an error, unless nobody waits any more."""
        if not self.prediction.done():
            self.prediction.set_exception(error)

    def give_up(self) -> None:
        """Whatever has gone wrong, leave nobody waiting."""
        self.fail(ClassifierError("The model gave no prediction for a text."))
