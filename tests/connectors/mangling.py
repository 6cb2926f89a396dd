"""Payloads with one field that is missing or of a wrong type."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

MISSING = object()
WRONG = (MISSING, None, "private words", -7, [{}], {})


def mangled(name: str, payload: dict[str, Any]) -> Iterator[dict[str, dict[str, Any]]]:
    """The payload under its name again and again, each time with another of its fields mangled."""
    for path in _paths(payload, ()):
        for wrong in WRONG:
            copied = copy.deepcopy(payload)
            holder: Any = copied
            for key in path[:-1]:
                holder = holder[key]
            if wrong is MISSING:
                del holder[path[-1]]
            else:
                holder[path[-1]] = copy.deepcopy(wrong)
            yield {name: copied}


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from _paths(value[key], (*path, key))
