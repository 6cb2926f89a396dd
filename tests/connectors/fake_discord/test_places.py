"""Guilds, channels and threads of the fake Discord, as the real discord.py sees them."""

from __future__ import annotations

import discord as dpy
import pytest

from connectors.fakes.discord_server import FakeDiscord, Guild, Permission, User
from tests.connectors.fake_discord.clients import Bot


async def test_joining_leaving_and_outages(fake: FakeDiscord, guild: Guild, bot: Bot) -> None:
    """An invitation, an outage and a removal are told apart."""
    joined = fake.guild("New")
    assert (await bot.see("guild_join")).id == int(joined.id)
    fake.outage(guild)
    assert (await bot.see("guild_unavailable")).id == int(guild.id)
    fake.restore(guild)
    assert (await bot.see("guild_available")).id == int(guild.id)
    fake.remove_bot(joined)
    assert (await bot.see("guild_remove")).id == int(joined.id)
    with pytest.raises(dpy.Forbidden) as refused:
        await bot.fetch_channel(int(joined.first_channel.id))
    assert refused.value.code == 50001


async def test_permissions_and_channels_change_under_the_bot(
    fake: FakeDiscord, guild: Guild, ana: User, bot: Bot
) -> None:
    """What the bot may no longer do is refused with Discord's codes, and what it can't see it isn't told."""
    channel = guild.channel("general")
    seen = bot.get_channel(int(channel.id))
    assert isinstance(seen, dpy.TextChannel)
    fake.forbid_bot(channel, Permission.SEND_MESSAGES)
    await bot.see("guild_channel_update")
    assert not seen.permissions_for(seen.guild.me).send_messages
    with pytest.raises(dpy.Forbidden) as refused:
        await seen.send("hello")
    assert refused.value.code == 50013
    fake.forbid_bot(channel, Permission.VIEW_CHANNEL)
    fake.say(ana, channel, "unseen")
    fake.forbid_bot(channel, 0)
    fake.say(ana, channel, "seen")
    assert (await bot.see("message")).content == "seen"
    fake.set_slow_mode(channel, 30)
    await bot.see("guild_channel_update", lambda _, after: after.slowmode_delay == 30)
    fake.delete_channel(channel)
    assert (await bot.see("guild_channel_delete")).id == int(channel.id)
    with pytest.raises(dpy.NotFound) as gone:
        await seen.send("hello")
    assert gone.value.code == 10003


async def test_shows_its_guilds_and_what_the_bot_may_do(bot: Bot, guild: Guild) -> None:
    """The bot knows its guilds, their channels and its own permissions as soon as it is ready."""
    seen = bot.get_guild(int(guild.id))
    assert seen is not None and seen.name == "Parents"
    (channel,) = seen.text_channels
    assert channel.permissions_for(seen.me).embed_links
    assert not channel.permissions_for(seen.me).manage_messages


async def test_a_forum_post_is_a_thread_and_then_its_first_message(
    fake: FakeDiscord, guild: Guild, ana: User, bot: Bot
) -> None:
    """Both have the same id, and the post is answered in its thread."""
    thread, first = fake.forum_post(ana, fake.forum(guild, "help"), "SMP?", "how much is smp")
    created = await bot.see("thread_create")
    message = await bot.see("message")
    assert created.id == message.id == message.channel.id == int(thread.id)
    await message.reply("here")
    assert (await fake.reply_to(first)).channel is thread


async def test_a_thread_under_a_message(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """A thread has the id of the message that it was started from."""
    starter = fake.say(ana, guild.channel("general"), "hello")
    thread = fake.thread(ana, guild.channel("general"), "side", starter)
    assert (await bot.see("thread_create")).id == int(starter.id)
    fake.say(ana, thread, "in here")
    message = await bot.see("message", lambda one: one.content == "in here")
    assert isinstance(message.channel, dpy.Thread) and message.channel.parent_id == int(guild.channel("general").id)
