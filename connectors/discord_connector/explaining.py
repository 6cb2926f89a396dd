"""Tells somebody who can mend it what stands in the bot's way, and says hello where it is new."""

from __future__ import annotations

import logging

import aiohttp
import discord

from bot.deliveries import Owed
from bot.places import Notice, Place
from connectors.base import Communities
from connectors.discord_connector.reading import PLATFORM
from connectors.discord_connector.rendering import words

logger = logging.getLogger(__name__)

_FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError)


async def welcome(client: discord.Client, guild: discord.Guild, communities: Communities) -> None:
    """Note that the bot is in a server, and say once how it is set up."""
    if not await communities.joined(PLATFORM, str(guild.id), guild.name):
        return
    text = await communities.to_explain(Place(PLATFORM, str(guild.id)), Notice.WELCOME)
    if text and not (await _tell_channel(guild, text) or await _tell_owner(client, guild, text)):
        logger.warning("A server that invited the bot could not be told how to set it up.")


async def explain(client: discord.Client, owed: Owed, notice: Notice, communities: Communities) -> None:
    """Explain once why something owed could not be posted."""
    place = owed.place
    guild = client.get_guild(int(place.community)) if place.community else None
    if guild is None:
        return
    here = communities.settings(place)
    if notice is Notice.CANNOT_POST and place.channel == here.alerts_channel:
        notice = Notice.CANNOT_POST_ALERTS
    elif notice is Notice.CANNOT_POST and place.channel == here.digest_channel:
        notice = Notice.CANNOT_POST_DIGEST
    text = await communities.to_explain(Place(PLATFORM, place.community, place.channel), notice)
    if text is None:
        return
    text = f"{text}\n\nIt is about <#{place.thread or place.channel}> in **{guild.name}**."
    if not (await _tell_owner(client, guild, text) or await _tell_channel(guild, text)):
        logger.warning("Nobody could be told that the bot may not post in a channel (%s).", notice.value)


async def _tell_owner(client: discord.Client, guild: discord.Guild, text: str) -> bool:
    if guild.owner_id is None:
        return False
    try:
        channel = await client.create_dm(discord.Object(guild.owner_id))
        await channel.send(embeds=words(text).embeds)
    except _FAILURES:
        return False
    return True


async def _tell_channel(guild: discord.Guild, text: str) -> bool:
    """Post in the server's channel for such messages, or else in the first that the bot can write to."""
    for channel in [guild.system_channel, *guild.text_channels]:
        if channel is None or not _may_write(channel):
            continue
        try:
            await channel.send(embeds=words(text).embeds)
        except _FAILURES:
            continue
        return True
    return False


def _may_write(channel: discord.TextChannel) -> bool:
    allowed = channel.permissions_for(channel.guild.me)
    return allowed.view_channel and allowed.send_messages and allowed.embed_links
