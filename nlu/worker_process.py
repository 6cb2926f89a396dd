"""A Python process of ours that is spoken to over pipes: a line is written, and a line is read."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys

logger = logging.getLogger(__name__)

ENVIRONMENT = re.compile(r"PATH|HOME|TMPDIR|LANG|LC_\w+|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|VIRTUAL_ENV|PYTHON\w*")
"""What the process is given of the environment: the platforms' tokens are nothing to it."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A process is one core's worth of work; more processes use more cores."""


class WorkerProcess:
    """Not running at first, and again after `stop`. One exchange at a time is its user's business."""

    def __init__(self, line_limit: int) -> None:
        """`line_limit` is the length in bytes of the longest line that is read from it."""
        self._line_limit = line_limit
        self._process: asyncio.subprocess.Process | None = None
        self._ending: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is a process that has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """The id of the process, or None where there is none."""
        return self._process.pid if self._process else None

    async def spawn(self, module: str, *arguments: str) -> None:
        """Start a module with arguments. Raises OSError."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=self._line_limit,
            env=_environment(),
        )

    async def exchange(self, line: bytes) -> bytes:
        """Write a line and read one; an exchange that is cut off ends the process.

        Raises OSError or asyncio.IncompleteReadError where the process has ended.
        """
        process = self._process
        if process is None:
            raise BrokenPipeError("The process has been ended.")
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(line + b"\n")
            await process.stdin.drain()
            return await process.stdout.readuntil(b"\n")
        except BaseException:
            # An answer that comes later would be taken for that of the next question.
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the process at once, and wait until it has. Safe to call twice, and while another call waits."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            logger.debug("Ending the process %s.", process.pid)
            process.kill()
            self._ending = process
        if self._ending is not None:
            await self._ending.wait()


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if ENVIRONMENT.fullmatch(name)}
    return {**kept, **ONE_THREAD}
