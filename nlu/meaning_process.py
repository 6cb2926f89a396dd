"""Meaning (see bot.themes.meaning), by a process of its own (`nlu.meaning_worker`)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from bot.errors import ClassifierError, ClassifierTimeoutError
from bot.themes.meaning import Asked, Company, Labels, Near, Understood
from nlu import meaning_protocol as says
from nlu.worker_process import WorkerProcess

WORKER = "nlu.meaning_worker"
LINE_LIMIT = 1 << 26
"""What 400,000 questions' labels need."""
ANSWER_SECONDS = 60.0
GROUP_SECONDS = 1800.0
LOOK_SECONDS = 0.2
TEXTS_TOGETHER = 64
"""Texts that are read at a time: others may ask something in between."""
SCORES_TOGETHER = 512
HELD_TOGETHER = 4096
ADDED_TOGETHER = 64

Result = TypeVar("Result")
_NAME = msgspec.json.Decoder(str)
_UNDERSTOOD = msgspec.json.Decoder(list[Understood])
_SCORES = msgspec.json.Decoder(list[dict[str, float]])
_LABELS: msgspec.json.Decoder[Labels | None] = msgspec.json.Decoder(Labels | None)
_COMPANIES = msgspec.json.Decoder(list[Company])
_IDS = msgspec.json.Decoder(list[int])
_NEAR = msgspec.json.Decoder(list[Near])
_NOTHING = msgspec.json.Decoder(None)


class MeaningProcess:
    """A process that `load` starts. It is asked one thing at a time; who asks meanwhile waits."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._worker = WorkerProcess(LINE_LIMIT)
        self._asking = asyncio.Lock()

    @property
    def is_loaded(self) -> bool:
        """Whether the process is running."""
        return self._worker.is_running

    @property
    def pid(self) -> int | None:
        """The id of the process, or None where there is none."""
        return self._worker.pid

    async def load(self, archive: Path, answers: Sequence[str]) -> str:
        """See bot.themes.meaning."""
        async with self._asking:
            if not self._worker.is_running:
                # The other releases too: it is told to load them while it runs.
                await self._spawn(archive.parent.parent)
        return await self._ask(says.Load(str(archive), list(answers)), _NAME)

    async def understand(self, texts: Sequence[str]) -> list[Understood]:
        """See bot.themes.meaning."""
        blocks = [list(texts[start : start + TEXTS_TOGETHER]) for start in range(0, len(texts), TEXTS_TOGETHER)]
        return [one for block in blocks for one in await self._ask(says.Understand(block), _UNDERSTOOD)]

    async def score(self, ids: Sequence[int], texts: Sequence[str]) -> list[dict[str, float]]:
        """See bot.themes.meaning."""
        scores: list[dict[str, float]] = []
        for start in range(0, len(texts), SCORES_TOGETHER):
            block = slice(start, start + SCORES_TOGETHER)
            part = await self._ask(says.Score(list(ids[block]), list(texts[block])), _SCORES)
            scores += part
        return scores

    async def hold(self, ids: Sequence[int], vectors: Sequence[bytes]) -> None:
        """See bot.themes.meaning."""
        for start in range(0, len(ids), HELD_TOGETHER):
            block = slice(start, start + HELD_TOGETHER)
            await self._ask(says.Hold(list(ids[block]), b"".join(vectors[block])), _NOTHING)

    async def forget(self, ids: Sequence[int]) -> None:
        """See bot.themes.meaning."""
        await self._ask(says.Forget(list(ids)), _NOTHING)

    async def group(self, questions: Sequence[Asked]) -> Labels:
        """See bot.themes.meaning."""
        await self._ask(says.Group(list(questions)), _NOTHING)
        for _ in range(int(GROUP_SECONDS / LOOK_SECONDS)):
            if (labels := await self._ask(says.Grouped(), _LABELS)) is not None:
                return labels
            await asyncio.sleep(LOOK_SECONDS)
        await self.stop()
        raise ClassifierTimeoutError(f"The questions could not be grouped within {GROUP_SECONDS:g} seconds.")

    async def add(self, questions: Sequence[Asked]) -> list[Company]:
        """See bot.themes.meaning."""
        blocks = [list(questions[start : start + ADDED_TOGETHER]) for start in range(0, len(questions), ADDED_TOGETHER)]
        return [one for block in blocks for one in await self._ask(says.Add(block), _COMPANIES)]

    async def middles(self, groups: Sequence[Sequence[int]]) -> list[int]:
        """See bot.themes.meaning."""
        return await self._ask(says.Middles([list(group) for group in groups]), _IDS)

    async def nearest(self, text: str, count: int) -> list[Near]:
        """See bot.themes.meaning."""
        return await self._ask(says.Nearest(text, count), _NEAR)

    async def stop(self) -> None:
        """End the process at once. Safe to call twice."""
        await self._worker.stop()

    async def _spawn(self, releases: Path) -> None:
        try:
            await self._worker.spawn(WORKER, readable=[releases])
        except asyncio.IncompleteReadError as error:
            raise ClassifierError("The meaning process ended as it began: memory may be short.") from error
        except (OSError, asyncio.TimeoutError) as error:
            why = str(error) or "it takes too long"
            raise ClassifierError(f"The meaning process can't be started: {why}.") from error

    async def _ask(self, request: says.Request, answers: msgspec.json.Decoder[Result]) -> Result:
        """Ask one thing; the process is ended where it fails."""
        async with self._asking:
            try:
                exchange = self._worker.exchange(msgspec.json.encode(request))
                line = await asyncio.wait_for(exchange, ANSWER_SECONDS)
                return answers.decode(line)
            except asyncio.TimeoutError as error:
                raise ClassifierTimeoutError(f"The meaning process took longer than {ANSWER_SECONDS:g} s.") from error
            except (OSError, msgspec.MsgspecError, RecursionError, asyncio.IncompleteReadError) as error:
                await self.stop()
                raise ClassifierError("The meaning process has ended.") from error
