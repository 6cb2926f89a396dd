"""Texts that are the same but for case, spaces, punctuation, emoji, accents, doubled letters or mistyped words.

A mistyped word differs by one edit: a letter left out, put in, changed, or two swapped. That two questions are taken
for one by mistake would take such a pair of real words, and everything else the same.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LONG = 4
"""Letters from which words are taken for one another. SMP and SAP, or PIP and PPI, are different things."""
LONGEST = 24
"""What is longer is no word, and would take long to compare."""
MAX_CHARACTERS = 1000
MAX_WORDS = 60

_WORD = re.compile(r"[^\W_]+")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_APOSTROPHES = re.compile(r"['\u2019\u02bc]")
_COMMON = frozenset(
    _WORD.findall(
        """a about am an and any are arent as at be been but by can cant could couldnt did didnt do does doesnt dont for
        from get had has hasnt have havent he her him his how i if im in is isnt it its ive me much my no not of on or
        our she should so still that the their them then there they this to told up was wasnt we were what when where
        which who why will with wont would wouldnt you your"""
    )
)
"""Words that are mistyped themselves but are no typo of another, such as can and can't. They may be shorter."""


class _Signs(NamedTuple):
    """What a text is known by: all its letters, the same with its words corrected, and what it is without each word."""

    letters: str
    corrected: str
    rests: tuple[tuple[str, int], ...]


class NearDuplicates:
    """Sets of near-duplicates, numbered from 0 in the order in which their first texts come."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Learn which words the texts hold and which of them differ by one edit, and put the texts into sets."""
        split = [_words(text) for text in texts]
        self._learn(split)
        self._texts_by_key: dict[str, int] = {}
        self._words_by_rest: dict[int, list[tuple[str, int]]] = {}
        self._sets: list[int] = []
        numbers = [self._put(self._signs(words)) for words in split]
        order: dict[int, int] = {}
        self._sets = [order.setdefault(self._first(number), len(order)) for number in range(len(self._sets))]
        self._count = len(order)
        self.of_texts = [self._sets[number] for number in numbers]
        """The set of each text."""

    def add(self, text: str) -> tuple[int, bool]:
        """The set of one more text, and whether it is new. Sets that the text would join to one stay two."""
        signs = self._signs(_words(text))
        found = self._alike(signs)
        number = self._sets[found[0]] if found else self._count
        self._remember(signs, number)
        self._count += not found
        return number, not found

    def _put(self, signs: _Signs) -> int:
        """The number of a text among the different ones, joined to all that are like it."""
        found = self._alike(signs)
        if found and signs.letters in self._texts_by_key:
            return found[0]
        number = len(self._sets)
        self._remember(signs, number)
        for other in found:
            first, second = sorted((self._first(number), self._first(other)))
            self._sets[second] = first
        return number

    def _first(self, number: int) -> int:
        while self._sets[number] != number:
            number = self._sets[number]
        return number

    def _signs(self, words: Sequence[str]) -> _Signs:
        return _Signs("".join(words), self._corrected(words), tuple(_rests(words)))

    def _alike(self, signs: _Signs) -> list[int]:
        """The different texts that are as good as this one, the same letters first."""
        keys = (signs.letters, signs.corrected)
        found = [self._texts_by_key[key] for key in keys if key in self._texts_by_key]
        for word, rest in signs.rests:
            others = self._words_by_rest.get(rest, ())
            found += [number for other, number in others if _is_typo(word, other) or _is_typo(other, word)]
        return found

    def _remember(self, signs: _Signs, number: int) -> None:
        place = len(self._sets)
        self._sets.append(number)
        for key in (signs.letters, signs.corrected):
            self._texts_by_key.setdefault(key, place)
        for word, rest in signs.rests:
            self._words_by_rest.setdefault(rest, []).append((word, place))

    def _corrected(self, words: Sequence[str]) -> str:
        """The words, each as the most frequent one that it may be a mistyped form of: more than one may be mistyped."""
        return "\0" + "".join(self._root(word) for word in words)

    def _learn(self, texts: Sequence[Sequence[str]]) -> None:
        self._counts = Counter(word for words in texts for word in set(words))
        for word in _COMMON:
            self._counts.setdefault(word, 0)
        self._by_shortened: dict[str, list[str]] = {}
        self._parents: dict[str, str] = {}
        for word in sorted(self._counts, key=lambda word: (-self._counts[word], word)):
            self._parents[word] = self._nearest(word)
            for shortened in _shortened(word):
                self._by_shortened.setdefault(shortened, []).append(word)

    def _root(self, word: str) -> str:
        parent = self._parents.get(word) or self._nearest(word)
        while parent != word:
            word, parent = parent, self._parents[parent]
        return word

    def _nearest(self, word: str) -> str:
        """The most frequent word so far that this one may be a mistyped form of, or itself."""
        if len(word) > LONGEST:
            return word
        found = (other for shortened in _shortened(word) for other in self._by_shortened.get(shortened, ()))
        alike = {other for other in found if _is_typo(word, other)}
        return min(alike, key=lambda other: (-self._counts[other], other), default=word)


def _words(text: str) -> list[str]:
    """The words of a text in lower case, without accents, each run of a letter as one letter."""
    plain = text[:MAX_CHARACTERS].casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", text[:MAX_CHARACTERS]).casefold()
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [_DOUBLED.sub(r"\1", word) for word in _WORD.findall(_APOSTROPHES.sub("", plain))]


def _rests(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each of the first words of a text that has several, and a number for what the text is without it."""
    if len(words) > 1:
        for place, word in enumerate(words[:MAX_WORDS]):
            # As many of these are kept as there are words in all texts: a number takes a quarter of the memory.
            yield sys.intern(word), hash(f"{''.join(words[:place])}\0{''.join(words[place + 1 :])}")


def _shortened(word: str) -> Iterator[str]:
    """A word, and what is left of it without one letter: words that differ by one edit have one of these in common."""
    yield word
    if len(word) <= LONGEST:
        yield from {word[:place] + word[place + 1 :] for place in range(len(word))}


def _is_typo(word: str, other: str) -> bool:
    """Whether the first may be the second mistyped."""
    if word in _COMMON or any(letter.isdigit() for letter in word + other):
        return False
    is_long = min(len(word), len(other)) >= LONG - 1 and max(len(word), len(other)) >= LONG
    return (is_long or other in _COMMON) and differs_by_one_edit(word, other)


def differs_by_one_edit(one: str, other: str) -> bool:
    """Whether a letter left out, put in or changed, or two neighbours swapped, makes one word of the other."""
    if len(one) > len(other):
        one, other = other, one
    start = next((place for place, letter in enumerate(one) if letter != other[place]), len(one))
    rest, others = one[start:], other[start:]
    if len(one) < len(other):
        return rest == others[1:]
    return rest[1:] == others[1:] or (rest[:2] == others[1::-1] and rest[2:] == others[2:])
