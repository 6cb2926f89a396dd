"""Word and character n-grams with TF-IDF weights.

They tell what a sentence encoder misses, such as SMP, N244 or a misspelt bailiff.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

Indices = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float32]

CHARACTER_LENGTHS = (3, 4, 5)
MAX_CHARACTERS = 1000
"""Longer texts are cut: a question is told by its first thousand characters, and the work stays bounded."""

MINIMUM = 2
"""An n-gram of a single text says nothing of others."""
COMMON = 0.05
"""Nor does one that more than this share of all texts holds."""

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return _WORD.findall(text[:MAX_CHARACTERS].lower())


def ngrams(text: str) -> Iterator[str]:
    """All n-grams of a text: of words, marked with a leading tab, and of characters within a word and its edges."""
    found = words(text)
    yield from (f"\t{word}" for word in found)
    yield from (f"\t{first} {second}" for first, second in pairwise(found))
    for word in found:
        yield from _character_ngrams(word)


@lru_cache(maxsize=1 << 12)
def _character_ngrams(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    lengths = ((length, max(1, len(padded) - length + 1)) for length in CHARACTER_LENGTHS)
    return tuple(padded[start : start + length] for length, count in lengths for start in range(count))


class NgramVectorizer:
    """Turns texts into sparse vectors. Words and characters have the same weight: each half has length 1/√2."""

    def __init__(self, vocabulary: Sequence[str], idf: Weights) -> None:
        """Keep a vocabulary and the inverse document frequency of each of its n-grams."""
        self.vocabulary = list(vocabulary)
        self.idf = idf
        self._position = {ngram: position for position, ngram in enumerate(self.vocabulary)}
        self._is_word = np.array([ngram.startswith("\t") for ngram in self.vocabulary], dtype=bool)

    @classmethod
    def fit_transform(cls, texts: Sequence[str]) -> tuple[NgramVectorizer, sparse.csr_matrix]:
        """Learn the n-grams that several texts hold but not too many; and the texts' vectors, one a row."""
        counted = [Counter(ngrams(text)) for text in texts]
        vectorizer = cls._of(Counter(ngram for counts in counted for ngram in counts), len(texts))
        return vectorizer, vectorizer._stack([vectorizer._weigh(counts) for counts in counted])

    @classmethod
    def fit(cls, texts: Sequence[str]) -> NgramVectorizer:
        """The same without the vectors, and without holding what all texts hold: a tenth of the memory."""
        return cls._of(Counter(ngram for text in texts for ngram in set(ngrams(text))), len(texts))

    @classmethod
    def _of(cls, frequency: Counter[str], count: int) -> NgramVectorizer:
        """A vectorizer, given in how many of some texts each n-gram is."""
        most = max(MINIMUM, int(COMMON * count))
        vocabulary = sorted(ngram for ngram, held_by in frequency.items() if MINIMUM <= held_by <= most)
        idf = np.log((1 + count) / (1 + np.array([frequency[ngram] for ngram in vocabulary]))) + 1
        return cls(vocabulary, idf.astype(np.float32))

    def transform(self, text: str) -> tuple[Indices, Weights]:
        """The positions and the weights of a text's known n-grams."""
        return self._weigh(Counter(ngrams(text)))

    def transform_all(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """The vectors of texts, one a row."""
        return self._stack([self.transform(text) for text in texts])

    def _weigh(self, counts: Counter[str]) -> tuple[Indices, Weights]:
        position = self._position.get
        known = {place: count for ngram, count in counts.items() if (place := position(ngram)) is not None}
        indices, times = (np.fromiter(numbers, np.int64, len(known)) for numbers in (known, known.values()))
        weights: Weights = ((1 + np.log(times)) * self.idf[indices]).astype(np.float32)
        word = self._is_word[indices]
        for half in (word, ~word):
            length = float(np.sqrt(2 * np.square(weights[half]).sum()))
            if length:
                weights[half] /= length
        return indices, weights

    def _stack(self, rows: list[tuple[Indices, Weights]]) -> sparse.csr_matrix:
        starts = np.cumsum([0, *(len(indices) for indices, _ in rows)])
        indices = np.concatenate([indices for indices, _ in rows])
        weights = np.concatenate([weights for _, weights in rows])
        return sparse.csr_matrix((weights, indices, starts), shape=(len(rows), len(self.vocabulary)))
