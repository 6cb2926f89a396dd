"""What stands between the network and the pages."""

from __future__ import annotations

import logging

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Role
from bot.console.app import create_app
from bot.console.page import Page
from bot.console.parts import Parts
from tests.console.visitor import Visitor


async def test_pages_say_what_a_browser_may_do(editor: Visitor) -> None:
    """No script but the page's own, no frames, nothing kept, nothing sent elsewhere."""
    for path in ("/", "/sign-in", "/nothing", "/static/console.css"):
        headers = (await editor.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
        assert ("no-store" in headers.get("cache-control", "")) == (not path.startswith("/static"))


async def test_each_page_has_a_nonce_of_its_own(editor: Visitor) -> None:
    """So that a script which somebody smuggled in is not run."""
    first, second = [(await editor.get("/")).headers["content-security-policy"] for _ in range(2)]
    assert "nonce-" in first and first != second


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/"])
async def test_only_what_is_meant_to_be_served_is(stranger: Visitor, path: str) -> None:
    """No way leads out of the folder."""
    assert (await stranger.get(path)).status_code == 404


async def test_a_fault_of_ours_is_one_sentence(made_of: Parts, caplog: pytest.LogCaptureFixture) -> None:
    """For the person; the log has the rest."""

    async def crash(_: Request) -> Response:
        raise RuntimeError("a secret detail")

    async with Visitor(create_app(made_of, (Page("/crash", crash, None),)), made_of.accounts) as visitor:
        with caplog.at_level(logging.CRITICAL):
            await visitor.get("/crash")
    assert visitor.page.status_code == 500
    assert "Something went wrong here" in visitor.text and "a secret detail" not in visitor.page.text


async def test_cookies_are_for_the_console_alone(stranger: Visitor) -> None:
    """No script reads the session, and no other site sends it with a form."""
    await stranger.signed_in(Role.VIEWER)
    cookie = stranger.page.history[0].headers["set-cookie"].lower()
    assert "signpost_session" in cookie and "httponly" in cookie and "samesite=lax" in cookie
