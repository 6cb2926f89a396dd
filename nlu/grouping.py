"""Questions that mean the same, grouped into themes, and themes near each other into subjects.

Nothing is stored here and no number of groups is asked for. The same questions in the same order give the same
groups. docs/decisions/0009-themes.md tells how the constants were chosen and what they give.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.linkage import Labels, average, cut, merges
from nlu.near_duplicates import NearDuplicates
from nlu.neighbourhoods import Neighbourhoods
from nlu.question_features import FeatureSpace, Matrix

THEME = 0.85
"""How alike the parts of a theme are at least: within one, nine pairs in ten belong together."""
ENOUGH = 8
"""Questions of a group that tell where an added one has gone."""
SUBJECT = 0.14
"""How alike the parts of a subject are at least: themes that an official may want to see side by side, or merge."""


@dataclass(frozen=True)
class Grouping:
    """The theme and the subject of each question, each numbered from 0. All of a theme is of one subject."""

    themes: Labels
    subjects: Labels


@dataclass(frozen=True)
class Placed:
    """Where one more question has gone.

    `like` are the places of questions of its theme, the most alike first, and `beside` of its subject; there are none
    where it begins a theme, or a subject. Places count from 0, in the order in which questions were given and added.
    """

    theme: int
    like: tuple[int, ...]
    beside: tuple[int, ...]


def group(vectors: Matrix, texts: Sequence[str], scores: Matrix | None = None) -> Grouping:
    """Group questions, given their sentence vectors and, where a model is at hand, its scores for its answers."""
    return Groups(vectors, texts, scores).grouping()


class Groups:
    """Questions in their themes, to which more can be added one at a time between one regrouping and the next."""

    def __init__(self, vectors: Matrix, texts: Sequence[str], scores: Matrix | None = None) -> None:
        """Group the questions. All rows of `vectors` and `scores` belong to `texts` in order; there may be none."""
        self._duplicates = NearDuplicates(texts)
        self._points = list(self._duplicates.of_texts)
        self._themes: list[int] = []
        self._subjects: list[int] = []
        if texts:
            self._regroup(*_distinct(self._points, vectors, texts, scores))

    def grouping(self) -> Grouping:
        """The themes and subjects of all questions, in the order in which they were given and added."""
        themes, subjects = np.array(self._themes, dtype=np.int64), np.array(self._subjects, dtype=np.int64)
        points = np.array(self._points, dtype=np.int64)
        return Grouping(themes[points], subjects[points])

    def add(self, vector: Matrix, text: str, scores: Matrix | None = None) -> Placed:
        """Put one more question with a near-duplicate's theme, with the most alike, or into a new one.

        The other questions stay where they are; the next regrouping may see it otherwise.
        """
        point, is_new = self._duplicates.add(text)
        if is_new:
            theme, subject, alike = self._home(vector, text, scores)
            self._themes.append(theme)
            self._subjects.append(subject)
        else:
            theme, subject = self._themes[point], self._subjects[point]
            alike = np.arange(point + 1) == point
        placed = Placed(theme, self._best(self._themes, theme, alike), self._best(self._subjects, subject, alike))
        self._points.append(point)
        return placed

    def _best(self, labels: Sequence[int], label: int, alike: Matrix) -> tuple[int, ...]:
        """The places of questions of a group, the most alike first; what came since the regrouping comes last."""
        likeness = {point: float(alike[point]) if point < len(alike) else -1.0 for point in _of(labels, label)}
        places = (place for place, point in enumerate(self._points) if point in likeness)
        return tuple(heapq.nlargest(ENOUGH, places, key=lambda place: likeness[self._points[place]]))

    def _regroup(self, vectors: Matrix, texts: Sequence[str], scores: Matrix | None) -> None:
        self._space = FeatureSpace.of(vectors, texts)
        self._features = self._space.features(vectors, texts, scores)
        self._neighbourhoods = Neighbourhoods.of(self._features)
        done = merges(self._neighbourhoods.graph(), SUBJECT)
        self._themes = cut(len(texts), done, THEME).tolist()
        self._subjects = cut(len(texts), done, SUBJECT).tolist()

    def _home(self, vector: Matrix, text: str, scores: Matrix | None) -> tuple[int, int, Matrix]:
        """The theme and the subject of a question that is like no other to the letter, and how alike others are."""
        theme, subject = max(self._themes, default=-1) + 1, max(self._subjects, default=-1) + 1
        if not hasattr(self, "_features"):
            return theme, subject, np.zeros(0, dtype=np.float32)
        row = None if scores is None else scores[None]
        alike = self._neighbourhoods.likeness(self._features, self._space.features(vector[None], [text], row)[0])
        near, likeness = _most_alike(alike, self._themes[: len(alike)])
        if likeness >= THEME:
            return near, self._subjects[self._themes.index(near)], alike
        near, likeness = _most_alike(alike, self._subjects[: len(alike)])
        return theme, near if likeness >= SUBJECT else subject, alike


def _of(labels: Sequence[int], label: int) -> list[int]:
    return [point for point, one in enumerate(labels) if one == label]


def _most_alike(alike: Matrix, labels: Sequence[int]) -> tuple[int, float]:
    """The group that a question is most like on average, and how much."""
    sizes = np.bincount(labels)
    totals = np.bincount(labels, weights=alike).astype(np.float64)
    averages = average(totals, 1, np.maximum(sizes, 1))
    best = int(np.argmax(averages))
    return best, float(averages[best])


def _distinct(
    points: Sequence[int], vectors: Matrix, texts: Sequence[str], scores: Matrix | None
) -> tuple[Matrix, list[str], Matrix | None]:
    """What stands for each set of near-duplicates: the first of them."""
    _, firsts = np.unique(points, return_index=True)
    return vectors[firsts], [texts[first] for first in firsts], None if scores is None else scores[firsts]
