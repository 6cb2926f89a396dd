"""Signing in with a department's own provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest

from bot.accounts import Role
from bot.console.app import create_app
from bot.console.parts import Parts
from bot.settings import OidcSettings
from bot.web_server import serving_http
from tests.console.provider import CLIENT, SECRET, Provider, provider

ANN = {"sub": "4711", "email": "ann@example.gov.uk", "email_verified": True}


async def test_whoever_has_an_account_is_let_in(made_of: Parts) -> None:
    """The first time by the address that the provider vouches for, then by its own number for them."""
    async with _linked(made_of) as department:
        department.person["email"] = "ann.lee@example.gov.uk"
        async with _browser(made_of, department) as page:
            assert "Ann (editor)" in page.text


@pytest.mark.parametrize("person", [{**ANN, "email_verified": False}, {**ANN, "email": "bo@example.gov.uk"}])
async def test_nobody_else_is(made_of: Parts, person: dict[str, Any]) -> None:
    """An address that nobody vouches for is nobody's."""
    await made_of.accounts.add("ann@example.gov.uk", "Ann", Role.EDITOR)
    async with provider(person) as department, _browser(made_of, department) as page:
        assert page.status_code == 403 and "no account for you" in page.text


async def test_an_answer_that_nobody_asked_for_is_refused(made_of: Parts) -> None:
    """A link to the last step signs nobody in."""
    await made_of.accounts.add("ann@example.gov.uk", "Ann", Role.EDITOR)
    async with provider(ANN) as department, _browser(made_of, department, "/sign-in/back?code=1&state=2") as page:
        assert page.status_code == 502 and "sign-in didn't work" in page.text.replace("&#39;", "'")


async def test_without_a_provider_there_is_no_such_page(made_of: Parts) -> None:
    """Nor a link to it."""
    transport = httpx.ASGITransport(create_app(made_of))
    async with httpx.AsyncClient(transport=transport, base_url="http://console.test") as client:
        assert (await client.get("/sign-in/provider")).status_code == 404
        assert "/sign-in/provider" not in (await client.get("/sign-in")).text


@asynccontextmanager
async def _linked(made_of: Parts) -> AsyncIterator[Provider]:
    """A provider through which Ann, who has an account, has signed in."""
    await made_of.accounts.add("ann@example.gov.uk", "Ann", Role.EDITOR)
    async with provider(dict(ANN)) as department:
        async with _browser(made_of, department) as page:
            assert "Ann (editor)" in page.text
        yield department


@asynccontextmanager
async def _browser(made_of: Parts, department: Provider, path: str = "/sign-in/provider") -> AsyncIterator[Any]:
    """The page on which a browser ends that went to the provider, or the first one that needs a sign-in after it."""
    oidc = OidcSettings(issuer=department.issuer, client_id=CLIENT)
    settings = msgspec.structs.replace(made_of.settings, oidc=oidc)
    app = create_app(replace(made_of, settings=settings, oidc_secret=SECRET))
    async with (
        serving_http(app, "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=60) as client,
    ):
        page = await client.get(path)
        yield page if page.status_code in (403, 502) else await client.get("/password")


async def test_a_linked_account_is_not_taken_over(made_of: Parts) -> None:
    """Somebody else who gets the same address later doesn't get the account with it."""
    async with _linked(made_of) as department:
        department.person["sub"] = "4712"
        async with _browser(made_of, department) as page:
            assert page.status_code == 403
