"""Looks back, after a new session began, for what was asked while the bot was away: Discord hands over nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import aiohttp
import discord

from bot.errors import QuestionLogError
from bot.places import Mode
from connectors.base import Communities, Records
from connectors.discord_connector.reading import place_of

logger = logging.getLogger(__name__)

MARGIN = timedelta(seconds=60)
"""How far before the message last heard in a channel to begin, since it was noted later than it was written.

What was recorded is known by its id, and is not answered again."""
MAX_MESSAGES = 1000
MAX_DIRECT = 50
AT_ONCE = 5

Heard = Mapping[tuple[str, str], datetime]
Channel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class LookBack:
    """What each new session of a shard has still to look back at."""

    def __init__(self, communities: Communities, records: Records, seconds: float) -> None:
        """Look back by at most some seconds, in channels where the bot is not switched off."""
        self._communities = communities
        self._records = records
        self._longest = timedelta(seconds=seconds)
        self._heard: dict[int, Heard] = {}
        self._seen: dict[int, set[int]] = {}
        self._reading = asyncio.Semaphore(AT_ONCE)

    def begin(self, shard: int, heard: Heard) -> None:
        """A new session begins; `heard` is when each channel was last heard before it."""
        self._heard[shard] = heard
        self._seen[shard] = set()

    def channels(self, guild: discord.Guild) -> Iterator[Channel]:
        """The channels of a server in which something may have been missed."""
        channels: list[Channel] = [*guild.text_channels, *guild.voice_channels, *guild.stage_channels, *guild.threads]
        for channel in channels:
            since = self._since(channel)
            if since and channel.last_message_id and discord.utils.snowflake_time(channel.last_message_id) > since:
                yield channel

    def direct_channels(self, client: discord.Client) -> Iterator[discord.PartialMessageable]:
        """The channels last heard that no server has: direct messages. They come to the first shard."""
        heard = self._heard.get(0, {})
        recent = sorted(heard, key=lambda key: heard[key], reverse=True)
        direct = [channel for channel, thread in recent if not thread and channel.isdecimal()]
        for channel in [one for one in direct if not client.get_channel(int(one))][:MAX_DIRECT]:
            yield client.get_partial_messageable(int(channel))

    async def missed(self, channel: Any, before: discord.Message | None = None) -> list[discord.Message]:
        """What was written in a channel while the bot was away, oldest first, once in a session."""
        seen, since = self._seen.setdefault(_shard(channel), set()), self._since(channel)
        if channel.id in seen or since is None:
            return []
        seen.add(channel.id)
        place = place_of(channel, _guild_id(channel))
        if self._communities.settings(place).mode is Mode.OFF:
            return []
        try:
            async with self._reading:
                history = channel.history(after=since, before=before, oldest_first=True, limit=MAX_MESSAGES)
                messages = [message async for message in history]
        except discord.Forbidden:
            return []
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            logger.warning("A channel of Discord could not be looked back at (%s).", type(error).__name__)
            # What comes next in the channel is another chance.
            seen.discard(channel.id)
            return []
        try:
            known = await self._records.known(place, [str(message.id) for message in messages])
        except QuestionLogError as error:
            logger.error("A channel of Discord could not be looked back at: %s", error)
            seen.discard(channel.id)
            return []
        return [message for message in messages if str(message.id) not in known]

    def _since(self, channel: Any) -> datetime | None:
        """From when on a channel is to be read; None for not at all, as where nothing was ever heard."""
        heard = self._heard.get(_shard(channel))
        if not heard:
            return None
        place = place_of(channel, _guild_id(channel))
        last, earliest = heard.get((place.channel, place.thread)), datetime.now(timezone.utc) - self._longest
        if last is not None:
            return max(last - MARGIN, earliest)
        # Nothing was heard there for a day: whatever there is, since the bot was invited, was missed.
        me = getattr(getattr(channel, "guild", None), "me", None)
        return max(me.joined_at, earliest) if me is not None and me.joined_at else None


def _shard(channel: Any) -> int:
    guild = getattr(channel, "guild", None)
    return guild.shard_id if guild is not None else 0


def _guild_id(channel: Any) -> int | None:
    guild = getattr(channel, "guild", None)
    return guild.id if guild is not None else None
