"""Waiting for something to come true, looked at only when something has happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Waiters:
    """Those who wait; `look` is called after each thing that happens."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], Callable[[], bool]] = {}

    def look(self) -> None:
        """Wake those whose wish has come true."""
        for future, is_true in list(self._waiting.items()):
            if not future.done() and is_true():
                future.set_result(None)

    async def until(self, is_true: Callable[[], bool], seconds: float) -> None:
        """Wait until it is true; raises TimeoutError."""
        if is_true():
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = is_true
        try:
            await asyncio.wait_for(future, seconds)
        except asyncio.TimeoutError as error:
            raise TimeoutError from error
        finally:
            del self._waiting[future]
