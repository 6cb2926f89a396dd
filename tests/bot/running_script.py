"""Runs connectors in a process of its own, for tests of signals. Its arguments say how each takes the end."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

from bot import running
from bot.running import run_connectors, stop_signals
from connectors.base import Connector, Desk


class Scripted(Connector):
    """Listens until it is told to stop: at once ("good"), after a while ("slow") or never ("deaf")."""

    def __init__(self, name: str) -> None:
        """Be as the name says."""
        self.name = name
        self._stopped = asyncio.Event()

    async def listen(self, desk: Desk) -> None:
        """Say what happens."""
        print("listening", self.name, flush=True)
        try:
            await self._stopped.wait()
        except asyncio.CancelledError:
            print("cancelled", self.name, flush=True)
            raise
        print("ended", self.name, flush=True)

    async def stop(self) -> None:
        """Do as the name says."""
        if self.name == "slow":
            await asyncio.sleep(0.1)
        if self.name != "deaf":
            self._stopped.set()


async def main() -> None:
    """Run until a signal comes."""
    running.STOP_SECONDS = 1.0
    with stop_signals() as stopping:
        errors = await run_connectors([Scripted(name) for name in sys.argv[1:]], cast("Desk", None), stopping)
    print("errors", errors)


if __name__ == "__main__":
    asyncio.run(main())
