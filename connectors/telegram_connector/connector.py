"""Telegram as a platform: https://core.telegram.org/bots/api."""

from __future__ import annotations

import asyncio
import logging
from itertools import count
from typing import Literal

from telegram.error import InvalidToken

from connectors.base import Connector, Desk
from connectors.telegram_connector.api import FAILURES, Client, client_of, refused_token
from connectors.telegram_connector.command_menus import show_menus
from connectors.telegram_connector.dispatch import Dispatch
from connectors.telegram_connector.limits import Limits
from connectors.telegram_connector.polling import Polling, wait_after
from connectors.telegram_connector.stopping import Stop
from connectors.telegram_connector.webhook import Webhook, WebhookReceiver

logger = logging.getLogger(__name__)

API_BASE = "https://api.telegram.org"
FINISH_SECONDS = 6.0
"""How long what is in hand may take when the connector stops; what is left stays owed."""


class TelegramConnector(Connector):
    """Talks with people in private chats, groups and their topics."""

    name = "telegram"

    def __init__(
        self,
        token: str,
        api_base: str = API_BASE,
        link_previews: Literal["off", "platform"] = "off",
        webhook: Webhook | None = None,
        max_age_seconds: float = 600,
        poll_seconds: int = 30,
        limits: Limits = Limits(),
    ) -> None:
        """Talk through the server at `api_base`, which is polled unless there is a webhook.

        Replies are dropped after `max_age_seconds`. Links are shown without previews, or as the platform would.
        """
        self._token = token
        self._api_base = api_base
        self._previews = link_previews == "platform"
        self._webhook = webhook
        self._max_age = max_age_seconds
        self._poll_seconds = poll_seconds
        self._limits = limits
        self._stop = Stop()
        self._receiver: Polling | WebhookReceiver | None = None

    @property
    def is_ready(self) -> bool:
        """Whether messages are being received."""
        return self._receiver is not None and self._receiver.is_connected

    async def listen(self, desk: Desk) -> None:
        """Take messages and deliver what is owed until stopped. Raises ConnectorError where the token is refused."""
        async with client_of(self._token, self._api_base) as client:
            await self._stop.race(_introduce(client))
            if self._stop.is_set:
                return
            dispatch = Dispatch(client, desk, self._limits, self._previews, self._max_age)
            try:
                await self._receive(client, dispatch)
            finally:
                await dispatch.close()

    async def stop(self) -> None:
        """Take no more messages, finish what is in hand, and let `listen` return."""
        self._stop.set()

    async def _receive(self, client: Client, dispatch: Dispatch) -> None:
        self._receiver = (
            WebhookReceiver(client, dispatch.take, self._stop, self._webhook)
            if self._webhook
            else Polling(client, dispatch.take, self._stop, self._poll_seconds)
        )
        await dispatch.delivery.resume()
        dispatch.chores.add("menus", lambda: show_menus(client))
        await self._receiver.run()
        try:
            await asyncio.wait_for(dispatch.finish(), FINISH_SECONDS)
        except asyncio.TimeoutError:
            logger.info("Stopped with replies still owed; they are delivered after the next start.")


async def _introduce(client: Client) -> None:
    """Ask who the bot is, until Telegram can be reached. Raises ConnectorError where the token is refused."""
    for failures in count():
        try:
            await client.initialize()
        except InvalidToken:
            raise refused_token() from None
        except FAILURES as error:
            logger.warning(
                "Telegram can't be reached (%s); it is tried again. Look at the network, the names' server and "
                "connectors.telegram.api_base.",
                type(error).__name__,
            )
            await asyncio.sleep(wait_after(error, failures))
        else:
            return
