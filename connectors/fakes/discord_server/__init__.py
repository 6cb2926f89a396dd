"""A Discord on loopback: REST v10 and the gateway, for an unmodified discord.py.

    async with FakeDiscord() as discord:
        guild = discord.guild("Parents", channels=["general"])
        ana = discord.user("ana", guild)
        ...  # start a bot with discord.token, discord.api_base and discord.gateway_url, here or in another process
        await discord.identified()
        question = discord.say(ana, guild.channel("general"), "how much is smp", mention_bot=True)
        reply = await discord.reply_to(question)
        pressed = await discord.press(ana, reply, "👍")
        assert pressed.is_ephemeral and "Thank you" in pressed.text

Making and changing: `guild`, `invite`, `remove_bot`, `outage`, `restore`, `text_channel`, `forum`, `delete_channel`,
`archive`, `set_slow_mode`, `role`, `set_permissions`, `overwrite`, `forbid_bot` (places.py); `user`, `join`,
`give_roles`, `direct`, `say`, `edit`, `delete`, `bulk_delete`, `resolve_embed`, `webhook_says`, `system_message`,
`thread`, `forum_post`, `dispatch_raw` (people.py). These are plain calls and cost little.

Interactions, awaited until the bot acknowledges them: `press`, `choose`, `command`, `autocomplete`, `submit`
(interacting.py). They give an Interaction: `response_type`, `message`, `followups`, `text`, `is_ephemeral`, `source`;
`await interaction.answered()` where the answer was deferred.

Looking: `posts` (each a Message with `content`, `embeds`, `text`, `labels`, `components`, `reply_to`, `earlier`,
`deleted`, `notified`, `nonce`), `replies_to`, `record.calls`, `record.call_counts`, `record.heartbeats`,
`record.counts`, `record.late_interactions`, `record.listeners`. Waiting: `identified`, `resumed`, `reply_to`, `post`,
`next_post`, `edited`, `deleted`, and `record.until` for anything else.

Going wrong: `faults` (shares of 429, 500, silence…, `drop_every`), `limits` (Discord's buckets for real),
`drop_connections`, `gateway.ask_reconnect`, `gateway.invalidate`, `gateway.send_raw`, `gateway.is_silent`,
`allow_message_content`.

What the fake doesn't know (a route, an opcode, a field) it refuses with 501 or a closed connection, and leaving the
context raises AssertionError with all of it.
"""

from connectors.fakes.discord_server.errors import ApiError
from connectors.fakes.discord_server.interactions import Interaction, ResponseType
from connectors.fakes.discord_server.permissions import BOT, EVERYONE, MODERATOR, Permission
from connectors.fakes.discord_server.server import FakeDiscord
from connectors.fakes.discord_server.world import Channel, ChannelType, Guild, Message, MessageType, Role, User

__all__ = [
    "BOT",
    "EVERYONE",
    "MODERATOR",
    "ApiError",
    "Channel",
    "ChannelType",
    "FakeDiscord",
    "Guild",
    "Interaction",
    "Message",
    "MessageType",
    "Permission",
    "ResponseType",
    "Role",
    "User",
]
