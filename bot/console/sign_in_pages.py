"""Signing in: a password and a second factor, or a department's own provider."""

from __future__ import annotations

import segno
from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Account, Role, enrolment_address, new_secret
from bot.console.page import Page, account, form, noting, parts, render, see_other, text
from bot.errors import AccountError, TooManyTriesError


async def show_sign_in(request: Request) -> Response:
    """The form, and a link to the department's provider where there is one."""
    if getattr(request.state, "account", None):
        return see_other(request, "/")
    return _sign_in_form(request)


async def sign_in(request: Request) -> Response:
    """Check a password, and go on to the second factor."""
    data = await form(request)
    email, address = text(data, "email", 255), _address(request)
    password = data.get("password", "")
    try:
        known = await parts(request).accounts.check_password(email, str(password), address)
    except AccountError as error:
        await _note_refusal(request, email, error)
        return _sign_in_form(request, 422, email, str(error))
    request.session.clear()
    if parts(request).settings.second_factor == "off":
        return await _let_in(request, known)
    request.session["pending"] = [known.id, known.stamp]
    return see_other(request, "/sign-in/code" if known.has_second_factor else "/sign-in/second-factor")


async def show_code(request: Request) -> Response:
    """Ask for the second factor's code."""
    return render(request, "sign_in/code.html") if await _pending(request) else see_other(request, "/sign-in")


async def check_code(request: Request) -> Response:
    """Check the code, and let them in."""
    known = await _pending(request)
    if known is None or not known.has_second_factor:
        return see_other(request, "/sign-in")
    try:
        await parts(request).accounts.check_code(known, text(await form(request), "code", 20), _address(request))
    except AccountError as error:
        await _note_refusal(request, known.email, error)
        return render(request, "sign_in/code.html", 422, errors={"code": str(error)})
    return await _let_in(request, known)


async def show_enrolment(request: Request) -> Response:
    """Show the secret of a new second factor, once somebody has signed in without one."""
    known = await _pending(request)
    if known is None or known.has_second_factor:
        return see_other(request, "/sign-in")
    return _enrolment_form(request, known)


async def enrol(request: Request) -> Response:
    """Keep the new second factor where its first code is right."""
    known, secret = await _pending(request), request.session.get("secret", "")
    if known is None or known.has_second_factor or not secret:
        return see_other(request, "/sign-in")
    code = text(await form(request), "code", 20)
    try:
        with parts(request).audit.noting(known.email, "set up a second factor", f"account {known.email}"):
            known = await parts(request).accounts.enrol(known, secret, code)
    except AccountError as error:
        return _enrolment_form(request, known, 422, str(error))
    return await _let_in(request, known)


async def sign_out(request: Request) -> Response:
    """End every sign-in of the account: a cookie that was copied is of no use any more."""
    if known := getattr(request.state, "account", None):
        await parts(request).accounts.sign_out(known)
    request.session.clear()
    return see_other(request, "/sign-in", "You have signed out.")


async def show_password(request: Request) -> Response:
    """The form for a new password."""
    return render(request, "sign_in/password.html")


async def change_password(request: Request) -> Response:
    """Change one's own password."""
    me, data = account(request), await form(request)
    try:
        await parts(request).accounts.check_password(me.email, str(data.get("old", "")), _address(request))
    except AccountError:
        return render(request, "sign_in/password.html", 422, errors={"old": "That is not your password now."})
    try:
        with noting(request, "changed a password", f"account {me.email}"):
            changed = await parts(request).accounts.change_password(me, str(data.get("new", "")))
    except AccountError as error:
        return render(request, "sign_in/password.html", 422, errors={"new": str(error)})
    request.session["stamp"] = changed.stamp
    return see_other(request, "/", "Your password is changed.")


async def _note_refusal(request: Request, email: str, error: AccountError) -> None:
    """For accounts that there are: what is typed elsewhere may be a password, and tries that wait are no news."""
    if not isinstance(error, TooManyTriesError) and await parts(request).accounts.has(email):
        await parts(request).audit.record("Signpost", "refused a sign-in", f"account {email}")


async def _let_in(request: Request, known: Account) -> Response:
    request.session.clear()
    request.session.update(account=known.id, stamp=known.stamp)
    await parts(request).audit.record(known.email, "signed in", f"account {known.email}")
    return see_other(request, "/")


async def _pending(request: Request) -> Account | None:
    """Who has given the right password and not yet the code."""
    pending = request.session.get("pending")
    return await parts(request).accounts.signed_in(*pending) if pending else None


def _sign_in_form(request: Request, status: int = 200, email: str = "", problem: str = "") -> Response:
    oidc = parts(request).settings.oidc
    errors = {"email": problem} if problem else {}
    return render(request, "sign_in/form.html", status, email=email, errors=errors, provider=oidc.issuer and oidc.name)


def _enrolment_form(request: Request, known: Account, status: int = 200, problem: str = "") -> Response:
    secret = request.session.setdefault("secret", new_secret())
    code = segno.make(enrolment_address(known, secret)).svg_data_uri(scale=4, border=2)
    errors = {"code": problem} if problem else {}
    return render(request, "sign_in/second_factor.html", status, secret=secret, qr=code, errors=errors)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


PAGES = (
    Page("/sign-in", show_sign_in, None),
    Page("/sign-in", sign_in, None, ("POST",)),
    Page("/sign-in/code", show_code, None),
    Page("/sign-in/code", check_code, None, ("POST",)),
    Page("/sign-in/second-factor", show_enrolment, None),
    Page("/sign-in/second-factor", enrol, None, ("POST",)),
    Page("/sign-out", sign_out, None, ("POST",)),
    Page("/password", show_password, Role.VIEWER),
    Page("/password", change_password, Role.VIEWER, ("POST",)),
)
