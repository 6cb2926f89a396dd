"""The fake platforms as the crowd sees them: founding a community, writing there, and hearing the bot's replies."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from bot.app.platforms import DISCORD_TOKEN, TELEGRAM_TOKEN
from connectors.fakes.discord_server import FakeDiscord
from connectors.fakes.discord_server import Message as DiscordMessage
from connectors.fakes.telegram_server import FakeTelegram, Post

Key = tuple[str, str, str]
"""A message: its platform, channel and id."""
Say = Callable[[int, str, bool], str]
"""Lets the person of a number write a text, addressed to the bot or not; gives the message's id."""
OnReply = Callable[[Key, float], None]
"""Is told which message a post replies to, and when it was made (time.monotonic)."""

MESSAGES_KEPT = 5000
"""How many messages a channel of the fake Discord remembers, for the bot to look back at."""
HEARTBEAT_SECONDS = 5.0
"""Discord's own heartbeats are due every 41 s: these, being more, are late sooner."""


class Side(Protocol):
    """One platform."""

    name: str

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that the bot's process needs."""

    @property
    def overrides(self) -> Sequence[str]:
        """The settings that the bot's process needs, as KEY=VALUE."""

    def found(self, title: str, people: int) -> tuple[str, Say]:
        """Make a community of so many people with the bot in it: the channel's id, and how people write there."""

    def listen(self, on_reply: OnReply) -> None:
        """Tell of each new reply of the bot's."""


class DiscordSide:
    """A Discord without rate limits, unless `fake.limits` or `fake.faults` are set."""

    name = "discord"

    def __init__(self) -> None:
        self.fake = FakeDiscord(keep=MESSAGES_KEPT, heartbeat_interval=HEARTBEAT_SECONDS)

    @property
    def environment(self) -> Mapping[str, str]:
        """The token."""
        return {DISCORD_TOKEN: self.fake.token}

    @property
    def overrides(self) -> Sequence[str]:
        """Where it is."""
        return [f"connectors.discord.api_base={self.fake.api_base}"]

    def found(self, title: str, people: int) -> tuple[str, Say]:
        """Make a server with one channel."""
        guild = self.fake.guild(title)
        users = [self.fake.user(f"person {number}", guild) for number in range(people)]
        channel = guild.first_channel

        def say(person: int, text: str, is_question: bool) -> str:
            return self.fake.say(users[person], channel, text, mention_bot=is_question).id

        return channel.id, say

    def listen(self, on_reply: OnReply) -> None:
        """Tell of replies, not of other posts, edits or removals."""

        def listen(what: str, post: DiscordMessage) -> None:
            if what == "post" and post.reply_to:
                on_reply((self.name, post.channel.id, post.reply_to), time.monotonic())

        self.fake.record.listeners.append(listen)


class TelegramSide:
    """A Telegram where the bot reads all that is said, and whose limits it must obey by itself."""

    name = "telegram"

    def __init__(self) -> None:
        self.fake = FakeTelegram(reads_all=True)

    @property
    def environment(self) -> Mapping[str, str]:
        """The token."""
        return {TELEGRAM_TOKEN: self.fake.token}

    @property
    def overrides(self) -> Sequence[str]:
        """Where it is."""
        return [f"connectors.telegram.api_base={self.fake.api_base}"]

    def found(self, title: str, people: int) -> tuple[str, Say]:
        """Make a supergroup."""
        chat = self.fake.supergroup(title)
        users = [self.fake.user(f"Person {number}") for number in range(people)]

        def say(person: int, text: str, is_question: bool) -> str:
            return str(self.fake.say(users[person], chat, text, mention_bot=is_question).id)

        return str(chat.id), say

    def listen(self, on_reply: OnReply) -> None:
        """Tell of replies."""

        def listen(post: Post) -> None:
            if post.reply_to:
                on_reply((self.name, str(post.chat.id), str(post.reply_to)), post.at)

        self.fake.on_post(listen)
