"""Average linkage over a sparse graph: of all groups, the two that are most alike become one, again and again.

What a pair that isn't in the graph adds to an average is 0, so the work grows with the number of edges, not with the
square of the number of points.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

Labels = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Sums = npt.NDArray[np.float64]

ENOUGH = 40
"""Members of a group that another can be expected to be linked with. Each point has few neighbours, however large its
group is: divided by the number of all pairs, large groups could never grow together."""


class Merge(NamedTuple):
    """Two groups that became one. Points are groups 0 to n-1, what the first merge makes is group n, and so on."""

    likeness: float
    first: int
    second: int


def average(totals: Sums, size: int, others: Labels) -> Sums:
    """The likeness of a group to others, given their sizes and the sums over the pairs with each."""
    averages: Sums = totals / (np.minimum(size, others) * np.minimum(np.maximum(size, others), ENOUGH))
    return averages


def merges(graph: Iterable[sparse.csr_matrix], least: float) -> list[Merge]:
    """All merges of groups at least so alike, in order.

    The graph comes some rows at a time; it is symmetric, with likenesses from 0 to 1.
    """
    links = _Links(graph)
    pairs = _pairs(links.rows, least)
    heap: list[Merge] = []
    done: list[Merge] = []
    following = next(pairs, None)
    # Pairs of points are sorted once; in the heap are those of which one has been made since.
    while heap or following:
        if following and (not heap or following < heap[0]):
            best, following = following, next(pairs, None)
        else:
            best = heapq.heappop(heap)
        if not (links.sizes[best.first] and links.sizes[best.second]):
            continue
        done.append(best._replace(likeness=-best.likeness))
        new = len(links.rows)
        others, totals = links.join(best.first, best.second)
        likeness = average(totals, links.sizes[new], links.sizes[others])
        for place in np.flatnonzero(likeness >= least).tolist():
            heapq.heappush(heap, Merge(-float(likeness[place]), int(others[place]), new))
    return done


def cut(count: int, done: list[Merge], least: float) -> Labels:
    """The group of each point when only the merges before the first that is less alike are made, numbered from 0."""
    made = next((number for number, merge in enumerate(done) if merge.likeness < least), len(done))
    group = list(range(count + made))
    for number in reversed(range(made)):
        for part in done[number][1:]:
            group[part] = group[count + number]
    # Of a merge's number only what it was merged into is kept: from the last merge back, each passes its group on.
    return np.unique(np.array(group[:count], dtype=np.int64), return_inverse=True)[1].astype(np.int64)


class _Links:
    """Groups, and for each the sums of its links to others.

    A row may name groups that have become part of others since: which ones, is looked up when the row is read. There
    are millions of links, so the rows are arrays.
    """

    def __init__(self, graph: Iterable[sparse.csr_matrix]) -> None:
        self.rows: list[tuple[Numbers, Sums]] = []
        for block in graph:
            for row in range(block.shape[0]):
                span = slice(block.indptr[row], block.indptr[row + 1])
                others = block.indices[span] != len(self.rows)
                self.rows.append((block.indices[span][others].astype(np.int32), block.data[span][others]))
        count = len(self.rows)
        self.sizes = np.zeros(2 * count, dtype=np.int64)
        self.sizes[:count] = 1
        self._now = np.arange(2 * count, dtype=np.int32)
        """What each group has become part of."""
        self._parts: list[Numbers] = [np.array([point], dtype=np.int32) for point in range(count)]

    def join(self, first: int, second: int) -> tuple[Numbers, Sums]:
        """Make a group of two, and tell the sums of its links to others."""
        new = len(self.rows)
        parts = np.concatenate([self._parts[first], self._parts[second], np.array([new], dtype=np.int32)])
        self._parts.append(parts)
        self._now[parts] = new
        self.sizes[new] = self.sizes[first] + self.sizes[second]
        (numbers, totals), (more, others) = self.rows[first], self.rows[second]
        numbers, places = np.unique(self._now[np.concatenate([numbers, more])], return_inverse=True)
        summed = np.bincount(places, weights=np.concatenate([totals, others]), minlength=len(numbers))
        outside = numbers != new
        self.rows.append((numbers[outside], summed[outside]))
        for gone in (first, second):
            self.sizes[gone] = 0
            self.rows[gone], self._parts[gone] = self.rows[new], parts
        return self.rows[new]


def _pairs(rows: list[tuple[Numbers, Sums]], least: float) -> Iterator[Merge]:
    """The pairs of points that are at least so alike, the most alike first, as the heap has them."""
    found = [(others > point) & (likeness >= least) for point, (others, likeness) in enumerate(rows)]
    firsts = np.repeat(np.arange(len(rows), dtype=np.int32), [int(which.sum()) for which in found])
    seconds = np.concatenate([np.zeros(0, np.int32), *(row[0][which] for row, which in zip(rows, found))])
    likeness = np.concatenate([np.zeros(0), *(row[1][which] for row, which in zip(rows, found))])
    for place in np.lexsort((seconds, firsts, -likeness)):
        yield Merge(-float(likeness[place]), int(firsts[place]), int(seconds[place]))
