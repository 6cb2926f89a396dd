"""A candidate tried on questions that people have asked: what they would get, beside what they get now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from bot.classifier import Judged, Kind, Prediction
from bot.decision import Thresholds
from bot.evaluation.verdicts import judge

PredictAll = Callable[[Sequence[str]], list[Prediction]]


class Logged(msgspec.Struct, frozen=True):
    """A question from the log, by its number."""

    id: int
    text: str
    addressed: bool = True


class Moved(msgspec.Struct, frozen=True):
    """A question, by its number in the log, that would be given something else; "" is neither answer nor help."""

    id: int
    was: str
    became: str


class Tried(msgspec.Struct, frozen=True):
    """What a candidate made of logged questions beside the release `live`. No words are kept: they may be erased."""

    live: str
    asked: int
    moved: list[Moved]


class Trial:
    """Questions to try a model on, and what the model now in use makes of them."""

    def __init__(
        self,
        asked: Sequence[Logged],
        live: str = "",
        predict_live: PredictAll | None = None,
        live_thresholds: Thresholds | None = None,
    ) -> None:
        """Without a model in use, every question is compared with getting nothing."""
        self._asked = asked
        self._live = live
        self._predict_live = predict_live
        self._live_thresholds = live_thresholds

    def run(self, predict: PredictAll, thresholds: Thresholds) -> Tried:
        """Ask the model all the questions."""
        texts = [question.text for question in self._asked]
        # The model in use runs in a process of its own, at the same time.
        with ThreadPoolExecutor(1) as beside:
            living = beside.submit(self._given_now, texts)
            became, was = self._given(predict(texts), thresholds), living.result()
        moved = [Moved(q.id, old, new) for q, old, new in zip(self._asked, was, became) if old != new]
        return Tried(self._live, len(texts), moved)

    def _given_now(self, texts: Sequence[str]) -> list[str]:
        if self._predict_live is None or self._live_thresholds is None:
            return [""] * len(texts)
        return self._given(self._predict_live(texts), self._live_thresholds)

    def _given(self, predictions: Sequence[Prediction], thresholds: Thresholds) -> list[str]:
        pairs = zip(self._asked, predictions)
        return [
            judge(Judged(question.text, Kind.ANSWER, "", made), thresholds, question.addressed).given
            for question, made in pairs
        ]
