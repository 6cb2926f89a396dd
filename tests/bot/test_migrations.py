"""The question log's schema is reached step by step, from any earlier step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database
from sqlite_utils.db import NotFoundError
from sqlite_utils.migrations import Migrations

from bot.storage.migrations import migrations
from bot.storage.question_log import LoggedQuestion

RELEASED = [
    "create_questions",
    "create_outbox",
    "create_feedback",
    "create_choices",
    "create_posts",
    "give_each_message_one_question",
    "extend_outbox",
    "create_me_too",
    "create_communities",
]
OFFICIALS = {
    "accounts", "sign_in_failures", "audit", "drafts", "answer_versions", "builds", "pauses", "theme_notes"
}  # fmt: skip
"""The tables of what officials do; it is theirs to answer for."""
COMMUNITIES = {"name"}
"""A community has a name, and a setting: neither is a person's."""
QUESTION = {"asked_at": "2026-11-22", "platform": "terminal", "asker": "a", "addressed": 1, "outcome": "answered"}
OWED = {"question_id": 1, "reply": '{"body": "b", "sources": [], "choices": []}', "created_at": "2026-11-22"}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty database file."""
    database = Database(tmp_path / "questions.db")
    database.execute("pragma synchronous = off")
    yield database
    database.close()


def test_all_steps_make_all_tables(db: Database) -> None:
    """An empty file gets every table."""
    migrations.apply(db)
    tables = {"questions", "outbox", "feedback", "choices", "posts", "me_too", "communities", "settings_changes"}
    assert tables <= set(db.table_names())


def test_released_steps_keep_their_names_and_order() -> None:
    """A new step goes after those that are out in the world."""
    assert [step.name for step in migrations._migrations][: len(RELEASED)] == RELEASED


def test_applying_twice_changes_nothing(db: Database) -> None:
    """A file that is up to date stays as it is, rows included."""
    migrations.apply(db)
    db.table("questions").insert(QUESTION)
    before = db.schema
    migrations.apply(db)
    assert (db.schema, db["questions"].count, migrations.pending(db)) == (before, 1, [])


@pytest.mark.parametrize("step", [step.name for step in migrations._migrations[1:]])
def test_an_older_file_is_brought_up_to_date(db: Database, step: str) -> None:
    """A file from any earlier step, with a row in every table that it had, gets the missing ones and loses nothing."""
    migrations.apply(db, stop_before=step)
    fill(db)
    before = {table: rows_of(db, table) for table in tables_of(db)}
    assert all(before.values())
    migrations.apply(db)
    assert migrations.pending(db) == []
    for table, rows in before.items():
        kept = [{column: row[column] for column in rows[0]} for row in rows_of(db, table)]
        assert kept == rows, table
    assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
    assert db.execute("pragma foreign_key_check").fetchall() == []
    fill(db)  # What has come since can be written as well.
    assert all(rows_of(db, table) for table in tables_of(db))


def tables_of(db: Database) -> list[str]:
    """Every table of ours: the search index has some of its own."""
    return [table for table in db.table_names() if not table.startswith(("_", "sqlite_", "questions_fts"))]


def rows_of(db: Database, table: str) -> list[dict[str, Any]]:
    """The rows of a table."""
    return list(db[table].rows)


def fill(db: Database) -> None:
    """Write a row into every table that has none, each with the number 1 where it has one."""
    for table in tables_of(db):
        if rows_of(db, table):
            continue
        # Beside those that are made of others.
        columns = [
            (name, kind) for _, name, kind, *_, hidden in db.execute(f"pragma table_xinfo({table})") if not hidden
        ]
        values = [made_up(name, kind) for name, kind in columns]
        names, marks = ", ".join(f'"{name}"' for name, _ in columns), ", ".join("?" * len(columns))
        with db.conn:
            db.execute(f"insert into {table} ({names}) values ({marks})", values)


def made_up(name: str, kind: str) -> Any:
    """A value such as a column may hold."""
    if name == "reply":
        return OWED["reply"]
    if name.endswith("_at") or name == "at":
        return "2026-11-22T10:00:00.000+00:00"
    return {"INTEGER": 1, "FLOAT": 0.5, "REAL": 0.5, "BLOB": b"vector"}.get(kind.upper(), f"{name} – ‘words’")


def test_what_an_older_version_owed_is_owed_no_more(db: Database) -> None:
    """Its replies were for a terminal that has been closed; those delivered stay so, and none has lost its words."""
    migrations.apply(db, stop_before="extend_outbox")
    db.table("questions").insert(QUESTION)
    db.table("outbox").insert_all([{**OWED, "delivered_at": None}, {**OWED, "delivered_at": "2026-11-22"}])
    migrations.apply(db)
    stored = db.execute("select delivered_at, drop_reason, action, reply from outbox order by id").fetchall()
    assert stored == [(None, "too_old", "post", OWED["reply"]), ("2026-11-22", None, "post", OWED["reply"])]


def test_a_message_is_one_question(db: Database) -> None:
    """Older rows without a message's id are left in peace; from now on an id is there once in a channel."""
    migrations.apply(db, stop_before="give_each_message_one_question")
    db.table("questions").insert_all(
        [QUESTION, QUESTION, {**QUESTION, "message_id": ""}, {**QUESTION, "message_id": ""}]
    )
    migrations.apply(db)
    row = {**QUESTION, "channel": "general", "message_id": "m1"}
    db.table("questions").insert_all([row, {**row, "channel": "other"}, {**row, "platform": "discord"}])
    with pytest.raises(sqlite3.IntegrityError):
        db.table("questions").insert(row)
    assert db["questions"].count == 7


