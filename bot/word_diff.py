"""The difference between two texts, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

_PIECES = re.compile(r"\s+|[\w'’{}.]+|.", re.DOTALL)
MOST_PIECES = 5000
"""Longer texts are compared line by line: comparing takes time that grows with the square of the length."""


class Piece(NamedTuple):
    """A part of the text that is "same", "added" or "removed"."""

    kind: str
    text: str


def word_difference(old: str, new: str) -> list[Piece]:
    """The pieces of which the texts are made up, in order; without those added it is the old text."""
    before, after = _split(old), _split(new)
    if len(before) + len(after) > MOST_PIECES:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        pieces += [Piece("removed", "".join(before[a:b]))] if b > a else []
        pieces += [Piece("added", "".join(after[c:d]))] if d > c else []
    return pieces


def _split(text: str) -> list[str]:
    return _PIECES.findall(text)
