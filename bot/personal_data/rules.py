"""What a rule that finds personal data is made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

Span = tuple[int, int]

# How far (in characters) a word such as "account" may be from the number that it makes personal.
NEAR = 56


class Kind(str, Enum):
    """What a piece of personal data is, in the words that take its place."""

    NI_NUMBER = "National Insurance number"
    EMAIL = "email address"
    PHONE = "phone number"
    CARD = "card number"
    BANK_ACCOUNT = "bank account"
    ADDRESS = "address"
    DATE_OF_BIRTH = "date of birth"
    NAME = "name"
    REFERENCE = "reference number"


# What stands in a view for text that was found already: control characters, which a view holds nowhere else.
HARMLESS = "\x00"
FILL = {kind: chr(0x0E + index) for index, kind in enumerate(Kind)}


@dataclass(frozen=True)
class Find:
    """A piece of personal data: where it starts and ends, and what it is."""

    start: int
    end: int
    kind: Kind


def whole(match: re.Match[str]) -> Span | None:
    """The judge of a pattern that only matches personal data."""
    return match.span()


@dataclass(frozen=True)
class Rule:
    """A pattern, and which part of a match (if any) is personal. Without a kind, it protects harmless text.

    A rule is only tried on a text with at least `digits` digits and, where `hints` are given, one of them in it.
    """

    kind: Kind | None
    pattern: re.Pattern[str]
    judge: Callable[[re.Match[str]], Span | None] = whole
    digits: int = 0
    hints: tuple[str, ...] = ()

    def can_apply(self, lowered: str, digits: int) -> bool:
        """Whether a text (in lower case, with so many digits) is worth searching."""
        return digits >= self.digits and (not self.hints or any(hint in lowered for hint in self.hints))

    def spans(self, view: str) -> list[Span]:
        """Where the rule applies, in order and without overlap."""
        spans: list[Span] = []
        for match in self.pattern.finditer(view):
            span = self.judge(match)
            if span:
                start = max(span[0], spans[-1][1]) if spans else span[0]
                spans.append((start, span[1]))
        return spans


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern that disregards case."""
    return re.compile(pattern, re.IGNORECASE)


def before(match: re.Match[str]) -> str:
    """The text that leads to a match."""
    return match.string[max(0, match.start() - NEAR) : match.start()]


def after(match: re.Match[str]) -> str:
    """The text that follows a match."""
    return match.string[match.end() : match.end() + NEAR]


def digits_of(text: str) -> str:
    """The digits of a text, without what separates them."""
    return re.sub(r"\D", "", text)


def words_of(text: str) -> frozenset[str]:
    """A set of words that is written as running text."""
    return frozenset(text.split())
