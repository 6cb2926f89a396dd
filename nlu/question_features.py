"""What questions are compared by when they are grouped: meaning, wording and, where a model is at hand, its scores."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from nlu.ngrams import NgramVectorizer
from nlu.predictions import KNOWN_FROM

Matrix = npt.NDArray[np.float32]

FLATTENING = 0.25
"""The power of a direction's standard deviation that is divided by: 0 leaves the vectors as they are, 1 whitens."""
WORDING = 0.3
"""The weight of shared n-grams beside meaning."""
SCORES = 12.0
"""The weight of a model's scores."""
SKETCH = 512
"""Numbers that n-grams are summed up in; which of them, and the sign, follow from the n-gram's checksum."""
BLOCK = 1024
PRIOR = 50
"""Questions that the average text's vector, which is 0 before any is known, counts for."""


@dataclass(frozen=True)
class FeatureSpace:
    """Turns questions into feature vectors, of which the dot product says how alike two are: 1 for the same text."""

    centre: Matrix
    axes: Matrix
    vectorizer: NgramVectorizer
    sketch: sparse.csr_matrix

    @classmethod
    def of(cls, vectors: Matrix, texts: Sequence[str]) -> FeatureSpace:
        """The space for some questions, of which sentence vectors and texts are given in the same order."""
        centre = vectors.sum(axis=0) / np.float32(len(vectors) + PRIOR)
        spread = vectors - centre
        moments = spread.T @ spread
        variances, directions = np.linalg.eigh(moments)
        # Few questions spread in few directions; the others are held to vary as the average one does.
        variances = variances + PRIOR * variances.mean() / len(vectors)
        axes = directions * (variances / variances.mean()) ** (-FLATTENING / 2)
        vectorizer = NgramVectorizer.fit(texts)
        return cls(centre, axes.astype(np.float32), vectorizer, _sketch(vectorizer.vocabulary))

    def features(self, vectors: Matrix, texts: Sequence[str], scores: Matrix | None = None) -> Matrix:
        """One row a question. `scores` are a model's for its answers (`Scores.scores`), one row a question too."""
        meant = vectors.shape[1]
        rows: Matrix = np.empty((len(texts), meant + SKETCH + (0 if scores is None else scores.shape[1])), np.float32)
        # A few at a time, so that all of them are in memory once.
        for start in range(0, len(texts), BLOCK):
            block = slice(start, start + BLOCK)
            rows[block, :meant] = _unit((vectors[block] - self.centre) @ self.axes)
            rows[block, meant : meant + SKETCH] = np.float32(WORDING**0.5) * self._wording(texts[block])
            rows[block, : meant + SKETCH] /= np.float32((1 + WORDING) ** 0.5)
            if scores is not None:
                known = np.maximum(scores[block] - np.float32(KNOWN_FROM), 0)
                rows[block, meant + SKETCH :] = np.float32(SCORES**0.5) * known
        return rows

    def _wording(self, texts: Sequence[str]) -> Matrix:
        return _unit((self.vectorizer.transform_all(texts) @ self.sketch).toarray())


def _sketch(vocabulary: Sequence[str]) -> sparse.csr_matrix:
    checksums = np.array([zlib.crc32(ngram.encode("utf-8", "surrogatepass")) for ngram in vocabulary], dtype=np.int64)
    signs = np.where(checksums & 1, 1, -1).astype(np.float32)
    places = (np.arange(len(vocabulary)), (checksums >> 1) % SKETCH)
    return sparse.csr_matrix((signs, places), shape=(len(vocabulary), SKETCH), dtype=np.float32)


def _unit(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Matrix = (rows / np.maximum(lengths, np.float32(1e-9))).astype(np.float32)
    return unit
