"""Receives updates by long polling: https://core.telegram.org/bots/api#getupdates."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter

from bot import metrics
from connectors.telegram_connector.api import FAILURES, Client, refused_token, seconds_of
from connectors.telegram_connector.stopping import Stop

logger = logging.getLogger(__name__)

BATCH = 100
FIRST_WAIT, MAX_WAIT = 0.5, 30.0
CONFLICT_WAIT = 5.0
CONFIRM_SECONDS = 2.0

Take = Callable[[Any], Awaitable[None]]


class Polling:
    """Asks for updates, and confirms them only when all of a batch have been taken."""

    def __init__(self, client: Client, take: Take, stop: Stop, seconds: int) -> None:
        """Hand updates to `take`, until stopped. Each request waits up to `seconds` for some."""
        self._client = client
        self._take = take
        self._stop = stop
        self._seconds = seconds
        self._offset = 0
        self._failures = 0
        self.is_connected = False

    async def run(self) -> None:
        """Receive until stopped. Raises ConnectorError where the token is refused."""
        try:
            await self._stop.race(self._free_from_webhook())
            while not self._stop.is_set:
                await self._take_all(await self._stop.race(self._updates()) or ())
            if self._offset:
                await self._confirm()
        finally:
            self._note_connected(False)

    async def _take_all(self, updates: Sequence[Any]) -> None:
        """Take updates; an update without a number counts as confirmed with those that have one."""
        await asyncio.gather(*[self._take(update) for update in updates])
        self._offset = max((number + 1 for number in map(_number, updates) if number is not None), default=self._offset)

    async def _updates(self) -> Sequence[Any]:
        """The next updates; none after a failure, which is waited out."""
        try:
            updates = await self._client.raw_updates(self._offset, BATCH, self._seconds if self.is_connected else 0)
            if updates and all(_number(update) is None for update in updates):
                raise ValueError("No update has a number: none could be confirmed.")
        except InvalidToken:
            raise refused_token() from None
        except FAILURES as error:
            self._failures += 1
            await asyncio.sleep(self._wait_after(error))
            return ()
        self._failures = 0
        self._note_connected(True)
        return updates

    def _wait_after(self, error: Exception) -> float:
        if isinstance(error, Conflict):
            if self._failures == 1:
                logger.error(
                    "Another program is asking for this bot's updates: stop it, or give it a token of its own."
                )
            return CONFLICT_WAIT
        if self.is_connected:
            logger.warning(
                "The connection to Telegram was lost (%s); it is made again. If this goes on, look at the network, the "
                "names' server and whether Telegram itself is down.",
                type(error).__name__,
            )
            metrics.RECONNECTS.labels("telegram").inc()
        self._note_connected(False)
        return wait_after(error, self._failures - 1)

    def _note_connected(self, is_connected: bool) -> None:
        self.is_connected = is_connected
        metrics.CONNECTED.labels("telegram").set(is_connected)

    async def _free_from_webhook(self) -> None:
        """Telegram hands nothing over while a webhook is set, such as by an earlier configuration."""
        try:
            await self._client.delete_webhook(drop_pending_updates=False)
        except FAILURES as error:
            logger.warning("A webhook that may be set could not be removed (%s).", type(error).__name__)

    async def _confirm(self) -> None:
        """Spare the next start what has been taken already."""
        try:
            await asyncio.wait_for(self._client.raw_updates(self._offset, 1, 0), CONFIRM_SECONDS)
        except (*FAILURES, asyncio.TimeoutError):
            logger.info("The last updates could not be confirmed; they will come again, and are known then.")


def wait_after(error: Exception, failures: int) -> float:
    """How long to wait after a call that failed: as Telegram asks or, where it doesn't, longer after each failure."""
    return seconds_of(error) if isinstance(error, RetryAfter) else min(FIRST_WAIT * 2.0 ** min(failures, 10), MAX_WAIT)


def _number(update: object) -> int | None:
    """The number by which an update is confirmed, or None where it can't be read."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) else None
