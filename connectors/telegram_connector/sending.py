"""Does what is owed: a reply in as many messages as it needs, with the buttons under the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from cachetools import LRUCache

from bot.deliveries import Action, Owed
from bot.errors import PermanentSendError, TemporarySendError
from bot.messages import Reply
from bot.places import Place
from connectors.telegram_connector.api import FORBIDDEN
from connectors.telegram_connector.notices import Notices
from connectors.telegram_connector.posting import Posts, wait_after
from connectors.telegram_connector.rendering import html_parts, keyboard_of

REMEMBERED = 10_000
"""How many attempts and replies of several messages are kept in memory."""


@dataclass
class _Attempt:
    """How far something owed has come, so that what is done of it is not done again."""

    posts: list[str] = field(default_factory=list)
    failures: int = 0


class Sender:
    """Carries out what the outbox holds, and what a press calls for."""

    def __init__(self, posts: Posts, notices: Notices) -> None:
        """Post here, and tell moderators of what they can mend."""
        self._posts = posts
        self._notices = notices
        self._attempts: LRUCache[int, _Attempt] = LRUCache(REMEMBERED)
        self._parts: LRUCache[tuple[str, str], Sequence[str]] = LRUCache(REMEMBERED)
        self._not_owed = count(-1, -1)

    async def do(self, owed: Owed, replaced: Sequence[str]) -> Sequence[str]:
        """Do one thing; see connectors.delivery.Do."""
        attempt = self._attempts.setdefault(owed.id, _Attempt()) if owed.id else _Attempt()
        try:
            await self._carry_out(owed, replaced, attempt)
        except TemporarySendError as error:
            attempt.failures += 1
            if error.retry_after > 0 and owed.place.community:
                self._notices.slowed(int(owed.place.community))
            raise TemporarySendError(str(error), wait_after(error, attempt.failures - 1)) from None
        except PermanentSendError as error:
            self._attempts.pop(owed.id, None)
            if error.reason == FORBIDDEN:
                self._notices.cannot_post(owed.place)
            raise
        self._attempts.pop(owed.id, None)
        return attempt.posts

    async def replace(self, place: Place, post: str, reply: Reply | None) -> None:
        """Give a reply, of which `post` is the last message, another text, or remove it where there is none."""
        action = Action.EDIT if reply else Action.REMOVE
        owed = Owed(next(self._not_owed), place, action, reply)
        replaced = self._parts.get((place.channel, post), [post])
        await self._posts.persistently(lambda: self.do(owed, replaced))

    async def _carry_out(self, owed: Owed, replaced: Sequence[str], attempt: _Attempt) -> None:
        parts = html_parts(owed.reply) if owed.reply and owed.action is not Action.REMOVE else []
        for number in range(len(attempt.posts), len(parts)):
            attempt.posts.append(await self._put(owed, parts, number, replaced))
        for post in replaced[len(parts) :]:
            await self._posts.remove(owed.place, post)
        if len(parts) > 1:
            self._parts[owed.place.channel, attempt.posts[-1]] = tuple(attempt.posts)

    async def _put(self, owed: Owed, parts: Sequence[str], number: int, replaced: Sequence[str]) -> str:
        """Post one part of a reply, or let it take the place of a message that is there; returns the message's id."""
        is_last = number == len(parts) - 1
        keyboard = keyboard_of(owed.reply) if owed.reply and is_last else None
        if number < len(replaced):
            await self._posts.edit(owed.place, replaced[number], parts[number], keyboard, owed.is_urgent)
            return replaced[number]
        return await self._posts.post(owed.place, parts[number], keyboard, owed.reply_to, owed.is_urgent)
