"""The audit log: who changed what in the console, and when. It can be added to and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from bot.storage.alongside import alongside
from bot.storage.database import Database, now

Detail = Mapping[str, Any]
Subject = str | Callable[[Any], str]
Details = Detail | Callable[[Any], Detail] | None
"""What may depend on the change that is noted: then it is a function of what the work that makes it returns."""


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did. `subject` names what it was done to, such as "theme 12" or "answer smp_amount"."""

    at: str
    by: str
    action: str
    subject: str
    detail: Mapping[str, Any]


class AuditLog:
    """Kept in the database, whose triggers refuse changes and deletions."""

    def __init__(self, database: Database) -> None:
        """Keep it in a database."""
        self._database = database

    async def record(self, by: str, action: str, subject: str, detail: Detail | None = None) -> None:
        """Add an entry; `by` is an account's e-mail address, or "Signpost" for what it does itself."""
        await self._database.run(lambda: self._write(by, action, subject, detail or {}))

    def noting(self, by: str, action: str, subject: Subject, detail: Details = None) -> AbstractContextManager[None]:
        """Within this context, the first change to the database gets an entry, in the same transaction.

        Where nothing is changed, there is no entry.
        """

        def write(made: Any) -> None:
            what = subject(made) if callable(subject) else subject
            self._write(by, action, what, detail(made) if callable(detail) else detail or {})

        return alongside(write)

    async def entries(self, subject: str = "", by: str = "", limit: int = 50, offset: int = 0) -> Sequence[Entry]:
        """Entries, newest first: all, or those of one subject or one person."""
        sql = """
            select at, "by", action, subject, detail from audit
            where (? = '' or subject = ?) and (? = '' or "by" = ?) order by id desc limit ? offset ?
        """
        rows = await self._database.read(sql, subject, subject, by, by, limit, offset)
        return [Entry(at, who, action, what, json.loads(detail)) for at, who, action, what, detail in rows]

    def _write(self, by: str, action: str, subject: str, detail: Detail) -> None:
        row = {"at": now(), '"by"': by, "action": action, "subject": subject, "detail": json.dumps(detail)}
        self._database.insert("audit", row)
