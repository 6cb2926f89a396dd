"""The audit log: who changed what in the console, and when. It can be added to and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.storage.database import Database, now


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

    async def record(self, by: str, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
        """Add an entry; `by` is an account's e-mail address, or "Signpost" for what it does itself."""
        row = {"at": now(), "by": by, "action": action, "subject": subject, "detail": json.dumps(detail or {})}
        await self._database.run(lambda: self._database.insert("audit", {f'"{k}"': v for k, v in row.items()}))

    async def entries(self, subject: str = "", by: str = "", limit: int = 50, offset: int = 0) -> Sequence[Entry]:
        """Entries, newest first: all, or those of one subject or one person."""
        sql = """
            select at, "by", action, subject, detail from audit
            where (? = '' or subject = ?) and (? = '' or "by" = ?) order by id desc limit ? offset ?
        """
        rows = await self._database.read(sql, subject, subject, by, by, limit, offset)
        return [Entry(at, who, action, what, json.loads(detail)) for at, who, action, what, detail in rows]
