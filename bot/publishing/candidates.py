"""Builds candidates: releases of the files with drafts' changes made, each in a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from bot.errors import TrainingError
from bot.publishing.answer_files import AnswerFiles, Texts
from bot.publishing.trial import Logged
from bot.releases import ReleaseStore

STAGING = ".staging-"
LONGEST_PROBLEM = 400
PASSED_ON = re.compile(r"PATH|HOME|TMPDIR|LANG|LC_\w+|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|VIRTUAL_ENV|PYTHON\w*|XDG_\w+")
"""What the process is given of the environment: the platforms' tokens are nothing to it."""


_CHECKOUT = Path(__file__).resolve().parents[2]


class BuildLine(msgspec.Struct, frozen=True):
    """One line of what a build says: the step, how much of the whole is done, and at the end the candidate's number."""

    step: str
    done: float
    candidate: int | None = None


OnLine = Callable[[BuildLine], Awaitable[None]]


class CandidateBuilder:
    """Starts builds. Who uses it sees to it that there is one at a time."""

    def __init__(self, files: AnswerFiles, data: Path, candidates: ReleaseStore) -> None:
        """Build from a checkout's files into the store of candidates that is in the data folder."""
        self._files = files
        self._data = data.resolve()
        self.candidates = candidates

    async def build(self, texts: Texts, asked: Sequence[Logged], on_line: OnLine) -> int:
        """Build a candidate with changes made, and try it on logged questions; returns its number.

        Raises TrainingError. Cancelled, it ends the process.
        """
        folder = await asyncio.to_thread(self._stage, texts)
        try:
            return await self._run(folder, msgspec.json.encode(asked), on_line)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _stage(self, texts: Texts) -> Path:
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            for left in self._data.glob(f"{STAGING}*"):
                shutil.rmtree(left, ignore_errors=True)
            self.candidates.clear_scratch()
            folder = Path(mkdtemp(prefix=STAGING, dir=self._data))
            self._files.stage(folder, texts)
        except OSError as error:
            raise TrainingError(f"{self._data} can't be written: {error.strerror}.") from error
        return folder

    async def _run(self, folder: Path, asked: bytes, on_line: OnLine) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "train", "--data", str(self._data), "--candidate", str(folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)},
            cwd=_CHECKOUT,
            start_new_session=True,
        )
        assert process.stdin and process.stdout and process.stderr
        complaint = asyncio.create_task(process.stderr.read())
        try:
            with suppress(ConnectionError):
                process.stdin.write(asked)
                await process.stdin.drain()
            process.stdin.close()
            number = None
            async for line in process.stdout:
                said = msgspec.json.decode(line, type=BuildLine)
                number = said.candidate or number
                await on_line(said)
            if await process.wait() or number is None:
                raise TrainingError(_problem((await complaint).decode("utf-8", "replace"), folder))
            return number
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
            complaint.cancel()


def _problem(complaint: str, folder: Path) -> str:
    """What went wrong in one sentence, without the folder's name."""
    sentences = [line for line in complaint.splitlines() if line.startswith("signpost: ")]
    if not sentences:
        return "The build stopped before its end: try again, and look at the log if it does so again."
    return sentences[-1].removeprefix("signpost: ").replace(f"{folder}/", "")[:LONGEST_PROBLEM]
