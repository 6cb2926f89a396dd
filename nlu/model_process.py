"""One process that holds the trained model (`nlu.worker`), spoken to over pipes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bot.classifier import Kind, Prediction
from bot.errors import ClassifierError, ReadingError
from nlu.confidence import Calibration
from nlu.worker import READY, Setup
from nlu.worker_process import WorkerProcess

WORKER = "nlu.worker"
START_SECONDS = 60.0
LINE_LIMIT = 1 << 20

_PREDICTIONS = msgspec.json.Decoder(list[Prediction])


class ModelProcess:
    """A process, started when it is first needed and again after it has ended. It is asked one thing at a time."""

    def __init__(self, archive: Path, kinds: Mapping[str, Kind], calibration: Calibration, timeout: float) -> None:
        """Hold an archive, once started; `timeout` is how many seconds it may take over what it is asked."""
        self._archive = archive
        self._setup = msgspec.json.encode(Setup(dict(kinds), calibration))
        self._timeout = timeout
        self._worker = WorkerProcess(LINE_LIMIT)
        self._starting = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The id of the process, or None where there is none."""
        return self._worker.pid

    async def start(self) -> None:
        """Start the process if it isn't running, and wait until it has loaded the model. Raises ClassifierError."""
        async with self._starting:
            if not self._worker.is_running:
                await self._start()

    async def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """What the model makes of texts, in their order.

        Raises ReadingError, and ends the process, where it takes too long or dies; ClassifierError where there is none.
        """
        await self.start()
        try:
            line = await asyncio.wait_for(self._worker.exchange(json.dumps(texts).encode()), self._timeout)
            return _PREDICTIONS.decode(line)
        except asyncio.TimeoutError as error:
            raise ReadingError(f"The model took longer than {self._timeout:g} seconds over a text.") from error
        except (OSError, msgspec.MsgspecError, RecursionError, asyncio.IncompleteReadError) as error:
            await self.stop()
            raise ReadingError("The model's process ended while it read a text.") from error

    async def stop(self) -> None:
        """End the process at once. Safe to call twice."""
        await self._worker.stop()

    async def _start(self) -> None:
        try:
            await self._worker.spawn(WORKER, str(self._archive.resolve()), readable=[self._archive])
            line = await asyncio.wait_for(self._worker.exchange(self._setup), START_SECONDS)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
            raise ClassifierError("The model can't be loaded: run `signpost train` to build a new release.") from error
        if line != READY:
            await self.stop()
            raise ClassifierError("The model's process doesn't speak as expected.")
