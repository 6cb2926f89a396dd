"""Looking at what the bot did, and waiting for it."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable

from connectors.fakes.telegram_server.chats import Chat
from connectors.fakes.telegram_server.messages import Message, Post
from connectors.fakes.telegram_server.methods.commands import scope_name
from connectors.fakes.telegram_server.recording import Call, Violation
from connectors.fakes.telegram_server.world import World

WAIT_SECONDS = 60.0
"""How long something is waited for that a busy machine may be slow to do."""
Predicate = Callable[[Post], bool]


class Watching:
    """The part of the control that looks. Waiting raises TimeoutError; nothing is polled."""

    world: World

    @property
    def posts(self) -> list[Post]:
        """All posts of the bot as they stand now, deleted ones too, oldest first."""
        return self.world.record.posts

    @property
    def calls(self) -> deque[Call]:
        """The latest calls, oldest first; `counts` has them all."""
        return self.world.record.calls

    @property
    def counts(self) -> Counter[str]:
        """How often each method was called."""
        return self.world.record.methods

    @property
    def violations(self) -> list[Violation]:
        """The posts that broke a flood limit."""
        return self.world.record.violations

    @property
    def conflicts(self) -> int:
        """How many polls were ended because another began."""
        return self.world.updates.conflicts

    @property
    def unconfirmed(self) -> int:
        """How many updates the bot has not confirmed yet."""
        return len(self.world.updates)

    def posts_in(self, chat: Chat) -> list[Post]:
        """The bot's posts in a chat that have not been deleted, oldest first."""
        return [post for post in self.posts if post.chat is chat and not post.is_deleted]

    def replies_to(self, message: Message) -> list[Post]:
        """The bot's posts that reply to a message, deleted ones too: more than one may be a duplicate."""
        return list(self.world.record.replies.get((message.chat.id, message.id), ()))

    def duplicates(self) -> list[Post]:
        """Posts that say the same, in reply to the same message, as an earlier one."""
        seen: set[tuple[int, int, str]] = set()
        repeated = []
        for post in self.posts:
            key = (post.chat.id, post.reply_to, post.edits[0].text if post.edits else post.text)
            repeated += [post] if post.reply_to and key in seen else []
            seen.add(key)
        return repeated

    def commands(self, language: str = "", **scope: str | int) -> list[str]:
        """The names in a menu, such as `commands(type="chat", chat_id=…)`."""
        key = (scope_name(dict(scope) or {"type": "default"}), language)
        return [command["command"] for command in self.world.commands.get(key, [])]

    async def reply_to(self, message: Message, seconds: float = WAIT_SECONDS) -> Post:
        """The first post that replies to a message, made already or still to come."""
        return await self.posted(lambda post: post.chat is message.chat and post.reply_to == message.id, seconds)

    async def posted(self, matches: Predicate, seconds: float = WAIT_SECONDS) -> Post:
        """The first post that matches, made already or still to come."""
        return await self._first(matches, 0, seconds)

    async def next_post(self, matches: Predicate = lambda post: True, seconds: float = WAIT_SECONDS) -> Post:
        """The first post from now on that matches."""
        return await self._first(matches, len(self.posts), seconds)

    async def until(self, is_true: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
        """Wait until something is true; it is looked at after each call of the bot's."""
        await self.world.record.waiters.until(is_true, seconds)

    async def caught_up(self, seconds: float = WAIT_SECONDS) -> None:
        """Wait until the bot has confirmed every update."""
        try:
            await asyncio.wait_for(self.world.updates.emptied(), seconds)
        except asyncio.TimeoutError as error:
            raise TimeoutError(f"{self.unconfirmed} updates were not confirmed.") from error

    def on_post(self, listener: Callable[[Post], None]) -> None:
        """Call something for each new post, as benchmarks do."""
        self.world.record.on_post.append(listener)

    def age(self, message: Message, hours: float) -> None:
        """Make a message so much older: after 48 hours the bot can't delete it."""
        message.at -= hours * 3600

    async def _first(self, matches: Predicate, start: int, seconds: float) -> Post:
        seen = start
        found: list[Post] = []

        def look() -> bool:
            nonlocal seen
            new, seen = self.posts[seen:], len(self.posts)
            found.extend(post for post in new if matches(post))
            return bool(found)

        await self.until(look, seconds)
        return found[0]
