"""Word and character n-grams."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlu.ngrams import MAX_CHARACTERS, NgramVectorizer, ngrams


def test_words_pairs_and_characters_are_found() -> None:
    """A text gives its words, its pairs of words and the characters within each padded word."""
    found = set(ngrams("Is SMP"))
    assert {"\tis", "\tis smp", "\tsmp", " sm", "smp ", " smp "} <= found


def test_an_ngram_of_a_single_text_is_not_learnt() -> None:
    """What only one text holds says nothing of others."""
    texts = ["smp rates", "smp dates", *(f"other {number}" for number in range(40))]
    vectorizer, _ = NgramVectorizer.fit_transform(texts)
    assert "\tsmp" in vectorizer.vocabulary
    assert "\trates" not in vectorizer.vocabulary


def test_a_vector_has_length_one() -> None:
    """The two halves, words and characters, make a vector of length 1."""
    _, rows = NgramVectorizer.fit_transform(["smp rates", "smp rates", *(f"x{n} y{n}" for n in range(60))])
    assert np.isclose(1.0, np.square(rows[0].toarray()).sum(), atol=1e-5)


@given(st.text())
def test_any_text_has_a_vector(text: str) -> None:
    """No text makes the n-grams fail, and a long one is cut."""
    vectorizer, _ = NgramVectorizer.fit_transform(["smp rates", "smp rates", *(f"x{n}" for n in range(60))])
    indices, weights = vectorizer.transform(text)
    assert len(indices) == len(weights)
    assert list(ngrams(text + "a" * MAX_CHARACTERS * 2)) is not None
