"""What every page is made with: its place in the table of routes, its template, and the form that was sent."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup, escape
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.accounts import Account, Role
from bot.console.parts import Parts
from bot.console.security import new_nonce
from bot.storage.audit_log import Details, Subject

MAX_FIELDS = 500
MAX_SESSION_WORDS = 300
MAX_DIGITS = 15

View = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Page:
    """One route. `role` is the least that may use it; None lets in whoever has not signed in."""

    path: str
    view: View
    role: Role | None
    methods: tuple[str, ...] = ("GET",)


class NotFoundError(Exception):
    """There is no such page, theme, draft or answer."""


def parts(request: Request) -> Parts:
    """What the page may ask for."""
    return cast("Parts", request.app.state.parts)


def account(request: Request) -> Account:
    """Who is signed in. Only for pages that need it."""
    return cast("Account", request.state.account)


def noting(request: Request, action: str, subject: Subject, detail: Details = None) -> AbstractContextManager[None]:
    """Within this context, what is changed is noted in the audit log, as done by who is signed in: see AuditLog."""
    return parts(request).audit.noting(account(request).email, action, subject, detail)


async def form(request: Request) -> FormData:
    """The form that was sent. Its size is limited before it is read (see security)."""
    return await request.form(max_fields=MAX_FIELDS, max_files=0)


def text(data: FormData, name: str, longest: int = 20_000) -> str:
    """One field as trimmed text with plain line ends, "" where it wasn't sent."""
    value = data.get(name, "")
    return value.replace("\r\n", "\n").strip()[:longest] if isinstance(value, str) else ""


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page. Templates know `request`, `me` (who is signed in, or None), `csrf()` and what is handed in here."""
    request.state.nonce = nonce = new_nonce()
    common: dict[str, Any] = {
        "request": request,
        "me": getattr(request.state, "account", None),
        "cspNonce": nonce,
        "csrf": lambda: _csrf_field(request),
        "flash": request.session.pop("flash", "") if request.method == "GET" else "",
        "active_pauses": getattr(request.state, "pauses", ()),
        "errors": {},
    }
    return HTMLResponse(templates.get_template(template).render({**common, **context}), status)


def see_other(request: Request, path: str, message: str = "") -> RedirectResponse:
    """Go on to another page of the console, which shows a message once."""
    if message:
        request.session["flash"] = message[:MAX_SESSION_WORDS]
    return RedirectResponse(path, 303)


def number(request: Request, name: str, default: int = 1, most: int = 100_000) -> int:
    """A whole number of 1 or more from the address, or the default where it is none."""
    value = request.query_params.get(name, "")
    is_number = value.isascii() and value.isdecimal() and len(value) <= MAX_DIGITS
    return min(int(value), most) if is_number and int(value) else default


def _csrf_field(request: Request) -> Markup:
    # Where something has gone wrong, the page is made outside of what knows the token.
    token = request.scope.get("csrftoken", str)()
    return Markup('<input type="hidden" name="csrftoken" value="{}">').format(token)


def as_date(value: str | None) -> str:
    """A stored time as a day that people read, such as 3 November 2026."""
    try:
        moment = datetime.fromisoformat(value or "")
    except ValueError:
        return "never" if not value else str(value)
    return f"{moment.day} {moment:%B %Y}"


def as_time(value: str | None) -> str:
    """A stored time to the minute, in UTC."""
    try:
        moment = datetime.fromisoformat(value or "")
    except ValueError:
        return as_date(value)
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def as_lines(value: str) -> Markup:
    """Text with its line ends kept."""
    return Markup("<br>").join(escape(line) for line in value.split("\n"))


def as_words(value: str) -> str:
    """A name of the program's as words: "in_hand" as "in hand"."""
    return re.sub(r"[_-]+", " ", value)


def _environment() -> Environment:
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("bot.console"), govuk]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(date=as_date, time=as_time, lines=as_lines, words=as_words)
    environment.globals["Role"] = Role
    return environment


templates = _environment()
