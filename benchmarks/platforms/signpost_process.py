"""A command of Signpost's that serves something, as a process of its own, which can be killed and started again."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.app.platforms import DISCORD_TOKEN, TELEGRAM_TOKEN
from platforms import processes

READY_SECONDS = 90.0
LOOK_EVERY = 0.05
STOP_SECONDS = 15.0


class ProcessError(Exception):
    """The process has ended by itself, or was never ready."""


class SignpostProcess:
    """Its processes follow each other on the same folder. What they write to stderr is in `log`.

    `scratch` is their folder for temporary files.
    """

    command = ""
    says_address = re.compile(rb"")
    """What it writes to stderr once it serves; the first group is the address."""

    def __init__(self, folder: Path, environment: Mapping[str, str], overrides: Sequence[str], log: str) -> None:
        """Nothing is started yet. `overrides` are settings as KEY=VALUE, `log` is a file's name."""
        self.log = folder / log
        self.scratch = folder / "tmp"
        self.scratch.mkdir(exist_ok=True)
        # A token of one's own must not let this bot join a real community.
        inherited = {name: value for name, value in os.environ.items() if name not in (DISCORD_TOKEN, TELEGRAM_TOKEN)}
        self._environment = {**inherited, **environment, "TMPDIR": str(self.scratch)}
        settings = [part for override in overrides for part in ("--set", override)]
        self._arguments = [sys.executable, "-m", "bot", self.command, "--data", str(folder), *settings]
        self._process: asyncio.subprocess.Process | None = None
        self._began = 0

    @property
    def pid(self) -> int:
        """Its process, while there is one."""
        assert self._process is not None
        return self._process.pid

    @property
    def address(self) -> str:
        """Where it serves, or "" as long as it doesn't. Raises ProcessError where it has ended."""
        assert self._process is not None
        if self._process.returncode is not None:
            raise ProcessError(f"`signpost {self.command}` has ended with exit code {self._process.returncode}.")
        found = self.says_address.search(self.log.read_bytes(), self._began)
        return found[1].decode() if found else ""

    async def start(self) -> None:
        """Start it, without waiting for it to be ready."""
        with self.log.open("ab") as log:
            self._began = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self._arguments, stdin=asyncio.subprocess.DEVNULL, stderr=log, env=self._environment
            )

    async def ready(self) -> float:
        """Wait until it can be used; returns how many seconds that took. Raises ProcessError."""
        began = time.monotonic()
        while not await self.is_ready():
            if time.monotonic() - began > READY_SECONDS:
                raise ProcessError(f"`signpost {self.command}` was not ready in time.")
            await asyncio.sleep(LOOK_EVERY)
        return time.monotonic() - began

    async def is_ready(self) -> bool:
        """Whether it can be used now. Raises ProcessError where it has ended."""
        return bool(self.address)

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
        """End it with SIGKILL, which it can't notice. The processes that it has started then end by themselves."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    def helpers(self, module: str) -> list[int]:
        """The processes that it has started of a module, such as nlu.worker."""
        return [pid for pid in processes.family(self.pid)[1:] if module in processes.command_of(pid).split()]

    def tail(self, lines: int = 40) -> str:
        """The end of what it wrote to stderr."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
