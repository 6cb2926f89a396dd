"""Copies of the database file: made while it is being written, and checked before one takes its place."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import BackupError
from bot.storage.database import DATABASE_FILE, explain, read_only
from bot.storage.migrations import migrations


def copy_database(folder: Path, copy: Path) -> None:
    """Copy the database of a folder as it is at one moment; the bots go on writing.

    Raises QuestionLogError, or OSError where there is no room for the copy.

    The copy is written anew row by row, so that nothing that was erased is left in its free space.
    """
    path = folder / DATABASE_FILE
    try:
        with closing(read_only(path)) as db:
            db.execute("vacuum into ?", (str(copy),))
    except sqlite3.Error as error:
        if "full" in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise explain(path, error) from error


def check_copy(copy: Path) -> None:
    """Raises BackupError unless a file is a sound database of this version of Signpost, or of an earlier one."""
    try:
        with closing(read_only(copy)) as db:
            faults = db.execute("pragma integrity_check").fetchall() != [("ok",)]
            faults = faults or bool(db.execute("pragma foreign_key_check").fetchone())
            steps = {name for (name,) in db.execute("select name from _sqlite_migrations")}
    except sqlite3.Error as error:
        raise BackupError("The backup's question log is damaged: choose another backup.") from error
    if faults:
        raise BackupError("The backup's question log is damaged: choose another backup.")
    if steps - {step.name for step in migrations._migrations}:
        raise BackupError("The backup was made by a later version of Signpost: update this one first.")


@contextmanager
def out_of_use(folder: Path) -> Iterator[None]:
    """Hold the database of a folder, so that nobody else can use it. Raises BackupError where somebody does.

    One that is damaged is nobody's.
    """
    with closing(sqlite3.connect(folder / DATABASE_FILE, timeout=0, isolation_level=None)) as db:
        try:
            db.execute("pragma locking_mode = exclusive")
            db.execute("begin exclusive")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise BackupError(f"The question log in {folder} is in use: stop the bot and the console.") from error
        except sqlite3.DatabaseError:
            pass  # It is no database at all, which is a good reason to restore a backup.
        yield


def erase_again(copy: Path, folder: Path) -> int | None:
    """Erase in a copy what has been erased in the database of a folder since the copy was made.

    Returns how many questions that was, or None where that database can't be read.
    """
    present = f"{(folder / DATABASE_FILE).resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(copy.resolve().as_uri(), uri=True)) as db:
            db.execute("pragma secure_delete = on")
            db.execute("attach ? as present", (present,))
            with db:
                ((count,),) = db.execute(f"select count(*) from ({_ERASED})").fetchall()
                for statement in _ERASE:
                    db.execute(statement)
    except sqlite3.Error:
        return None
    return int(count)


# A question keeps its number for ever; where the file was begun anew meanwhile, numbers stand for other questions.
_BOTH = "main.questions q join present.questions p on p.id = q.id and p.asked_at = q.asked_at"
_FORGOTTEN = f"select q.id from {_BOTH} where q.asker != '' and p.asker = '' and p.text is null"
_ERASED = f"select q.id from {_BOTH} where (q.asker != '' and p.asker = '') or (q.text is not null and p.text is null)"
_COLUMNS = ("asker", "text", "candidates", "personal_data", "channel", "thread", "message_id")
_ERASE = (
    *(
        # Of those who are there still, some may have changed their minds since, and others have a name by another key.
        f"delete from main.{table} where question_id in (select q.id from {_BOTH}) and not exists (select 1 from "
        f"present.{table} p where p.question_id = {table}.question_id "
        f"and (p.asker = {table}.asker or p.{at} = {table}.{at}))"
        for table, at in (("feedback", "given_at"), ("choices", "chosen_at"), ("me_too", "asked_at"))
    ),
    f"delete from main.posts where question_id in ({_FORGOTTEN})",
    "update main.outbox set reply = '', reply_to = '', thread = '', "
    "channel = case community when '' then '' else channel end, "
    "drop_reason = case when delivered_at is null and dropped_at is null then 'forgotten' else drop_reason end, "
    "dropped_at = case when delivered_at is null then coalesce(dropped_at, created_at) else dropped_at end "
    f"where question_id in ({_FORGOTTEN})",
    *(
        f'update main.{table} set "{column}" = p."{column}" from present.{table} p '
        f"where p.id = {table}.id and p.{at} = {table}.{at}"
        for table, column, at in (("settings_changes", "changed_by", "changed_at"), ("theme_notes", "by", "at"))
    ),
    # Last, since it is from here that the others know who was forgotten.
    f"update main.questions set {', '.join(f'{name} = p.{name}' for name in _COLUMNS)} "
    f"from present.questions p where p.id = questions.id and questions.id in ({_ERASED})",
    # Without it, the words would stay in the search index for a while (see Erasure).
    "insert into questions_fts (questions_fts) values ('optimize')",
)
"""What follows from the questions that were erased."""
