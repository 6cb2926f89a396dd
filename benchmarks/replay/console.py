"""Somebody who reads the console while all this goes on."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

PAGES = ("/", "/themes", "/search", "/search?q=how+much", "/insights?days=7", "/communities", "/answers")
PASSWORD = "four unlike words here"  # noqa: S105 -- of an account that lasts as long as the benchmark
ADDRESS = "ann@example.org"
PAUSE_SECONDS = 2.0


@asynccontextmanager
async def signed_in(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with a session of the account that the benchmark has made."""
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60) as client:
        token = re.search(r'name="csrftoken" value="([^"]+)"', (await client.get("/sign-in")).text)
        assert token, "There is no form to sign in with."
        page = await client.post("/sign-in", data={"csrftoken": token[1], "email": ADDRESS, "password": PASSWORD})
        assert "Sign out" in page.text, "Signing in failed."
        yield client


class Reader:
    """Opens one page after the other, and notes how long each took and whether it came."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Read with a browser that has signed in."""
        self._client = client
        self.milliseconds: dict[str, list[float]] = defaultdict(list)
        self.failed: list[str] = []

    async def read(self) -> None:
        """Until cancelled."""
        while True:
            for path in PAGES:
                await self._open(path)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _open(self, path: str) -> None:
        began = time.perf_counter()
        try:
            status = (await self._client.get(path)).status_code
        except httpx.HTTPError as error:
            self.failed.append(f"{path}: {type(error).__name__}")
            return
        if status != httpx.codes.OK:
            self.failed.append(f"{path}: {status}")
        self.milliseconds[path].append((time.perf_counter() - began) * 1000)