def test_a_step_that_fails_leaves_nothing_behind(db: Database) -> None:
    """A step is taken wholly or not at all, and can be taken again."""
    failing = Migrations("failing")

    @failing()
    def half(database: Database) -> None:
        database.table("half").create({"id": int}, pk="id")
        database.table("missing").get(1)

    with pytest.raises(NotFoundError):
        failing.apply(db)
    assert "half" not in db.table_names()
    assert [step.name for step in failing.pending(db)] == ["half"]


def test_officials_columns_are_the_logs_columns(db: Database) -> None:
    """What officials are shown of a question is stored under the same names."""
    migrations.apply(db)
    assert set(LoggedQuestion.__dataclass_fields__) <= set(db["questions"].columns_dict)


def test_nothing_said_by_citizens_names_a_person(db: Database) -> None:
    """In every table but those of officials, who act under their own names, there are only pseudonyms."""
    migrations.apply(db)
    assert set(db.table_names()) >= OFFICIALS
    columns = {column for table in {*db.table_names()} - OFFICIALS for column in db[table].columns_dict}
    assert not {"author", "username", "display_name", "name", "email", "ip", "address"} & (columns - COMMUNITIES)


def test_a_search_finds_what_was_asked_before_there_was_one(db: Database) -> None:
    """An older file's questions are indexed, and its votes counted."""
    migrations.apply(db, stop_before="create_accounts")
    db.table("questions").insert({**QUESTION, "text": "how much are benefits"})
    db.table("feedback").insert_all(
        {"question_id": 1, "asker": asker, "helpful": vote, "given_at": "2026-11-22"}
        for asker, vote in zip("abc", (1, 1, 0))
    )
    migrations.apply(db)
    assert db.execute("select rowid from questions_fts where questions_fts match 'benefit'").fetchall() == [(1,)]
    assert db.execute("select helpful, unhelpful, day from questions").fetchall() == [(2, 1, "2026-11-22")]


def test_the_audit_log_can_only_be_added_to(db: Database) -> None:
    """Whoever has the file open."""
    migrations.apply(db)
    row = {
        "at": datetime.now(timezone.utc).isoformat(),
        "by": "ann@example.org",
        "action": "signed in",
        "subject": "",
        "detail": "{}",
    }
    db.table("audit").insert(row)
    for change in ('update audit set "by" = 0', "delete from audit"):
        with pytest.raises(sqlite3.IntegrityError, match="can only be added to"):
            db.execute(change)
    assert list(db["audit"].rows) == [{"id": 1, **row}]
