"""What people, webhooks and other bots do and write."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connectors.fakes.discord_server.core import Core
from connectors.fakes.discord_server.mentions import mentions_in
from connectors.fakes.discord_server.payloads import (
    message_payload,
    reference_payload,
    user_payload,
)
from connectors.fakes.discord_server.posting import attachment_payload
from connectors.fakes.discord_server.shapes import AllowedMentions
from connectors.fakes.discord_server.snowflakes import timestamp
from connectors.fakes.discord_server.world import (
    Channel,
    ChannelType,
    Guild,
    Member,
    Message,
    MessageType,
    Payload,
    Role,
    User,
)

HAS_THREAD = 1 << 5


class People(Core):
    """The part of the control API that is about people and what they write."""

    def user(
        self, name: str = "ana", guild: Guild | None = None, roles: Iterable[Role] = (), *, is_bot: bool = False
    ) -> User:
        """A new user, who joins a guild if one is given."""
        user = self.world.add_user(name, is_bot=is_bot)
        if guild is not None:
            self.join(user, guild, roles)
        return user

    def join(self, user: User, guild: Guild, roles: Iterable[Role] = ()) -> None:
        """Let a user join a guild, with roles."""
        guild.members[user.id] = Member(user, guild, [role.id for role in roles])
        self._events.member("GUILD_MEMBER_ADD", guild.members[user.id])

    def give_roles(self, user: User, guild: Guild, *roles: Role) -> None:
        """Let a member (or the bot) have these roles and no others."""
        member = guild.members[user.id]
        member.role_ids = [role.id for role in roles]
        self._events.member("GUILD_MEMBER_UPDATE", member)

    def direct(self, user: User) -> Channel:
        """The direct messages between a user and the bot."""
        return self.world.direct_channel(user)

    def say(
        self,
        user: User,
        channel: Channel,
        text: str = "",
        *,
        mention_bot: bool = False,
        reply_to: Message | None = None,
        ping: bool = True,
        stickers: Iterable[str] = (),
        attachments: Iterable[str] = (),
        sent_at: datetime | None = None,
    ) -> Message:
        """Let a user write a message. `ping` mentions the author of what is replied to, as clients do by default.

        Stickers and attachments are names. A message `sent_at` a moment in the past is dispatched all the same.
        """
        text = f"{self.bot.mention} {text}".rstrip() if mention_bot else text
        message_id = self.world.ids.fresh(sent_at)
        more: Payload = {}
        if names := list(attachments):
            more["attachments"] = [attachment_payload(channel, self.world.ids.old(), name) for name in names]
        if names := list(stickers):
            more["sticker_items"] = [{"id": self.world.ids.old(), "name": name, "format_type": 1} for name in names]
        kind = MessageType.DEFAULT if reply_to is None else MessageType.REPLY
        if reply_to is not None:
            more |= reference_payload(reply_to)
        return self._write(user, channel, text, message_id, kind, reply_to if ping else None, **more)

    def webhook_says(self, channel: Channel, text: str, name: str = "Feed") -> Message:
        """Let a webhook post: its author is no member, and no user either."""
        user = User(self.world.ids.old(), name, is_bot=True)
        author = {**user_payload(user), "discriminator": "0000"}
        message_id = self.world.ids.fresh()
        payload = message_payload(message_id, channel, author, text, webhook_id=user.id)
        return self._publish(Message(payload, channel, user))

    def system_message(self, user: User, channel: Channel, kind: MessageType) -> Message:
        """Let Discord itself note something about a user, such as that they have joined; it has no text."""
        return self._write(user, channel, "", self.world.ids.fresh(), kind, None)

    def edit(self, message: Message, text: str) -> None:
        """Let a message have another text."""
        allowed = AllowedMentions(parse=["users", "roles", "everyone"])
        mentions = mentions_in(text, message.channel, message.author, self.world, None, allowed)
        users = [user_payload(user) for user in mentions.users]
        changed = {"content": text, "mentions": users, "edited_timestamp": timestamp()}
        self._change(message, {**message.payload, **changed})

    def resolve_embed(self, message: Message, url: str = "https://www.gov.uk/", title: str = "GOV.UK") -> None:
        """Let Discord add the preview of a link: an update of the message that is no edit."""
        embed = {"type": "link", "url": url, "title": title, "provider": {"name": title}}
        self._change(message, {**message.payload, "embeds": [*message.payload["embeds"], embed]})

    def delete(self, message: Message) -> None:
        """Let a message be deleted, by its author or a moderator; the bot's own posts too."""
        self._posting.delete(message)

    def bulk_delete(self, channel: Channel, messages: Iterable[Message]) -> None:
        """Let a moderator delete many messages at once."""
        gone = [channel.messages.pop(message.id) for message in messages]
        for message in gone:
            message.deleted_at = message.created
        self._events.bulk_deleted(channel, [message.id for message in gone])

    def thread(self, user: User, channel: Channel, name: str, starter: Message | None = None) -> Channel:
        """Let a user start a thread, under a message or by itself."""
        thread_id = starter.id if starter else self.world.ids.fresh()
        thread = Channel(thread_id, ChannelType.PUBLIC_THREAD, name, channel.guild, channel, owner=user)
        self.world.add_channel(thread)
        self._events.thread_created(thread)
        if starter is not None:
            flags = starter.payload["flags"] | HAS_THREAD
            self._change(starter, {**starter.payload, "flags": flags})
            more = reference_payload(starter)
            self._write(user, thread, "", self.world.ids.fresh(), MessageType.THREAD_STARTER, None, **more)
        return thread

    def forum_post(self, user: User, forum: Channel, title: str, text: str) -> tuple[Channel, Message]:
        """Let a user write a forum post: the new thread, then its first message, which has the thread's id."""
        thread_id = self.world.ids.fresh()
        thread = Channel(thread_id, ChannelType.PUBLIC_THREAD, title, forum.guild, forum, owner=user)
        self.world.add_channel(thread)
        forum.last_message_id = thread_id
        self._events.thread_created(thread)
        return thread, self._write(user, thread, text, thread_id, MessageType.DEFAULT, None)

    def dispatch_raw(self, event: str, data: Payload, channel: Channel | None = None) -> Payload:
        """Send the bot an event as it stands in a file, whatever its intents; returns what was sent.

        With a channel, the event is put into it: ids of channel and guild are changed, and a new message gets an id of
        now and is kept, so that it can be replied to.
        """
        data = copy.deepcopy(data)
        if channel is not None:
            data |= {"channel_id": channel.id} | ({"guild_id": channel.guild_id} if channel.guild_id else {})
            if event == "MESSAGE_CREATE":
                self._adopt(data, channel)
        self.gateway.dispatch(event, data, guild_id=data.get("guild_id"))
        return data

    def _adopt(self, data: Payload, channel: Channel) -> None:
        message_id = self.world.ids.fresh()
        data |= {"id": message_id, "timestamp": timestamp()}
        author = User(data["author"]["id"], data["author"]["username"], data["author"].get("bot", False))
        author = self.world.users.setdefault(author.id, author)
        payload = {key: value for key, value in data.items() if key not in ("guild_id", "member")}
        self.world.keep_message(Message(payload, channel, author))

    def _write(
        self,
        user: User,
        channel: Channel,
        text: str,
        message_id: str,
        kind: MessageType,
        replied: Message | None,
        **more: Any,
    ) -> Message:
        mentions = mentions_in(text, channel, user, self.world, replied, None)
        fields: Payload = {
            "mentions": [user_payload(user) for user in mentions.users],
            "mention_roles": list(mentions.role_ids),
            "mention_everyone": mentions.everyone,
            **more,
        }
        payload = message_payload(message_id, channel, user_payload(user), text, kind, **fields)
        return self._publish(Message(payload, channel, user, notified=mentions.notified(channel)))

    def _publish(self, message: Message) -> Message:
        self.world.keep_message(message)
        self._events.message("MESSAGE_CREATE", message)
        return message

    def _change(self, message: Message, payload: Payload) -> None:
        message.earlier.append(message.payload)
        message.payload = payload
        self._events.message("MESSAGE_UPDATE", message)
