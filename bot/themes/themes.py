"""Themes: what people ask that has no good answer, and what officials do about it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import ThemeError
from bot.storage.database import Database
from bot.storage.theme_lists import STATES, Theme, ThemeLists
from bot.storage.theme_store import ThemeStore

MAX_NOTE = 2000
MAX_REASON = 500
MAX_DEPARTMENT = 100
MAX_CHOSEN = 400
NEEDS_REASON = ("out_of_scope", "wont_answer")
CHOSEN_STATES = ("new", "in_hand", "out_of_scope", "wont_answer")
"""What officials may choose: answered is what a theme becomes when its answer is published."""


class StaleThemeError(ThemeError):
    """Somebody else has changed a theme since the form was shown; `newest` is how it stands now."""

    def __init__(self, newest: Theme) -> None:
        super().__init__(
            "Somebody has changed this theme since you opened it. Look at how it is now, then choose again."
        )
        self.newest = newest


class Themes:
    """Everything that officials do with themes. Errors are ThemeError, in words for them."""

    def __init__(self, database: Database) -> None:
        """Keep them in a database."""
        self.lists = ThemeLists(database)
        self._store = ThemeStore(database)

    async def get(self, theme_id: int) -> Theme | None:
        """A theme by its number, or None where there is none."""
        return await self.lists.get(theme_id)

    async def assign(self, theme: Theme, department: str, account: int | None, was: tuple[str, int | None]) -> None:
        """Give a theme to a department, a person or both ("" and None for nobody)."""
        if len(department) > MAX_DEPARTMENT:
            raise ThemeError(f"The department's name must be {MAX_DEPARTMENT} characters or fewer.")
        if not await self._store.assign(theme.id, department, account, was):
            raise await self._stale(theme)

    async def note(self, theme: Theme, by: str, text: str) -> None:
        """Keep a note for the other officials."""
        if not text:
            raise ThemeError("Write a note first.")
        if len(text) > MAX_NOTE:
            raise ThemeError(f"A note must be {MAX_NOTE} characters or fewer.")
        if theme.merged_into:
            raise await self._stale(theme)
        await self._store.add_note(theme.id, by, text)

    async def change_state(self, theme: Theme, state: str, was: str, reason: str = "") -> None:
        """Take a theme in hand, close it with a reason, or open it again."""
        if state not in CHOSEN_STATES:
            raise ThemeError("Choose what is to happen with this theme.")
        if state in NEEDS_REASON and not reason:
            raise ThemeError("Give a reason, so that others understand.")
        if len(reason) > MAX_REASON:
            raise ThemeError(f"A reason must be {MAX_REASON} characters or fewer.")
        if was not in STATES or not await self._store.set_state(theme.id, state, was, reason):
            raise await self._stale(theme)

    async def take_in_hand(self, theme: Theme) -> None:
        """Note that somebody has begun to work on a new theme; in any other state it stays as it is."""
        await self._store.set_state(theme.id, "in_hand", "new")

    async def answered(self, theme_id: int, answer: str) -> bool:
        """Note that a theme's answer, given by its slug, is live; False where there is no such theme."""
        return await self._store.answered(theme_id, answer)

    async def merge(self, theme: Theme, others: Sequence[int]) -> int:
        """Make other themes part of one; returns how many questions came with them."""
        chosen = [other for other in dict.fromkeys(others) if other != theme.id]
        if not chosen:
            raise ThemeError("Choose at least one other theme.")
        found = [await self.lists.get(other) for other in chosen[:MAX_CHOSEN]]
        missing = [number for number, other in zip(chosen, found) if other is None or other.state == "merged"]
        if missing:
            raise ThemeError(f"There is no theme {missing[0]}, or it is part of another one.")
        if theme.state == "merged":
            raise await self._stale(theme)
        return await self._store.merge(theme.id, chosen)

    async def split(self, theme: Theme, questions: Sequence[int]) -> int:
        """Put some questions of a theme into a new one, and return its number."""
        if not questions:
            raise ThemeError("Choose the questions that belong in a theme of their own.")
        if theme.state == "merged" or not (new := await self._store.split(theme.id, questions[:MAX_CHOSEN])):
            raise await self._stale(theme)
        return new

    async def _stale(self, theme: Theme) -> StaleThemeError:
        return StaleThemeError(await self.lists.get(theme.id) or theme)
