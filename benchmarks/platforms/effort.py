"""The processor time that a benchmark takes: the bot's, the model's, and the script's own with its fake platforms."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from platforms.bot_process import BotProcess


class Effort:
    """Measures from the moment it is made."""

    def __init__(self, bot: BotProcess) -> None:
        self._bot = bot
        self._began = time.monotonic()
        self._before = self._used()

    def cores(self) -> dict[str, float]:
        """How many of the machine's processors each process has kept busy, and how many there are."""
        seconds = time.monotonic() - self._began
        busy = {name: round(used / seconds, 3) for name, used in self._since().items()}
        return {**busy, "of": float(os.cpu_count() or 1), "others_waiting": round(os.getloadavg()[0], 1)}

    def milliseconds_each(self, messages: int) -> dict[str, float]:
        """The processor time a message has taken, in each process."""
        return {name: round(used * 1000 / max(1, messages), 2) for name, used in self._since().items()}

    def _since(self) -> Mapping[str, float]:
        return {name: used - self._before.get(name, 0.0) for name, used in self._used().items()}

    def _used(self) -> dict[str, float]:
        return {**self._bot.cpu(), "this_script": time.process_time()}
