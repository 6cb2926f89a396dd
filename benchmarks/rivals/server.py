"""A system's server: started, asked, weighed and stopped."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import aiohttp
import psutil

from rivals.systems import Reading, System

START_SECONDS = 600.0
STOP_SECONDS = 20.0
LOOK_EVERY = 0.05
MEGABYTE = 2**20


class Server:
    """One system's server on a port of its own, with the processes that it starts."""

    def __init__(self, system: System, staged: Path, model: Path) -> None:
        """Know what to start."""
        self.system = system
        self._port = _free_port()
        self._command = system.serving(staged, model, self._port)
        self._log = model / "serving.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, session: aiohttp.ClientSession, text: str) -> float:
        """Start it, and return how many seconds it took until it had answered a text."""
        began = time.monotonic()
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command.arguments,
                cwd=self._command.folder,
                env=dict(self._command.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while not await self._has_answered(session, text):
            if self._process.returncode is not None or time.monotonic() - began > START_SECONDS:
                raise SystemExit(f"The server of {self.system.title} does not answer:\n{self._log.read_text()[-3000:]}")
            await asyncio.sleep(LOOK_EVERY)
        return time.monotonic() - began

    async def ask(self, session: aiohttp.ClientSession, text: str) -> tuple[Reading, float]:
        """What it makes of a text, and the seconds from the request to the whole answer."""
        began = time.perf_counter()
        async with session.post(self._address, json={"text": text}) as response:
            response.raise_for_status()
            answer = await response.json()
        seconds = time.perf_counter() - began
        return self.system.read(answer), seconds

    def memory(self) -> dict[str, float]:
        """The megabytes that its processes hold: resident, and with what several share divided among them (PSS)."""
        held = [process.memory_full_info() for process in self._family()]
        resident, proportional = sum(one.rss for one in held), sum(getattr(one, "pss", 0) for one in held)
        return {"rss": resident / MEGABYTE, "pss": proportional / MEGABYTE}

    async def stop(self) -> None:
        """End it and the processes that it has started."""
        if self._process is None:
            return
        family = self._family()
        if self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except asyncio.TimeoutError:
            self._process.kill()
            await self._process.wait()
        for left in psutil.wait_procs(family[1:], STOP_SECONDS)[1]:
            left.kill()

    @property
    def _address(self) -> str:
        return f"http://127.0.0.1:{self._port}/model/parse"

    async def _has_answered(self, session: aiohttp.ClientSession, text: str) -> bool:
        try:
            await self.ask(session, text)
        except aiohttp.ClientError:
            return False
        return True

    def _family(self) -> list[psutil.Process]:
        assert self._process is not None
        if self._process.returncode is not None:
            return []
        first = psutil.Process(self._process.pid)
        return [first, *first.children(recursive=True)]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
