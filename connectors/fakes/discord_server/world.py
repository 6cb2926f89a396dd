"""What there is on the fake Discord: people, guilds, roles, channels and messages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from connectors.fakes.discord_server.permissions import permissions_in
from connectors.fakes.discord_server.snowflakes import Snowflakes, timestamp

Payload = dict[str, Any]

BOT_ID = "1360871728770846733"
"""The bot's id, and its application's, which never changes: payloads kept as files name it."""


class ChannelType(IntEnum):
    """The kinds of channel that are modelled."""

    TEXT = 0
    DM = 1
    ANNOUNCEMENT = 5
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


class MessageType(IntEnum):
    """The kinds of message that are modelled."""

    DEFAULT = 0
    PINNED = 6
    USER_JOIN = 7
    BOOST = 8
    THREAD_CREATED = 18
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER = 21

    @property
    def is_from_person(self) -> bool:
        """Whether it can be replied to: the others are notes by Discord itself."""
        return self in (MessageType.DEFAULT, MessageType.REPLY, MessageType.CHAT_INPUT_COMMAND)


@dataclass(eq=False)
class User:
    """Somebody with an account, or a bot. `accepts_dms` false refuses the bot's direct messages."""

    id: str
    name: str
    is_bot: bool = False
    accepts_dms: bool = True

    @property
    def mention(self) -> str:
        """What is written to mention them."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    """A role of a guild; the one with the guild's own id is @everyone."""

    id: str
    name: str
    permissions: int = 0
    position: int = 1
    mentionable: bool = False
    bot_id: str = ""


@dataclass(eq=False)
class Member:
    """A user in a guild."""

    user: User
    guild: Guild = field(repr=False)
    role_ids: list[str] = field(default_factory=list)
    nick: str | None = None
    joined_at: str = field(default_factory=timestamp)


@dataclass
class Overwrite:
    """What a channel allows and denies to a role (type 0) or a member (type 1)."""

    type: int
    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class Guild:
    """A Discord server."""

    id: str
    name: str
    owner: User = field(repr=False)
    bot_role: Role = field(repr=False)
    locale: str = "en-GB"
    roles: dict[str, Role] = field(repr=False, default_factory=dict)
    members: dict[str, Member] = field(repr=False, default_factory=dict)
    channels: dict[str, Channel] = field(repr=False, default_factory=dict)
    threads: dict[str, Channel] = field(repr=False, default_factory=dict)
    is_unavailable: bool = False

    def channel(self, name: str) -> Channel:
        """A channel or thread by its name."""
        return next(one for one in (*self.channels.values(), *self.threads.values()) if one.name == name)

    @property
    def first_channel(self) -> Channel:
        """The channel that was made first."""
        return next(iter(self.channels.values()))


@dataclass(eq=False)
class Channel:
    """A channel of a guild, a thread in one, or a direct message with `recipient`."""

    id: str
    type: ChannelType
    name: str = ""
    guild: Guild | None = field(repr=False, default=None)
    parent: Channel | None = field(repr=False, default=None)
    recipient: User | None = None
    owner: User | None = None
    topic: str | None = None
    slow_mode_seconds: int = 0
    overwrites: dict[str, Overwrite] = field(repr=False, default_factory=dict)
    messages: dict[str, Message] = field(repr=False, default_factory=dict)
    last_message_id: str | None = None
    is_archived: bool = False
    is_locked: bool = False
    message_count: int = 0

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread or a forum post."""
        return self.type in (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)

    @property
    def guild_id(self) -> str | None:
        """The guild's id, or None in a direct message."""
        return self.guild.id if self.guild else None

    @property
    def mention(self) -> str:
        """What is written to link to it."""
        return f"<#{self.id}>"

    def permissions_of(self, user: User) -> int:
        """What a user may do here."""
        return permissions_in(self, self.guild.members.get(user.id) if self.guild else None)


