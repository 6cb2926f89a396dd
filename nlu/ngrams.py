"""Word and character n-grams with TF-IDF weights: what a sentence encoder misses, such as SMP, N244 or a misspelt bailiff."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

Indices = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float32]

WORD_LENGTHS = (1, 2)
CHARACTER_LENGTHS = (3, 4, 5)
MAX_CHARACTERS = 1000
"""Longer texts are cut: a question is told by its first thousand characters, and the work stays bounded."""

_WORD = re.compile(r"\w+")


def ngrams(text: str) -> Iterator[str]:
    """All n-grams of a text: of words, marked with a leading tab, and of characters within a word and its edges."""
    words = _WORD.findall(text[:MAX_CHARACTERS].lower())
    for first, second in zip(words, [*words[1:], ""]):
        yield f"\t{first}"
        if second:
            yield f"\t{first} {second}"
    for word in words:
        padded = f" {word} "
        for length in CHARACTER_LENGTHS:
            for start in range(max(1, len(padded) - length + 1)):
                yield padded[start : start + length]


class NgramVectorizer:
    """Turns texts into sparse vectors. Words and characters have the same weight: each half has length 1/√2."""

    def __init__(self, vocabulary: Sequence[str], idf: Weights) -> None:
        """Keep a vocabulary and the inverse document frequency of each of its n-grams."""
        self.vocabulary = list(vocabulary)
        self.idf = idf
        self._position = {ngram: position for position, ngram in enumerate(self.vocabulary)}
        self._is_word = np.array([ngram.startswith("\t") for ngram in self.vocabulary], dtype=bool)

    @classmethod
    def fit(cls, texts: Sequence[str], minimum: int = 2) -> NgramVectorizer:
        """Learn the n-grams that at least `minimum` texts hold."""
        frequency = Counter(ngram for text in texts for ngram in set(ngrams(text)))
        vocabulary = sorted(ngram for ngram, count in frequency.items() if count >= minimum)
        counts = np.array([frequency[ngram] for ngram in vocabulary])
        idf = np.log((1 + len(texts)) / (1 + counts)) + 1
        return cls(vocabulary, idf.astype(np.float32))

    def transform(self, text: str) -> tuple[Indices, Weights]:
        """The positions and the weights of a text's known n-grams."""
        counts = Counter(position for ngram in ngrams(text) if (position := self._position.get(ngram)) is not None)
        indices = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        tf = 1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
        weights = (tf * self.idf[indices]).astype(np.float32)
        word = self._is_word[indices]
        for half in (word, ~word):
            length = float(np.sqrt(2 * np.square(weights[half]).sum()))
            if length:
                weights[half] /= length
        return indices, weights

    def transform_all(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """The vectors of many texts, one a row."""
        rows = [self.transform(text) for text in texts]
        starts = np.cumsum([0, *(len(indices) for indices, _ in rows)])
        indices = np.concatenate([indices for indices, _ in rows]) if rows else np.array([], dtype=np.int64)
        weights = np.concatenate([weights for _, weights in rows]) if rows else np.array([], dtype=np.float32)
        return sparse.csr_matrix((weights, indices, starts), shape=(len(rows), len(self.vocabulary)))
