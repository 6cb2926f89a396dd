"""Every row that is about a person, as it is stored: for who asks an official for all that is held about them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.storage.database import Database, now
from bot.storage.digest_store import moderator

Person = Mapping[str, str]
"""What the statements about a person need: see `who`."""
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by table, each by its columns."""

MINE = "question_id in (select id from questions where asker in (select value from json_each(:names)))"
BY_ME = "asker in (select value from json_each(:names))"
HERE = "platform = :platform and channel = :author"
"""A private chat may have the person's own id (Telegram)."""
NAMES_ME = "(name in ('alerts_channel', 'digest_channel') and value = :chat)"
BY_MODERATOR = "platform = :platform and changed_by = :author"
NOTED_BY_ME = '"by" in (select value from json_each(:moderators))'
_MY_WORDS = f"select substr(text, 1, 200) from questions where {BY_ME} and text != ''"
_CONDITIONS = {
    "questions": BY_ME,
    "outbox": f"{MINE} or {HERE}",
    "posts": f"{MINE} or {HERE}",
    "feedback": BY_ME,
    "choices": BY_ME,
    "me_too": BY_ME,
    "tellings": MINE,
    "theme_questions": MINE,
    "themes": f"title in ({_MY_WORDS})",
    "theme_notes": NOTED_BY_ME,
    "settings_changes": f"{BY_MODERATOR} or platform = :platform and {NAMES_ME}",
    "notices": HERE,
    "digests": HERE,
}
_VECTORS = (
    f"select id, question_id, encoder, scores, release, length(vector) as bytes from question_vectors where {MINE}"
)
_QUOTES = """
    select distinct d.id from {} d join questions q on q.asker in (select value from json_each(:names)) and q.text != ''
    where instr(char(10) || d.questions || char(10), char(10) || q.text || char(10)) or instr(d.content, q.text)
"""


def who(database: Database, platform: str, author: str) -> Person:
    """What the statements about a person need: every name that they may be stored under, and the time now."""
    database.keys.look_again()
    names = database.keys.names(platform, author)
    return {
        "platform": platform,
        "author": author,
        "now": now(),
        "chat": json.dumps(author),
        "names": json.dumps(names),
        "moderators": json.dumps([moderator(platform, name) for name in names]),
    }


def rows_about(database: Database, platform: str, author: str) -> Rows:
    """Every row about a person, in the writer's thread; tables without any are left out.

    Of a question's vector, which is made of its words, there is its size alone.
    """
    person = who(database, platform, author)
    queries = {table: f'select * from "{table}" where {where}' for table, where in _CONDITIONS.items()}
    found = {table: database.records(sql, person) for table, sql in {**queries, "question_vectors": _VECTORS}.items()}
    return {table: rows for table, rows in found.items() if rows}


def drafts_quoting(database: Database, platform: str, author: str) -> list[int]:
    """The drafts in which officials have taken up a person's words, in the writer's thread."""
    person = who(database, platform, author)
    return sorted(row["id"] for row in database.records(_QUOTES.format("drafts"), person))
