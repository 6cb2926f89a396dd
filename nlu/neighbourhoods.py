"""How alike questions are by the neighbours that they have in common.

Two questions of one theme may be worded far apart and yet be near the same others; two that are near each other only
because both are near everything share few. (k-reciprocal neighbours with query expansion, as in re-identification.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

Matrix = npt.NDArray[np.float32]

NEIGHBOURS = 20
NEAREST = 6
"""Neighbours of which the neighbours are a question's own as well."""
LEAST = 0.3
"""Features less alike make no neighbours: a question unlike all others stays alone."""
BLOCK = 128
"""Questions that are compared with all others at a time: the comparisons of more would take most of the memory."""
THREADS = 2
"""Blocks that are compared at once: NumPy lets go of the interpreter's lock meanwhile."""


@dataclass(frozen=True)
class Neighbourhoods:
    """Each question's neighbours as a sparse row of length 1, and how near another must be to be among them."""

    mutual: sparse.csr_matrix
    rows: sparse.csr_matrix
    radii: Matrix

    @cached_property
    def _columns(self) -> sparse.csr_matrix:
        return self.rows.T.tocsr()

    @classmethod
    def of(cls, features: Matrix) -> Neighbourhoods:
        """The neighbourhoods of some questions, given by their features."""
        count = neighbours_for(len(features))
        places, likeness = _nearest(features, count)
        near = _adjacency(places, likeness)
        mutual = _averaged(near.minimum(near.T) + sparse.eye(len(features), format="csr", dtype=np.float32))
        own = _adjacency(places[:, :NEAREST], likeness[:, :NEAREST]) + sparse.eye(len(features), format="csr")
        return cls(mutual, _normalised(own @ mutual), np.maximum(likeness[:, -1], LEAST))

    def graph(self) -> Iterator[sparse.csr_matrix]:
        """The cosine between every two neighbourhoods that have anything in common, some rows at a time."""
        for start in range(0, self.rows.shape[0], BLOCK):
            yield (self.rows[start : start + BLOCK] @ self._columns).tocsr()

    def likeness(self, features: Matrix, new: Matrix) -> Matrix:
        """What `graph` would have in the rows of more questions, each as if it alone came to those that are known."""
        places, likeness = _most_alike(new @ features.T, neighbours_for(len(features) + 1))
        is_near = likeness >= LEAST
        is_mutual = is_near & (likeness >= self.radii[places])
        is_near[:, NEAREST:] = False
        shape = (len(new), len(features))
        # A new question is its own neighbour, but no other's yet: in rows of others it has no place.
        shares = 1 / (is_mutual.sum(axis=1) + 1)
        summed = _chosen(places, is_near, shape) @ self.mutual
        summed += sparse.diags(shares) @ _chosen(places, is_mutual, shape)
        lengths = np.sqrt(np.asarray(summed.multiply(summed).sum(axis=1)).ravel() + np.square(shares))
        rows: Matrix = (sparse.diags(1 / lengths) @ summed @ self._columns).toarray().astype(np.float32)
        return rows


def neighbours_for(count: int) -> int:
    """How many neighbours a question has at most among so many."""
    return max(1, min(NEIGHBOURS, math.isqrt(count) + 1, count - 1))


def _nearest(features: Matrix, count: int) -> tuple[npt.NDArray[np.int64], Matrix]:
    """The places of the most alike others, most alike first, and how alike they are."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda start: _nearest_of(features, start, count), range(0, len(features), BLOCK)))
    places, likeness = zip(*found)
    return np.concatenate(places), np.concatenate(likeness)


def _nearest_of(features: Matrix, start: int, count: int) -> tuple[npt.NDArray[np.int64], Matrix]:
    """The same for a block of questions."""
    alike = features[start : start + BLOCK] @ features.T
    alike[np.arange(len(alike)), start + np.arange(len(alike))] = -np.inf
    return _most_alike(alike, count)


def _most_alike(alike: Matrix, count: int) -> tuple[npt.NDArray[np.int64], Matrix]:
    """The places of the highest numbers of each row, highest first, and the numbers."""
    count = min(count, alike.shape[1])
    found = np.argpartition(-alike, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(alike, found, axis=1), axis=1, kind="stable")
    places = np.take_along_axis(found, order, axis=1)
    return places, np.take_along_axis(alike, places, axis=1)


def _adjacency(places: npt.NDArray[np.int64], likeness: Matrix) -> sparse.csr_matrix:
    return _chosen(places, likeness >= LEAST, (len(places), len(places)))


def _chosen(places: npt.NDArray[np.int64], chosen: npt.NDArray[np.bool_], shape: tuple[int, int]) -> sparse.csr_matrix:
    """A one at each of those places that are chosen."""
    rows, columns = np.nonzero(chosen)
    return sparse.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, places[rows, columns])), shape=shape)


def _averaged(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    return (sparse.diags(1 / np.asarray(matrix.sum(axis=1)).ravel()) @ matrix).tocsr().astype(np.float32)


def _normalised(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sparse.diags(1 / lengths) @ matrix).tocsr().astype(np.float32)
