"""Divides a text that is too long for one message of a platform."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

BREAKS = ("\n\n", "\n", " ")
"""Where a text may be divided, best first: between paragraphs, lines, words."""

_WHOLE = re.compile(r"<a\b[^>]*>.*?</a>|<[^<>]+>|\[[^\]]*\]\([^)\s]*\)|\*\*[^*\n]+\*\*|https?://\S+|&#?\w+;", re.DOTALL)
"""What is never divided: links, tags and entities of HTML, and links and bold words of Markdown."""

_TAG = re.compile(r"<(/?)([a-z]+)(\s[^<>]*)?>")


def split(text: str, limit: int, length: Callable[[str], int] = len) -> list[str]:
    """The parts of a text, each at most `limit` long by the platform's own measure, and none of them empty.

    A tag of HTML that is open where the text is divided is closed there and opened again. What can't be divided well,
    such as an address longer than the limit, is cut.
    """
    parts = []
    rest = text.strip()
    while length(rest) > limit:
        part, rest = _divide(rest, _cut(rest, limit, length))
        parts.append(part)
    return [*parts, rest] if length(rest) else parts


def _divide(text: str, at: int) -> tuple[str, str]:
    part, rest = text[:at].rstrip(), text[at:].lstrip()
    still_open = _open_tags(part)
    closing = "".join(f"</{name}>" for _, name in reversed(still_open))
    return part + closing, "".join(tag for tag, _ in still_open) + rest


def _cut(text: str, limit: int, length: Callable[[str], int]) -> int:
    """Where to divide: as late as can be, at the best break that does not leave more than half of the room unused."""
    free = _free_positions(text)
    fitting = [_last_fitting(text, [at for at in free if text.startswith(mark, at)], limit, length) for mark in BREAKS]
    filling = [at for at in fitting if length(text[:at].strip()) > 0]
    good = [at for at in filling if 2 * length(text[:at]) >= limit]
    return (
        next(iter(good), 0)
        or max(filling, default=0)
        or _last_fitting(text, free, limit, length)
        or _hard(text, limit, length)
    )


def _free_positions(text: str) -> list[int]:
    """Every position but the first that is not inside of something whole."""
    inside = {at for found in _WHOLE.finditer(text) for at in range(found.start() + 1, found.end())}
    return [at for at in range(1, len(text)) if at not in inside]


def _last_fitting(text: str, positions: Sequence[int], limit: int, length: Callable[[str], int]) -> int:
    """The last position up to which the text fits, or 0 where there is none."""
    fitting = bisect_right(positions, limit, key=lambda at: length(text[:at]))
    return positions[fitting - 1] if fitting else 0


def _hard(text: str, limit: int, length: Callable[[str], int]) -> int:
    return max(1, _last_fitting(text, range(1, len(text)), limit, length))


def _open_tags(text: str) -> list[tuple[str, str]]:
    """The tags that are open at the end of a text, outermost first: each as it is written, and its name."""
    still_open: list[tuple[str, str]] = []
    for tag in _TAG.finditer(text):
        if not tag[1]:
            still_open.append((tag[0], tag[2]))
        elif still_open and still_open[-1][1] == tag[2]:
            still_open.pop()
    return still_open


def length_of(text: str) -> int:
    """A text's length in UTF-16 units, by which both platforms count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
