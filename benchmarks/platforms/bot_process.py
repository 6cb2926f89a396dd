"""The bot under test: `signpost run` as a process of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

from platforms import processes
from platforms.signpost_process import SignpostProcess

MODEL = "nlu.worker"
MEANING = "nlu.meaning_worker"
_NAMES = {MODEL: "model", MEANING: "meaning"}


class BotProcess(SignpostProcess):
    """One bot."""

    command = "run"
    says_address = re.compile(rb"Health and metrics: (http://\S+)/metrics")

    def __init__(self, folder: Path, environment: Mapping[str, str], overrides: Sequence[str]) -> None:
        super().__init__(folder, environment, overrides, "stderr.txt")

    async def is_ready(self) -> bool:
        """Whether it receives messages on every platform."""
        if not (address := self.address):
            return False
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{address}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    def memory(self) -> dict[str, float]:
        """The resident memory of the bot and of the processes that it has started, in megabytes."""
        return {self._name_of(pid): round(processes.resident_mb(pid), 1) for pid in processes.family(self.pid)}

    def cpu(self) -> dict[str, float]:
        """The seconds of processor time that each has used so far."""
        return {self._name_of(pid): processes.cpu_seconds(pid) for pid in processes.family(self.pid)}

    def _name_of(self, pid: int) -> str:
        if pid == self.pid:
            return "bot"
        words = processes.command_of(pid).split()
        return next((name for module, name in _NAMES.items() if module in words), f"process {pid}")
