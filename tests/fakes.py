"""Stand-ins for what is slow or can't be had in a test."""

from __future__ import annotations

from collections.abc import Mapping

from bot.classifier import Prediction
from bot.errors import ClassifierError, ClassifierTimeoutError

NOTHING_KNOWN = Prediction(ranking=(), out_of_scope=1.0)


class KeywordClassifier:
    """Predicts by the first of its keywords that a text holds. A text with "crash" or "hang" gets none.

    `seen` holds every text that it was given, in order.
    """

    def __init__(self, predictions: Mapping[str, Prediction], otherwise: Prediction = NOTHING_KNOWN) -> None:
        """Know some keywords."""
        self._predictions = dict(predictions)
        self._otherwise = otherwise
        self._closed = False
        self.seen: list[str] = []

    async def parse(self, text: str) -> Prediction:
        """The prediction of the first keyword in the text."""
        if self._closed:
            raise AssertionError("The classifier was used after it had been closed.")
        self.seen.append(text)
        lowered = text.lower()
        if "hang" in lowered:
            raise ClassifierTimeoutError("The model took longer than it is allowed.")
        if "crash" in lowered:
            raise ClassifierError("The model's process has ended.")
        return next((made for word, made in self._predictions.items() if word in lowered), self._otherwise)

    async def close(self) -> None:
        """From now on, nothing is predicted."""
        self._closed = True


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        """Start at an arbitrary second."""
        self._seconds = 1000.0

    def __call__(self) -> float:
        """The time in seconds."""
        return self._seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._seconds += seconds
