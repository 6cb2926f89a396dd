"""The process that knows what questions mean: `python -m nlu.meaning_worker`. See nlu.meaning_protocol.

Grouping thousands of questions takes half a minute and a gigabyte, so it is not the bot's process that does it. While
it groups, in a thread, it answers everything else from the grouping before. It writes no text to any log.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from bot.themes.meaning import Asked, Company, Labels
from nlu import meaning_protocol as says
from nlu.held_vectors import HeldVectors
from nlu.meaning import GroupedQuestions, Reader, middle_of, nearest
from nlu.question_features import Matrix
from nlu.worker import be_quiet, send

NICENESS = 5
"""The bot comes first: nobody waits for a theme while they look at their chat."""


class Worker:
    """One model, the vectors that are held, and one grouping of some of them."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._held = HeldVectors()
        self._grouped = GroupedQuestions([], self._held.of([]))
        self._pool = ThreadPoolExecutor(1)
        self._grouping: Future[GroupedQuestions] | None = None
        self._answers: dict[type, Callable[[Any], object]] = {
            says.Load: self._load,
            says.Understand: lambda request: self._reader.understand(request.texts),
            says.Score: lambda request: self._reader.scores(self._held.of(request.ids), request.texts),
            says.Hold: lambda request: self._held.hold(request.ids, request.vectors),
            says.Forget: lambda request: self._held.forget(request.ids),
            says.Group: lambda request: self._group(request.questions),
            says.Grouped: lambda _: self._labels(),
            says.Add: lambda request: self._add(request.questions),
            says.Middles: lambda request: [middle_of(ids, self._held) for ids in request.groups],
            says.Nearest: lambda request: nearest(request.text, request.count, self._reader, self._held),
        }

    def answer(self, request: says.Request) -> object:
        """What a request is answered with."""
        return self._answers[type(request)](request)

    def _load(self, request: says.Load) -> str:
        self._reader = Reader.load(Path(request.archive), request.answers)
        return self._reader.name

    def _add(self, questions: Sequence[Asked]) -> list[Company]:
        return self._grouped.add(questions, self._held.of([question.id for question in questions]))

    def _group(self, questions: Sequence[Asked]) -> None:
        vectors: Matrix = self._held.of([question.id for question in questions])
        self._grouping = self._pool.submit(GroupedQuestions, questions, vectors)

    def _labels(self) -> Labels | None:
        if self._grouping is None or not self._grouping.done():
            return None
        self._grouped, self._grouping = self._grouping.result(), None
        _give_memory_back()
        return self._grouped.labels()


def _give_memory_back() -> None:
    """Return what grouping has used to the system, which glibc doesn't by itself: a third of the process."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def main() -> None:
    """Answer until standard input ends."""
    answers = be_quiet()
    os.nice(NICENESS)
    worker = Worker()
    requests = msgspec.json.Decoder(says.Request)
    for line in sys.stdin.buffer:
        send(answers, msgspec.json.encode(worker.answer(requests.decode(line))) + b"\n")


if __name__ == "__main__":
    main()
