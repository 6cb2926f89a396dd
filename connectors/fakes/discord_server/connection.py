"""One WebSocket connection to the gateway: what goes out in order, compressed or not, and whether the heart beats."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from connectors.fakes.discord_server.record import Heartbeats
from connectors.fakes.discord_server.sessions import Session

LATENESS = 0.5
"""Seconds by which a heartbeat may be behind its interval before it counts as late."""


@dataclass(frozen=True)
class _Close:
    code: int


class Connection:
    """A client's socket."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, heartbeats: Heartbeats) -> None:
        self.session: Session | None = None
        self._socket = socket
        self._request = request
        self._outgoing: asyncio.Queue[str | _Close] = asyncio.Queue()
        self._is_closing = False
        self._compressor = zlib.compressobj() if request.query.get("compress") else None
        self._writer = asyncio.create_task(self._write())
        self._heart = _Heart(heartbeats, self.close)

    def send(self, text: str) -> None:
        """Send a payload after those before it."""
        self._outgoing.put_nowait(text)

    def send_op(self, op: int, data: Any = None) -> None:
        """Send a payload that isn't an event."""
        self.send(msgspec.json.encode({"op": op, "d": data, "s": None, "t": None}).decode())

    def close(self, code: int) -> None:
        """Close with a code once all that waits has been sent."""
        self._outgoing.put_nowait(_Close(code))

    def abort(self) -> None:
        """Cut the TCP connection, with no goodbye."""
        if self._request.transport is not None:
            self._request.transport.abort()

    def expect_heartbeats(self, interval: float) -> None:
        """Let heartbeats be due every `interval` seconds."""
        self._heart.start(interval)

    def beat(self) -> None:
        """A heartbeat has come."""
        self._heart.beat()

    async def end(self) -> None:
        """Let go of everything once the socket is closed."""
        self._heart.stop()
        if self.session is not None:
            self.session.lose(self)
        if not self._is_closing:
            self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        try:
            while not isinstance(item := await self._outgoing.get(), _Close):
                await self._send(item)
            self._is_closing = True
            await self._socket.close(code=item.code)
        except ConnectionError:
            return

    async def _send(self, text: str) -> None:
        if self._compressor is None:
            await self._socket.send_str(text)
        else:
            data = self._compressor.compress(text.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
            await self._socket.send_bytes(data)


class _Heart:
    """Notices heartbeats that come late, and closes a connection that has missed one altogether."""

    def __init__(self, heartbeats: Heartbeats, close: Callable[[int], None]) -> None:
        self._heartbeats = heartbeats
        self._close = close
        self._interval = 0.0
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self, interval: float) -> None:
        self._interval = interval
        self._await_next()

    def beat(self) -> None:
        self._heartbeats.received += 1
        overdue = time.monotonic() - self._last - self._interval
        if overdue > LATENESS:
            self._heartbeats.late.append(overdue)
        self._await_next()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _await_next(self) -> None:
        self.stop()
        self._last = time.monotonic()
        self._timer = asyncio.get_running_loop().call_later(self._interval * 2 + LATENESS, self._give_up)

    def _give_up(self) -> None:
        self._heartbeats.missed += 1
        self._close(4009)
