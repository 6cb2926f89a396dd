"""Where known questions lie: as points by what they mean, and as n-grams by how they are worded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from nlu.ngrams import NgramVectorizer

Matrix = npt.NDArray[np.float32]

AXES = 256
BLOCK = 1024
"""Rows of the kernel that are worked out at a time: its largest temporary arrays stay far smaller than itself."""


@dataclass(frozen=True)
class Hyperparameters:
    """How the kernel weighs nearness, and how much it is smoothed. Chosen by measurement (docs/decisions).

    `wording` is the weight of shared wording for a thousand known questions; it grows with the cube root of their
    number, since the more questions are known, the more a shared word tells.
    """

    width: float = 1.2
    wording: float = 0.4
    ridge: float = 0.5
    sharpness: float = 6.0

    def wording_weight(self, count: int) -> float:
        """The weight of wording beside meaning for a number of known questions."""
        return float(self.wording * (count / 1000) ** (1 / 3))


@dataclass(frozen=True)
class QuestionSpace:
    """Known questions as points around 0 with a mean square length of 1, and as n-grams.

    The points are the sentence vectors along the directions in which they differ most: fewer numbers, with which a
    text is compared in less time, for no loss that cross-validation shows.
    """

    points: Matrix
    centre: Matrix
    axes: Matrix
    scale: float
    ngrams: sparse.csr_matrix
    vectorizer: NgramVectorizer

    @classmethod
    def of(cls, vectors: Matrix, texts: Sequence[str]) -> QuestionSpace:
        """The space of some questions, of which sentence vectors and texts are given in the same order."""
        centre = vectors.mean(axis=0)
        _, directions = np.linalg.eigh(np.cov((vectors - centre).T))
        axes = np.ascontiguousarray(directions[:, ::-1][:, :AXES], dtype=np.float32)
        points = (vectors - centre) @ axes
        scale = float(np.sqrt(np.square(points).sum(axis=1).mean())) or 1.0
        vectorizer, ngrams = NgramVectorizer.fit_transform(texts)
        return cls(points / np.float32(scale), centre, axes, scale, ngrams, vectorizer)

    def kernel(self, hyper: Hyperparameters) -> Matrix:
        """How alike every two questions are: a Gaussian of their distance, plus the likeness of their wording.

        Only the upper half is filled in, by blocks of rows, on all cores.
        """
        count = len(self.points)
        alike = np.zeros((count, count), dtype=np.float32)
        others = self.ngrams.T.tocsc()

        def fill(start: int) -> None:
            rows = slice(start, start + BLOCK)
            meaning = _gaussian(self.points[rows], self.points[start:], hyper.width)
            wording = (self.ngrams[rows] @ others[:, start:]).toarray()
            alike[rows, start:] = meaning + np.float32(hyper.wording_weight(count)) * wording

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(fill, range(0, count, BLOCK)))
        return alike


def _gaussian(points: Matrix, others: Matrix, width: float) -> Matrix:
    """exp(-width d²) for the distances d between points, worked out in place."""
    alike: Matrix = 2 * (points @ others.T)
    alike -= np.square(points).sum(axis=1)[:, None]
    alike -= np.square(others).sum(axis=1)
    alike *= np.float32(width)
    np.exp(np.minimum(alike, 0, out=alike), out=alike)
    return alike


def likeness(distances: Matrix, scale: float) -> Matrix:
    """Squared distances between points of a space of some scale, as cosines."""
    cosines: Matrix = np.maximum(1 - np.float32(scale * scale / 2) * distances, -1)
    return cosines
