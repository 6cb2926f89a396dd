"""The vectors of questions, and what a release's model scores for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot import messages
from bot.storage.database import Database

TOGETHER = 2048
"""Vectors that are read at a time."""
ROWS = 256
"""Rows that are written at a time: a message's reply waits behind them."""


@dataclass(frozen=True)
class Meant:
    """What is kept of a question's meaning."""

    question_id: int
    vector: bytes
    scores: Mapping[str, float]


class MeaningStore:
    """A row goes when the words of its question do."""

    def __init__(self, database: Database) -> None:
        """Keep it in a database."""
        self._database = database

    async def vectors_after(self, last: int, encoder: str) -> tuple[int, list[tuple[int, bytes]]]:
        """Some of what was kept since, of an encoder: up to which row it goes, and the vectors by question."""
        rows = await self._database.read(_VECTORS_AFTER, last, encoder, TOGETHER)
        return (rows[-1][0] if rows else last), [(question, vector) for _, question, vector in rows]

    async def keep(self, meant: Sequence[Meant], encoder: str, release: str) -> None:
        """Keep what questions mean. A question that has lost its words meanwhile is left out."""
        for start in range(0, len(meant), ROWS):
            block = meant[start : start + ROWS]

            def write(block: Sequence[Meant] = block) -> None:
                with self._database.transaction():
                    for one in block:
                        values = (one.vector, encoder, json.dumps(one.scores), release, one.question_id)
                        self._database.execute(_KEEP, *values)

            await self._database.run(write)

    async def rescored(self, scores: Mapping[int, Mapping[str, float]], release: str) -> None:
        """Keep what another release's model scores for questions."""
        pairs = list(scores.items())
        for start in range(0, len(pairs), ROWS):
            block = pairs[start : start + ROWS]

            def write(block: Sequence[tuple[int, Mapping[str, float]]] = block) -> None:
                with self._database.transaction():
                    for question, found in block:
                        self._database.execute(_RESCORED, json.dumps(found), release, question)

            await self._database.run(write)


def write_meaning(database: Database, question_id: int, meant: messages.Meant, release: str) -> None:
    """Keep what a question means to the model that read it, in the writer's thread and its question's transaction."""
    database.execute(_KEEP, meant.vector, meant.encoder, json.dumps(meant.scores), release, question_id)


_VECTORS_AFTER = """
    select id, question_id, vector from question_vectors where id > ? and encoder is ? order by id limit ?
"""
_KEEP = """
    insert or replace into question_vectors (question_id, vector, encoder, scores, release)
    select id, ?, ?, ?, ? from questions where id = ? and text is not null
"""
_RESCORED = "update question_vectors set scores = ?, release = ? where question_id = ?"
