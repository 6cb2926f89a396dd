"""Groups that have turned into supergroups, and so have a new id."""

from __future__ import annotations

import asyncio

from connectors.base import Communities


class Migrations:
    """Knows the new id of a group for what was addressed to its old one."""

    def __init__(self, communities: Communities) -> None:
        """Tell the communities of each."""
        self._communities = communities
        self._new: dict[int, int] = {}
        self._moves: dict[int, asyncio.Future[None]] = {}

    def current(self, chat: int) -> int:
        """The id that a chat has now."""
        return self._new.get(chat, chat)

    async def note(self, old: int, new: int) -> None:
        """Let a community go on under its new id, and wait until it does. The platform tells of it more than once."""
        if new not in self._moves:
            self._new[old] = new
            self._moves[new] = asyncio.ensure_future(self._communities.moved("telegram", str(old), str(new)))
        await self.arrived(new)

    async def arrived(self, chat: int) -> None:
        """Wait until what is known of a supergroup's community has been moved to it."""
        if chat in self._moves:
            await asyncio.shield(self._moves[chat])
