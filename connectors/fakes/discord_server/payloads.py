"""The world as Discord's JSON, after its public documentation."""

from __future__ import annotations

from connectors.fakes.discord_server.snowflakes import time_of, timestamp
from connectors.fakes.discord_server.world import (
    Channel,
    ChannelType,
    Guild,
    Member,
    Message,
    Payload,
    Role,
    User,
    World,
)


def user_payload(user: User) -> Payload:
    """A user object."""
    payload: Payload = {
        "id": user.id,
        "username": user.name,
        "discriminator": "0",
        "global_name": None if user.is_bot else user.name.title(),
        "avatar": None,
        "public_flags": 0,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }
    return {**payload, "bot": True} if user.is_bot else payload


def member_payload(member: Member) -> Payload:
    """A guild member object without its user, as messages carry it: roles are ids."""
    return {
        "roles": list(member.role_ids),
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "joined_at": member.joined_at,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def member_with_user(member: Member) -> Payload:
    """A guild member object with its user."""
    return {**member_payload(member), "user": user_payload(member.user)}


def role_payload(role: Role) -> Payload:
    """A role object."""
    payload: Payload = {
        "id": role.id,
        "name": role.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": role.position,
        "permissions": str(int(role.permissions)),
        "managed": bool(role.bot_id),
        "mentionable": role.mentionable,
        "flags": 0,
    }
    return {**payload, "tags": {"bot_id": role.bot_id}} if role.bot_id else payload


def channel_payload(channel: Channel) -> Payload:
    """A channel object of whichever kind."""
    if channel.type is ChannelType.DM:
        return _direct_payload(channel)
    return thread_payload(channel) if channel.is_thread else _guild_channel_payload(channel)


def thread_payload(thread: Channel) -> Payload:
    """A thread as a channel object."""
    assert thread.parent is not None
    created = timestamp(time_of(thread.id))
    return {
        "id": thread.id,
        "type": int(thread.type),
        "guild_id": thread.guild_id,
        "parent_id": thread.parent.id,
        "owner_id": thread.owner.id if thread.owner else None,
        "name": thread.name,
        "last_message_id": thread.last_message_id,
        "rate_limit_per_user": thread.slow_mode_seconds,
        "message_count": thread.message_count,
        "total_message_sent": thread.message_count,
        "member_count": 1,
        "flags": 0,
        "applied_tags": [],
        "thread_metadata": {
            "archived": thread.is_archived,
            "archive_timestamp": created,
            "auto_archive_duration": 1440,
            "locked": thread.is_locked,
            "create_timestamp": created,
        },
    }


def _direct_payload(channel: Channel) -> Payload:
    recipients = [user_payload(channel.recipient)] if channel.recipient else []
    fields = {"id": channel.id, "type": 1, "last_message_id": channel.last_message_id, "flags": 0}
    return {**fields, "recipients": recipients}


def _guild_channel_payload(channel: Channel) -> Payload:
    payload: Payload = {
        "id": channel.id,
        "type": int(channel.type),
        "guild_id": channel.guild_id,
        "name": channel.name,
        "position": 0,
        "flags": 0,
        "parent_id": None,
        "topic": channel.topic,
        "nsfw": False,
        "last_message_id": channel.last_message_id,
        "rate_limit_per_user": channel.slow_mode_seconds,
        "permission_overwrites": [
            {"id": target, "type": one.type, "allow": str(int(one.allow)), "deny": str(int(one.deny))}
            for target, one in channel.overwrites.items()
        ],
    }
    return {**payload, **_FORUM} if channel.type is ChannelType.FORUM else payload


_FORUM: Payload = {
    "available_tags": [],
    "default_reaction_emoji": None,
    "default_sort_order": None,
    "default_forum_layout": 0,
}

_GUILD: Payload = {
    "icon": None,
    "splash": None,
    "discovery_splash": None,
    "description": None,
    "banner": None,
    "features": ["COMMUNITY"],
    "emojis": [],
    "stickers": [],
    "afk_channel_id": None,
    "afk_timeout": 300,
    "application_id": None,
    "system_channel_flags": 0,
    "verification_level": 1,
    "default_message_notifications": 1,
    "explicit_content_filter": 2,
    "mfa_level": 0,
    "nsfw_level": 0,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "premium_progress_bar_enabled": False,
    "vanity_url_code": None,
    "max_members": 500000,
    "max_video_channel_users": 25,
    "widget_enabled": False,
    "public_updates_channel_id": None,
    "rules_channel_id": None,
    "safety_alerts_channel_id": None,
    "incidents_data": None,
    "region": "deprecated",
}


def guild_payload(guild: Guild) -> Payload:
    """A guild object as REST gives it."""
    first = next(iter(guild.channels), None)
    return {
        **_GUILD,
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner.id,
        "preferred_locale": guild.locale,
        "system_channel_id": first,
        "roles": [role_payload(role) for role in guild.roles.values()],
    }


def guild_create_payload(guild: Guild, world: World) -> Payload:
    """What GUILD_CREATE carries: of the members, without privileged intents, only the bot itself."""
    me = guild.members[world.bot.id]
    return {
        **guild_payload(guild),
        "joined_at": me.joined_at,
        "large": len(guild.members) >= 250,
        "member_count": len(guild.members),
        "members": [member_with_user(me)],
        "channels": [channel_payload(channel) for channel in guild.channels.values()],
        "threads": [thread_payload(thread) for thread in guild.threads.values() if not thread.is_archived],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def message_payload(
    message_id: str, channel: Channel, author: Payload, content: str, kind: int = 0, **more: object
) -> Payload:
    """A message object as REST gives it; `more` are the fields that differ from an ordinary message's."""
    return {
        "id": message_id,
        "channel_id": channel.id,
        "author": author,
        "content": content,
        "timestamp": timestamp(time_of(message_id)),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "type": int(kind),
        "flags": 0,
        **({"position": channel.message_count} if channel.is_thread else {}),
        **more,
    }


def message_event(message: Message) -> Payload:
    """A message as the gateway sends it: with its guild, and with author and mentioned users as members of it."""
    guild = message.channel.guild
    if guild is None:
        return message.payload
    event = {**message.payload, "guild_id": guild.id}
    event["mentions"] = [_with_member(user, guild) for user in event["mentions"]]
    member = None if "webhook_id" in event else guild.members.get(message.author.id)
    return {**event, "member": member_payload(member)} if member else event


def _with_member(user: Payload, guild: Guild) -> Payload:
    member = guild.members.get(user["id"])
    return {**user, "member": member_payload(member)} if member else user


def reference_payload(message: Message) -> Payload:
    """The two fields by which a reply shows what it replies to."""
    reference = {"type": 0, "message_id": message.id, "channel_id": message.channel.id}
    if message.channel.guild_id:
        reference["guild_id"] = message.channel.guild_id
    shown = {key: value for key, value in message.payload.items() if key != "referenced_message"}
    return {"message_reference": reference, "referenced_message": shown}


CONTENT = ("content", "embeds", "attachments", "components")


def without_content(payload: Payload, bot_id: str) -> Payload:
    """A message as an app without the Message Content intent is given it.

    What mentions it, and its own messages, it may read all the same; direct messages are not to be passed in here.
    """
    stripped = dict(payload)
    if payload["author"]["id"] != bot_id and all(user["id"] != bot_id for user in payload["mentions"]):
        stripped |= {key: "" if key == "content" else [] for key in CONTENT}
    if payload.get("referenced_message"):
        stripped["referenced_message"] = without_content(payload["referenced_message"], bot_id)
    return stripped
