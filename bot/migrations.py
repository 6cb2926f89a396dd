"""The question log's schema, step by step. A step that has been released is never changed: a new one is added."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("signpost")


@migrations()
def create_questions(db: Database) -> None:
    """What was asked (scrubbed; nothing of an emergency), what became of it, and what the model made of it."""
    db.table("questions").create(
        {
            "id": int,
            "asked_at": str,
            "platform": str,
            "community": str,
            "channel": str,
            "thread": str,
            "message_id": str,
            "asker": str,
            "addressed": int,
            "text": str,
            "personal_data": str,
            "outcome": str,
            "answer": str,
            "confidence": float,
            "candidates": str,
            "release": str,
        },
        pk="id",
        not_null={"asked_at", "platform", "asker", "addressed", "outcome"},
    )
    db.table("questions").create_index(["outcome", "asked_at"])


@migrations()
def create_outbox(db: Database) -> None:
    """Replies that are owed: written with the question, marked when delivered."""
    db.table("outbox").create(
        {"id": int, "question_id": int, "reply": str, "created_at": str, "delivered_at": str},
        pk="id",
        not_null={"question_id", "reply", "created_at"},
        foreign_keys=[("question_id", "questions", "id")],
    )
    db.table("outbox").create_index(["delivered_at"])


@migrations()
def create_feedback(db: Database) -> None:
    """One vote a person on a reply."""
    db.table("feedback").create(
        {"question_id": int, "asker": str, "helpful": int, "given_at": str},
        pk=("question_id", "asker"),
        not_null={"helpful", "given_at"},
        foreign_keys=[("question_id", "questions", "id")],
    )


@migrations()
def create_choices(db: Database) -> None:
    """What a person picked from the answers that were offered; an empty answer is "None of these"."""
    db.table("choices").create(
        {"id": int, "question_id": int, "asker": str, "answer": str, "nation": str, "chosen_at": str},
        pk="id",
        not_null={"question_id", "answer", "chosen_at"},
        foreign_keys=[("question_id", "questions", "id")],
    )


@migrations()
def create_posts(db: Database) -> None:
    """Under which of a platform's ids an answer was posted, so that replies to it can be understood."""
    db.table("posts").create(
        {"platform": str, "channel": str, "message_id": str, "question_id": int, "answer": str, "nation": str},
        pk=("platform", "channel", "message_id"),
        not_null={"question_id", "answer", "nation"},
        foreign_keys=[("question_id", "questions", "id")],
    )
