"""A question log with themes, for tests: questions are asked as the bot records them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count

from bot.messages import Candidate, Message, Outcome, Response
from bot.storage.database import Database
from bot.storage.question_log import QuestionLog

_ids = count(1)
CANDIDATES = (Candidate("smp_amount", 0.31), Candidate("kit_days", 0.12))


async def ask(
    database: Database,
    text: str | None,
    author: str = "",
    outcome: Outcome = Outcome.UNANSWERED_LOW_CONFIDENCE,
    days_ago: float = 0,
    community: str = "parents",
    addressed: bool = True,
) -> int:
    """Record a question; returns its id. Without an author, it is somebody who hasn't asked before."""
    number = next(_ids)
    sent = datetime.now(timezone.utc) - timedelta(days=days_ago)
    message = Message("", "discord", community, "general", author=author or f"person {number}", sent_at=sent)
    message = replace(message, message_id=f"t{number}", addressed=addressed)
    answer = "smp_amount" if outcome is Outcome.ANSWERED else None
    response = Response(outcome, None, answer, 0.31, CANDIDATES, "0001")
    return (await QuestionLog(database).record(message, text, (), response)).question_id


async def ask_all(database: Database, texts: Sequence[str]) -> list[int]:
    """Record questions of different people."""
    return [await ask(database, text) for text in texts]
