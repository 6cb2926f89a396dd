"""Names of hosts that can be made not to resolve."""

from __future__ import annotations

import socket
from typing import Any

import aiohttp
import pytest

NAME = "platform.test"
LOOPBACK = "127.0.0.1"


class Names:
    """While it `is_gone`, no name resolves; else `platform.test` is this machine. `asked` counts how often it was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_gone = False
        self.asked = 0
        self._resolve = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._getaddrinfo)
        # Names are asked for each time: a name is else remembered for ten seconds.
        monkeypatch.setattr(aiohttp.connector._DNSCacheTable, "expired", lambda table, key: True)

    def of(self, address: str) -> str:
        """The address of a server on this machine, by the name."""
        return address.replace(LOOPBACK, NAME)

    def _getaddrinfo(self, host: Any, *arguments: Any, **options: Any) -> Any:
        if host != NAME:
            return self._resolve(host, *arguments, **options)
        self.asked += 1
        if self.is_gone:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return self._resolve(LOOPBACK, *arguments, **options)
