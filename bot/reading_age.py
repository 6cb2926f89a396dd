"""How old a reader must be to read a text with ease, by the Flesch-Kincaid grade."""

from __future__ import annotations

import re

# Names that can't be put more simply: each counts as one short word, so that the age tells of the writing.
_NAMES = re.compile(r"\b[A-Z][\w']*(?:(?: (?:of|and|for|the))? [A-Z][\w']*)+")
_MARKS = re.compile(r"[*_`]|^[-#] ?", re.MULTILINE)
_NUMBERS = re.compile(r"£?\d[\d,.]*%?")
SCHOOL_STARTS_AT = 5
"""A pupil in a grade is about that grade's number plus five years old."""


def reading_age(markdown: str) -> float:
    """The reading age of a text in years. Official names and figures count as short words."""
    # textstat takes a third of a second to import, and only checks need it.
    import textstat

    plain = _NUMBERS.sub("ten", _NAMES.sub("Name", _MARKS.sub("", markdown)))
    sentences = re.sub(r"(?<![.!?:])\n+", ". ", plain).replace(":", ".")
    return float(textstat.flesch_kincaid_grade(sentences)) + SCHOOL_STARTS_AT
