"""Who may do what where, as Discord works it out from roles and a channel's overwrites."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.fakes.discord_server.world import Channel, Member


class Permission(IntFlag):
    """Those permissions that matter to a bot which answers questions."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40


P = Permission
BOT = P.VIEW_CHANNEL | P.SEND_MESSAGES | P.SEND_MESSAGES_IN_THREADS | P.EMBED_LINKS | P.READ_MESSAGE_HISTORY
"""What the bot is given where nothing else is said: what its invitation asks for."""

EVERYONE = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
    | P.USE_APPLICATION_COMMANDS
    | P.CREATE_PUBLIC_THREADS
)
"""What @everyone has in a new guild; links of people are embedded, files attached by roles."""

MODERATOR = P.MANAGE_GUILD | P.MANAGE_CHANNELS | P.MANAGE_MESSAGES | P.MODERATE_MEMBERS | P.MANAGE_THREADS
ALL = (1 << 53) - 1
_DIRECT = int(EVERYONE | P.EMBED_LINKS | P.ATTACH_FILES)
_WITHOUT_SENDING = ~int(P.MENTION_EVERYONE | P.EMBED_LINKS | P.ATTACH_FILES)


def permissions_in(channel: Channel, member: Member | None) -> int:
    """What a member may do in a channel; no member, as in a direct message, has what a direct message allows."""
    if channel.guild is None:
        return _DIRECT
    if member is None:
        return 0
    base = base_permissions(member)
    if base == ALL:
        return ALL
    return _implied(_overwritten(base, channel.parent if channel.is_thread and channel.parent else channel, member))


def base_permissions(member: Member) -> int:
    """What a member may do in a guild before any channel's overwrites."""
    guild = member.guild
    base = int(guild.roles[guild.id].permissions)
    for role_id in member.role_ids:
        base |= int(guild.roles[role_id].permissions)
    is_all = member.user is guild.owner or base & P.ADMINISTRATOR.value
    return ALL if is_all else base


def _overwritten(base: int, channel: Channel, member: Member) -> int:
    overwrites = channel.overwrites
    if not overwrites:
        return base
    if everyone := overwrites.get(member.guild.id):
        base = base & ~everyone.deny | everyone.allow
    roles = [overwrites[role_id] for role_id in member.role_ids if role_id in overwrites]
    for role in roles:
        base &= ~role.deny
    for role in roles:
        base |= role.allow
    if own := overwrites.get(member.user.id):
        base = base & ~own.deny | own.allow
    return base


def _implied(permissions: int) -> int:
    if not permissions & P.VIEW_CHANNEL.value:
        return 0
    return permissions if permissions & P.SEND_MESSAGES.value else permissions & _WITHOUT_SENDING
