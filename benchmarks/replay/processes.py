"""The processes of the replay, each with the lines that it writes and the memory and processor time of its family."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from platforms import processes

READY_SECONDS = 300.0
STOP_SECONDS = 15.0
LOOK_SECONDS = 0.05
WORKERS = {"nlu.worker": "model", "nlu.meaning_worker": "themes"}


class ReplayError(Exception):
    """A process has ended by itself, or never said what it was to say."""


class Served:
    """A Python process that says on stderr where it serves."""

    def __init__(self, name: str, folder: Path, command: Sequence[str], said: str) -> None:
        """`said` is a pattern whose first group is the address that the process serves at."""
        self.name, self._command, self._said = name, command, re.compile(said)
        self._log = folder / f"{name}.stderr.txt"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Its process, once started."""
        assert self._process is not None
        return self._process.pid

    async def start(self, task: bytes = b"") -> str:
        """Start it, hand it what it reads, and wait until it serves; returns the address. Raises ReplayError."""
        paths = os.pathsep.join(str(Path(__file__).parents[depth]) for depth in (1, 2))
        environment = {**os.environ, "PYTHONPATH": paths}
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._command, stdin=asyncio.subprocess.PIPE, stderr=log, env=environment
            )
        assert self._process.stdin is not None
        self._process.stdin.write(task)
        self._process.stdin.close()
        return await self._address()

    def check(self) -> None:
        """Raises ReplayError where it has ended."""
        if self._process is None or self._process.returncode is not None:
            raise ReplayError(f"The process {self.name} has ended:\n{self.tail()}")

    async def stop(self) -> None:
        """Ask it to stop; after a while it is made to. Safe to call twice."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except asyncio.TimeoutError:
            self._process.kill()
            await self._process.wait()

    def family(self) -> dict[int, str]:
        """The ids of its processes with their names: its own, the model's, and that of the themes."""
        others = {pid: processes.command_of(pid) for pid in processes.family(self.pid) if pid != self.pid}
        named = {pid: name for pid, command in others.items() for module, name in WORKERS.items() if module in command}
        return {self.pid: self.name, **named}

    def tail(self, lines: int = 40) -> str:
        """The end of what it wrote to stderr."""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    async def _address(self) -> str:
        began = time.monotonic()
        while not (found := self._said.search(self._log.read_text(encoding="utf-8", errors="replace"))):
            self.check()
            if time.monotonic() - began > READY_SECONDS:
                raise ReplayError(f"The process {self.name} was not ready in time:\n{self.tail()}")
            await asyncio.sleep(LOOK_SECONDS)
        return found[1]


class Watch:
    """The memory of processes over time, and the processor time that they have used; of Linux (man 5 proc)."""

    def __init__(self, served: Sequence[Served]) -> None:
        """Begin now."""
        self._served = served
        self._began = time.monotonic()
        self.memory: dict[str, list[tuple[float, float]]] = {}
        self._cpu: dict[str, dict[int, float]] = {}

    def look(self) -> None:
        """Note what each process holds now. Raises ReplayError where one has ended."""
        at = time.monotonic() - self._began
        for served in self._served:
            served.check()
            held: dict[str, float] = {}
            for pid, name in served.family().items():
                held[name] = max(held.get(name, 0.0), processes.resident_mb(pid))
                self._cpu.setdefault(name, {})[pid] = processes.cpu_seconds(pid)
            for name, megabytes in held.items():
                self.memory.setdefault(name, []).append((at, megabytes))

    def largest(self) -> dict[str, float]:
        """The most that each process has held, in MB; of several of one name the largest."""
        return {name: round(max(held for _, held in seen), 1) for name, seen in self.memory.items()}

    def at(self, seconds: float) -> dict[str, float]:
        """What each process held so long after the beginning, in MB."""
        near = {name: min(seen, key=lambda one: abs(one[0] - seconds)) for name, seen in self.memory.items()}
        return {name: round(held, 1) for name, (_, held) in near.items()}

    def cpu_seconds(self) -> dict[str, float]:
        """The processor time of each kind of process, since it was started."""
        return {name: round(sum(used.values()), 1) for name, used in self._cpu.items()}
