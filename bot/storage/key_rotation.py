"""What becomes of people's rows when the key of their names changes (see AskerKeys)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from bot.storage.asker_keys import ASKERS, drop, under
from bot.storage.database import Database

SETTLED = timedelta(days=1)
"""How long after a key was last added or dropped another may be dropped: by then everybody uses the newest."""
ROWS = 200
"""Rows that are written at a time: messages wait behind them."""
_ONCE_A_QUESTION = ("feedback", "me_too")
_NOTE = 'substr("by", instr("by", \' moderator \') + 11)'
"""The name of a moderator who has decided from a chat, at the end of what a theme's note says."""
IS_MODERATORS = "\"by\" like '% moderator _%'"

UNLINKED = "'~' || lower(hex(randomblob(8)))"
"""In the place of a name, in SQL, where each row needs one of its own: it is made up, and stands for nobody."""
NOBODY = 'substr("by", 1, instr("by", \' moderator \') + 10)'
"""A moderator's note as it is once they are forgotten: it says which platform they were on."""


def bring_together(database: Database, names: Sequence[str]) -> None:
    """Let all that a person did be theirs by the newest of their names, in the writer's thread and a transaction.

    So they are one person wherever people are counted, and have one vote, though the key has changed meanwhile.
    """
    newest, *older = names or ("",)
    if not older:
        return
    marks = ",".join("?" * len(older))
    for table in ASKERS:
        database.execute(f"update or ignore {table} set asker = ? where asker in ({marks})", newest, *older)
    for table in _ONCE_A_QUESTION:
        # What is left would have been a second one of theirs.
        database.execute(f"delete from {table} where asker in ({marks})", *older)


async def rows_under(database: Database, number: int) -> int:
    """How many rows bear names of a key. Raises QuestionLogError."""
    counts = [f"(select count(*) from {table} where {under(number)})" for table in ASKERS]
    counts.append(f"(select count(*) from theme_notes where {IS_MODERATORS} and {under(number, _NOTE)})")
    ((count,),) = await database.read(f"select {' + '.join(counts)}")
    return int(count)


async def drop_unused_keys(database: Database) -> list[int]:
    """Drop the older keys of which no row bears a name any more; returns their numbers. Raises QuestionLogError."""
    try:
        changed = datetime.fromtimestamp(database.keys.path.stat().st_mtime, timezone.utc)
    except FileNotFoundError:
        return []
    if datetime.now(timezone.utc) - changed < SETTLED:
        return []
    database.keys.look_again()
    older = [number for number, _ in database.keys.live()[:-1]]
    unused = [number for number in older if not await rows_under(database, number)]
    if unused:
        drop(database.keys.path, unused)
    return unused


async def forget_dropped(database: Database) -> int:
    """Take away the names whose key has been dropped, which nobody can know again; returns how many.

    What people asked and voted still counts. Raises QuestionLogError.
    """
    count = 0
    for number in database.keys.dropped():
        if not await rows_under(database, number):
            continue
        for sql in _unlinking(number):
            while (done := await database.run(lambda sql=sql: database.execute(sql).rowcount)) > 0:  # type: ignore[misc]
                count += done
    return count


def _unlinking(number: int) -> list[str]:
    some = f"rowid in (select rowid from {{}} where {under(number)} limit {ROWS})"
    nobody = {table: UNLINKED if table in _ONCE_A_QUESTION else "''" for table in ASKERS}
    names = [f"update {table} set asker = {name} where {some.format(table)}" for table, name in nobody.items()]
    notes = f"where {IS_MODERATORS} and {under(number, _NOTE)}"
    return [*names, f'update theme_notes set "by" = {NOBODY} {notes}']
