"""Ends what waits when the connector is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stop:
    """A word that is given once."""

    def __init__(self) -> None:
        """Not given yet."""
        self._given = asyncio.Event()

    @property
    def is_set(self) -> bool:
        """Whether it has been given."""
        return self._given.is_set()

    def set(self) -> None:
        """Give it."""
        self._given.set()

    async def race(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result of some work, or None where the word came first; the work is then cancelled."""
        working = asyncio.ensure_future(work)
        waiting = asyncio.ensure_future(self._given.wait())
        try:
            await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            return None
        finally:
            waiting.cancel()
            working.cancel()
            await asyncio.gather(working, waiting, return_exceptions=True)
