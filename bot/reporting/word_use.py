"""The words that citizens use and our answers don't."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

MIN_QUESTIONS = 3
WORDS_HELD = 50_000
EXAMPLES = 2
_WORD = re.compile(r"(?<![\w\[/.@])[a-z][a-z'’-]{2,29}(?![\w\]@])")
_ENDINGS = re.compile(r"(?:'s|’s|ies|ing|ed|es|s|e|y)$")


@dataclass(frozen=True)
class MissingWord:
    """A word, in how many questions it stands, and the ids and words of some of those."""

    word: str
    questions: int
    examples: tuple[tuple[int, str], ...]


def stems(text: str) -> dict[str, str]:
    """The words of a text by their stems, roughly: "payment", "payments" and "payment's" have the same."""
    return {stem(word): word for word in _WORD.findall(text.lower())}


@lru_cache(WORDS_HELD)
def stem(word: str) -> str:
    """A word without its ending, where enough of it is left."""
    short = _ENDINGS.sub("", word)
    return short if len(short) > 2 else word


def known_stems(texts: Iterable[str]) -> frozenset[str]:
    """The stems of all words in some texts."""
    return frozenset(one for text in texts for one in stems(text))


def missing_words(questions: Sequence[tuple[int, str]], known: Container[str], most: int) -> list[MissingWord]:
    """The words in most questions, given as (id, text), whose stem is not known; each question counts once a word."""
    places: dict[str, list[int]] = defaultdict(list)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for index, (_, text) in enumerate(questions):
        for one, word in stems(text).items():
            if one not in known:
                places[one].append(index)
                spellings[one][word] += 1
    often = sorted((one for one in places if len(places[one]) >= MIN_QUESTIONS), key=lambda one: -len(places[one]))
    return [
        MissingWord(
            spellings[one].most_common(1)[0][0],
            len(places[one]),
            tuple(questions[index] for index in places[one][:EXAMPLES]),
        )
        for one in often[:most]
    ]
