"""Delivers updates to a webhook: in order for each chat, several chats at once, again and again until it is taken."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout

from connectors.fakes.telegram_server.people import Json
from connectors.fakes.telegram_server.updates import Update, UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- the header's name
MOST_CONNECTIONS = 40
_FIRST_RETRY = 0.1
_LONGEST_RETRY = 5.0
_TIMEOUT = ClientTimeout(total=60)


@dataclass
class Address:
    """Where updates go, and the secret that proves that they come from here."""

    url: str
    secret: str = ""
    most_connections: int = MOST_CONNECTIONS


class Webhook:
    """The bot's webhook; `address` is None while it has none. `failures` counts deliveries that were not taken."""

    def __init__(self, queue: UpdateQueue) -> None:
        self._queue = queue
        self._lanes: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: ClientSession | None = None
        self._free = asyncio.Semaphore(MOST_CONNECTIONS)
        self.address: Address | None = None
        self.failures = 0
        self.last_error = ""
        self.last_error_at = 0

    async def set(self, address: Address) -> None:
        """Send all that waits, and what comes, to an address."""
        await self.delete()
        self.address = address
        self._session = ClientSession(timeout=_TIMEOUT)
        self._free = asyncio.Semaphore(address.most_connections)
        self._queue.push = self._push
        for update in self._queue.pending:
            self._push(update)

    async def delete(self) -> None:
        """Send nothing more; what has not been taken waits for a poll."""
        self.address, self._queue.push = None, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._lanes.clear()
        if self._session:
            await self._session.close()

    @property
    def json(self) -> Json:
        """A WebhookInfo of the Bot API."""
        url = self.address.url if self.address else ""
        info: Json = {"url": url, "has_custom_certificate": False, "pending_update_count": len(self._queue)}
        if self.address:
            info |= {"max_connections": self.address.most_connections, "ip_address": "127.0.0.1"}
        if self.last_error:
            info |= {"last_error_date": self.last_error_at, "last_error_message": self.last_error}
        return info | ({"allowed_updates": self._queue.wanted} if self._queue.wanted else {})

    def _push(self, update: Update) -> None:
        if update.lane in self._lanes:
            self._lanes[update.lane].append(update)
            return
        self._lanes[update.lane] = deque([update])
        task = asyncio.create_task(self._work_off(update.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work_off(self, lane: int) -> None:
        waiting = self._lanes[lane]
        while waiting:
            pause = _FIRST_RETRY
            while not await self._is_taken(waiting[0]):
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_RETRY)
            self._queue.confirm(waiting.popleft())
        del self._lanes[lane]

    async def _is_taken(self, update: Update) -> bool:
        assert self.address and self._session
        headers = {SECRET_HEADER: self.address.secret} if self.address.secret else {}
        error = "Connection refused"
        async with self._free:
            with suppress(ClientError, asyncio.TimeoutError):
                async with self._session.post(self.address.url, json=update.hand(), headers=headers) as answer:
                    if answer.ok:
                        return True
                    error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        self.failures += 1
        self.last_error, self.last_error_at = error, int(time.time())
        return False
