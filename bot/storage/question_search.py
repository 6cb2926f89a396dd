"""Looking things up in the question log: by words, by what became of them, by place and day."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.storage.database import Database
from bot.storage.reports import start_of

MAX_WORDS = 20
MAX_COUNTED = 1000
BATCH = 500


@dataclass(frozen=True)
class Wanted:
    """What questions must be like to be found; whatever is "" or None is left open. Both days belong to the span."""

    words: str = ""
    since: date | None = None
    until: date | None = None
    outcome: str = ""
    platform: str = ""
    community: str = ""
    answer: str = ""


@dataclass(frozen=True)
class FoundQuestion:
    """A logged question as the console shows and exports it: nothing in it says who asked.

    `text` is scrubbed. `community` is the platform's id, "" for a direct message. `answer` is what was given.
    """

    id: int
    asked_at: str
    platform: str
    community: str
    addressed: int
    text: str
    outcome: str
    answer: str | None
    confidence: float
    release: str
    helpful: int
    unhelpful: int


class QuestionSearch:
    """Finds questions whose words were kept."""

    def __init__(self, database: Database) -> None:
        """Search a database."""
        self._read = database.read

    async def find(self, wanted: Wanted, limit: int, offset: int = 0) -> list[FoundQuestion]:
        """The newest questions that are as wanted."""
        tables, where, parameters = _clauses(wanted)
        sql = f"select {_COLUMNS} from {tables} where {where} order by {_id(wanted)} desc limit ? offset ?"
        return [FoundQuestion(*row) for row in await self._read(sql, *parameters, limit, offset)]

    async def count(self, wanted: Wanted) -> int:
        """How many there are, counted up to MAX_COUNTED and one."""
        tables, where, parameters = _clauses(wanted)
        sql = f"select count(*) from (select 1 from {tables} where {where} limit ?)"
        return int((await self._read(sql, *parameters, MAX_COUNTED + 1))[0][0])

    async def batches(self, wanted: Wanted) -> AsyncIterator[list[FoundQuestion]]:
        """All of them, newest first, some at a time: what is asked meanwhile puts nothing out of step."""
        tables, where, parameters = _clauses(wanted)
        sql = f"select {_COLUMNS} from {tables} where {where} and {_id(wanted)} < ? order by {_id(wanted)} desc limit ?"
        last = 1 << 62
        while rows := await self._read(sql, *parameters, last, BATCH):
            found = [FoundQuestion(*row) for row in rows]
            last = found[-1].id
            yield found

    async def among(self, ids: Sequence[int], wanted: Wanted) -> list[FoundQuestion]:
        """Those of some questions that are as wanted, in the order in which they are named."""
        tables, where, parameters = _clauses(wanted)
        sql = f"select {_COLUMNS} from {tables} where {where} and q.id in (select value from json_each(?))"
        found = {row[0]: FoundQuestion(*row) for row in await self._read(sql, *parameters, json.dumps(list(ids)))}
        return [found[one] for one in ids if one in found]

    async def newest_texts(self, since: date, limit: int) -> list[tuple[int, str]]:
        """The ids and words of the newest questions since a day that wanted an answer."""
        return [(one, text) for one, text in await self._read(_NEWEST, start_of(since), limit)]


_COLUMNS = ", ".join(f"q.{name}" for name in FoundQuestion.__dataclass_fields__)
_NEWEST = """
    select id, text from questions where text is not null and asked_at >= ?
    and (outcome in ('answered', 'clarify', 'ignored_not_confident') or outcome like 'unanswered%')
    order by id desc limit ?
"""


def fts_query(words: str) -> str:
    """What the index is asked for: every word, each between quotation marks, so that none is an operator.

    Signs alone are asked for as a word that is nowhere.
    """
    return " ".join(f'"{word}"' for word in re.findall(r"\w+", words)[:MAX_WORDS]) or '""'


def _id(wanted: Wanted) -> str:
    """A question's id in the table that is read first, whose rows then need no sorting."""
    return "f.rowid" if wanted.words.strip() else "q.id"


def _clauses(wanted: Wanted) -> tuple[str, str, list[Any]]:
    """The tables, the conditions and their parameters."""
    tables, conditions, parameters = "questions q", ["q.text is not null"], []
    if wanted.words.strip():
        tables = "questions_fts f cross join questions q on q.id = f.rowid"
        conditions.append("questions_fts match ?")
        parameters.append(fts_query(wanted.words))
    for condition, value in (
        ("q.asked_at >= ?", wanted.since and start_of(wanted.since)),
        ("q.asked_at < ?", wanted.until and _end_of(wanted.until)),
        ("q.outcome = ?", wanted.outcome),
        ("q.platform = ?", wanted.platform),
        ("q.community = ?", wanted.community),
        ("q.answer = ?", wanted.answer),
    ):
        if value:
            conditions.append(condition)
            parameters.append(value)
    return tables, " and ".join(conditions), parameters


def _end_of(day: date) -> str:
    return start_of(day + timedelta(days=1)) if day < date.max else "~"
