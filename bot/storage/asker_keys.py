"""The keys under which people are stored: the newest for what is written, older ones to know them again."""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import portalocker

from bot.errors import QuestionLogError
from bot.secret_files import BYTES, replace_secret, secret_in

DROPPED = bytes(BYTES)
"""What stands in the file in the place of a key that has been dropped: numbers are never used again."""
LOCK_SECONDS = 10.0
LOOK_SECONDS = 1.0
"""How long a look at the file holds: it lets other threads in, which takes longer than all else about a name."""
REMEDY = "put it back from a backup, or run `signpost keys rotate --drop-old`, which forgets who asked before"
ASKERS = ("questions", "feedback", "choices", "me_too")
"""The tables that have a column `asker`."""

Stamp = tuple[int, int, int]


class AskerKeys:
    """A file of keys, one after another, readable by its owner alone: the first is key 1, the last the one in use.

    What other processes do to the file is noticed with a name that is asked for, a second later at the latest.
    """

    def __init__(self, path: Path) -> None:
        """Read the keys, or make the first. Raises QuestionLogError where that can't be done."""
        self.path = path
        self._stamp: Stamp | None = None
        self._keys: tuple[bytes, ...] = ()
        self._looked_at = -LOOK_SECONDS
        try:
            secret_in(path)
            self._keys, self._stamp = _read(path), _stamp(path)
        except OSError as error:
            folder = path.parent
            raise QuestionLogError(f"{folder} can't be used for the question log: {error.strerror}.") from error

    def names(self, platform: str, author: str) -> tuple[str, ...]:
        """The names under which a person may be stored, the one for what is written now first: HMACs.

        None can be traced back without its key. A name of any but the first key begins with the key's number.
        """
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            self.look_again()
        person = f"{platform}:{author}".encode("utf-8", "backslashreplace")
        return tuple(_name(number, key, person) for number, key in reversed(self.live()))

    def live(self) -> list[tuple[int, bytes]]:
        """The keys that have not been dropped, by number, the newest last."""
        return [(number, key) for number, key in enumerate(self._keys, 1) if key != DROPPED]

    def dropped(self) -> list[int]:
        """The numbers of the keys that have been dropped."""
        self.look_again()
        return [number for number, key in enumerate(self._keys, 1) if key == DROPPED]

    def look_again(self) -> None:
        """Read the file again if it has changed. While it is missing or damaged, what was read before goes on."""
        self._looked_at = time.monotonic()
        try:
            if (stamp := _stamp(self.path)) != self._stamp:
                self._keys, self._stamp = _read(self.path), stamp
        except (OSError, QuestionLogError):
            return


def rotate(path: Path, drop_old: bool) -> int:
    """Add a key, which is used from now on, and drop the older ones if so asked; returns its number.

    Raises QuestionLogError.
    """
    with _changing(path):
        keys = [DROPPED] * _last_number(path) if drop_old else list(_read(path))
        replace_secret(path, b"".join([*keys, os.urandom(BYTES)]))
        return len(keys) + 1


def drop(path: Path, numbers: Sequence[int]) -> None:
    """Drop some keys but the newest. Raises QuestionLogError."""
    with _changing(path):
        keys = list(_read(path))
        for number in numbers:
            if number < len(keys):
                keys[number - 1] = DROPPED
        replace_secret(path, b"".join(keys))


def refuse_lost_key(path: Path, database: Path) -> None:
    """Raise QuestionLogError where people are stored under a key that is gone: a new one would know nobody again."""
    if not path.exists() and _last_number_in(database):
        raise QuestionLogError(f"The key {path}, by which people in the question log are known, is missing: {REMEDY}.")


def under(number: int, column: str = "asker") -> str:
    """A condition in SQL: that a name is one of this key's. Names of the first key bear no number."""
    if number == 1:
        return f"({column} > '' and {column} < '~' and instr({column}, '-') = 0)"
    return f"({column} >= '{number}-' and {column} < '{number}.')"


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    """Let no other process change the file meanwhile. Raises QuestionLogError where it can't be changed."""
    try:
        with portalocker.Lock(path.with_suffix(".lock"), timeout=LOCK_SECONDS):
            yield
    except (OSError, portalocker.LockException) as error:
        raise QuestionLogError(f"The key {path} can't be changed: {error}.") from error


def _name(number: int, key: bytes, person: bytes) -> str:
    digest = hmac.new(key, person, hashlib.sha256).hexdigest()[:32]
    return digest if number == 1 else f"{number}-{digest}"


def _read(path: Path) -> tuple[bytes, ...]:
    content = path.read_bytes()
    keys = tuple(content[start : start + BYTES] for start in range(0, len(content), BYTES))
    if not keys or len(content) % BYTES or keys[-1] == DROPPED:
        raise QuestionLogError(f"The key {path} is damaged: {REMEDY}.")
    return keys


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return found.st_mtime_ns, found.st_ino, found.st_size


def _last_number(path: Path) -> int:
    """The number of the last key that there ever was, as far as the file or the database beside it tell."""
    size = path.stat().st_size if path.exists() else 0
    return max(-(-size // BYTES), *(_last_number_in(file) for file in path.parent.glob("*.db")), 0)


def _last_number_in(database: Path) -> int:
    """The number of the newest key under which somebody is stored; 0 where nobody is."""
    if not database.exists():
        return 0
    newest = "select max(case when instr(asker, '-') then cast(asker as integer) else 1 end) from {}"
    where = " where asker > '' and asker < '~'"
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return max(db.execute(newest.format(table) + where).fetchone()[0] or 0 for table in ASKERS)
    except sqlite3.Error:
        # What is wrong with it is told when it is opened.
        return 0
