"""What is told to the bot of what happens, as gateway events with the intents they need."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.fakes.discord_server.gateway import Gateway, Intent
from connectors.fakes.discord_server.payloads import (
    channel_payload,
    guild_create_payload,
    member_with_user,
    message_event,
    role_payload,
    thread_payload,
    without_content,
)
from connectors.fakes.discord_server.permissions import Permission
from connectors.fakes.discord_server.world import Channel, Guild, Member, Message, Payload, Role, World


class Events:
    """Tells the sessions what happened, where the bot can see it."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway

    def message(self, event: str, message: Message) -> None:
        """MESSAGE_CREATE or MESSAGE_UPDATE."""
        channel = message.channel
        if message.ephemeral_to is not None or not self._sees(channel):
            return
        data = message_event(message)
        stripped = without_content(data, self._world.bot.id) if channel.guild else None
        self._gateway.dispatch(event, data, self._intent(channel), channel.guild_id, stripped)

    def message_deleted(self, message: Message) -> None:
        """MESSAGE_DELETE."""
        if message.ephemeral_to is None and self._sees(message.channel):
            data = {"id": message.id, **_where(message.channel)}
            self._gateway.dispatch("MESSAGE_DELETE", data, self._intent(message.channel), message.channel.guild_id)

    def bulk_deleted(self, channel: Channel, ids: Sequence[str]) -> None:
        """MESSAGE_DELETE_BULK."""
        if self._sees(channel):
            data = {"ids": list(ids), **_where(channel)}
            self._gateway.dispatch("MESSAGE_DELETE_BULK", data, self._intent(channel), channel.guild_id)

    def channel(self, event: str, channel: Channel) -> None:
        """CHANNEL_CREATE, CHANNEL_UPDATE or CHANNEL_DELETE, or a thread's THREAD_UPDATE."""
        self._guild_event(event, channel_payload(channel), channel.guild)

    def thread_created(self, thread: Channel) -> None:
        """THREAD_CREATE of a thread that is new."""
        if self._sees(thread):
            self._guild_event("THREAD_CREATE", {**thread_payload(thread), "newly_created": True}, thread.guild)

    def thread_deleted(self, thread: Channel) -> None:
        """THREAD_DELETE."""
        keys = ("id", "guild_id", "parent_id", "type")
        data = {key: value for key, value in thread_payload(thread).items() if key in keys}
        self._guild_event("THREAD_DELETE", data, thread.guild)

    def role(self, event: str, role: Role, guild: Guild) -> None:
        """GUILD_ROLE_CREATE or GUILD_ROLE_UPDATE."""
        self._guild_event(event, {"guild_id": guild.id, "role": role_payload(role)}, guild)

    def member(self, event: str, member: Member) -> None:
        """GUILD_MEMBER_ADD, or GUILD_MEMBER_UPDATE, which the bot gets for itself whatever its intents."""
        guild = member.guild
        own = member.user is self._world.bot and event == "GUILD_MEMBER_UPDATE"
        data = {**member_with_user(member), "guild_id": guild.id}
        if self._is_heard(guild):
            self._gateway.dispatch(event, data, 0 if own else Intent.GUILD_MEMBERS, guild.id)

    def guild_joined(self, guild: Guild) -> None:
        """GUILD_CREATE for a guild that has invited the bot."""
        self._guild_event("GUILD_CREATE", guild_create_payload(guild, self._world), guild)

    def guild_available(self, guild: Guild) -> None:
        """GUILD_CREATE for a guild that is there again."""
        self._guild_event("GUILD_CREATE", {**guild_create_payload(guild, self._world), "unavailable": False}, guild)

    def guild_gone(self, guild: Guild, *, is_outage: bool) -> None:
        """GUILD_DELETE: an outage, or the bot has been removed."""
        data = {"id": guild.id, "unavailable": True} if is_outage else {"id": guild.id}
        self._gateway.dispatch("GUILD_DELETE", data, Intent.GUILDS, guild.id)

    def _guild_event(self, event: str, data: Payload, guild: Guild | None) -> None:
        assert guild is not None
        if self._is_heard(guild):
            self._gateway.dispatch(event, data, Intent.GUILDS, guild.id)

    def _is_heard(self, guild: Guild) -> bool:
        return self._world.is_bot_in(guild) and not guild.is_unavailable

    def _sees(self, channel: Channel) -> bool:
        if channel.guild is None:
            return True
        return self._is_heard(channel.guild) and bool(channel.permissions_of(self._world.bot) & Permission.VIEW_CHANNEL)

    def _intent(self, channel: Channel) -> int:
        return Intent.GUILD_MESSAGES if channel.guild else Intent.DIRECT_MESSAGES


def _where(channel: Channel) -> Payload:
    guild = {"guild_id": channel.guild.id} if channel.guild else {}
    return {"channel_id": channel.id, **guild}
