"""Runs the connectors side by side, until they end or the process is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from bot.errors import SignpostError

if TYPE_CHECKING:
    from connectors.base import Connector, Desk

logger = logging.getLogger(__name__)

STOP_SECONDS = 8.0
"""How long what is in hand may take at the end; service managers kill after ten seconds."""
CANCEL_SECONDS = 1.0
"""How long a connector that was cut off may take to clear up."""


async def run_connectors(connectors: Sequence[Connector], desk: Desk, stopping: asyncio.Event) -> list[SignpostError]:
    """Listen on every platform until all have ended or are told to stop; returns what went wrong.

    A platform that fails leaves the others running.
    """
    listening = {asyncio.create_task(_listen(connector, desk)): connector for connector in connectors}
    told = asyncio.create_task(stopping.wait())
    waiting = set(listening)
    while waiting and not stopping.is_set():
        done, _ = await asyncio.wait({*waiting, told}, return_when=asyncio.FIRST_COMPLETED)
        waiting -= done
    told.cancel()
    await _stop({task: listening[task] for task in waiting})
    return [error for task in listening if task.done() and not task.cancelled() and (error := task.result())]


@asynccontextmanager
async def running(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let works that never end by themselves run in the background, until the context is left."""
    tasks = [asyncio.create_task(work) for work in works]
    for task in tasks:
        task.add_done_callback(_tell_of_failure)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _tell_of_failure(task: asyncio.Task[None]) -> None:
    """At once, since the others may go on for weeks."""
    if not task.cancelled() and (error := task.exception()):
        logger.error("Work in the background has failed.", exc_info=error)


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that is set when SIGTERM or SIGINT comes."""
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopping.set)
    try:
        yield stopping
    finally:
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(sign)


async def _listen(connector: Connector, desk: Desk) -> SignpostError | None:
    """Listen until the end. What goes wrong is logged at once, since the other platforms may go on for weeks."""
    try:
        await connector.listen(desk)
    except SignpostError as error:
        logger.error("%s", error)
        return error
    except Exception as error:
        logger.exception("The %s connector has failed.", connector.name)
        return SignpostError(f"The {connector.name} connector has failed ({type(error).__name__}); its log says where.")
    return None


async def _stop(listening: dict[asyncio.Task[SignpostError | None], Connector]) -> None:
    """Finish what is in hand, for as long as there is time; what is left stays owed."""
    if not listening:
        return
    stops = [asyncio.create_task(_tell_to_stop(connector)) for connector in listening.values()]
    _, late = await asyncio.wait({*stops, *listening}, timeout=STOP_SECONDS)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=CANCEL_SECONDS)


async def _tell_to_stop(connector: Connector) -> None:
    try:
        await connector.stop()
    except Exception:
        logger.exception("The %s connector could not be stopped in good order.", connector.name)
