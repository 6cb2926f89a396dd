"""Average linkage over a sparse graph: of all groups, the two that are most alike become one, again and again.

What a pair that isn't in the graph adds to an average is 0, so the work grows with the number of edges, not with the
square of the number of points.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

Labels = npt.NDArray[np.int64]

ENOUGH = 40
"""Members of a group that another can be expected to be linked with. Each point has few neighbours, however large its
group is: divided by the number of all pairs, large groups could never grow together."""


class Merge(NamedTuple):
    """Two groups that became one. Points are groups 0 to n-1, what the first merge makes is group n, and so on."""

    likeness: float
    first: int
    second: int


def average(total: float, size: int, other: int) -> float:
    """The likeness of two groups of such sizes, given the sum over their pairs."""
    return total / (min(size, other) * min(max(size, other), ENOUGH))


def merges(graph: Iterable[sparse.csr_matrix], least: float) -> list[Merge]:
    """All merges of groups at least so alike, in order.

    The graph comes some rows at a time; it is symmetric, with likenesses from 0 to 1.
    """
    links = _links(graph)
    sizes = [1] * len(links)
    heap = [(-w, i, j) for i, row in enumerate(links) for j, w in row.items() if i < j and w >= least]
    heapq.heapify(heap)
    done: list[Merge] = []
    while heap:
        negative, first, second = heapq.heappop(heap)
        if not (sizes[first] and sizes[second]):
            continue
        done.append(Merge(-negative, first, second))
        new = len(links)
        links.append(_joined(links, first, second))
        sizes.append(sizes[first] + sizes[second])
        sizes[first] = sizes[second] = 0
        for other, total in links[new].items():
            likeness = average(total, sizes[new], sizes[other])
            if likeness >= least:
                heapq.heappush(heap, (-likeness, other, new))
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


def _links(graph: Iterable[sparse.csr_matrix]) -> list[dict[int, float]]:
    """The likeness of each point to every other that it has one to.

    There are millions: each point's number is one object, however many have it for a neighbour.
    """
    links: list[dict[int, float]] = []
    numbers: list[int] = []
    for block in graph:
        numbers = numbers or list(range(block.shape[1]))
        for row in range(block.shape[0]):
            span = slice(block.indptr[row], block.indptr[row + 1])
            likeness = {numbers[j]: w for j, w in zip(block.indices[span].tolist(), block.data[span].tolist())}
            likeness.pop(len(links), None)
            links.append(likeness)
    return links


def _joined(links: list[dict[int, float]], first: int, second: int) -> dict[int, float]:
    """The sums of links of two groups together, which their neighbours are told of under the new group's number."""
    large, small = sorted((links[first], links[second]), key=len, reverse=True)
    for other, total in small.items():
        large[other] = large.get(other, 0.0) + total
    for gone in (first, second):
        large.pop(gone, None)
        links[gone] = {}
    for other, total in large.items():
        links[other].pop(first, None)
        links[other].pop(second, None)
        links[other][len(links)] = total
    return large
