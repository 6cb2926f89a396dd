"""discord.py's client: what arrives is handed over, in order in each channel."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import aiohttp
import discord
import yarl
from cachetools import LRUCache
from discord.gateway import DiscordWebSocket

from bot import metrics
from bot.deliveries import Owed
from bot.places import Notice
from connectors.base import Desk
from connectors.delivery import Delivery
from connectors.discord_connector import explaining
from connectors.discord_connector.commands import CommandTree
from connectors.discord_connector.look_back import LookBack
from connectors.discord_connector.presses import Presses
from connectors.discord_connector.reading import PLATFORM, guild_id_of, place_of, read
from connectors.discord_connector.shapes import refuse_misshapen
from connectors.lanes import Lanes, Work

logger = logging.getLogger(__name__)

MAX_RATE_LIMIT_SECONDS = 30.0
"""Longer waits are left to Delivery, which knows what has become too old meanwhile (discord.py allows no less)."""
GUILD_READY_SECONDS = 1.0
"""How long discord.py waits for another server to be listed before it calls itself ready."""
UNKNOWN_CHANNELS = 1024
HEARTBEAT_SECONDS = 60.0
"""How long a connection may be silent before it is given up."""
_NEEDED = ("READY", "RESUMED")
"""Without these there is no session: what can't be read of them is worth another."""

Parser = Callable[[Any], None]


