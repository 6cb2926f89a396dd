"""Follows the choice of a release while the bot answers: a running bot serves exactly one, the one that is current."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot import metrics
from bot.errors import SignpostError
from bot.judge import Served
from bot.releases import Release, ReleaseStore

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5

Load = Callable[[Release], Awaitable[Served]]
"""Makes a release ready to answer from. Raises SignpostError where it can't be."""
Serve = Callable[[Served], asyncio.Event]
"""Answers from another release at once; the event is set when nothing is in hand with the one before."""


class ReleaseWatch:
    """A release is swapped once the new one is ready, and the old model closed once nothing is in hand with it.

    A release that can't be served is tried once each time that it is chosen; what was served before goes on.
    """

    def __init__(self, releases: ReleaseStore, served: Served, load: Load, serve: Serve) -> None:
        """Begin with what is served now."""
        self._releases = releases
        self._served = served
        self._load = load
        self._serve = serve
        self._last_choice: object = None
        self._open = [served]
        self._retiring: set[asyncio.Task[None]] = set()
        metrics.RELEASE.set(int(served.release))

    async def keep_fresh(self) -> None:
        """Follow what any process chooses, until cancelled."""
        while True:
            if (choice := self._releases.last_choice()) != self._last_choice:
                self._last_choice = choice
                await self._follow()
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """Close every model that is open still."""
        for task in self._retiring:
            task.cancel()
        await asyncio.gather(*(served.classifier.close() for served in self._open))

    async def _follow(self) -> None:
        name = "the one that was chosen"
        try:
            release = await asyncio.to_thread(self._releases.current)
            name = release.name
            if name != self._served.release:
                self._swap(await self._load(release))
        except SignpostError as error:
            logger.error(
                "Release %s goes on answering, since %s can't be served. %s", self._served.release, name, error
            )
        except Exception:
            logger.exception("Release %s goes on answering, since %s can't be served.", self._served.release, name)

    def _swap(self, served: Served) -> None:
        before, self._served = self._served, served
        self._open.append(served)
        self._retiring.add(asyncio.create_task(self._retire(before, self._serve(served))))
        metrics.RELEASE.set(int(served.release))
        logger.info("Answering from release %s.", served.release)

    async def _retire(self, served: Served, is_done_with: asyncio.Event) -> None:
        await is_done_with.wait()
        await served.classifier.close()
        self._open.remove(served)
