"""The HTTP side: `/bot<token>/<method>` on loopback."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec
from aiohttp import web

from connectors.fakes.telegram_server.errors import ApiError, UnknownError, too_many_requests
from connectors.fakes.telegram_server.faults import Fault
from connectors.fakes.telegram_server.methods import METHODS
from connectors.fakes.telegram_server.parameters import Parameters, parameters_of
from connectors.fakes.telegram_server.world import World

HOST = "127.0.0.1"
_PATH = re.compile(r"/bot([^/]+)/(\w+)/?")
_TOKEN = re.compile(r"\d+:[\w-]+")
_SHAPES = (
    b'{"ok":true,"result":{"surprise":[1,"two",null]}}',
    b'{"ok":true}',
    b'[{"ok":true}]',
    b'{"ok":true,"result":["text",{"update_id":"x"},null]}',
    b"<html><body>Sign in to the network</body></html>",
    b"",
)
TRICKLE_SECONDS = 0.05
_REASONS = {500: "Internal Server Error", 502: "Bad Gateway"}


class Server:
    """Serves a world until it is stopped."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.1)
        self._dropping: asyncio.Task[None] | None = None
        self._turn = 0

    async def start(self, port: int = 0) -> int:
        """Begin to serve; returns the port."""
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port).start()
        if self._world.faults.drop_every:
            self._dropping = asyncio.create_task(self._keep_dropping(self._world.faults.drop_every))
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Serve no more."""
        if self._dropping:
            self._dropping.cancel()
            await asyncio.gather(self._dropping, return_exceptions=True)
        await self._world.webhook.delete()
        self.drop_connections()
        await self._runner.cleanup()

    def drop_connections(self) -> None:
        """Cut every connection that is open now."""
        for connection in self._server.connections:
            if connection.transport:
                connection.transport.abort()

    async def _keep_dropping(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            self.drop_connections()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = _PATH.fullmatch(request.path)
        if not path or not _TOKEN.fullmatch(path[1]):
            return _answer(404, ApiError(404, "Not Found").json())
        if path[1] != self._world.token:
            return _answer(401, ApiError(401, "Unauthorized").json())
        return await self._call(request, path[2])

    async def _call(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        parameters = await parameters_of(request)
        name = METHODS[name.lower()][0] if name.lower() in METHODS else name
        fault = self._world.faults.next(name)
        if fault and fault is not Fault.LOST:
            return await self._go_wrong(request, name, parameters, fault)
        status, body = await self._carry_out(name, parameters)
        self._world.record.call(name, parameters.given, 0 if fault else status)
        if self._world.faults.delay:
            await asyncio.sleep(self._world.faults.delay)
        return _cut(request) if fault else _answer(status, body)

    async def _carry_out(self, name: str, parameters: Parameters) -> tuple[int, Any]:
        try:
            if name.lower() not in METHODS:
                raise UnknownError(501, f"Not Implemented: method {name} is not modelled")
            _, carry_out, known = METHODS[name.lower()]
            parameters.check(name, known)
            return 200, {"ok": True, "result": await carry_out(self._world, parameters)}
        except UnknownError as error:
            self._world.record.unknown.append(error.description)
            return error.status, error.json()
        except ApiError as error:
            return error.status, error.json()
        except Exception as error:
            # A fault of this server's own must not pass for one of Telegram's.
            self._world.record.unknown.append(f"{name}: {error!r}")
            raise

    async def _go_wrong(
        self, request: web.BaseRequest, name: str, parameters: Parameters, fault: Fault
    ) -> web.StreamResponse:
        status = self._status(fault)
        self._world.record.call(name, parameters.given, status)
        if fault is Fault.UNANSWERED:
            await asyncio.Event().wait()
        if fault is Fault.SLOW:
            return await _trickle(request)
        if fault is Fault.DROPPED:
            return _cut(request)
        if fault is Fault.MISSHAPEN:
            self._turn += 1
            return web.Response(body=_SHAPES[self._turn % len(_SHAPES)], content_type="application/json")
        if fault is Fault.MALFORMED:
            return web.Response(body=b'{"ok":true,"result":{"message_id":', content_type="application/json")
        if fault is Fault.FLOOD:
            return _answer(status, too_many_requests(self._world.faults.retry_after).json())
        return _answer(status, ApiError(status, _REASONS[status]).json())

    def _status(self, fault: Fault) -> int:
        if fault is Fault.ERROR:
            self._turn += 1
            return 500 if self._turn % 2 else 502
        return {Fault.MALFORMED: 200, Fault.MISSHAPEN: 200, Fault.FLOOD: 429}.get(fault, 0)


def _answer(status: int, body: Any) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")


def _cut(request: web.BaseRequest) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response(status=499)


async def _trickle(request: web.BaseRequest) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    while True:
        await answer.write(b" ")
        await asyncio.sleep(TRICKLE_SECONDS)
