"""Receives updates by webhook: https://core.telegram.org/bots/api#setwebhook."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import BadRequest, InvalidToken, RetryAfter

from bot import metrics
from bot.errors import ConnectorError
from bot.web_server import serving_http
from connectors.telegram_connector.api import ALLOWED_UPDATES, FAILURES, Client, described, refused_token, seconds_of
from connectors.telegram_connector.stopping import Stop

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- the header's name
CHECK_SECONDS = 60.0
FIRST_WAIT, MAX_WAIT = 0.5, 30.0

Take = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Webhook:
    """Where Telegram sends updates (`url`), and where they are waited for, behind a proxy that ends TLS.

    An empty `secret` stands for a new one at each start, which will do where a single process receives.
    """

    url: str
    host: str = "127.0.0.1"
    port: int = 8443
    secret: str = field(default="", repr=False)


class WebhookReceiver:
    """Serves the webhook. An update is acknowledged only when it has been taken: until then Telegram sends it again."""

    def __init__(self, client: Client, take: Take, stop: Stop, webhook: Webhook) -> None:
        """Hand updates to `take`, until stopped."""
        self._client = client
        self._take = take
        self._stop = stop
        self._webhook = webhook
        self._secret = webhook.secret or secrets.token_urlsafe(32)
        self.is_connected = False
        self.port = webhook.port

    async def run(self) -> None:
        """Receive until stopped. Raises ConnectorError where the token or the webhook's address is refused."""
        # Whatever path the proxy hands on: the secret is what tells Telegram from others.
        app = Starlette(routes=[Route("/{path:path}", self._receive, methods=["POST"])])
        try:
            async with serving_http(app, self._webhook.host, self._webhook.port) as self.port:
                await self._stop.race(self._stay_registered())
        finally:
            self._note_connected(False)

    async def _receive(self, request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status_code=403)
        try:
            update = json.loads(await request.body())
        except ValueError:
            return Response(status_code=400)
        if isinstance(update, dict):
            await self._take(update)
        return Response(status_code=200)

    async def _stay_registered(self) -> None:
        """Name the webhook to Telegram, then make sure from time to time that the token still holds."""
        while not await self._asked(self._register):
            continue
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self._asked(self._client.get_me)

    async def _asked(self, call: Callable[[], Awaitable[object]]) -> bool:
        """Whether Telegram could be asked; where it could not, that has been waited out."""
        try:
            await call()
        except InvalidToken:
            raise refused_token() from None
        except FAILURES as error:
            if self.is_connected:
                metrics.RECONNECTS.labels("telegram").inc()
            self._note_connected(False)
            await asyncio.sleep(seconds_of(error) if isinstance(error, RetryAfter) else FIRST_WAIT)
            return False
        self._note_connected(True)
        return True

    async def _register(self) -> None:
        try:
            await self._client.set_webhook(
                self._webhook.url,
                secret_token=self._secret,
                allowed_updates=ALLOWED_UPDATES,
                drop_pending_updates=False,
            )
        except BadRequest as error:
            raise ConnectorError(
                f"Telegram refuses the address in connectors.telegram.webhook.url ({described(error)}); "
                "give it an https address that can be reached from outside."
            ) from None

    def _note_connected(self, is_connected: bool) -> None:
        self.is_connected = is_connected
        metrics.CONNECTED.labels("telegram").set(is_connected)
