"""Sentence vectors by their questions' ids: at half precision, as they come, since there is one for every question."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlu.encoder import DIMENSIONS
from nlu.question_features import Matrix

ROOM = 4096
"""Vectors that there is room for at first."""
BLOCK = 4096
"""Vectors that are unfolded to full precision at a time, in which comparing takes a tenth of the time."""


class HeldVectors:
    """Rows that grow as needed; a row that is given up is used again."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._rows: npt.NDArray[np.float16] = np.zeros((ROOM, DIMENSIONS), dtype=np.float16)
        self._ids: npt.NDArray[np.int64] = np.full(ROOM, -1, dtype=np.int64)
        self._places: dict[int, int] = {}
        self._free: list[int] = []

    def hold(self, ids: Sequence[int], vectors: bytes) -> None:
        """Hold vectors, in place of those held before of the same questions."""
        rows = np.frombuffer(vectors, dtype=np.float16).reshape(len(ids), DIMENSIONS)
        for question, row in zip(ids, rows):
            if question not in self._places:
                self._places[question] = self._next()
            place = self._places[question]
            self._rows[place], self._ids[place] = row, question

    def forget(self, ids: Sequence[int]) -> None:
        """Hold some questions no longer."""
        for question in ids:
            if (place := self._places.pop(question, None)) is not None:
                self._rows[place], self._ids[place] = 0, -1
                self._free.append(place)

    def of(self, ids: Sequence[int]) -> Matrix:
        """The vectors of questions, one a row: zeros where none is held, since it may just have been erased."""
        places = [self._places.get(question, -1) for question in ids]
        vectors: Matrix = self._rows[places].astype(np.float32).reshape(len(ids), DIMENSIONS)
        vectors[[place < 0 for place in places]] = 0
        return vectors

    def nearest(self, vector: Matrix, count: int) -> list[tuple[int, float]]:
        """The questions nearest to a vector and the cosines, nearest first."""
        blocks = (self._rows[start : start + BLOCK] for start in range(0, len(self._rows), BLOCK))
        alike = np.concatenate([block.astype(np.float32) @ vector for block in blocks])
        alike[self._ids < 0] = -np.inf
        best = np.argsort(-alike, kind="stable")[: min(count, len(self._places))]
        return [(int(self._ids[place]), float(alike[place])) for place in best]

    def _next(self) -> int:
        if self._free:
            return self._free.pop()
        if len(self._places) == len(self._ids):
            # Of new rows that nothing has been written to, the system holds none.
            rows = np.zeros((2 * len(self._rows), DIMENSIONS), dtype=np.float16)
            rows[: len(self._rows)] = self._rows
            self._rows, self._ids = rows, np.concatenate([self._ids, np.full_like(self._ids, -1)])
        return len(self._places)
