"""What is said between `nlu.meaning_process` and `nlu.meaning_worker`: JSON, one value a line, an answer to each."""

from __future__ import annotations

import msgspec

from bot.themes.meaning import Asked


class Load(msgspec.Struct, tag=True, frozen=True):
    """Use the model of an archive; answered with the encoder's name."""

    archive: str
    answers: list[str]


class Understand(msgspec.Struct, tag=True, frozen=True):
    """Answered with list[Understood]."""

    texts: list[str]


class Score(msgspec.Struct, tag=True, frozen=True):
    """Answered with list[dict[str, float]]."""

    ids: list[int]
    texts: list[str]


class Hold(msgspec.Struct, tag=True, frozen=True):
    """Answered with null. The vectors stand one after the other."""

    ids: list[int]
    vectors: bytes


class Forget(msgspec.Struct, tag=True, frozen=True):
    """Answered with null."""

    ids: list[int]


class Group(msgspec.Struct, tag=True, frozen=True):
    """Begin to group; answered with null."""

    questions: list[Asked]


class Grouped(msgspec.Struct, tag=True, frozen=True):
    """Answered with Labels, or null while the grouping isn't done."""


class Add(msgspec.Struct, tag=True, frozen=True):
    """Answered with list[Company]."""

    questions: list[Asked]


class Middles(msgspec.Struct, tag=True, frozen=True):
    """Answered with list[int]."""

    groups: list[list[int]]


class Nearest(msgspec.Struct, tag=True, frozen=True):
    """Answered with list[Near]."""

    text: str
    count: int


Request = Load | Understand | Score | Hold | Forget | Group | Grouped | Add | Middles | Nearest
