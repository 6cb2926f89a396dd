"""Who administers a group."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from cachetools import TTLCache
from telegram import ChatMember

from connectors.telegram_connector.api import FAILURES, Client, described

logger = logging.getLogger(__name__)

KNOWN_SECONDS = 600.0
UNKNOWN_SECONDS = 30.0
"""How long no other try is made where the platform doesn't say."""
TIMEOUT_SECONDS = 3.0
"""A message waits for this at most: without administrators, urgent help and answers are given all the same."""
GROUPS = 10_000


class Administrators:
    """Asks the platform, and keeps what it says for ten minutes. Where it doesn't say, nobody is one."""

    def __init__(self, client: Client) -> None:
        """Ask by this client."""
        self._client = client
        self._known: TTLCache[int, Sequence[int]] = TTLCache(GROUPS, KNOWN_SECONDS)
        self._unknown: TTLCache[int, Sequence[int]] = TTLCache(GROUPS, UNKNOWN_SECONDS)

    async def of(self, chat: int) -> Sequence[int]:
        """The administrators of a group, its owner first, and the bot among them where it is one; none elsewhere."""
        if chat > 0:
            return ()
        known = self._known.get(chat, self._unknown.get(chat))
        return known if known is not None else await self.asked_now(chat)

    async def asked_now(self, chat: int) -> Sequence[int]:
        """The same, but sure to be so at this moment."""
        try:
            members = await self._client.get_chat_administrators(
                chat, read_timeout=TIMEOUT_SECONDS, connect_timeout=TIMEOUT_SECONDS
            )
            ranked = sorted(members, key=lambda member: member.status != ChatMember.OWNER)
            self._known[chat] = tuple(member.user.id for member in ranked)
        except FAILURES as error:
            logger.info("The administrators of a group can't be had: %s.", described(error))
            self._unknown[chat] = ()
            return ()
        return self._known[chat]

    def forget(self, chat: int) -> None:
        """Ask again the next time."""
        self._known.pop(chat, None)
        self._unknown.pop(chat, None)
