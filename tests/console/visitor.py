"""A person at a browser without JavaScript: follows redirects, keeps cookies, and sends forms with their tokens."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx

from bot.accounts import Accounts, Role

PASSWORD = "four unlike words here"
_TOKEN = re.compile(r'name="csrftoken" value="([^"]+)"')


class Visitor:
    """One browser."""

    def __init__(self, app: Any, accounts: Accounts) -> None:
        self._app, self._accounts = app, accounts
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://console.test", follow_redirects=True)
        self.page = httpx.Response(204)

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    @property
    def text(self) -> str:
        """What the last page says, without its tags."""
        without = re.sub(r"<(script|style)\b.*?</\1>", " ", self.page.text, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", without)).split())

    async def get(self, path: str) -> httpx.Response:
        """Open a page."""
        self.page = await self.client.get(path)
        return self.page

    async def post(self, path: str, fields: dict[str, Any] | None = None, token: str | None = None) -> httpx.Response:
        """Send a form, with the token of the page that is open unless another is given."""
        found = _TOKEN.search(self.page.text)
        known = token if token is not None else found[1] if found else self.client.cookies.get("csrftoken", "")
        self.page = await self.client.post(path, data={"csrftoken": known, **(fields or {})})
        return self.page

    async def signed_in(self, role: Role, name: str = "") -> Visitor:
        """The same person, signed in with a new account."""
        email = f"{name or role.value}@example.gov.uk"
        await self._accounts.add(email, (name or role.value).title(), role, PASSWORD)
        await self.get("/sign-in")
        await self.post("/sign-in", {"email": email, "password": PASSWORD})
        return self

    async def another(self, role: Role, name: str = "") -> Visitor:
        """A second person at a browser of their own; close it with `async with`."""
        return await Visitor(self._app, self._accounts).signed_in(role, name)
