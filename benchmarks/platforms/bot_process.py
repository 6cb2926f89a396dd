"""The bot under test: `signpost run` as a process of its own, which can be killed and started again."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

from bot.app.platforms import DISCORD_TOKEN, TELEGRAM_TOKEN
from platforms import processes

ADDRESS = re.compile(rb"Health and metrics: (http://\S+)/metrics")
READY_SECONDS = 90.0
LOOK_EVERY = 0.05
STOP_SECONDS = 15.0
MODEL = "nlu.worker"


class BotError(Exception):
    """The bot has ended by itself, or was never ready."""


class BotProcess:
    """One bot, whose processes follow each other on the same folder. What they write to stderr is in `log`.

    `scratch` is their folder for temporary files.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], overrides: Sequence[str]) -> None:
        self.log = folder / "stderr.txt"
        self.scratch = folder / "tmp"
        self.scratch.mkdir(exist_ok=True)
        # A token of one's own must not let this bot join a real community.
        inherited = {name: value for name, value in os.environ.items() if name not in (DISCORD_TOKEN, TELEGRAM_TOKEN)}
        self._environment = {**inherited, **environment, "TMPDIR": str(self.scratch)}
        settings = [part for override in overrides for part in ("--set", override)]
        self._command = [sys.executable, "-m", "bot", "run", "--data", str(folder), *settings]
        self._process: asyncio.subprocess.Process | None = None
        self._began = 0

    @property
    def pid(self) -> int:
        """Its process, while there is one."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it, without waiting for it to be ready."""
        with self.log.open("ab") as log:
            self._began = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.DEVNULL, stderr=log, env=self._environment
            )

    async def ready(self) -> float:
        """Wait until it receives messages on every platform; returns how many seconds that took."""
        began = time.monotonic()
        async with aiohttp.ClientSession() as session:
            while not await self._is_ready(session):
                if time.monotonic() - began > READY_SECONDS:
                    raise BotError("The bot was not ready in time.")
                await asyncio.sleep(LOOK_EVERY)
        return time.monotonic() - began

    async def stop(self) -> float:
        """Ask it to stop, as a service manager would; returns how many seconds it took."""
        if self._process is None or self._process.returncode is not None:
            return 0.0
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except asyncio.TimeoutError:
            await self.kill()
        return time.monotonic() - began

    async def kill(self) -> None:
        """End it with SIGKILL, which it can't notice. The model's process then ends by itself."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    def kill_model(self) -> None:
        """End the model's process with SIGKILL, if it is there."""
        for pid in processes.family(self.pid):
            if MODEL in processes.command_of(pid):
                os.kill(pid, signal.SIGKILL)

    def memory(self) -> dict[str, float]:
        """The resident memory of the bot and of the model's process, in megabytes."""
        return {self._name_of(pid): round(processes.resident_mb(pid), 1) for pid in processes.family(self.pid)}

    def cpu(self) -> dict[str, float]:
        """The seconds of processor time that each has used so far."""
        return {self._name_of(pid): processes.cpu_seconds(pid) for pid in processes.family(self.pid)}

    def tail(self, lines: int = 40) -> str:
        """The end of what it wrote to stderr."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def _name_of(self, pid: int) -> str:
        if pid == self.pid:
            return "bot"
        return "model" if MODEL in processes.command_of(pid) else f"process {pid}"

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        assert self._process is not None
        if self._process.returncode is not None:
            raise BotError(f"The bot has ended with exit code {self._process.returncode}.")
        if not (address := ADDRESS.search(self.log.read_bytes(), self._began)):
            return False
        try:
            async with session.get(f"{address[1].decode()}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False
