"""Whether the links of a draft's sources lead somewhere. Only public addresses are asked, over https."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

SECONDS = 6.0
MAX_REDIRECTS = 5
MAX_LINKS = 20
HTTPS_PORT = 443
AGENT = "Signpost link check"


@dataclass(frozen=True)
class CheckedLink:
    """What came of asking for a link; `note` is a sentence that people read."""

    url: str
    works: bool
    note: str


class _RefusedError(Exception):
    """An address that may not be asked."""


class LinkChecker:
    """Asks for links as anybody on the internet could: never for anything on this machine or its own network."""

    def __init__(self, port: int = HTTPS_PORT, trusted: ssl.SSLContext | None = None, only_public: bool = True) -> None:
        """The port, and whom to trust for it, are others only in tests."""
        self._port = port
        self._trusted = trusted or ssl.create_default_context()
        self._only_public = only_public

    async def check_all(self, urls: Iterable[str]) -> list[CheckedLink]:
        """Ask for each link once, all at the same time."""
        distinct = list(dict.fromkeys(urls))[:MAX_LINKS]
        connector = aiohttp.TCPConnector(resolver=_PublicResolver(self._only_public), ssl=self._trusted, limit=5)
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        headers = {"User-Agent": AGENT}
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, headers=headers, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            return await asyncio.gather(*(self._check(session, url) for url in distinct))

    async def _check(self, session: aiohttp.ClientSession, url: str) -> CheckedLink:
        try:
            status, reached = await self._follow(session, url)
        except _RefusedError as error:
            return CheckedLink(url, False, str(error))
        except asyncio.TimeoutError:
            return CheckedLink(url, False, f"No reply within {SECONDS:g} seconds.")
        except (aiohttp.ClientError, OSError, ValueError):
            return CheckedLink(url, False, "It can't be reached.")
        if status >= 400:
            return CheckedLink(url, False, f"The site says that there is no such page, or won't show it ({status}).")
        moved = urlsplit(reached)._replace(fragment="") != urlsplit(url)._replace(fragment="")
        return CheckedLink(url, True, f"It works, and leads on to {reached}" if moved else "It works.")

    async def _follow(self, session: aiohttp.ClientSession, url: str) -> tuple[int, str]:
        """The status at the end of redirects, each of which is held to the same rules."""
        for _ in range(MAX_REDIRECTS + 1):
            self._refuse(url)
            async with session.get(url, allow_redirects=False) as response:
                location = response.headers.get("Location")
                if not 300 <= response.status < 400 or not location:
                    return response.status, url
                url = urljoin(url, location)
        raise _RefusedError("It leads on from page to page without end.")

    def _refuse(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
            raise _RefusedError("Only addresses that begin with https:// are checked.")
        if (parts.port or HTTPS_PORT) != self._port:
            raise _RefusedError("Only addresses without a port number are checked.")
        # A name is looked at when it has been resolved; a number is never resolved.
        if self._only_public and _is_number(parts.hostname):
            raise _RefusedError("Only addresses with a name are checked, not numbers.")


class _PublicResolver(AbstractResolver):
    """Resolves names to addresses of the public internet alone; what is connected to is what was looked at."""

    def __init__(self, only_public: bool) -> None:
        self._resolver = ThreadedResolver()
        self._only_public = only_public

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses of a name. Raises _RefusedError where one is not public."""
        found = await self._resolver.resolve(host, port, family)
        if self._only_public and not all(_is_public(result["host"]) for result in found):
            raise _RefusedError("The address leads into a private network: it is not asked for.")
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._resolver.close()


def _is_public(address: str) -> bool:
    number = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(number, "ipv4_mapped", None) or getattr(number, "sixtofour", None)
    return (mapped or number).is_global and not number.is_multicast


def _is_number(host: str) -> bool:
    """Whether a host is an address in numbers, in any of the ways in which one may be written."""
    try:
        socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return False
    return True
