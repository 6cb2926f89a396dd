"""A Python process of ours that is spoken to over pipes: a line is written, and a line is read.

It runs in a sandbox (nlu.sandbox): it reads what it is given, and writes in a folder of its own alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

logger = logging.getLogger(__name__)

ENVIRONMENT = re.compile(r"PATH|HOME|TMPDIR|LANG|LC_\w+|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|VIRTUAL_ENV|PYTHON\w*")
"""What the process is given of the environment: the platforms' tokens are nothing to it."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A process is one core's worth of work; more processes use more cores."""
GIVING_BACK = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": str(4 << 20)}
"""What is large goes back to the system (glibc) when it is done with, from the thread that groups questions too."""
SANDBOX = "nlu.sandbox"
FOLDER_PREFIX = "signpost-"
SPAWN_SECONDS = 60.0


class WorkerProcess:
    """Not running at first, and again after `stop`. One exchange at a time is its user's business."""

    def __init__(self, line_limit: int) -> None:
        """`line_limit` is the length in bytes of the longest line that is read from it."""
        self._line_limit = line_limit
        self._process: asyncio.subprocess.Process | None = None
        self._ending: asyncio.subprocess.Process | None = None
        self._folder: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is a process that has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """The id of the process, or None where there is none."""
        return self._process.pid if self._process else None

    async def spawn(self, module: str, *arguments: str, readable: Sequence[Path] = ()) -> None:
        """Start a module with arguments, which may read these files and folders beside the code.

        Raises OSError, asyncio.TimeoutError or asyncio.IncompleteReadError where it doesn't come up.
        """
        await self.stop()
        folder = mkdtemp(prefix=FOLDER_PREFIX)
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", SANDBOX, json.dumps([str(path.resolve()) for path in readable]), module, *arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=self._line_limit,
                env={**environment(), **ONE_THREAD, **GIVING_BACK, "TMPDIR": folder},
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._folder = folder
        line = await asyncio.wait_for(self._read(self._process), SPAWN_SECONDS)
        for missing in json.loads(line):
            _tell(module, missing)

    async def exchange(self, line: bytes) -> bytes:
        """Write a line and read one; an exchange that is cut off ends the process.

        Raises OSError or asyncio.IncompleteReadError where the process has ended.
        """
        process = self._process
        if process is None:
            raise BrokenPipeError("The process has been ended.")
        assert process.stdin is not None
        try:
            process.stdin.write(line + b"\n")
            await process.stdin.drain()
        except BaseException:
            await self.stop()
            raise
        return await self._read(process)

    async def stop(self) -> None:
        """End the process at once, and wait until it has. Safe to call twice, and while another call waits."""
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        if process is not None and process.returncode is None:
            logger.debug("Ending the process %s.", process.pid)
            process.kill()
            self._ending = process
        if self._ending is not None:
            await self._ending.wait()
        if folder is not None:
            # Empty, unless the process was ended while it unpacked a model.
            shutil.rmtree(folder, ignore_errors=True)

    async def _read(self, process: asyncio.subprocess.Process) -> bytes:
        assert process.stdout is not None
        try:
            return await process.stdout.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            await self.stop()
            raise BrokenPipeError("The process has written a line that is too long.") from error
        except BaseException:
            # An answer that comes later would be taken for that of the next question.
            await self.stop()
            raise


def environment() -> dict[str, str]:
    """What a process of ours is given of the environment."""
    return {name: value for name, value in os.environ.items() if ENVIRONMENT.fullmatch(name)}


@lru_cache
def _tell(module: str, missing: str) -> None:
    """Say once what the sandbox lacks, however often the module is started."""
    logger.warning("%s runs with less of a sandbox: %s. Run the bot as docs/deployment.md describes.", module, missing)
