"""The connectors for which there are tokens, and what watches over them."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from bot.errors import ConfigurationError
from bot.health import health_app
from bot.secret_files import secret_given
from bot.settings import ConnectorSettings, HealthSettings
from bot.web_server import serving_http

if TYPE_CHECKING:
    from connectors.base import Connector
    from connectors.terminal_connector import TerminalConnector

logger = logging.getLogger(__name__)
DISCORD_TOKEN = "SIGNPOST_DISCORD_TOKEN"  # noqa: S105 -- the variables' names
TELEGRAM_TOKEN = "SIGNPOST_TELEGRAM_TOKEN"  # noqa: S105
WEBHOOK_SECRET = "SIGNPOST_TELEGRAM_WEBHOOK_SECRET"  # noqa: S105


def connectors_in(settings: ConnectorSettings, environment: Mapping[str, str] = os.environ) -> list[Connector]:
    """A connector for each platform whose token is set; the terminal where none is and somebody sits at it."""
    connectors: list[Connector] = []
    if token := secret_given(DISCORD_TOKEN, environment):
        connectors.append(_discord(token, settings))
    if token := secret_given(TELEGRAM_TOKEN, environment):
        connectors.append(_telegram(token, settings, secret_given(WEBHOOK_SECRET, environment)))
    return connectors or [terminal()]


def _discord(token: str, settings: ConnectorSettings) -> Connector:
    from connectors.discord_connector import DiscordConnector

    return DiscordConnector(
        token,
        settings.discord.api_base,
        max_age_seconds=settings.max_reply_age_minutes * 60,
        look_back_seconds=settings.discord.look_back_minutes * 60,
    )


def _telegram(token: str, settings: ConnectorSettings, secret: str) -> Connector:
    from connectors.telegram_connector import Limits, TelegramConnector, Webhook

    telegram = settings.telegram
    hook = telegram.webhook
    return TelegramConnector(
        token,
        telegram.api_base,
        link_previews=telegram.link_previews,
        webhook=Webhook(hook.url, hook.host, hook.port, secret) if hook.url else None,
        max_age_seconds=settings.max_reply_age_minutes * 60,
        poll_seconds=telegram.poll_seconds,
        limits=Limits(telegram.group_per_minute, telegram.chat_per_second, telegram.overall_per_second),
    )


@asynccontextmanager
async def serving_health(settings: HealthSettings, connectors: Sequence[Connector]) -> AsyncIterator[str]:
    """Serve health and metrics, and yield their address; without an address to be had, the bot answers all the same."""
    app = health_app(lambda: {connector.name: connector.is_ready for connector in connectors})
    async with AsyncExitStack() as stack:
        try:
            port = await stack.enter_async_context(serving_http(app, settings.host, settings.port))
        except ConfigurationError as error:
            logger.error("Health and metrics can't be served: %s", error)
            yield "nowhere"
        else:
            yield f"http://{settings.host}:{port}/metrics"


def terminal() -> TerminalConnector:
    """The terminal as a platform."""
    from connectors.terminal_connector import TerminalConnector

    return TerminalConnector()
