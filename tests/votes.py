"""Votes on questions whose replies need not have been posted."""

from __future__ import annotations

from bot.storage.question_log import QuestionLog, keep_vote


async def vote(log: QuestionLog, question_id: int, platform: str, author: str, helpful: bool) -> None:
    """Keep a person's vote on the reply to a question."""
    database = log._database
    names = database.keys.names(platform, author)
    await database.write(lambda: keep_vote(database, question_id, names, helpful))
