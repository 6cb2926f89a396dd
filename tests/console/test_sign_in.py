"""Signing in: passwords, second factors, wrong tries, and what ends a session."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import msgspec
import pyotp
import pytest

from bot.accounts import FAILURES, Role
from bot.console.app import create_app
from bot.console.parts import Parts
from bot.errors import AccountError, TooManyTriesError
from tests.console.visitor import PASSWORD, Visitor


async def test_the_right_password_lets_in(stranger: Visitor) -> None:
    """And the page says who it is."""
    await stranger.signed_in(Role.EDITOR, "ann")
    await stranger.get("/password")
    assert stranger.page.status_code == 200 and "Ann (editor)" in stranger.text


async def test_a_wrong_password_and_a_wrong_address_read_the_same(stranger: Visitor, made_of: Parts) -> None:
    """Nobody learns who has an account."""
    await made_of.accounts.add("ann@example.gov.uk", "Ann", Role.VIEWER, PASSWORD)
    said = []
    for email in ("ann@example.gov.uk", "nobody@example.gov.uk"):
        await stranger.get("/sign-in")
        await stranger.post("/sign-in", {"email": email, "password": "wrong"})
        assert stranger.page.status_code == 422
        said.append(stranger.text.replace(email, ""))
    assert said[0] == said[1]
    assert "E-mail address or the password is wrong".lower() in said[0].lower()


async def test_many_wrong_tries_make_even_the_right_password_wait(stranger: Visitor, made_of: Parts) -> None:
    """Guessing takes for ever."""
    await made_of.accounts.add("ann@example.gov.uk", "Ann", Role.VIEWER, PASSWORD)
    for attempt in ["wrong"] * 5 + [PASSWORD]:
        await stranger.get("/sign-in")
        await stranger.post("/sign-in", {"email": "ann@example.gov.uk", "password": attempt})
    assert stranger.page.status_code == 422 and "Wait 15 minutes" in stranger.text


async def test_a_form_without_its_token_is_refused(stranger: Visitor) -> None:
    """Also the sign-in form, which comes without a session."""
    await stranger.get("/sign-in")
    await stranger.post("/sign-in", {"email": "a@b", "password": "x"}, token="forged")
    assert stranger.page.status_code == 403 and "too old" in stranger.text
    stranger.client.cookies.clear()
    await stranger.post("/sign-in", {"email": "a@b", "password": "x"}, token="forged")
    assert stranger.page.status_code == 403


async def test_a_form_that_is_too_large_is_refused(stranger: Visitor) -> None:
    """Before it is read."""
    await stranger.get("/sign-in")
    await stranger.post("/sign-in", {"email": "a" * 1_000_000})
    assert stranger.page.status_code == 413


async def test_the_second_factor_is_set_up_and_then_asked_for(made_of: Parts) -> None:
    """With the codes of a real authenticator; each is good once."""
    made_of = _with_second_factor(made_of)
    async with Visitor(create_app(made_of), made_of.accounts) as ann:
        await ann.signed_in(Role.EDITOR, "ann")
        assert "Set up your second factor" in ann.text
        secret = re.findall(r"\b[A-Z2-7]{32}\b", ann.text)[0]
        await ann.post("/sign-in/second-factor", {"code": "000000"})
        assert "doesn't fit" in ann.text
        code = pyotp.TOTP(secret).now()
        await ann.post("/sign-in/second-factor", {"code": code})
        await ann.get("/password")
        assert "Ann (editor)" in ann.text
    async with Visitor(create_app(made_of), made_of.accounts) as ann:
        await ann.get("/sign-in")
        await ann.post("/sign-in", {"email": "ann@example.gov.uk", "password": PASSWORD})
        assert "Enter your code" in ann.text
        await ann.get("/password")
        assert "Sign in" in ann.text, "The password alone opens nothing."
        await ann.get("/sign-in/code")
        await ann.post("/sign-in/code", {"code": code})
        assert "has been used" in ann.text


async def test_whoever_is_switched_off_is_out_at_once(editor: Visitor, made_of: Parts) -> None:
    """The next page asks them to sign in."""
    account = (await made_of.accounts.all())[0]
    await made_of.accounts.change(account, Role.EDITOR, "", is_active=False)
    await editor.get("/password")
    assert editor.page.url.path == "/sign-in"


async def test_signing_out_ends_the_session(editor: Visitor) -> None:
    """For the cookie that was kept, too."""
    await editor.get("/password")
    await editor.post("/sign-out")
    await editor.get("/password")
    assert editor.page.url.path == "/sign-in"


async def test_a_form_sent_after_signing_out_says_that_nothing_was_changed(editor: Visitor) -> None:
    """What was typed is lost, and the person knows."""
    await editor.get("/password")
    editor.client.cookies.delete("signpost_session")
    await editor.post("/password", {"old": PASSWORD, "new": "another long password"})
    assert editor.page.status_code == 401 and "Nothing was changed" in editor.text


async def test_a_new_password_ends_other_sign_ins(editor: Visitor, made_of: Parts) -> None:
    """Here it goes on, elsewhere it ends."""
    async with Visitor(create_app(made_of), made_of.accounts) as elsewhere:
        await elsewhere.get("/sign-in")
        await elsewhere.post("/sign-in", {"email": "editor@example.gov.uk", "password": PASSWORD})
        await editor.get("/password")
        await editor.post("/password", {"old": PASSWORD, "new": "another long password"})
        await editor.get("/password")
        assert editor.page.url.path == "/password"
        await elsewhere.get("/password")
        assert elsewhere.page.url.path == "/sign-in"


def _with_second_factor(made_of: Parts) -> Parts:
    return replace(made_of, settings=msgspec.structs.replace(made_of.settings, second_factor="required"))


async def test_many_tries_at_once_are_counted_like_one_after_the_other(made_of: Parts) -> None:
    """Of forty, five are looked at."""
    await made_of.accounts.add("ann@example.gov.uk", "Ann", Role.VIEWER, PASSWORD)
    tries = [made_of.accounts.check_password("ann@example.gov.uk", "wrong", "10.0.0.1") for _ in range(40)]
    ends = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(end, TooManyTriesError) for end in ends) == FAILURES
    assert all(isinstance(end, AccountError) for end in ends)


async def test_nobody_is_locked_out_from_elsewhere(made_of: Parts) -> None:
    """Wrong tries from one address keep only that one from the account; a right one doesn't count."""
    await made_of.accounts.add("ann@example.gov.uk", "Ann", Role.VIEWER, PASSWORD)
    for _ in range(FAILURES + 1):
        with pytest.raises(AccountError):
            await made_of.accounts.check_password("ann@example.gov.uk", "wrong", "10.0.0.1")
    for _ in range(FAILURES + 1):
        assert (await made_of.accounts.check_password("ann@example.gov.uk", PASSWORD, "10.0.0.2")).name == "Ann"


