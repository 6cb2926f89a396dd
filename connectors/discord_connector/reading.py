"""Discord's messages and places as the bot knows them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, cast

import discord

from bot.messages import Message
from bot.places import Place

PLATFORM = "discord"
_WRITTEN_BY_PEOPLE = (discord.MessageType.default, discord.MessageType.reply)


def place_of(channel: object, guild_id: int | None) -> Place:
    """Where a channel is: a thread, a forum's post too, is a place within its parent channel."""
    community = str(guild_id or "")
    if isinstance(channel, discord.Thread):
        return Place(PLATFORM, community, str(channel.parent_id), str(channel.id))
    return Place(PLATFORM, community, str(getattr(channel, "id", "")))


def guild_id_of(message: discord.Message) -> int | None:
    """The server a message was written in, known or not; None for a direct message."""
    return message.guild.id if message.guild else getattr(message.channel, "guild_id", None)


def read(message: discord.Message, me: discord.ClientUser, is_edit: bool = False) -> Message:
    """A message of Discord's as the bot's. The text of a forum's new post begins with the post's title."""
    place = place_of(message.channel, guild_id_of(message))
    author, replied_to = message.author, message.reference
    return Message(
        text=_text(message, me),
        platform=PLATFORM,
        community=place.community,
        channel=place.channel,
        thread=place.thread,
        author=str(author.id),
        author_is_bot=author.bot or message.webhook_id is not None or message.type not in _WRITTEN_BY_PEOPLE,
        author_roles=tuple(str(role.id) for role in getattr(author, "roles", ())),
        message_id=str(message.id),
        reply_to_message_id=str(replied_to.message_id or "") if _is_reply(message) and replied_to else "",
        addressed=_is_addressed(message, me),
        is_edit=is_edit,
        link=message.jump_url,
        sent_at=message.created_at,
    )


def read_command(interaction: discord.Interaction, text: str) -> Message:
    """A question asked by a slash command, which has no message: the interaction's id stands for it."""
    place = place_of(interaction.channel, interaction.guild_id)
    message = Message(text, PLATFORM, place.community, place.channel, place.thread, str(interaction.user.id))
    return replace(
        message,
        author_roles=tuple(str(role.id) for role in getattr(interaction.user, "roles", ())),
        message_id=str(interaction.id),
        link=getattr(interaction.channel, "jump_url", ""),
        sent_at=interaction.created_at,
    )


def component_of(interaction: discord.Interaction) -> tuple[str, list[str]]:
    """The data of the component that was pressed, and what was chosen from it where it is a menu."""
    data = cast("dict[str, Any]", interaction.data or {})
    return str(data.get("custom_id", "")), [str(value) for value in data.get("values", ())]


def _text(message: discord.Message, me: discord.ClientUser) -> str:
    role = _own_role(message)
    mention = rf"<@!?{me.id}>" + (rf"|<@&{role.id}>" if role else "")
    text = re.sub(mention, " ", message.content).strip()
    channel = message.channel
    # The first message of a forum's post has the post's id; elsewhere a thread's first message is outside of it.
    if isinstance(channel, discord.Thread) and channel.id == message.id:
        return f"{channel.name}\n{text}".strip()
    return text


def _is_addressed(message: discord.Message, me: discord.ClientUser) -> bool:
    if guild_id_of(message) is None or any(user.id == me.id for user in message.mentions):
        return True
    role = _own_role(message)
    return (role is not None and role.id in message.raw_role_mentions) or _is_reply_to(message, me)


def _is_reply_to(message: discord.Message, me: discord.ClientUser) -> bool:
    replied_to = message.reference.resolved if message.reference and _is_reply(message) else None
    return isinstance(replied_to, discord.Message) and replied_to.author.id == me.id


def _is_reply(message: discord.Message) -> bool:
    """Forwards, pins and followed channels' posts refer to other messages too."""
    return message.type is discord.MessageType.reply


def _own_role(message: discord.Message) -> discord.Role | None:
    """The role that Discord gives every bot for itself, which people mention by mistake for the bot."""
    return message.guild.self_role if message.guild and message.raw_role_mentions else None
