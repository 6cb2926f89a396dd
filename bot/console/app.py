"""The console as an ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asgi_csrf import asgi_csrf
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.accounts import Account
from bot.console.page import NotFoundError, Page, View, parts, render, see_other
from bot.console.parts import Parts
from bot.console.routes import PAGES
from bot.console.security import SecurityHeaders, SizeLimit
from bot.errors import SignpostError

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
HTTPS = "https://"
MOST = 2**63 - 1
"""What the database can count to."""


def create_app(made_of: Parts, pages: Sequence[Page] = PAGES) -> ASGIApp:
    """The application. Every page asks who is there, as the table of routes says."""
    is_https = made_of.settings.public_url.startswith(HTTPS)
    app = Starlette(
        routes=[*(_route(page) for page in pages), Mount("/static", StaticFiles(directory=STATIC), name="static")],
        middleware=[
            Middleware(SecurityHeaders, is_https=is_https),
            Middleware(SizeLimit),
            Middleware(
                SessionMiddleware,
                secret_key=made_of.key.hex(),
                session_cookie="signpost_session",
                max_age=made_of.settings.session_hours * 3600,
                same_site="lax",
                https_only=is_https,
            ),
            Middleware(_Csrf, key=made_of.key.hex(), is_https=is_https),
        ],
        exception_handlers={NotFoundError: _not_found, 404: _not_found, 405: _not_found, SignpostError: _problem,
                            Exception: _crash},
    )  # fmt: skip
    app.state.parts = made_of
    return app


class _Csrf:
    """The library, with what it is told about our cookies. Who signs in has no cookie yet, and is protected too."""

    def __init__(self, app: ASGIApp, key: str, is_https: bool) -> None:
        self._app: Any = asgi_csrf(
            app,
            signing_secret=key,
            cookie_secure=is_https,
            always_protect=_Everything(),
            send_csrf_failed=_csrf_failed,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


class _Everything:
    """Every path."""

    def __contains__(self, path: object) -> bool:
        return True


def _route(page: Page) -> Route:
    return Route(page.path, _guarded(page), methods=list(page.methods))


def _guarded(page: Page) -> View:
    """A view that is only shown to who may see it; the others are asked to sign in, or told that they may not."""

    async def guarded(request: Request) -> Response:
        account = await _recognise(request)
        if page.role is None:
            return await page.view(request)
        if account is None:
            request.session.pop("account", None)
            return see_other(request, "/sign-in") if request.method == "GET" else _ask_to_sign_in(request)
        if any(isinstance(value, int) and value > MOST for value in request.path_params.values()):
            raise NotFoundError
        if not account.role.includes(page.role):
            return render(request, "refused.html", 403, needed=page.role)
        return await page.view(request)

    return guarded


async def _recognise(request: Request) -> Account | None:
    """Who is there, noted for the page with what it shows besides."""
    session, made_of = request.session, parts(request)
    account = await made_of.accounts.signed_in(session.get("account"), session.get("stamp"))
    if account:
        request.state.account = account
        request.state.pauses = made_of.pauses.active()
    return account


def _ask_to_sign_in(request: Request) -> Response:
    return render(request, "signed_out.html", 401)


async def _not_found(request: Request, error: Exception) -> Response:
    await _recognise(request)
    return render(request, "not_found.html", 404)


async def _problem(request: Request, error: Exception) -> Response:
    logger.error("%s", error)
    return render(request, "problem.html", 500, problem=str(error))


async def _crash(request: Request, error: Exception) -> Response:
    return render(request, "problem.html", 500, problem="Something went wrong here. Please try again in a few minutes.")


async def _csrf_failed(scope: Scope, send: Send, reason: object) -> None:
    request = Request(scope)
    page = render(request, "expired.html", 403)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    await page(scope, receive, send)
