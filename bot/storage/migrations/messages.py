"""Messages, replies and communities."""

from __future__ import annotations

from sqlite_utils import Database

from bot.storage.migrations.registry import migrations


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


@migrations()
def give_each_message_one_question(db: Database) -> None:
    """A platform may hand a message over twice; it is one question. `revised_at` is when its text was last edited."""
    db.table("questions").add_column("revised_at", str)
    db.execute(
        "create unique index questions_by_message on questions (platform, channel, message_id) where message_id != ''"
    )
    db.table("questions").create_index(["platform", "asked_at"])
    db.table("questions").create_index(["asker"])


@migrations()
def extend_outbox(db: Database) -> None:
    """Where and what is owed: posts, edits and removals (`replaces` names the row whose posts those change)."""
    outbox = db.table("outbox")
    for column in ("platform", "community", "channel", "thread", "reply_to", "dropped_at", "drop_reason"):
        outbox.add_column(column, str)
    outbox.add_column("action", str, not_null_default="post")
    for column in ("replaces", "is_urgent", "keeps"):
        outbox.add_column(column, int, not_null_default=0)
    # What older versions left undelivered was for a terminal that has long been closed.
    db.execute("update outbox set dropped_at = created_at, drop_reason = 'too_old' where delivered_at is null")
    outbox.create_index(["question_id"])
    db.execute(
        "create index outbox_by_what_is_owed on outbox (platform, id) where delivered_at is null and dropped_at is null"
    )
    db.table("posts").add_column("outbox_id", int)
    db.table("posts").create_index(["outbox_id"])
    db.table("posts").create_index(["question_id"])


@migrations()
def create_me_too(db: Database) -> None:
    """Who would like to know the answer to somebody else's question, each counted once."""
    db.table("me_too").create(
        {"question_id": int, "asker": str, "asked_at": str},
        pk=("question_id", "asker"),
        not_null={"asked_at"},
        foreign_keys=[("question_id", "questions", "id")],
    )


@migrations()
def create_communities(db: Database) -> None:
    """Where the bot is a guest, and each thing that moderators changed, by whom and when; the last change holds."""
    db.table("communities").create(
        {"platform": str, "community": str, "name": str, "joined_at": str, "left_at": str},
        pk=("platform", "community"),
        not_null={"joined_at"},
    )
    db.table("settings_changes").create(
        {
            "id": int,
            "platform": str,
            "community": str,
            "channel": str,
            "name": str,
            "value": str,
            "changed_at": str,
            "changed_by": str,
        },
        pk="id",
        not_null={"platform", "community", "channel", "name", "changed_at", "changed_by"},
    )
    db.table("settings_changes").create_index(["platform", "community"])
    db.table("notices").create(
        {"platform": str, "community": str, "channel": str, "notice": str, "told_at": str},
        pk=("platform", "community", "channel", "notice"),
    )
