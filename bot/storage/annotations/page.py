"""The data protection impact page: what is held, why, for how long and who can see it, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.settings import RetentionSettings
from bot.storage.annotations import GROUPS, TABLES
from bot.storage.annotations.terms import Column, Personal, Table
from bot.storage.retention import days_of
from bot.storage.retention_rules import RULES

_TEMPLATE = Path(__file__).with_name("impact.md")
_HEADS = "| column | what it is for | what it says of a person | kept | seen by |\n| --- | --- | --- | --- | --- |"


def impact_page(settings: RetentionSettings) -> str:
    """The page, with the days that hold under these settings."""
    page = _TEMPLATE.read_text(encoding="utf-8")
    held = "\n\n".join(_group(title, tables, settings) for title, tables in GROUPS.items())
    filled = {"retention": "\n".join(_retention(settings)), "held": held}
    filled |= {name: str(getattr(settings, name)) for name in RetentionSettings.__struct_fields__}
    for name, text in filled.items():
        page = page.replace(f"{{{name}}}", text)
    return page


def kept_in_words(kept: str, settings: RetentionSettings) -> str:
    """How long something is kept: the rules that it names, with their days, and whatever else it says."""
    rules = {rule.name: f"{_days(days_of(rule, settings))} {rule.since}" for rule in RULES}
    return "; ".join(rules.get(part, part) for part in kept.split("; "))


def _retention(settings: RetentionSettings) -> Iterator[str]:
    yield "| what | of which table | kept for | then |\n| --- | --- | --- | --- |"
    for rule in RULES:
        columns = ", ".join(f"`{name}`" for name in rule.columns)
        then = f"emptied: {columns}; the row stays, and is counted" if columns else "deleted"
        period = f"{_days(days_of(rule, settings))} {rule.since}"
        yield f"| {rule.name} | {TABLES[rule.table].title} (`{rule.table}`) | {period} | {then} |"


def _group(title: str, tables: dict[str, Table], settings: RetentionSettings) -> str:
    return "\n\n".join([f"### {title}", *(_table(name, table, settings) for name, table in tables.items())])


def _table(name: str, table: Table, settings: RetentionSettings) -> str:
    personal = {key: column for key, column in table.columns.items() if column.personal is not Personal.NO}
    others = [f"`{key}` ({column.purpose})" for key, column in table.columns.items() if key not in personal]
    parts = [
        f"#### {table.title} (`{name}`)",
        f"{table.purpose} Basis: {table.basis}. Kept: {kept_in_words(table.kept, settings)}. Seen by: {table.seen_by}.",
    ]
    if personal:
        parts.append("\n".join([_HEADS, *(_row(key, table, one, settings) for key, one in personal.items())]))
    if others:
        parts.append(f"Not personal: {', '.join(others)}.")
    return "\n\n".join(parts)


def _row(name: str, table: Table, column: Column, settings: RetentionSettings) -> str:
    kept = kept_in_words(column.kept or table.kept, settings)
    return f"| `{name}` | {column.purpose} | {column.personal.value} | {kept} | {column.seen_by or table.seen_by} |"


def _days(days: int) -> str:
    return "a day" if days == 1 else f"{days} days"
