"""Discord, from logging in to stopping."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import discord
from discord.http import Route

from bot.deliveries import Owed
from bot.errors import ConnectorError
from bot.places import Notice
from connectors.base import Connector, Desk
from connectors.delivery import Delivery
from connectors.discord_connector.client import Client
from connectors.discord_connector.reading import PLATFORM
from connectors.discord_connector.sending import Sender
from connectors.lanes import Lanes

logger = logging.getLogger(__name__)

STOP_SECONDS = 8.0
"""The longest that what is in hand may take when the bot stops; what is owed is kept all the same."""
LOGIN_SECONDS = 60.0
"""How long Discord may take to say who the bot is; discord.py would wait for five minutes."""
MAX_RETRY_SECONDS = 60.0
_WRONG_TOKEN = 4004


class DiscordConnector(Connector):
    """Reads Discord's gateway, and posts through its API."""

    name = PLATFORM

    def __init__(
        self,
        token: str,
        api_base: str = "https://discord.com/api/v10",
        max_age_seconds: float = 600,
        look_back_seconds: float = 600,
    ) -> None:
        """`max_age_seconds` is when a reply is too old to be of use, `look_back_seconds` how far is read back."""
        self._token = token
        self._api_base = api_base.rstrip("/")
        self._max_age = max_age_seconds
        self._look_back = look_back_seconds
        self._has_content = True
        self._client: Client | None = None
        self._delivery: Delivery | None = None
        self._lanes = Lanes()
        self._sender = Sender(self._refused)
        self._stopping = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        """Whether every shard receives messages."""
        return self._client is not None and self._client.is_connected and self._client.is_listening

    async def listen(self, desk: Desk) -> None:
        """Hand everything over until stopped, connecting anew whatever happens but a wrong token."""
        _quieten_library()
        Route.BASE = self._api_base
        self._delivery = Delivery(PLATFORM, self._sender.do, desk.outbox, self._max_age)
        await self._delivery.resume()
        try:
            await self._keep_connected(desk, self._delivery)
        finally:
            await self._lanes.close()
            await self._delivery.close()

    async def stop(self) -> None:
        """Take nothing more, finish what is in hand, and let `listen` return."""
        try:
            await asyncio.wait_for(self._finish(), STOP_SECONDS)
        except asyncio.TimeoutError:
            logger.warning("Not all that is owed on Discord could be sent in time; the rest is kept.")
        self._stopping.set()

    async def _finish(self) -> None:
        if self._client is not None:
            await self._client.finish()
        await self._lanes.finish()
        if self._delivery is not None:
            await self._delivery.finish()

    async def _keep_connected(self, desk: Desk, delivery: Delivery) -> None:
        failures = 0
        while not self._stopping.is_set():
            client = Client(desk, delivery, self._lanes, self._look_back, self._has_content)
            try:
                await self._connect(client)
            except discord.PrivilegedIntentsRequired:
                self._go_without_content()
            except Exception as error:  # noqa: BLE001 -- whatever it is, the communities are not left alone
                _raise_if_wrong_token(error)
                failures = 0 if client.was_ready else failures + 1
                await self._pause(error, min(2.0**failures, MAX_RETRY_SECONDS))

    async def _connect(self, client: Client) -> None:
        """Be connected until the connection fails for good, or the bot stops."""
        self._client = self._sender.client = client
        async with client:
            running = asyncio.create_task(self._start(client))
            stopping = asyncio.create_task(self._stopping.wait())
            try:
                await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                # discord.py goes on trying to connect even when it is closed, so it is cancelled.
                for task in (running, stopping):
                    task.cancel()
                results = await asyncio.gather(running, stopping, return_exceptions=True)
            if isinstance(results[0], Exception):
                raise results[0]

    async def _start(self, client: Client) -> None:
        await asyncio.wait_for(client.login(self._token), LOGIN_SECONDS)
        await client.connect()

    def _go_without_content(self) -> None:
        self._has_content = False
        logger.warning(
            "Discord does not let the bot read messages that don't mention it: switch on Message Content Intent under "
            "Bot in Discord's Developer Portal and start the bot again; until then it answers mentions, replies, "
            "commands and direct messages only."
        )

    async def _pause(self, error: Exception, seconds: float) -> None:
        logger.warning(
            "Discord can't be reached (%s); it is tried again. Look at the network, the names' server and "
            "connectors.discord.api_base, and whether Discord itself is down.",
            type(error).__name__,
        )
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _refused(self, owed: Owed, notice: Notice) -> None:
        if self._client is not None:
            self._client.explain(owed, notice)


def _raise_if_wrong_token(error: Exception) -> None:
    is_wrong = isinstance(error, discord.ConnectionClosed) and error.code == _WRONG_TOKEN
    if is_wrong or isinstance(error, discord.LoginFailure):
        raise ConnectorError("Discord does not know the bot's token: check SIGNPOST_DISCORD_TOKEN.") from error


def _quieten_library() -> None:
    """Let discord.py say only what the operator must know of the connection: its other logs hold texts and tokens."""
    logging.getLogger("discord").setLevel(logging.CRITICAL)
    for name in ("discord.gateway", "discord.shard"):
        library_logger = logging.getLogger(name)
        library_logger.setLevel(logging.WARNING)
        library_logger.addFilter(_in_one_line)


def _in_one_line(record: logging.LogRecord) -> bool:
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    record.exc_info = record.exc_text = record.stack_info = None
    return True