@dataclass(eq=False)
class Message:
    """A message as it now stands, with what it was before.

    `payload` is Discord's message object; `earlier` holds it as it was before each edit. `created` is monotonic time.
    `notified` are the ids of the users whom it notifies, and `ephemeral_to` the only person who sees it. `edited_at`
    and `deleted_at` are monotonic, None where it never happened.
    """

    payload: Payload
    channel: Channel
    author: User
    created: float = field(default_factory=time.monotonic)
    earlier: list[Payload] = field(repr=False, default_factory=list)
    notified: frozenset[str] = frozenset()
    allowed_mentions: Payload | None = None
    ephemeral_to: User | None = None
    files: tuple[str, ...] = ()
    edited_at: float | None = None
    deleted_at: float | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.payload["id"])

    @property
    def content(self) -> str:
        """Its plain text, without embeds."""
        return str(self.payload["content"])

    @property
    def embeds(self) -> list[Payload]:
        """Its embeds."""
        return list(self.payload["embeds"])

    @property
    def components(self) -> list[Payload]:
        """Its buttons and menus, in one list without their rows."""
        return [part for row in self.payload["components"] for part in row["components"]]

    @property
    def flags(self) -> int:
        """Its flags as Discord numbers them."""
        return int(self.payload["flags"])

    @property
    def nonce(self) -> str | int | None:
        """The nonce that it was sent with."""
        nonce: str | int | None = self.payload.get("nonce")
        return nonce

    @property
    def reply_to(self) -> str:
        """The id of the message that it replies to; "" for none."""
        return str((self.payload.get("message_reference") or {}).get("message_id", ""))

    @property
    def deleted(self) -> bool:
        """Whether it is gone."""
        return self.deleted_at is not None

    @property
    def text(self) -> str:
        """Everything that can be read in it: its content, then its embeds' texts, a line each."""
        return "\n".join([*([self.content] if self.content else []), *_embed_texts(self.embeds)])

    @property
    def labels(self) -> list[str]:
        """What its buttons say, or their emoji where they say nothing, in order."""
        return [label_of(part) for part in self.components if part["type"] == 2]

    @property
    def link(self) -> str:
        """Its address as Discord's clients make it."""
        return f"https://discord.com/channels/{self.channel.guild_id or '@me'}/{self.channel.id}/{self.id}"


def label_of(component: Payload) -> str:
    """What a button says: its label, or its emoji."""
    return str(component.get("label") or (component.get("emoji") or {}).get("name") or "")


def _embed_texts(embeds: list[Payload]) -> Iterator[str]:
    for embed in embeds:
        yield from (embed[key] for key in ("title", "description") if embed.get(key))
        for part in embed.get("fields", ()):
            yield from (part["name"], part["value"])
        if embed.get("footer"):
            yield embed["footer"]["text"]


class World:
    """Everything there is, by id. `keep` is how many messages a channel remembers."""

    def __init__(self, keep: int) -> None:
        self.ids = Snowflakes()
        self.users: dict[str, User] = {}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.direct: dict[str, Channel] = {}
        self._keep = keep
        self.bot = User(BOT_ID, "signpost", is_bot=True)
        self.users[BOT_ID] = self.bot
        self.application_id = BOT_ID

    def add_user(self, name: str, *, is_bot: bool = False) -> User:
        """A new account."""
        user = User(self.ids.old(), name, is_bot)
        self.users[user.id] = user
        return user

    def add_channel(self, channel: Channel) -> Channel:
        """Let a channel, thread or direct message be there."""
        self.channels[channel.id] = channel
        if channel.guild is not None:
            (channel.guild.threads if channel.is_thread else channel.guild.channels)[channel.id] = channel
        return channel

    def remove_channel(self, channel: Channel) -> None:
        """Let a channel and its threads be gone."""
        assert channel.guild is not None
        for thread in [one for one in channel.guild.threads.values() if one.parent is channel]:
            self.remove_channel(thread)
        del self.channels[channel.id]
        (channel.guild.threads if channel.is_thread else channel.guild.channels).pop(channel.id)

    def direct_channel(self, user: User) -> Channel:
        """The bot's direct messages with a user."""
        if user.id not in self.direct:
            channel = Channel(self.ids.old(), ChannelType.DM, recipient=user)
            self.direct[user.id] = self.add_channel(channel)
        return self.direct[user.id]

    def keep_message(self, message: Message) -> None:
        """Put a message into its channel; the oldest is forgotten where there are too many."""
        channel = message.channel
        channel.messages[message.id] = message
        channel.message_count += 1
        if channel.last_message_id is None or int(message.id) > int(channel.last_message_id):
            channel.last_message_id = message.id
        if len(channel.messages) > self._keep:
            del channel.messages[next(iter(channel.messages))]

    def is_bot_in(self, guild: Guild) -> bool:
        """Whether the bot is a member of a guild that still exists."""
        return guild.id in self.guilds and self.bot.id in guild.members
