"""The classifier in use: one or more processes that hold the trained model, spoken to over pipes.

A slow text can't hold up the event loop, and a crash can't take the bot down: a process that dies or takes too long is
replaced, and a text that has done so twice is given up.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bot.classifier import Kind, Prediction
from bot.errors import ClassifierError, ClassifierTimeoutError
from nlu.confidence import Calibration
from nlu.predictions import RankedIntent, Ranking, as_prediction
from nlu.worker import READY

logger = logging.getLogger(__name__)

_ROWS = msgspec.json.Decoder(list[RankedIntent])

START_SECONDS = 60.0
LINE_LIMIT = 1 << 20
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A worker is one core's worth of work; more workers use more cores."""
MAX_CHARACTERS = 2000
"""What the model is given of a text; the encoder reads the first 128 tokens of it anyway."""


class RasaClassifier:
    """A pool of worker processes over one model archive."""

    def __init__(
        self,
        archive: Path,
        kinds: Mapping[str, Kind],
        calibration: Calibration,
        workers: int = 1,
        timeout_seconds: float = 5.0,
    ) -> None:
        """Prepare the pool; `start` or the first `parse` starts the processes."""
        self._kinds = kinds
        self._calibration = calibration
        self._timeout = timeout_seconds
        self._workers = [_Worker(archive) for _ in range(workers)]
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()
        for worker in self._workers:
            self._free.put_nowait(worker)

    async def start(self) -> None:
        """Start every process now, rather than when it is first needed."""
        await asyncio.gather(*(worker.start() for worker in self._workers))

    async def parse(self, text: str) -> Prediction:
        """Classify one text. Raises ClassifierTimeoutError or ClassifierError; see bot.classifier."""
        return as_prediction(await self.rank(text), self._kinds, self._calibration)

    async def rank(self, text: str) -> Ranking:
        """Rasa's intent ranking, best first."""
        try:
            return await self._ask(text)
        except ClassifierTimeoutError:
            raise
        except ClassifierError:
            # The process may have died for a reason of its own, so the text gets a second chance in a new one.
            return await self._ask(text)

    async def close(self) -> None:
        """End the processes. Safe to call twice."""
        await asyncio.gather(*(worker.stop() for worker in self._workers))

    async def _ask(self, text: str) -> Ranking:
        worker = await self._free.get()
        try:
            await worker.start()
            return await asyncio.wait_for(worker.ask(text[:MAX_CHARACTERS]), self._timeout)
        except asyncio.TimeoutError as error:
            await worker.stop()
            raise ClassifierTimeoutError(
                f"The model took longer than {self._timeout:g} seconds over a text."
            ) from error
        except (OSError, msgspec.MsgspecError, asyncio.IncompleteReadError) as error:
            await worker.stop()
            raise ClassifierError("The model's process ended while it read a text.") from error
        except asyncio.CancelledError:
            # An answer may still be on its way: it must not be taken for the next text's.
            await worker.stop()
            raise
        finally:
            self._free.put_nowait(worker)


class _Worker:
    """One process. It is asked one text at a time."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the process if it isn't running, and wait until it has loaded the model."""
        if self._process is not None and self._process.returncode is None:
            return
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "nlu.worker", str(self._archive)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LINE_LIMIT,
            env={**os.environ, **ONE_THREAD},
        )
        try:
            line = await asyncio.wait_for(self._read(), START_SECONDS)
        except (asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
            await self.stop()
            raise ClassifierError("The model can't be loaded: run `signpost train` to build a new release.") from error
        if line != READY:
            raise ClassifierError("The model's process doesn't speak as expected.")

    async def ask(self, text: str) -> Ranking:
        """Send one text and read its ranking."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(text).encode() + b"\n")
        await self._process.stdin.drain()
        return _ROWS.decode(await self._read())

    async def stop(self) -> None:
        """End the process, at once where it doesn't end by itself."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        logger.debug("Ending the model's process %s.", process.pid)
        process.kill()
        await process.wait()

    async def _read(self) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        return await self._process.stdout.readuntil(b"\n")
