"""HTTP for python-telegram-bot by aiohttp, at half the time that a call takes by httpx (its own choice)."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import msgspec
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 5.0


class AiohttpRequest(BaseRequest):
    """Calls of the Bot API over connections that are kept open. Files can't be sent."""

    def __init__(self, address: str, read_seconds: float) -> None:
        """Call a server at an address. An answer is waited for `read_seconds`, unless a call says otherwise."""
        self._proxy = proxy_before(address)
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """The usual time to wait for an answer, in seconds."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Open a session."""
        if self._session is None:
            headers = {"User-Agent": self.USER_AGENT}
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers)

    async def shutdown(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body of the answer. Raises TimedOut or another NetworkError where there is none."""
        assert self._session is not None
        timeout = aiohttp.ClientTimeout(
            # Of the whole answer: one that trickles in would otherwise be waited for without end.
            total=_or(read_timeout, self._read_seconds) + CONNECT_SECONDS,
            sock_connect=_or(connect_timeout, CONNECT_SECONDS),
        )
        parameters = request_data.json_parameters if request_data else None
        try:
            async with self._session.request(
                method, url, data=parameters, timeout=timeout, proxy=self._proxy
            ) as answer:
                return answer.status, await answer.read()
        except asyncio.TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """What an answer says. Unlike the library's own, it logs none of what can't be read."""
        try:
            answer: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, Any])
        except msgspec.DecodeError:
            raise TelegramError("Invalid server response") from None
        return answer


def proxy_before(address: str) -> str | None:
    """The proxy that the environment names for an address: asked for once, since to ask takes longer than to call."""
    parts = urlsplit(address)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def _or(given: Any, usual: float) -> float:
    return usual if given is BaseRequest.DEFAULT_NONE or given is None else float(given)
