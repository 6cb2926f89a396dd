"""The table of routes: who may use what. A new page without a line here fails."""

from __future__ import annotations

import re

import pytest

from bot.accounts import Role
from bot.console.routes import PAGES
from tests.console.visitor import Visitor

ANYBODY = """
GET /sign-in
POST /sign-in
GET /sign-in/code
POST /sign-in/code
GET /sign-in/second-factor
POST /sign-in/second-factor
POST /sign-out
GET /sign-in/provider
GET /sign-in/back
"""
BY_ROLE = {
    Role.VIEWER: """
GET /password
POST /password
GET /
GET /themes
GET /themes/{id:int}
GET /themes/{id:int}/alike
GET /answers
GET /answers/{slug}
GET /answers/{slug}/versions/{id:int}
GET /drafts
GET /drafts/{id:int}
GET /releases
GET /releases/progress
GET /releases/{number:int}
GET /communities
GET /communities/{platform}/{community}
GET /pauses
GET /search
GET /insights
GET /insights/after/{answer}
""",
    Role.OFFICIAL: """
POST /themes/{id:int}/assign
POST /themes/{id:int}/note
POST /themes/{id:int}/state
POST /themes/{id:int}/split
POST /themes/{id:int}/merge
GET /themes/{id:int}/already-answered
POST /themes/{id:int}/already-answered
GET /themes/{id:int}/write
POST /themes/{id:int}/write
GET /themes/{id:int}/not-for-us
POST /themes/{id:int}/not-for-us
POST /answers/{slug}/draft
POST /answers/{slug}/versions/{id:int}/draft
GET /drafts/new
POST /drafts
GET /drafts/{id:int}/edit
POST /drafts/{id:int}/edit
POST /drafts/{id:int}/look
GET /drafts/{id:int}/links
POST /pauses
POST /pauses/{id:int}/end
GET /search/questions.csv
GET /search/questions.json
GET /audit
""",
    Role.EDITOR: """
POST /drafts/{id:int}/submit
POST /drafts/{id:int}/withdraw
POST /drafts/{id:int}/replace-live
POST /drafts/{id:int}/build
""",
    Role.APPROVER: """
POST /drafts/{id:int}/approve
POST /drafts/{id:int}/reject
POST /drafts/{id:int}/take-back
POST /releases/{number:int}/use
""",
    Role.ADMINISTRATOR: """
GET /accounts
POST /accounts
GET /accounts/{id:int}
POST /accounts/{id:int}
POST /accounts/{id:int}/second-factor
""",
}


def _read(table: str) -> set[tuple[str, str]]:
    return {(method, path) for method, path in (line.split() for line in table.strip().splitlines())}


ROLES = {key: role for role, table in BY_ROLE.items() for key in _read(table)}


def test_every_page_is_in_the_table() -> None:
    """With the role that the application asks for."""
    served = {(method, page.path): page.role for page in PAGES for method in page.methods}
    assert {key for key, role in served.items() if role is None} == _read(ANYBODY)
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
