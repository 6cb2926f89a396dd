"""Waiting for what nothing tells of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest


async def until(is_true: Callable[[], object]) -> None:
    """Wait until something holds; the test's own time limit ends a wait in vain."""
    while not is_true():  # noqa: ASYNC110 -- nothing tells of it
        await asyncio.sleep(0.005)


async def end(task: asyncio.Task[Any]) -> None:
    """End work that would go on for ever, and wait for its end; it must not have ended before."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
