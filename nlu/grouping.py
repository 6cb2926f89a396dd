"""Questions that mean the same, grouped into themes, and themes near each other into subjects.

Nothing is stored here and no number of groups is asked for. The same questions in the same order give the same
groups. docs/decisions/0009-themes.md tells how the constants were chosen and what they give.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

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
    """Questions in their themes, to which more can be added between one regrouping and the next."""

    def __init__(self, vectors: Matrix, texts: Sequence[str], scores: Matrix | None = None) -> None:
        """Group the questions. All rows of `vectors` and `scores` belong to `texts` in order; there may be none."""
        self._duplicates = NearDuplicates(texts)
        self._points: list[int] = []
        self._places: dict[int, list[int]] = defaultdict(list)
        for point in self._duplicates.of_texts:
            self._take_place(point)
        self._themes, self._subjects = _Membership([]), _Membership([])
        if texts:
            self._regroup(*_distinct(self._points, vectors, texts, scores))

    def grouping(self) -> Grouping:
        """The themes and subjects of all questions, in the order in which they were given and added."""
        themes = np.array(self._themes.of_points, dtype=np.int64)
        subjects = np.array(self._subjects.of_points, dtype=np.int64)
        points = np.array(self._points, dtype=np.int64)
        return Grouping(themes[points], subjects[points])

    def add(self, vectors: Matrix, texts: Sequence[str], scores: Matrix | None = None) -> list[Placed]:
        """Put each of more questions with a near-duplicate's theme, with the most alike, or into a new one.

        The other questions stay where they are; the next regrouping may see it otherwise.
        """
        sets = [self._duplicates.add(text) for text in texts]
        new = [place for place, (_, is_new) in enumerate(sets) if is_new]
        rows = self._alike(vectors[new], [texts[place] for place in new], None if scores is None else scores[new])
        alike = dict(zip(new, rows))
        return [self._placed(point, alike.get(place)) for place, (point, _) in enumerate(sets)]

    def _placed(self, point: int, alike: Matrix | None) -> Placed:
        """Put a question into its set of near-duplicates; `alike` says how alike others are to a set that is new."""
        if alike is None:
            alike = np.zeros(point + 1, dtype=np.float32)
            alike[point] = 1
        else:
            theme, subject = self._home(alike)
            self._themes.append(theme)
            self._subjects.append(subject)
        theme, subject = self._themes.of_points[point], self._subjects.of_points[point]
        placed = Placed(theme, self._best(self._themes, theme, alike), self._best(self._subjects, subject, alike))
        self._take_place(point)
        return placed

    def _take_place(self, point: int) -> None:
        self._places[point].append(len(self._points))
        self._points.append(point)

    def _best(self, groups: _Membership, group: int, alike: Matrix) -> tuple[int, ...]:
        """The places of questions of a group, the most alike first; what came since the regrouping comes last."""
        points = np.array(groups.points[group], dtype=np.int64)
        known, later = points[points < len(alike)], points[points >= len(alike)]
        best = known[np.argsort(-alike[known], kind="stable")[:ENOUGH]]
        return tuple(islice(chain.from_iterable(self._places[point] for point in (*best, *later)), ENOUGH))

    def _regroup(self, vectors: Matrix, texts: Sequence[str], scores: Matrix | None) -> None:
        self._space = FeatureSpace.of(vectors, texts)
        self._features = self._space.features(vectors, texts, scores)
        self._neighbourhoods = Neighbourhoods.of(self._features)
        done = merges(self._neighbourhoods.graph(), SUBJECT)
        self._themes, self._subjects = (_Membership(cut(len(texts), done, least)) for least in (THEME, SUBJECT))

    def _alike(self, vectors: Matrix, texts: Sequence[str], scores: Matrix | None) -> Matrix:
        """How alike the grouped questions are to others, by row."""
        if not texts or not hasattr(self, "_features"):
            return np.zeros((len(texts), 0), dtype=np.float32)
        return self._neighbourhoods.likeness(self._features, self._space.features(vectors, texts, scores))

    def _home(self, alike: Matrix) -> tuple[int, int]:
        """The theme and the subject of a question that is like no other to the letter."""
        theme, likeness = self._themes.most_alike(alike)
        if likeness >= THEME:
            return theme, self._subjects.of_points[self._themes.points[theme][0]]
        subject, likeness = self._subjects.most_alike(alike)
        return len(self._themes.points), subject if likeness >= SUBJECT else len(self._subjects.points)


class _Membership:
    """The group of each point, and the points of each group; groups are numbered from 0."""

    def __init__(self, labels: Sequence[int] | Labels) -> None:
        self._labels = np.array(labels, dtype=np.int64)
        self._sizes = np.bincount(self._labels)
        self.of_points: list[int] = self._labels.tolist()
        self.points: list[list[int]] = [[] for _ in self._sizes]
        for point, group in enumerate(self.of_points):
            self.points[group].append(point)

    def append(self, group: int) -> None:
        """Put one more point into a group, or into the next new one."""
        if group == len(self.points):
            self.points.append([])
        self.points[group].append(len(self.of_points))
        self.of_points.append(group)

    def most_alike(self, alike: Matrix) -> tuple[int, float]:
        """The group, of those that there were at first, that is most alike on average, and how much."""
        if not len(alike):
            return 0, 0.0
        totals = np.bincount(self._labels, weights=alike).astype(np.float64)
        averages = average(totals, 1, self._sizes)
        best = int(np.argmax(averages))
        return best, float(averages[best])


def _distinct(
    points: Sequence[int], vectors: Matrix, texts: Sequence[str], scores: Matrix | None
) -> tuple[Matrix, list[str], Matrix | None]:
    """What stands for each set of near-duplicates: the first of them."""
    _, firsts = np.unique(points, return_index=True)
    return vectors[firsts], [texts[first] for first in firsts], None if scores is None else scores[firsts]
