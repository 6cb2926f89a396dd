"""A desk that answers on a real disk, and what is there to be found afterwards."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.answers import AnswerBase, load_answer_base
from bot.deliveries import Owed
from bot.front_desk import FrontDesk
from bot.logs import Once
from bot.messages import Response
from bot.storage.database import DATABASE_FILE, Database
from tests.bot.responder_bench import ASKED, HERE, Bench
from tests.factories import answer_file, rates_file, urgent_file

IDLE_TALK = "the weather is fine today"
TEXTS = ("what is a dro", IDLE_TALK, "there is nothing left for me")
"""What is asked in turn: a question, idle talk, and an emergency."""
PATIENT = replace(HERE, person_cooldown_seconds=0, channel_cooldown_seconds=0)


class Desk:
    """Answers numbered messages, each in a channel of its own, and posts what is owed. `posted` is what was posted."""

    def __init__(self, folder: Path, answers: AnswerBase, busy_seconds: float = 0.05) -> None:
        """Open the database, and take up what an earlier desk left owed."""
        self.bench = Bench(folder, answers, Database(folder, busy_seconds), here=PATIENT)
        self.desk = FrontDesk(self.bench.responder, self.bench.log)
        self.posted: Counter[str] = Counter()

    async def ask(self, number: int) -> Response:
        """Hand a message over, and post the replies to it."""
        text = TEXTS[number % len(TEXTS)]
        message = replace(ASKED, text=text, channel=f"c{number}", author=f"p{number}", message_id=f"m{number}")
        message = replace(message, link=f"https://discord.com/{number}")
        if text is IDLE_TALK:
            message = replace(message, addressed=False)
        response = await self.desk.respond(message)
        for owed in response.owed:
            await self._post(owed)
        return response

    async def ask_all(self, numbers: range) -> list[Response]:
        """Hand many messages over at once."""
        return list(await asyncio.gather(*map(self.ask, numbers)))

    async def resume(self) -> None:
        """Post what an earlier desk left owed."""
        for owed in await self.bench.outbox.owed("discord"):
            await self._post(owed)

    async def _post(self, owed: Owed) -> None:
        # An alert is under no message, and has its link.
        self.posted[owed.reply_to or (owed.reply.body if owed.reply else "")] += 1
        await self.bench.outbox.delivered(owed, [f"post {owed.id}"])

    def close(self) -> None:
        """Close the database."""
        self.bench.database.close()


class Lines(logging.Handler):
    """The lines that would be on standard error."""

    def __init__(self) -> None:
        super().__init__()
        self.addFilter(Once())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line; one with a traceback says so."""
        self.lines.append(record.getMessage() + (" Traceback" if record.exc_info else ""))


@contextmanager
def logged() -> Iterator[list[str]]:
    """What is logged meanwhile, as an on-call engineer sees it."""
    handler, logger = Lines(), logging.getLogger("bot")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield handler.lines
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeHandler(handler)


def answers_in(folder: Path) -> AnswerBase:
    """Two answers and two urgent-help messages."""
    rates_file(folder)
    for slug in ("pay", "dro"):
        answer_file(folder, slug)
    for slug in ("suicide", "no_food"):
        urgent_file(folder, slug)
    return load_answer_base(folder)


def rows(folder: Path, sql: str) -> list[Any]:
    """What a second connection reads."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as db:
        return db.execute(sql).fetchall()


def outcomes(folder: Path) -> dict[str, str]:
    """The outcome of each message; none has two."""
    found = rows(folder, "select message_id, outcome from questions")
    assert len({message for message, _ in found}) == len(found)
    return dict(found)


def assert_sound(folder: Path) -> None:
    """The file is whole, and every reply owed has its question."""
    assert rows(folder, "pragma integrity_check") == [("ok",)]
    assert rows(folder, "pragma foreign_key_check") == []
    assert rows(folder, "select 1 from outbox where question_id not in (select id from questions)") == []