async def test_what_is_typed_for_an_address_is_not_kept_for_ever(stranger: Visitor, made_of: Parts) -> None:
    """It may be a password. Refusals of accounts that there are stand in the audit log."""
    await made_of.accounts.add("ann@example.gov.uk", "Ann", Role.VIEWER, PASSWORD)
    for typed in ("my secret words", "ann@example.gov.uk"):
        await stranger.get("/sign-in")
        await stranger.post("/sign-in", {"email": typed, "password": "wrong"})
    assert [entry.subject for entry in await made_of.audit.entries()] == ["account ann@example.gov.uk"]


async def test_a_copied_cookie_is_of_no_use_after_signing_out(editor: Visitor) -> None:
    """Signing out ends every sign-in of the account."""
    cookie = editor.client.cookies["signpost_session"]
    await editor.get("/password")
    await editor.post("/sign-out")
    editor.client.cookies.clear()
    editor.client.cookies.set("signpost_session", cookie)
    await editor.get("/password")
    assert editor.page.url.path == "/sign-in"


@pytest.mark.parametrize(
    "path", ["/drafts/99999999999999999999", "/themes/99999999999999999999", "/?days=" + "9" * 5000]
)
async def test_numbers_beyond_all_counting_are_no_pages(editor: Visitor, path: str) -> None:
    """Or stand for the default; nothing breaks."""
    assert (await editor.get(path)).status_code in (200, 404)
