"""What the database needs for itself."""

from bot.storage.annotations.citizens import MERGED
from bot.storage.annotations.terms import FOR_GOOD, NOBODY, NONE, PUBLIC_TASK, Column, Personal, Table, plain


def _own(title: str, purpose: str, **columns: str) -> Table:
    return Table(title, purpose, NONE, FOR_GOOD, NOBODY, plain(**columns))


UPKEEP = {
    "erasures": _own(
        "Erasing", "How often words were erased, and whether nothing of them is left in the file.",
        asked="How often", done="Of which nothing is left in the index", rewritten="Of which nothing is left at all",
    ),
    "questions_fts_data": Table(
        "Search index: contents", "The index itself.", PUBLIC_TASK, MERGED, NOBODY,
        {**plain(id="Number"), "block": Column("Words, by the questions that they are in", Personal.WORDS)},
    ),
    "questions_fts_idx": Table(
        "Search index: pages", "Where a word is looked up.", PUBLIC_TASK, MERGED, NOBODY,
        {
            **plain(segid="Part"),
            "term": Column("The beginning of a word", Personal.WORDS),
            **plain(pgno="Page"),
        },
    ),
    "questions_fts_docsize": _own("Search index: lengths", "How long questions are.", id="Question", sz="Words"),
    "questions_fts_config": _own("Search index: version", "How the index is laid out.", k="Name", v="Value"),
    "_sqlite_migrations": _own(
        "Schema", "Which steps the schema has taken.",
        id="Number", migration_set="Of what", name="Step", applied_at="When",
    ),
    "sqlite_sequence": _own("Numbers", "Numbers that are not used again.", name="Table", seq="Last number"),
}  # fmt: skip
"""Tables by name."""
