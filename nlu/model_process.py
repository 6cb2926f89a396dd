"""One process that holds the trained model (`nlu.worker`), spoken to over pipes."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bot.classifier import Kind, Prediction
from bot.errors import ClassifierError, ClassifierTimeoutError
from nlu.confidence import Calibration
from nlu.worker import READY, Setup

logger = logging.getLogger(__name__)

WORKER = "nlu.worker"
START_SECONDS = 60.0
LINE_LIMIT = 1 << 20
ENVIRONMENT = re.compile(r"PATH|HOME|TMPDIR|LANG|LC_\w+|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|VIRTUAL_ENV|PYTHON\w*")
"""What the process is given of the environment: the platforms' tokens are nothing to it."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A process is one core's worth of work; more processes use more cores."""

_PREDICTIONS = msgspec.json.Decoder(list[Prediction])


class ModelProcess:
    """A process, started when it is first needed and again after it has ended. It is asked one thing at a time."""

    def __init__(self, archive: Path, kinds: Mapping[str, Kind], calibration: Calibration, timeout: float) -> None:
        """Hold an archive, once started; `timeout` is how many seconds it may take over what it is asked."""
        self._archive = archive
        self._setup = msgspec.json.encode(Setup(dict(kinds), calibration))
        self._timeout = timeout
        self._process: asyncio.subprocess.Process | None = None
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Start the process if it isn't running, and wait until it has loaded the model. Raises ClassifierError."""
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                await self._start()

    async def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """What the model makes of texts, in their order.

        Raises ClassifierTimeoutError or ClassifierError, and ends the process, where it takes too long or dies.
        """
        await self.start()
        try:
            line = await asyncio.wait_for(self._exchange(json.dumps(texts).encode()), self._timeout)
            return _PREDICTIONS.decode(line)
        except asyncio.TimeoutError as error:
            await self.stop()
            raise ClassifierTimeoutError(
                f"The model took longer than {self._timeout:g} seconds over a text."
            ) from error
        except (OSError, msgspec.MsgspecError, asyncio.IncompleteReadError) as error:
            await self.stop()
            raise ClassifierError("The model's process ended while it read a text.") from error

    async def stop(self) -> None:
        """End the process at once. Safe to call twice."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        logger.debug("Ending the model's process %s.", process.pid)
        process.kill()
        await process.wait()

    async def _start(self) -> None:
        try:
            self._process = await self._spawn()
            line = await asyncio.wait_for(self._exchange(self._setup), START_SECONDS)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
            await self.stop()
            raise ClassifierError("The model can't be loaded: run `signpost train` to build a new release.") from error
        if line != READY:
            await self.stop()
            raise ClassifierError("The model's process doesn't speak as expected.")

    async def _spawn(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", WORKER, str(self._archive)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LINE_LIMIT,
            env=_environment(),
        )

    async def _exchange(self, line: bytes) -> bytes:
        """Write a line and read one."""
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(line + b"\n")
        await self._process.stdin.drain()
        return await self._process.stdout.readuntil(b"\n")


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if ENVIRONMENT.fullmatch(name)}
    return {**kept, **ONE_THREAD}