class Client(discord.AutoShardedClient):
    """One connection to Discord, of as many shards as Discord asks for. It decides nothing."""

    def __init__(
        self, desk: Desk, delivery: Delivery, lanes: Lanes, look_back_seconds: float, has_content: bool
    ) -> None:
        """`has_content` asks for the Message Content intent, without which only what addresses the bot has a text."""
        super().__init__(
            intents=_intents(has_content),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            # A reply notifies the person it replies to, and nobody else.
            allowed_mentions=discord.AllowedMentions(everyone=False, users=False, roles=False, replied_user=True),
            heartbeat_timeout=HEARTBEAT_SECONDS,
            guild_ready_timeout=GUILD_READY_SECONDS,
            max_ratelimit_timeout=MAX_RATE_LIMIT_SECONDS,
            http_trace=_count_waits(),
        )
        self.desk = desk
        self.delivery = delivery
        self.lanes = lanes
        self.has_content = has_content
        self.is_listening = True
        self.was_ready = False
        self._connected: set[int] = set()
        self._background: set[asyncio.Task[Any]] = set()
        self._found: LRUCache[int, object] = LRUCache(UNKNOWN_CHANNELS)
        _skip_what_cant_be_read(self._connection.parsers)
        self._look_back = LookBack(desk.communities, desk.records, look_back_seconds)
        self._presses = Presses(desk, has_content)
        self._tree = CommandTree(self)

    @property
    def is_connected(self) -> bool:
        """Whether every shard receives events."""
        return self.shard_count is not None and len(self._connected) >= self.shard_count

    async def finish(self) -> None:
        """Take nothing more, and finish what is in hand."""
        self.is_listening = False
        await self.lanes.finish()
        if self._background:
            await asyncio.wait(self._background)

    async def close(self) -> None:
        """Close the connection. What is in the lanes goes on."""
        self.is_listening = False
        background = [task for task in self._background if task is not asyncio.current_task()]
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await super().close()
        self._connected.clear()
        self._note_connected()

    def explain(self, owed: Owed, notice: Notice) -> None:
        """Explain in the background why something owed could not be posted."""
        self._start(explaining.explain(self, owed, notice, self.desk.communities))

    def hold_current_task(self) -> bool:
        """Let the task that asks be finished before the bot stops; whether it may begin at all."""
        if self.is_listening and (task := asyncio.current_task()):
            self._hold(task)
        return self.is_listening

    # What discord.py calls.

    async def setup_hook(self) -> None:
        """Logged in. discord.py's later connections go to its default gateway, so that is set to the API's own."""
        self.shard_count, url, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
        self._start(self._tree.publish())
        logger.info("The bot is invited with %s", _invitation(self.application_id))

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """A new session begins (a resumed one misses nothing): what was heard before it is what to look back from."""
        self._look_back.begin(shard_id or 0, await self.desk.records.last_heard(PLATFORM))
        await super().before_identify_hook(shard_id, initial=initial)

    async def on_shard_ready(self, shard_id: int) -> None:
        self._note_connected(shard_id)
        if shard_id == 0:
            # Direct messages come to the first shard.
            for channel in self._look_back.direct_channels(self):
                self._run(channel.id, partial(self._catch_up, channel))

    async def on_shard_resumed(self, shard_id: int) -> None:
        self._note_connected(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        if shard_id in self._connected:
            self._connected.discard(shard_id)
            metrics.RECONNECTS.labels(PLATFORM).inc()
            logger.warning(
                "The connection to Discord was lost (shard %s); it is made again. If this goes on, look at the "
                "network, the names' server and whether Discord itself is down.",
                shard_id,
            )
        self._note_connected()

    async def on_message(self, message: discord.Message) -> None:
        self._take(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        # Link previews, pins and threads change a message too, with no edit by its author.
        if event.message.edited_at is not None:
            self._take(event.message, is_edit=True)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self._delete(event.channel_id, event.guild_id, event.message_id)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        for message_id in sorted(event.message_ids):
            self._delete(event.channel_id, event.guild_id, message_id)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component and self.hold_current_task():
            await self._presses.take(interaction)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._meet(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._meet(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        logger.info("The bot was removed from a server.")
        await self.desk.communities.left(PLATFORM, str(guild.id))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        # The event's arguments hold texts, so they are left out.
        logger.exception("An event of Discord's could not be handled (%s).", event_method)

    # What is done with it.

    def _take(self, message: discord.Message, is_edit: bool = False) -> None:
        """Hand a message over, after those before it in its channel."""
        if self.user is None or message.author.id == self.user.id:
            return
        self._run(message.channel.id, partial(self._respond, message, is_edit, time.monotonic()))

    async def _respond(self, message: discord.Message, is_edit: bool, received_at: float) -> None:
        assert self.user is not None
        if isinstance(message.channel, discord.PartialMessageable):
            message.channel = await self._find(message.channel.id, guild_id_of(message))
        await self._catch_up(message.channel, message)
        response = await self.desk.handler.respond(read(message, self.user, is_edit))
        self.delivery.add(response.owed, received_at)

    async def _catch_up(self, channel: Any, before: discord.Message | None = None) -> None:
        """Hand over what was written in a channel while the bot was away, before anything that is new there."""
        assert self.user is not None
        for message in await self._look_back.missed(channel, before):
            if message.author.id != self.user.id:
                response = await self.desk.handler.respond(read(message, self.user))
                self.delivery.add(response.owed, time.monotonic())

    async def _find(self, channel_id: int, guild_id: int | None) -> Any:
        """A channel by its id. Discord is asked for what discord.py doesn't know, such as an archived thread."""
        guild = self.get_guild(guild_id) if guild_id else None
        if known := guild and guild.get_channel_or_thread(channel_id):
            return known
        if guild_id and channel_id not in self._found:
            with contextlib.suppress(discord.DiscordException, aiohttp.ClientError, OSError):
                self._found[channel_id] = await self.fetch_channel(channel_id)
        return self._found.get(channel_id) or self.get_partial_messageable(channel_id, guild_id=guild_id)

    def _delete(self, channel_id: int, guild_id: int | None, message_id: int) -> None:
        async def work() -> None:
            place = place_of(await self._find(channel_id, guild_id), guild_id)
            self.delivery.add(await self.desk.handler.message_deleted(place, str(message_id)))

        self._run(channel_id, work)

    async def _meet(self, guild: discord.Guild) -> None:
        """A server is there: what was missed is read, and one that is new to the bot is greeted."""
        for channel in self._look_back.channels(guild):
            self._run(channel.id, partial(self._catch_up, channel))
        await explaining.welcome(self, guild, self.desk.communities)

    def _run(self, channel_id: int, work: Work) -> None:
        if self.is_listening:
            self.lanes.run(channel_id, work)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the background."""
        self._hold(asyncio.create_task(_logged(work)))

    def _hold(self, task: asyncio.Task[Any]) -> None:
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _note_connected(self, shard_id: int | None = None) -> None:
        if shard_id is not None:
            self._connected.add(shard_id)
            self.was_ready = True
        metrics.CONNECTED.labels(PLATFORM).set(self.is_connected and not self.is_closed())


def _skip_what_cant_be_read(parsers: dict[str, Parser]) -> None:
    """Let an event of a shape that discord.py doesn't expect cost itself, not the session with all its events."""
    for event, parser in parsers.items():
        if event not in _NEEDED:
            parsers[event] = partial(_parse, event, parser)


def _parse(event: str, parser: Parser, data: Any) -> None:
    try:
        refuse_misshapen(event, data)
        parser(data)
    except Exception as error:  # noqa: BLE001 -- discord.py takes for granted that every field is there
        logger.warning(
            "An event of Discord's that can't be read was skipped (%s; %s): report it to whoever maintains the bot.",
            event,
            type(error).__name__,
        )


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        logger.exception("Something failed in Discord's background.")


def _invitation(application_id: int | None) -> str:
    """The link that invites the bot to a server, with the permissions that it needs and no more."""
    permissions = discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        embed_links=True,
        read_message_history=True,
    )
    return discord.utils.oauth_url(
        application_id or 0, permissions=permissions, scopes=("bot", "applications.commands")
    )


def _intents(has_content: bool) -> discord.Intents:
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=has_content)


def _count_waits() -> aiohttp.TraceConfig:
    """Counts the waits that Discord asks for, most of which discord.py keeps to itself."""

    async def count(session: object, context: object, request: aiohttp.TraceRequestEndParams, /) -> None:
        if request.response.status == 429:
            metrics.WAITS.labels(PLATFORM, "429").inc()
            seconds = request.response.headers.get("Retry-After", "0")
            metrics.WAIT_SECONDS.labels(PLATFORM, "429").inc(float(seconds))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(count)
    return trace
