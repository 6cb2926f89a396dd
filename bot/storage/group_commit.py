"""What waits for the writer, done in one transaction: the file is written once for all of it.

Each work is still all or nothing. Where any of them fails, or the file can't be written, the whole group is undone and
its works are done one by one, each as if it were alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any

MOST = 64
"""Works of a group: those that come meanwhile wait for it."""

Work = Callable[[], Any]


@dataclass(frozen=True)
class _Waiting:
    work: Work
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


@dataclass(frozen=True)
class _Failed:
    error: Exception


class GroupCommit:
    """Works in the order in which they were asked for."""

    def __init__(self, submit: Callable[[Callable[[], None]], object], transaction: Callable[[], Any]) -> None:
        """`submit` has something done in the writer's thread, and `transaction` makes a context of all or nothing."""
        self._submit = submit
        self._transaction: Callable[[], AbstractContextManager[None]] = transaction
        self._waiting: deque[_Waiting] = deque()
        self._undoing: list[Work] | None = None

    async def run(self, work: Work) -> Any:
        """Do a work, and return what it returns or raise what it raises. Raises RuntimeError once all is closed."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(work, loop, loop.create_future())
        self._waiting.append(waiting)
        # Whichever comes first takes all that wait; the others find nothing left to do.
        if len(self._waiting) == 1:
            self._begin(waiting)
        return await waiting.future

    def _begin(self, waiting: _Waiting) -> None:
        try:
            self._submit(self.work_off)
        except RuntimeError:
            # Who comes next would wait for this one, for good.
            self._waiting.remove(waiting)
            raise

    def if_undone(self, undo: Work) -> None:
        """In the writer's thread: how to take back what a work has done beside the database, should it be undone."""
        if self._undoing is not None:
            self._undoing.append(undo)

    def work_off(self) -> None:
        """In the writer's thread: do all that waits."""
        while self._waiting:
            group = [self._waiting[place] for place in range(min(len(self._waiting), MOST))]
            results = self._together([one.work for one in group]) if len(group) > 1 else [_tried(group[0].work)]
            for _ in group:
                self._waiting.popleft()
            _tell(group, results)

    def _together(self, works: list[Work]) -> list[Any]:
        self._undoing = []
        try:
            with self._transaction():
                return [work() for work in works]
        except Exception:  # noqa: BLE001 -- whatever it was, it comes again
            for undo in reversed(self._undoing):
                undo()
        finally:
            self._undoing = None
        return [_tried(work) for work in works]


def _tried(work: Work) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 -- it is told to who asked
        return _Failed(error)


def _tell(group: list[_Waiting], results: list[Any]) -> None:
    """Tell who waits, those of one event loop at once."""
    for loop in {one.loop for one in group}:
        told = [(one.future, result) for one, result in zip(group, results) if one.loop is loop]
        # One that has ended has nobody who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, told)


def _settle(told: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, result in told:
        if future.done():
            continue
        if isinstance(result, _Failed):
            future.set_exception(result.error)
        else:
            future.set_result(result)
