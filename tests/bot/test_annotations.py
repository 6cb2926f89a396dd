"""Every column of every table says what it is for, and the data protection page says so too."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.settings import RetentionSettings, load_settings
from bot.storage.annotations import TABLES, Personal
from bot.storage.annotations.page import impact_page, kept_in_words
from bot.storage.annotations.terms import FOR_GOOD, NONE
from bot.storage.migrations import migrations
from bot.storage.retention import days_of
from bot.storage.retention_rules import RULES, Rule

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = 1
"""A column that FTS5 adds for itself."""


@pytest.fixture(scope="module")
def schema() -> dict[str, set[str]]:
    """The columns of every table, generated ones too."""
    db = Database(memory=True)
    migrations.apply(db)
    tables = {
        name: {row[1] for row in db.execute(f"pragma table_xinfo({name})") if row[6] != HIDDEN}
        for name in db.table_names()
    }
    db.close()
    return tables


def test_every_column_has_an_annotation(schema: dict[str, set[str]]) -> None:
    """A new one is thought of before it is stored; one that is gone is not told of."""
    annotated = {name: set(table.columns) for name, table in TABLES.items()}
    assert annotated == schema, "annotate the column in bot/storage/annotations/"


def test_every_annotation_says_something() -> None:
    """What it is for, who sees it and for how long it is kept."""
    for name, table in TABLES.items():
        assert table.title and table.purpose.endswith(".") and table.basis and table.kept and table.seen_by, name
        assert all(column.purpose for column in table.columns.values()), name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_a_rule_takes_away_says_so(rule: Rule) -> None:
    """Each column that a rule empties names it, and a table whose rows it deletes."""
    table = TABLES[rule.table]
    emptied = {name for name, column in table.columns.items() if rule.name in column.kept.split("; ")}
    assert set(rule.columns) == emptied if rule.columns else rule.name in table.kept.split("; ")


def test_what_is_personal_has_an_end_or_a_reason() -> None:
    """What says who somebody is, or what they said, goes by a rule; nothing personal is held without a basis."""
    rules = {rule.name for rule in RULES}
    settled = {"drafts", "answer_versions", "accounts", "questions_fts", "questions_fts_data", "questions_fts_idx"}
    for name, table in TABLES.items():
        personal = {key: one for key, one in table.columns.items() if one.personal is not Personal.NO}
        assert not personal or table.basis != NONE, name
        for key, column in personal.items():
            kept = column.kept or table.kept
            if column.personal in (Personal.WORDS, Personal.PSEUDONYM, Personal.PLATFORM_ID) and name not in settled:
                assert rules & set(kept.split("; ")), f"{name}.{key}"
            assert kept != FOR_GOOD or column.personal in (Personal.ACT, Personal.OFFICIAL), f"{name}.{key}"


def test_the_page_is_up_to_date() -> None:
    """As it is committed."""
    page = impact_page(load_settings(ROOT / "config.yml").retention)
    committed = (ROOT / "docs" / "data-protection.md").read_text(encoding="utf-8")
    assert committed == page, "write it anew: uv run signpost data-protection > docs/data-protection.md"


def test_the_page_tells_everything(schema: dict[str, set[str]]) -> None:
    """Every table and column, and nothing left to be filled in by the program."""
    page = impact_page(RetentionSettings())
    assert [f"{table}.{column}" for table in schema for column in schema[table] if f"`{column}`" not in page] == []
    assert [table for table in schema if f"(`{table}`)" not in page] == []
    assert "{" not in page


def test_the_page_goes_by_the_jobs_days() -> None:
    """Other settings make another page."""
    settings = RetentionSettings(words_days=77, reply_ids_days=44, moderators_days=400, records_days=999)
    page = impact_page(settings)
    for rule in RULES:
        days = days_of(rule, settings)
        assert f"| {'a day' if days == 1 else f'{days} days'} {rule.since} |" in page
    assert kept_in_words("words", settings) == "77 days after the question was asked"
    assert "90 days" not in page and "730 days" not in page
