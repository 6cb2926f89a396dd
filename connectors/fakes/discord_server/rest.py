"""Discord's REST interface: who may call, what goes wrong on purpose, and what is written down of every call."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable

from aiohttp import web

from connectors.fakes.discord_server.answers import answer
from connectors.fakes.discord_server.errors import ApiError, NotModelledError, unauthorized
from connectors.fakes.discord_server.faults import Faults
from connectors.fakes.discord_server.rate_limits import RateLimits, Standing, too_many_requests
from connectors.fakes.discord_server.record import Call, Record

PREFIX = "/api/v10"
GATEWAY = "/"
_OPEN = ("/interactions/", "/webhooks/")
_MAJOR = ("channel", "guild", "token")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rest:
    """What every call goes through."""

    def __init__(self, token: str, record: Record, faults: Faults, limits: RateLimits) -> None:
        self._token = token
        self._record = record
        self._faults = faults
        self._limits = limits
        self.closing = asyncio.Event()

    def application(self, routes: list[web.RouteDef]) -> web.Application:
        """The application that serves some routes, and refuses all others."""

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await (handler(request) if request.path == GATEWAY else self._call(request, handler))

        application = web.Application(middlewares=[middleware], client_max_size=30 * 2**20)
        application.add_routes(routes)
        application.router.add_route("*", "/{unknown:.*}", _unknown)
        return application

    async def _call(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.monotonic()
        resource = request.match_info.route.resource
        route = (resource.canonical if resource else request.path).removeprefix(PREFIX)
        try:
            response, code = await self._answer(request, route, handler), 0
        except ConnectionResetError:
            # The bot was killed while it was still sending: the call has never come.
            return web.Response(status=400)
        except ApiError as error:
            response, code = answer(error.body, status=error.status), error.code
        except NotModelledError as error:
            response, code = self._not_modelled(request, str(error)), 0
        except Exception:  # noqa: BLE001 -- a fault of the fake must come to light in the test, not in the bot
            response, code = self._not_modelled(request, traceback.format_exc()), 0
        seconds = time.monotonic() - started
        self._record.call(Call(request.method, route, request.path, response.status, code, started, seconds))
        return response

    async def _answer(self, request: web.Request, route: str, handler: Handler) -> web.StreamResponse:
        is_open = route.startswith(_OPEN) or route == "/gateway"
        if not is_open and request.headers.get("Authorization") != f"Bot {self._token}":
            raise unauthorized()
        faults = self._faults
        if faults.delay:
            await asyncio.sleep(faults.delay)
        standing = self._limits.take(request.method, route, _major(request))
        if standing.retry_after:
            return too_many_requests(standing)
        if faults.strikes(faults.too_many_requests, route):
            return too_many_requests(Standing(standing.headers, faults.retry_after))
        if faults.strikes(faults.server_errors, route):
            raise ApiError(500, 0, "500: Internal Server Error")
        if refusal := faults.refusals.get((request.method, route)):
            raise refusal
        response = await handler(request)
        response.headers.update(standing.headers)
        return await self._spoilt(response, route)

    async def _spoilt(self, response: web.StreamResponse, route: str) -> web.StreamResponse:
        """An answer to a call that was carried out, as it arrives where things go wrong."""
        faults = self._faults
        if faults.strikes(faults.late_server_errors, route):
            raise ApiError(500, 0, "500: Internal Server Error")
        if faults.strikes(faults.malformed, route):
            return web.Response(text='{"id": ', content_type="application/json")
        if faults.strikes(faults.misshapen, route):
            return web.json_response(["surprise", None])
        if faults.strikes(faults.silence, route):
            await self.closing.wait()
        return response

    def _not_modelled(self, request: web.Request, what: str) -> web.Response:
        problem = f"{request.method} {request.path}: {what}"
        self._record.problem(problem)
        return answer({"message": f"The fake doesn't know {problem}", "code": 0}, status=501)


def _major(request: web.Request) -> str:
    return next((request.match_info[key] for key in _MAJOR if key in request.match_info), "")


async def _unknown(request: web.Request) -> web.Response:
    raise NotModelledError("an unknown route")


def check_query(request: web.Request, *known: str) -> None:
    """Raise NotModelledError for a query parameter that isn't among those known."""
    if unknown := set(request.query) - set(known):
        raise NotModelledError(f"the query parameter {', '.join(sorted(unknown))}")
