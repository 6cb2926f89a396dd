"""The table of routes: who may use what. A new page without a line here fails."""

from __future__ import annotations

import re

import pytest

from bot.accounts import Role
from bot.console.routes import PAGES
from tests.console.visitor import Visitor

ANYBODY = {
    ("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/sign-in/code"), ("POST", "/sign-in/code"),
    ("GET", "/sign-in/second-factor"), ("POST", "/sign-in/second-factor"), ("POST", "/sign-out"),
    ("GET", "/sign-in/provider"), ("GET", "/sign-in/back"),
}  # fmt: skip
ROLES: dict[tuple[str, str], Role] = {
    ("GET", "/password"): Role.VIEWER,
    ("POST", "/password"): Role.VIEWER,
    ("GET", "/accounts"): Role.ADMINISTRATOR,
    ("POST", "/accounts"): Role.ADMINISTRATOR,
    ("GET", "/accounts/{id:int}"): Role.ADMINISTRATOR,
    ("POST", "/accounts/{id:int}"): Role.ADMINISTRATOR,
    ("POST", "/accounts/{id:int}/second-factor"): Role.ADMINISTRATOR,
    ("GET", "/audit"): Role.OFFICIAL,
}
BELOW = {role: [other for other in Role if not other.includes(role)] for role in Role}


def test_every_page_is_in_the_table() -> None:
    """With the role that the application asks for."""
    served = {(method, page.path): page.role for page in PAGES for method in page.methods}
    assert {key for key, role in served.items() if role is None} == ANYBODY
    assert {key: role for key, role in served.items() if role is not None} == ROLES


@pytest.mark.parametrize("role", [None, *Role])
async def test_each_page_refuses_who_may_not_use_it(stranger: Visitor, role: Role | None) -> None:
    """Also forms that were made up, and pages of things that there aren't."""
    if role:
        await stranger.signed_in(role)
    for (method, path), needed in ROLES.items():
        await stranger.get("/password" if role else "/sign-in")
        here = _address(path)
        page = await (stranger.get(here) if method == "GET" else stranger.post(here))
        if role is None:
            assert page.status_code == 401 or page.url.path == "/sign-in", (method, path)
        elif not role.includes(needed):
            assert page.status_code == 403 and "Your role does not allow this" in stranger.text, (method, path)
        else:
            assert "Your role does not allow this" not in stranger.text, (method, path)
            assert page.status_code < 500, (method, path)


def test_what_changes_something_is_a_form() -> None:
    """A link, which a message can carry, changes nothing."""
    assert all(page.methods in (("GET",), ("POST",)) for page in PAGES)


def _address(path: str) -> str:
    return re.sub(r"{\w+:int}", "987654", re.sub(r"{\w+(:str)?}", "nothing", path))
