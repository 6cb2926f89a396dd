"""Finding people again, and what has been kept for long enough."""

from __future__ import annotations

from sqlite_utils import Database

from bot.storage.migrations.registry import migrations

AUDIT_DAYS = 730
"""For how long nobody can take anything out of the audit log, whoever has the file open."""


@migrations()
def index_people(db: Database) -> None:
    """Somebody's votes, picks and joined questions are found by their name."""
    for table in ("feedback", "choices", "me_too"):
        db.execute(f"create index {table}_by_asker on {table} (asker)")
    # The same questions are found where the channel of a direct message is not kept any more.
    db.execute("drop index questions_by_asker")
    db.execute(
        "create index questions_by_asker on questions (asker, platform, asked_at, channel, community, outcome, answer)"
    )


@migrations()
def index_retention(db: Database) -> None:
    """What is still to be taken away once it is old enough, oldest first: what has been is in none of these."""
    for name, table, age, still in (
        ("questions_by_words", "questions", "asked_at", "asker != '' or text is not null"),
        ("questions_by_reply_ids", "questions", "asked_at", "message_id != '' or thread != ''"),
        ("outbox_by_end", "outbox", "coalesce(delivered_at, dropped_at)", "channel is not ''"),
    ):
        db.execute(f"create index {name} on {table} ({age}) where {still}")


@migrations()
def let_the_audit_log_end(db: Database) -> None:
    """What is older than two years can be taken out of the audit log, by which its retention is enforced."""
    db.execute("drop trigger audit_forbids_delete")
    db.execute(
        "create trigger audit_forbids_delete before delete on audit "
        f"when old.at > strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-{AUDIT_DAYS} days') "
        "begin select raise(abort, 'The audit log can only be added to.'); end"
    )
