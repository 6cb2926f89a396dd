"""What stands between the network and the pages: sizes, headers, and the key that signs sessions."""

from __future__ import annotations

import secrets
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import ConfigurationError
from bot.secret_files import secret_in

MAX_BODY = 512 * 1024
"""Bytes of a form; the longest answer with all its questions is a twentieth of it."""
KEY_FILE = "console.key"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
}


UNREADABLE = "What your browser has sent can't be read: go back and try again."


class SizeLimit:
    """Refuses what is too large, whether it says so in a header or is only found to be while it comes in.

    What isn't text is refused too.
    """

    def __init__(self, app: ASGIApp, most: int = MAX_BODY) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, with its body once it is known to be small enough."""
        if scope["type"] == "http" and not all(_is_text(value) for _, value in scope["headers"]):
            return await PlainTextResponse(UNREADABLE, 400)(scope, receive, send)
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            return await self._app(scope, receive, send)
        if dict(scope["headers"]).get(b"content-type", b"").lower().startswith(b"multipart"):
            return await PlainTextResponse(UNREADABLE, 415)(scope, receive, send)
        body = await self._body(receive)
        if body is None:
            refusal = PlainTextResponse("That form is too large: shorten what you entered.", 413)
            return await refusal(scope, receive, send)
        # No page takes files, and what reads forms takes for granted that they are UTF-8.
        if not _is_text(body):
            return await PlainTextResponse(UNREADABLE, 400)(scope, receive, send)
        return await self._app(scope, _replay(body, receive), send)

    async def _body(self, receive: Receive) -> bytes | None:
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size <= self._most:
                parts.append(part)
            more = message.get("more_body", False)
        return b"".join(parts) if size <= self._most else None


class SecurityHeaders:
    """Adds the headers that keep a page's contents its own."""

    def __init__(self, app: ASGIApp, is_https: bool) -> None:
        self._app = app
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and add to the answer's headers."""
        # Made here, since what is made further in would not be seen here.
        scope.setdefault("state", {})

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, with_headers)

    def _add(self, headers: MutableHeaders, scope: Scope) -> None:
        headers.update(_HEADERS)
        headers["Content-Security-Policy"] = _policy(scope.get("state", {}).get("nonce", ""))
        if not scope.get("path", "").startswith("/static/"):
            headers["Cache-Control"] = "no-store"
        if self._is_https:
            headers["Strict-Transport-Security"] = "max-age=31536000"


def new_nonce() -> str:
    """What one page's own script is marked with."""
    return secrets.token_urlsafe(16)


def console_key(folder: Path) -> bytes:
    """The key that signs sessions: made once, readable by its owner alone. Raises ConfigurationError."""
    path = folder / KEY_FILE
    try:
        return secret_in(path)
    except OSError as error:
        raise ConfigurationError(f"{path} can't be used: {error.strerror}.") from error


def _policy(nonce: str) -> str:
    script = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _replay(body: bytes, receive: Receive) -> Receive:
    is_sent = False

    async def again() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
