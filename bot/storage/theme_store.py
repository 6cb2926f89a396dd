"""What officials change of themes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from bot.storage.database import Database, as_stored, now
from bot.storage.grouping_store import COUNT, MAX_TITLE

Result = TypeVar("Result")


class ThemeStore:
    """Each change is one transaction. What an official has put somewhere stays there over any regrouping."""

    def __init__(self, database: Database) -> None:
        """Keep it in a database."""
        self._database = database

    async def assign(self, theme: int, department: str, account: int | None, was: tuple[str, int | None]) -> bool:
        """Give a theme to a department or a person; False where it was given to others than `was` meanwhile."""
        sql = (
            "update themes set department = ?, assigned_to = ? where id = ? and state != 'merged' "
            "and coalesce(department, '') = ? and assigned_to is ?"
        )
        return await self._changed(sql, department, account, theme, *was)

    async def add_note(self, theme: int, by: str, text: str) -> None:
        """Keep what an official writes to the others."""
        sql = 'insert into theme_notes (theme_id, at, "by", text) values (?, ?, ?, ?)'
        await self._database.run(lambda: self._database.execute(sql, theme, now(), by, text))

    async def set_state(self, theme: int, state: str, was: str, reason: str = "", answer: str = "") -> bool:
        """Change a theme's state; False where it is no longer what it was."""
        closed = None if state in ("new", "in_hand") else now()
        sql = "update themes set state = ?, reason = ?, answer = ?, closed_at = ? where id = ? and state = ?"
        return await self._changed(sql, state, reason, answer, closed, theme, was)

    async def answered(self, theme: int, answer: str) -> bool:
        """Note that a theme has its answer, whatever its state was; False where there is no such theme."""
        sql = (
            "update themes set state = 'answered', reason = '', answer = ?, closed_at = ? "
            "where id = ? and state != 'merged'"
        )
        return await self._changed(sql, answer, now(), theme)

    async def merge(self, theme: int, others: Sequence[int]) -> int:
        """Make other themes part of one; returns how many questions came with them."""
        return await self._run(lambda: self._merge(theme, others))

    async def split(self, theme: int, questions: Sequence[int]) -> int:
        """Put some questions of a theme into a new one of the same subject, and return it; 0 where none is in it."""
        return await self._run(lambda: self._split(theme, questions))

    async def _changed(self, sql: str, *values: object) -> bool:
        return await self._database.run(lambda: self._database.execute(sql, *values).rowcount > 0)

    async def _run(self, work: Callable[[], Result]) -> Result:
        def run() -> Result:
            with self._database.transaction():
                return work()

        return await self._database.run(run)

    def _merge(self, theme: int, others: Sequence[int]) -> int:
        execute, moved = self._database.execute, 0
        for other in others:
            sql = (
                "update themes set state = 'merged', merged_into = ?, closed_at = ? where id = ? and state != 'merged'"
            )
            if not execute(sql, theme, now(), other).rowcount:
                continue
            moved += execute(_MOVE_ALL, theme, other).rowcount
            for table in ("theme_notes", "drafts"):
                execute(f"update {table} set theme_id = ? where theme_id = ?", theme, other)
            execute("update themes set merged_into = ? where merged_into = ?", theme, other)
            self._count(other)
        self._count(theme)
        return moved

    def _split(self, theme: int, questions: Sequence[int]) -> int:
        fetch, marks = self._database.fetch, ",".join("?" * len(questions))
        chosen = f"theme_id = ? and question_id in ({marks})"
        named = fetch(
            f"select text from questions where id = (select max(question_id) from theme_questions where {chosen})",
            theme,
            *questions,
        )
        if not named:
            return 0
        row = {"title": (named[0][0] or "")[:MAX_TITLE], "state": "new", "created_at": now()}
        new = self._database.insert("themes", row)
        self._database.execute(
            "update themes set subject = (select subject from themes where id = ?) where id = ?", theme, new
        )
        self._database.execute(
            f"update theme_questions set theme_id = ?, by_hand = 1 where {chosen}", new, theme, *questions
        )
        for one in (theme, new):
            self._count(one)
        return new

    def _count(self, theme: int) -> None:
        today = datetime.now(timezone.utc)
        since = [as_stored(today - timedelta(days=days)) for days in (7, 14, 7)]
        self._database.execute(COUNT, *since, theme)


_MOVE_ALL = "update theme_questions set theme_id = ?, by_hand = 1 where theme_id = ?"
