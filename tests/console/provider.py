"""A department's sign-in as OpenID Connect has it: discovery, authorisation, tokens and keys. Refuses what is wrong."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.web_server import serving_http

CLIENT, SECRET = "signpost", "a shared secret"


@dataclass
class Provider:
    """One provider and the person who sits at it."""

    person: dict[str, Any]
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k", "use": "sig", "alg": "RS256"}))
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    async def discovery(self, _: Request) -> Response:
        """Where everything is."""
        ends = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token")}
        return JSONResponse({
            "issuer": self.issuer, **ends, "jwks_uri": f"{self.issuer}/keys", "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })  # fmt: skip

    async def authorization(self, request: Request) -> Response:
        """The person says yes at once."""
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.asked[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}")

    async def token(self, request: Request) -> Response:
        """Who has the code, the secret and the verifier gets to know who it was."""
        form = await request.form()
        asked = self.asked.pop(str(form["code"]))
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        given = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        assert request.headers["authorization"] == f"Basic {given}"
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        token = jwt.encode({"alg": "RS256", "kid": "k"}, {**claims, **self.person}, self.key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token})

    async def keys(self, _: Request) -> Response:
        """The public half of the key."""
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


@asynccontextmanager
async def provider(person: dict[str, Any]) -> AsyncIterator[Provider]:
    """A provider on a port of this machine."""
    made = Provider(person)
    routes = [
        Route("/.well-known/openid-configuration", made.discovery),
        Route("/authorization", made.authorization),
        Route("/token", made.token, methods=["POST"]),
        Route("/keys", made.keys),
    ]
    async with serving_http(Starlette(routes=routes), "127.0.0.1", 0) as port:
        made.issuer = f"http://127.0.0.1:{port}"
        yield made
