"""A fault in a file, as `signpost check` reports it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+): (?P<text>.+)", re.DOTALL)


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong, and where.

    `is_due` says that no more than a date has come: a release can be built all the same.
    """

    path: Path
    line: int
    text: str
    is_due: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def fault_of(error: Exception, path: Path) -> Fault:
    """The fault that an error tells of; its text begins with the place where it knows it."""
    place = _PLACE.match(str(error))
    if place is None:
        return Fault(path, 1, str(error))
    return Fault(Path(place["path"]), int(place["line"]), " ".join(place["text"].split()))
