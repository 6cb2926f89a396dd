"""Looks back, after a new session began, for what was asked while the bot was away: Discord hands over nothing."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone

import aiohttp
import discord

from bot.places import Mode, Place
from connectors.base import Communities
from connectors.discord_connector.reading import place_of

logger = logging.getLogger(__name__)

MARGIN = timedelta(seconds=60)
"""How far before the message last heard to begin: what came next may have been received and then lost in a crash.

What was recorded is known by its id, and is not answered again."""
MAX_MESSAGES = 1000
MAX_DIRECT = 50

Heard = Mapping[tuple[str, str], datetime]
Channel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class LookBack:
    """What each new session of a shard has still to look back at."""

    def __init__(self, communities: Communities, seconds: float, take: Callable[[discord.Message], None]) -> None:
        """Hand messages of at most the last `seconds` to `take`, in channels where the bot is not switched off."""
        self._communities = communities
        self._seconds = seconds
        self._take = take
        self._heard: dict[int, Heard] = {}
        self._seen: dict[int, set[int]] = {}

    def begin(self, shard: int, heard: Heard) -> None:
        """A new session begins; `heard` is when each channel was last heard before it."""
        self._heard[shard] = heard
        self._seen[shard] = set()

    async def at_guild(self, guild: discord.Guild) -> None:
        """Look back at a server, once in a session."""
        heard, seen = self._heard.get(guild.shard_id, {}), self._seen.setdefault(guild.shard_id, set())
        if not heard or guild.id in seen:
            return
        seen.add(guild.id)
        for channel in _channels(guild):
            place = place_of(channel, guild.id)
            since = self._since(heard, place)
            if _may_hold_more(channel, since) and self._communities.settings(place).mode is not Mode.OFF:
                await self._read(channel, since)

    async def at_direct_messages(self, client: discord.Client, shard: int) -> None:
        """Look back at the direct messages last heard: channels that no server has."""
        heard = self._heard.get(shard, {})
        recent = sorted(heard, key=lambda key: heard[key], reverse=True)
        direct = [key for key in recent if not key[1] and key[0].isdecimal() and not client.get_channel(int(key[0]))]
        for channel, _ in direct[:MAX_DIRECT]:
            since = self._since(heard, Place("discord", "", channel))
            await self._read(client.get_partial_messageable(int(channel)), since)

    def _since(self, heard: Heard, place: Place) -> datetime:
        """From when on a channel is to be read. One never heard of late was silent until the last that was heard."""
        last = heard.get((place.channel, place.thread)) or max(heard.values())
        return max(last - MARGIN, datetime.now(timezone.utc) - timedelta(seconds=self._seconds))

    async def _read(self, channel: Channel | discord.PartialMessageable, since: datetime) -> None:
        try:
            async for message in _history(channel, since):
                self._take(message)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            logger.info("A channel of Discord could not be looked back at (%s).", type(error).__name__)


def _history(channel: Channel | discord.PartialMessageable, since: datetime) -> AsyncIterator[discord.Message]:
    return channel.history(after=since, oldest_first=True, limit=MAX_MESSAGES)


def _channels(guild: discord.Guild) -> Iterator[Channel]:
    yield from guild.text_channels
    yield from guild.voice_channels
    yield from guild.stage_channels
    yield from guild.threads


def _may_hold_more(channel: Channel, since: datetime) -> bool:
    """Whether its last message, deleted or not, is younger."""
    last = channel.last_message_id
    return last is not None and discord.utils.snowflake_time(last) > since
