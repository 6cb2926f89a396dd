"""Signing in with a department's own provider (OpenID Connect, authorisation code with PKCE)."""

from __future__ import annotations

import logging
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response

from bot.console.page import NotFoundError, Page, parts, render, see_other
from bot.console.parts import Parts
from bot.errors import AccountError

logger = logging.getLogger(__name__)

CANNOT = "Your department's sign-in didn't work. Please try again, or ask whoever runs it."
DISCOVERY = "/.well-known/openid-configuration"
SCOPES = "openid email profile"


async def go_to_provider(request: Request) -> Response:
    """Send somebody to the provider."""
    provider = _provider(parts(request))
    try:
        return await provider.authorize_redirect(request, _back(request))  # type: ignore[no-any-return]
    except (AuthlibBaseError, httpx.HTTPError) as error:
        return _refused(request, error)


async def back_from_provider(request: Request) -> Response:
    """Let in whoever the provider has signed in, where they have an account. It sees to the second factor itself."""
    provider = _provider(parts(request))
    try:
        token = await provider.authorize_access_token(request)
        person = token["userinfo"]
        known = await parts(request).accounts.from_provider(
            f"{person['iss']}|{person['sub']}", person.get("email", ""), person.get("email_verified") is True
        )
    except (AuthlibBaseError, JoseError, httpx.HTTPError, KeyError, ValueError) as error:
        return _refused(request, error)
    except AccountError as error:
        return render(request, "problem.html", 403, problem=str(error))
    request.session.clear()
    request.session.update(account=known.id, stamp=known.stamp)
    await parts(request).audit.record(known.email, "signed in with their department", f"account {known.email}")
    return see_other(request, "/")


def _provider(made_of: Parts) -> Any:
    settings = made_of.settings.oidc
    if not settings.issuer:
        raise NotFoundError
    oauth = OAuth()
    return oauth.register(
        "department",
        client_id=settings.client_id,
        client_secret=made_of.oidc_secret,
        server_metadata_url=settings.issuer.rstrip("/") + DISCOVERY,
        client_kwargs={"scope": SCOPES, "code_challenge_method": "S256"},
    )


def _back(request: Request) -> str:
    public = parts(request).settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    return f"{public}/sign-in/back"


def _refused(request: Request, error: Exception) -> Response:
    logger.warning("The department's sign-in has failed (%s).", type(error).__name__)
    return render(request, "problem.html", 502, problem=CANNOT)


PAGES = (
    Page("/sign-in/provider", go_to_provider, None),
    Page("/sign-in/back", back_from_provider, None),
)
