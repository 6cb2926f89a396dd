"""The meaning of the questions in the log, by the model of the current release."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from bot.classifier import Kind
from bot.releases import ReleaseStore
from bot.storage.meaning_store import MeaningStore, Meant
from bot.themes.meaning import Meaning, Near

IDLE_SECONDS = 300.0
"""After how long without use the memory is given back."""


class Understanding:
    """Everything raises ClassifierError, ReleaseError or QuestionLogError where it can't be had for now.

    `age` grows when all that was held has been lost, the grouping too; `release` and `encoder` name what is in use.
    """

    def __init__(
        self,
        meaning: Meaning,
        store: MeaningStore,
        releases: ReleaseStore,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is loaded before it is needed."""
        self.meaning = meaning
        self.release, self.encoder, self.age = "", "", 0
        self.is_needed_always = False
        self._store, self._releases, self._clock = store, releases, clock
        self._last_choice: object = None
        self._last_row = 0
        self._last_used = clock()
        self._getting_ready = asyncio.Lock()

    async def ready(self) -> None:
        """Have the current release's model loaded, and hold every vector that is kept."""
        async with self._getting_ready:
            self._last_used = self._clock()
            choice = self._releases.last_choice()
            if not self.meaning.is_loaded or choice != self._last_choice:
                await self._load()
                self._last_choice = choice
            await self._hold_new()

    async def keep(self, ids: Sequence[int], texts: Sequence[str]) -> None:
        """Work out what questions mean, and keep it."""
        understood = await self.meaning.understand(texts)
        meant = [Meant(question, one.vector, one.scores) for question, one in zip(ids, understood)]
        await self._store.keep(meant, self.encoder, self.release)
        await self.ready()

    async def score_anew(self, ids: Sequence[int], texts: Sequence[str]) -> list[dict[str, float]]:
        """What the release's model scores for held questions; it is kept."""
        scores = await self.meaning.score(ids, texts)
        await self._store.rescored(dict(zip(ids, scores)), self.release)
        return scores

    async def nearest(self, text: str, count: int) -> list[Near]:
        """The questions nearest to a text by meaning, nearest first; some may have lost their words meanwhile."""
        await self.ready()
        return await self.meaning.nearest(text, count)

    async def end_when_idle(self) -> None:
        """Give the memory back whenever nobody has used it for a while, until cancelled."""
        while True:
            await asyncio.sleep(IDLE_SECONDS / 10)
            async with self._getting_ready:
                if not self.is_needed_always and self._clock() - self._last_used > IDLE_SECONDS:
                    await self.meaning.stop()

    async def close(self) -> None:
        """Let go of everything. Safe to call twice."""
        await self.meaning.stop()

    async def _load(self) -> None:
        release = await asyncio.to_thread(self._releases.current)
        answers = [intent for intent, kind in release.manifest.kinds.items() if kind is Kind.ANSWER]
        was_loaded = self.meaning.is_loaded
        encoder = await self.meaning.load(release.model, answers)
        if was_loaded and encoder != self.encoder:
            # What is held can't be compared with what will be.
            await self.meaning.stop()
            await self.meaning.load(release.model, answers)
            was_loaded = False
        if not was_loaded:
            self._last_row, self.age = 0, self.age + 1
        self.release, self.encoder = release.name, encoder

    async def _hold_new(self) -> None:
        while True:
            last, vectors = await self._store.vectors_after(self._last_row, self.encoder)
            if last == self._last_row:
                return
            await self.meaning.hold([question for question, _ in vectors], [vector for _, vector in vectors])
            self._last_row = last
