"""Work done in order within a lane, such as a channel, and side by side across lanes."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

logger = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]


@dataclass
class _Lane:
    waiting: deque[tuple[Work, asyncio.Future[None]]]
    task: asyncio.Task[None] | None = None


class Lanes:
    """Runs what it is given, one thing after another in each lane. A lane that is empty costs nothing."""

    def __init__(self) -> None:
        """Begin with no lanes."""
        self._lanes: dict[Hashable, _Lane] = {}
        self._is_closed = False

    def run(self, lane: Hashable, work: Work) -> asyncio.Future[None]:
        """Add work to a lane; the future is done when it is, and cancelled where it is left undone.

        Work that raises has its error logged, and holds nothing up.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._is_closed:
            done.cancel()
            return done
        here = self._lanes.setdefault(lane, _Lane(deque()))
        here.waiting.append((work, done))
        if here.task is None:
            here.task = asyncio.create_task(self._work_off(lane, here))
        return done

    async def finish(self) -> None:
        """Wait until every lane is empty."""
        while tasks := [lane.task for lane in self._lanes.values() if lane.task]:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Stop at once, for good; what waits is left undone."""
        self._is_closed = True
        lanes = list(self._lanes.values())
        tasks = [lane.task for lane in lanes if lane.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for lane in lanes:
            for _, done in lane.waiting:
                done.cancel()
        self._lanes.clear()

    def __len__(self) -> int:
        """How many things wait, the ones being done not counted."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    async def _work_off(self, name: Hashable, lane: _Lane) -> None:
        try:
            while lane.waiting:
                await self._do(*lane.waiting.popleft())
        finally:
            self._leave(name, lane)

    def _leave(self, name: Hashable, lane: _Lane) -> None:
        """Let an empty lane go. Work that was cancelled from within costs those behind it nothing."""
        if lane.waiting and not self._is_closed:
            lane.task = asyncio.create_task(self._work_off(name, lane))
        else:
            self._lanes.pop(name, None)

    async def _do(self, work: Work, done: asyncio.Future[None]) -> None:
        try:
            await work()
        except Exception:
            logger.exception("Something failed in a lane.")
        finally:
            if self._is_closed:
                done.cancel()
            elif not done.done():
                done.set_result(None)
