"""Calls of the platform that nothing waits for: answers to commands and presses, menus, notices."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable

from bot.errors import SignpostError
from connectors.lanes import Lanes

logger = logging.getLogger(__name__)


class Chores:
    """Work done in order within a lane. What fails is logged in a sentence and forgotten."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._lanes = Lanes()

    def add(self, lane: Hashable, work: Callable[[], Awaitable[object]]) -> asyncio.Future[None]:
        """Do something soon; the future is done when it is."""

        async def quietly() -> None:
            try:
                await work()
            except SignpostError as error:
                logger.info("%s", error)

        return self._lanes.run(lane, quietly)

    async def finish(self) -> None:
        """Wait until all is done."""
        await self._lanes.finish()

    async def close(self) -> None:
        """Leave the rest undone."""
        await self._lanes.close()
