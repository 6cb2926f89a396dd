"""A candidate tried on questions that people have asked: what they would get, beside what they get now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from bot.classifier import Judged, Kind, Prediction
from bot.decision import Thresholds
from bot.verdicts import judge

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
        became = self._given(predict(texts), thresholds)
        was = [""] * len(texts)
        if self._predict_live and self._live_thresholds:
            was = self._given(self._predict_live(texts), self._live_thresholds)
        moved = [Moved(q.id, old, new) for q, old, new in zip(self._asked, was, became) if old != new]
        return Tried(self._live, len(texts), moved)

    def _given(self, predictions: Sequence[Prediction], thresholds: Thresholds) -> list[str]:
        pairs = zip(self._asked, predictions)
        return [
            judge(Judged(question.text, Kind.ANSWER, "", made), thresholds, question.addressed).given
            for question, made in pairs
        ]
