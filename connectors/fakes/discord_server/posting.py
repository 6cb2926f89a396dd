"""Posts of the bot: made, edited and deleted, with Discord's rules about who may do it where."""

from __future__ import annotations

import time
from typing import Any

from connectors.fakes.discord_server import errors
from connectors.fakes.discord_server.errors import invalid_form
from connectors.fakes.discord_server.events import Events
from connectors.fakes.discord_server.mentions import Mentions, mentions_in
from connectors.fakes.discord_server.payloads import message_payload, reference_payload, user_payload
from connectors.fakes.discord_server.permissions import Permission
from connectors.fakes.discord_server.record import Record
from connectors.fakes.discord_server.shapes import AllowedMentions, MessageBody
from connectors.fakes.discord_server.snowflakes import timestamp
from connectors.fakes.discord_server.validation import LOADING, check_not_empty
from connectors.fakes.discord_server.world import Channel, ChannelType, Message, MessageType, Payload, User, World

NONCE_SECONDS = 300.0
"""For how long an enforced nonce is remembered: Discord says "a few minutes"."""


class Posting:
    """Makes, edits and deletes what the bot posts."""

    def __init__(self, world: World, events: Events, record: Record) -> None:
        self._world = world
        self._events = events
        self._record = record
        self._nonces: dict[tuple[str, str], Message] = {}

    def visible_channel(self, channel_id: str) -> Channel:
        """A channel that the bot can see."""
        channel = self._world.channels.get(channel_id)
        if channel is None:
            raise errors.unknown_channel()
        if channel.guild is not None and not self._world.is_bot_in(channel.guild):
            raise errors.missing_access()
        if not self._may(channel, Permission.VIEW_CHANNEL):
            raise errors.missing_access()
        return channel

    def message(self, channel: Channel, message_id: str) -> Message:
        """A message of a channel that hasn't been deleted."""
        message = channel.messages.get(message_id)
        if message is None:
            raise errors.unknown_message()
        return message

    def send(self, channel: Channel, body: MessageBody, raw: Payload, files: tuple[str, ...]) -> Message:
        """A new post in a channel, or the one that was made with the same enforced nonce."""
        self._check_may_send(channel, body, files)
        if (known := self._same_nonce(channel, body)) is not None:
            self._record.counts["nonce repeated"] += 1
            return known
        replied = self._replied(channel, body)
        more: dict[str, Any] = {"nonce": body.nonce} if body.nonce is not None else {}
        message = self.make(channel, body, raw, files, replied, **more)
        self.publish(message)
        if body.nonce is not None:
            self._nonces[channel.id, str(body.nonce)] = message
        return message

    def make(
        self,
        channel: Channel,
        body: MessageBody,
        raw: Payload,
        files: tuple[str, ...] = (),
        replied: Message | None = None,
        ephemeral_to: User | None = None,
        kind: MessageType = MessageType.DEFAULT,
        **more: Any,
    ) -> Message:
        """A post that nobody has seen yet."""
        bot = self._world.bot
        allowed = body.allowed_mentions
        mentions = mentions_in(body.content or "", channel, bot, self._world, replied, allowed)
        if replied is not None:
            more = {**more, **reference_payload(replied)}
            kind = MessageType.REPLY
        message_id = self._world.ids.fresh()
        attachments = _attachments(channel, message_id, files)
        fields = {"flags": body.flags or 0, "attachments": attachments, **_parts(raw), **_mentioned(mentions, channel)}
        payload = message_payload(message_id, channel, user_payload(bot), body.content or "", kind, **fields, **more)
        notified = mentions.notified(channel) if ephemeral_to is None else frozenset[str]()
        sent_allowed = raw.get("allowed_mentions")
        message = Message(payload, channel, bot, time.monotonic(), [], notified, sent_allowed, ephemeral_to, files)
        if not payload["flags"] & LOADING:
            check_not_empty(payload)
        return message

    def publish(self, message: Message) -> None:
        """Let a post be seen."""
        if message.ephemeral_to is not None:
            self._record.happened("private", message)
            return
        message.channel.is_archived = False
        self._world.keep_message(message)
        self._events.message("MESSAGE_CREATE", message)
        self._record.happened("post", message)

    def edit(self, message: Message, raw: Payload, body: MessageBody, files: tuple[str, ...] = ()) -> None:
        """Change what a body names, and leave the rest as it is."""
        if message.author is not self._world.bot:
            raise errors.not_the_author()
        changed = {**message.payload, **_parts(raw)}
        if "content" in raw:
            allowed = body.allowed_mentions or AllowedMentions(parse=["users", "roles", "everyone"])
            mentions = mentions_in(body.content or "", message.channel, self._world.bot, self._world, None, allowed)
            changed |= {"content": body.content or "", **_mentioned(mentions, message.channel)}
        if "flags" in raw:
            changed["flags"] = body.flags or 0
        if "attachments" in raw:
            kept = {str(one["id"]) for one in raw["attachments"] or ()}
            changed["attachments"] = [one for one in changed["attachments"] if one["id"] in kept]
            changed["attachments"] += _attachments(message.channel, message.id, files)
        check_not_empty(changed)
        changed["flags"] &= ~LOADING
        self.replace(message, {**changed, "edited_timestamp": timestamp()})

    def replace(self, message: Message, payload: Payload) -> None:
        """Let a message be another from now on."""
        message.earlier.append(message.payload)
        message.payload = payload
        message.edited_at = time.monotonic()
        self._events.message("MESSAGE_UPDATE", message)
        self._record.happened("edit", message)

    def delete(self, message: Message) -> None:
        """Let a message be gone."""
        if message.deleted:
            raise errors.unknown_message()
        message.deleted_at = time.monotonic()
        message.channel.messages.pop(message.id, None)
        self._events.message_deleted(message)
        if message.author is self._world.bot:
            self._record.happened("delete", message)

    def delete_as_bot(self, message: Message) -> None:
        """Delete a message if the bot may."""
        if message.author is not self._world.bot:
            if message.channel.guild is None:
                raise errors.ApiError(403, 50003, "Cannot execute action on a DM channel")
            if not self._may(message.channel, Permission.MANAGE_MESSAGES):
                raise errors.missing_permissions()
        self.delete(message)

    def _may(self, channel: Channel, permission: Permission) -> bool:
        return bool(channel.permissions_of(self._world.bot) & permission)

    def _check_may_send(self, channel: Channel, body: MessageBody, files: tuple[str, ...]) -> None:
        if channel.type is ChannelType.FORUM:
            raise errors.ApiError(400, 50008, "Cannot send messages in a non-text channel")
        if channel.recipient is not None and not channel.recipient.accepts_dms:
            raise errors.cannot_message_user()
        if channel.is_locked and not self._may(channel, Permission.MANAGE_THREADS):
            raise errors.ApiError(400, 160005, "Thread is locked")
        needed = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
        needed |= Permission.EMBED_LINKS if body.embeds else Permission(0)
        needed |= Permission.ATTACH_FILES if files else Permission(0)
        if channel.permissions_of(self._world.bot) & needed != needed:
            raise errors.missing_permissions()

    def _same_nonce(self, channel: Channel, body: MessageBody) -> Message | None:
        if body.nonce is None or not body.enforce_nonce:
            return None
        while self._nonces and time.monotonic() - next(iter(self._nonces.values())).created > NONCE_SECONDS:
            del self._nonces[next(iter(self._nonces))]
        return self._nonces.get((channel.id, str(body.nonce)))

    def _replied(self, channel: Channel, body: MessageBody) -> Message | None:
        reference = body.message_reference
        if reference is None:
            return None
        if not self._may(channel, Permission.READ_MESSAGE_HISTORY):
            raise errors.ApiError(400, 160002, "Cannot reply without permission to read message history")
        replied = channel.messages.get(str(reference.message_id))
        if replied is None or str(reference.channel_id or channel.id) != channel.id:
            if not reference.fail_if_not_exists:
                return None
            raise invalid_form(["message_reference"], "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        if not MessageType(replied.payload["type"]).is_from_person:
            code = "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE"
            raise invalid_form(["message_reference"], code, "Cannot reply to a system message")
        return replied


def _parts(raw: Payload) -> Payload:
    """The embeds and components of a body as Discord gives them back."""
    parts: Payload = {}
    if "embeds" in raw:
        parts["embeds"] = [{**embed, "type": "rich"} for embed in raw["embeds"] or ()]
    if "components" in raw:
        parts["components"] = _numbered(raw["components"] or ())
    return parts


def _numbered(rows: Any) -> list[Payload]:
    """Components with the ids that Discord gives to those which have none."""
    number = 0
    numbered = []
    for row in rows:
        number += 1
        numbered.append({**row, "id": number, "components": []})
        for part in row["components"]:
            number += 1
            numbered[-1]["components"].append({**part, "id": number})
    return numbered


def _mentioned(mentions: Mentions, channel: Channel) -> Payload:
    return {
        "mentions": [user_payload(user) for user in mentions.users],
        "mention_roles": list(mentions.role_ids),
        "mention_everyone": mentions.everyone,
    }


def _attachments(channel: Channel, message_id: str, files: tuple[str, ...]) -> list[Payload]:
    return [attachment_payload(channel, str(int(message_id) + place + 1), name) for place, name in enumerate(files)]


def attachment_payload(channel: Channel, attachment_id: str, name: str) -> Payload:
    """A file of a message."""
    url = f"https://cdn.discordapp.com/attachments/{channel.id}/{attachment_id}/{name}"
    fields = {"id": attachment_id, "filename": name, "size": 1024, "content_type": "application/octet-stream"}
    return {**fields, "url": url, "proxy_url": url}
