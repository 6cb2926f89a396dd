"""Telegram's Bot API by python-telegram-bot: the client, and its errors in our words."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.errors import ConnectorError, PermanentSendError, TemporarySendError
from connectors.telegram_connector.http_request import AiohttpRequest

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
READ_SECONDS = 15.0
"""How long an answer is waited for, beside the time that a request for updates may take anyhow."""
MAX_DESCRIPTION = 100
NO_WAIT_GIVEN = 0.0
"""The `retry_after` of an error for which the platform has named no time."""

FORBIDDEN, GONE, REFUSED = "forbidden", "gone", "refused"
_REASONS = {
    FORBIDDEN: ("not enough rights", "no rights", "write_forbidden", "restricted", "topic_closed", "admin rights"),
    GONE: ("not found", "can't be edited", "can't be deleted", "message_id_invalid", "deactivated"),
}
_MISREAD = (TypeError, KeyError, ValueError, AttributeError)
"""What the library raises over an answer of a shape that it doesn't expect, as something between may give it."""
FAILURES = (TelegramError, *_MISREAD)
"""What any call may raise."""
_LIBRARIES = ("telegram", "httpx", "httpcore", "aiohttp.client")

# From its version 23 on, python-telegram-bot gives periods as timedelta; until then it warns where one does not opt in.
os.environ.setdefault("PTB_TIMEDELTA", "true")


class Client(Bot):
    """A bot that hands updates over as they come: what the library can't read must not hold up what it can."""

    __slots__ = ()

    async def raw_updates(self, offset: int, limit: int, seconds: int) -> Sequence[Any]:
        """Wait up to so many seconds for updates from `offset` on. Those before it are confirmed by that.

        What is in the list is as Telegram sends it.
        """
        data = {"offset": offset, "limit": limit, "timeout": seconds, "allowed_updates": ALLOWED_UPDATES}
        updates: object = await self._post("getUpdates", data, read_timeout=seconds + READ_SECONDS)
        if not isinstance(updates, list):
            raise TypeError("Telegram's updates are no list.")
        return updates


@asynccontextmanager
async def client_of(token: str, api_base: str) -> AsyncIterator[Client]:
    """A client of the server at `api_base`, closed at the end."""
    # Addresses hold the token and payloads what people wrote, and the libraries log both.
    for library in _LIBRARIES:
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    client = Client(
        token,
        base_url=f"{api_base.rstrip('/')}/bot",
        request=AiohttpRequest(api_base, READ_SECONDS),
        get_updates_request=AiohttpRequest(api_base, READ_SECONDS),
    )
    try:
        yield client
    finally:
        await client.shutdown()


@contextmanager
def errors_in_our_words() -> Iterator[None]:
    """Turn the library's errors into TemporarySendError and PermanentSendError, all but ChatMigrated."""
    try:
        yield
    except ChatMigrated:
        raise
    except RetryAfter as error:
        raise TemporarySendError("Telegram asks for patience.", seconds_of(error)) from None
    except Forbidden as error:
        raise PermanentSendError(f"Telegram forbids a message: {described(error)}.", FORBIDDEN) from None
    except BadRequest as error:
        raise _bad_request(error) from None
    except TelegramError as error:
        raise TemporarySendError(f"Telegram can't be reached ({type(error).__name__}).", NO_WAIT_GIVEN) from None
    except _MISREAD as error:
        # Whether it was done is not known: it is done again.
        raise TemporarySendError(f"Telegram's answer can't be read ({type(error).__name__}).", NO_WAIT_GIVEN) from None


def refused_token() -> ConnectorError:
    """What is wrong where the platform doesn't know the bot."""
    return ConnectorError(
        "Telegram doesn't accept the token in SIGNPOST_TELEGRAM_TOKEN: copy it again from @BotFather "
        "(and where connectors.telegram.api_base is set, make sure that it is a Bot API server's)."
    )


def described(error: Exception) -> str:
    """What the platform says of a call, without what follows a colon: that may quote the message."""
    if not isinstance(error, TelegramError):
        return f"the answer can't be read, {type(error).__name__}"
    return error.message.partition(":")[0].strip()[:MAX_DESCRIPTION].rstrip(".") or type(error).__name__


def seconds_of(error: RetryAfter) -> float:
    """How long the platform asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _bad_request(error: BadRequest) -> PermanentSendError | TemporarySendError:
    text = error.message.lower()
    if "slowmode_wait_" in text:
        seconds = text.partition("slowmode_wait_")[2].split()[0]
        return TemporarySendError("The group is in slow mode.", float(seconds) if seconds.isdecimal() else 1.0)
    reason = next((reason for reason, marks in _REASONS.items() if any(mark in text for mark in marks)), REFUSED)
    return PermanentSendError(f"Telegram refuses a message: {described(error)}.", reason)
