"""Tables as files to take away: CSV that no spreadsheet runs anything from, and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know that a file is UTF-8."""
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Rows = AsyncIterator[Sequence[Mapping[str, Any]]]
"""Rows, some at a time."""


def safe_cell(value: Any) -> Any:
    """A value for a cell; text that a spreadsheet would take for a formula is marked as text.

    NUL characters, which CSV has no way to hold, are left out.
    """
    if not isinstance(value, str):
        return value
    value = value.replace("\0", "")
    return f"'{value}" if value.lstrip(" \u00a0").startswith(_BEGINS_FORMULA) else value


async def as_csv(columns: Sequence[str], rows: Rows) -> AsyncIterator[str]:
    """A CSV file with a row of headings, piece by piece."""
    yield BYTE_ORDER_MARK + _lines([columns])
    async for some in rows:
        yield _lines([[safe_cell(row[name]) for name in columns] for row in some])


async def as_json(columns: Sequence[str], rows: Rows) -> AsyncIterator[str]:
    """A JSON list of objects, piece by piece."""
    before = "[\n"
    async for some in rows:
        yield before + ",\n".join(json.dumps({name: row[name] for name in columns}, ensure_ascii=False) for row in some)
        before = ",\n"
    yield "\n]\n" if before != "[\n" else "[]\n"


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
