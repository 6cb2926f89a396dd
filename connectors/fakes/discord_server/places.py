"""Guilds, channels, threads and roles: made, changed and removed by their moderators."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.fakes.discord_server.core import Core
from connectors.fakes.discord_server.permissions import BOT, EVERYONE
from connectors.fakes.discord_server.world import Channel, ChannelType, Guild, Member, Overwrite, Role, User


class Places(Core):
    """The part of the control API that is about places."""

    def guild(
        self,
        name: str = "Guild",
        channels: Iterable[str] = ("general",),
        *,
        bot_permissions: int = BOT,
        everyone: int = EVERYONE,
        has_bot: bool = True,
    ) -> Guild:
        """A new guild with text channels; a bot that is connected sees itself invited."""
        world = self.world
        bot_role = Role(world.ids.old(), self.bot.name, bot_permissions, bot_id=self.bot.id)
        guild = Guild(world.ids.guild(), name, world.add_user("owner"), bot_role)
        guild.roles = {guild.id: Role(guild.id, "@everyone", everyone, position=0), guild.bot_role.id: guild.bot_role}
        guild.members[guild.owner.id] = Member(guild.owner, guild)
        world.guilds[guild.id] = guild
        for channel in channels:
            world.add_channel(Channel(world.ids.old(), ChannelType.TEXT, channel, guild))
        if has_bot:
            self.invite(guild)
        return guild

    def invite(self, guild: Guild) -> None:
        """Let the bot join a guild."""
        guild.members[self.bot.id] = Member(self.bot, guild, [guild.bot_role.id])
        self._events.guild_joined(guild)

    def remove_bot(self, guild: Guild) -> None:
        """Kick the bot out of a guild."""
        self._events.guild_gone(guild, is_outage=False)
        del guild.members[self.bot.id]

    def outage(self, guild: Guild) -> None:
        """Let a guild be unavailable: the bot hears nothing of it."""
        self._events.guild_gone(guild, is_outage=True)
        guild.is_unavailable = True

    def restore(self, guild: Guild) -> None:
        """Let a guild be available again."""
        guild.is_unavailable = False
        self._events.guild_available(guild)

    def text_channel(self, guild: Guild, name: str) -> Channel:
        """A new text channel."""
        return self._new_channel(guild, name, ChannelType.TEXT)

    def forum(self, guild: Guild, name: str) -> Channel:
        """A new forum channel."""
        return self._new_channel(guild, name, ChannelType.FORUM)

    def _new_channel(self, guild: Guild, name: str, kind: ChannelType) -> Channel:
        channel = self.world.add_channel(Channel(self.world.ids.old(), kind, name, guild))
        self._events.channel("CHANNEL_CREATE", channel)
        return channel

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with its threads, or a thread."""
        if channel.is_thread:
            self._events.thread_deleted(channel)
        else:
            self._events.channel("CHANNEL_DELETE", channel)
        self.world.remove_channel(channel)

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Archive a thread, and lock it so that only moderators can go on."""
        thread.is_archived, thread.is_locked = True, locked
        self._events.channel("THREAD_UPDATE", thread)

    def set_slow_mode(self, channel: Channel, seconds: int) -> None:
        """Let people (bots are spared) wait between two messages."""
        channel.slow_mode_seconds = seconds
        self._events.channel("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", channel)

    def role(self, guild: Guild, name: str, permissions: int = 0, *, mentionable: bool = False) -> Role:
        """A new role."""
        role = Role(self.world.ids.old(), name, permissions, len(guild.roles), mentionable)
        guild.roles[role.id] = role
        self._events.role("GUILD_ROLE_CREATE", role, guild)
        return role

    def set_permissions(self, guild: Guild, role: Role, permissions: int) -> None:
        """Change what a role may do; `guild.bot_role` is the bot's own."""
        role.permissions = permissions
        self._events.role("GUILD_ROLE_UPDATE", role, guild)

    def overwrite(self, channel: Channel, target: User | Role, *, allow: int = 0, deny: int = 0) -> None:
        """Allow and deny to a role or a member what differs in a channel; neither takes the overwrite away."""
        if allow or deny:
            channel.overwrites[target.id] = Overwrite(0 if isinstance(target, Role) else 1, int(allow), int(deny))
        else:
            channel.overwrites.pop(target.id, None)
        self._events.channel("CHANNEL_UPDATE", channel)

    def forbid_bot(self, channel: Channel, permissions: int) -> None:
        """Deny permissions to the bot in a channel; 0 takes it back."""
        self.overwrite(channel, self.bot, deny=permissions)
