"""Clients of the fake Discord: a bot on the real discord.py, and one that shows bare JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord as dpy
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from connectors.fakes.discord_server import FakeDiscord

Payload = dict[str, Any]
ALL_BUT_PRIVILEGED = 0b0111_1110_1111_1101 & ~(1 << 8)
MESSAGE_CONTENT = 1 << 15


class Bot(dpy.AutoShardedClient):
    """A bot that puts every event it is told of into a queue."""

    def __init__(self, *, message_content: bool = True, **options: Any) -> None:
        """Make it. Nobody is notified by what it posts, unless a post says so."""
        intents = dpy.Intents.default()
        intents.message_content = message_content
        mentions = dpy.AllowedMentions.none()
        super().__init__(intents=intents, allowed_mentions=mentions, guild_ready_timeout=0.1, **options)
        self.tree = dpy.app_commands.CommandTree(self)
        self.seen: asyncio.Queue[tuple[str, tuple[Any, ...]]] = asyncio.Queue()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Note an event, and handle it."""
        super().dispatch(event, *args, **kwargs)
        self.seen.put_nowait((event, args))

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Don't wait 5 seconds before identifying again."""

    async def see(self, event: str, fits: Callable[..., bool] = lambda *_: True) -> Any:
        """What came with the next event of a name."""
        while True:
            name, args = await asyncio.wait_for(self.seen.get(), 60)
            if name == event and fits(*args):
                return args[0] if args else None


@asynccontextmanager
async def running(bot: Bot, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    """A bot that is connected."""
    point_at(fake, monkeypatch)
    task = asyncio.create_task(bot.start(fake.token))
    try:
        ready = asyncio.create_task(bot.see("ready"))
        await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            ready.cancel()
            await task
        yield bot
    finally:
        await bot.close()
        await asyncio.gather(task, return_exceptions=True)


def point_at(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py talk to the fake."""
    monkeypatch.setattr(Route, "BASE", fake.api_base)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(fake.gateway_url))


class Wire:
    """A client that shows what goes over the wire."""

    def __init__(self, fake: FakeDiscord, session: aiohttp.ClientSession) -> None:
        """Talk to a fake."""
        self.fake = fake
        self._session = session

    async def call(self, method: str, path: str, body: Any = None, *, token: str = "") -> tuple[int, Any]:
        """The HTTP status and the JSON of an answer."""
        headers = {"Authorization": f"Bot {token or self.fake.token}"}
        async with self._session.request(method, self.fake.api_base + path, json=body, headers=headers) as answer:
            return answer.status, None if answer.status == 204 else await answer.json()

    async def socket(self, query: str = "?v=10&encoding=json") -> aiohttp.ClientWebSocketResponse:
        """A connection to the gateway that has said HELLO."""
        socket = await self._session.ws_connect(self.fake.gateway_url + query)
        assert (await socket.receive_json())["op"] == 10
        return socket

    async def identified(self, intents: int = ALL_BUT_PRIVILEGED | MESSAGE_CONTENT, **more: Any) -> Events:
        """A connection that has identified and read READY."""
        socket = await self.socket()
        data = {"token": self.fake.token, "properties": {}, "intents": intents, **more}
        await socket.send_json({"op": 2, "d": data})
        events = Events(socket)
        events.ready = await events.next("READY")
        return events


class Events:
    """What a connection receives."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Read from a connection."""
        self.ready: Payload = {}
        self.socket = socket

    async def next(self, name: str) -> Payload:
        """The data of the next event of a name."""
        while True:
            payload = await self.socket.receive_json(timeout=60)
            if payload["t"] == name:
                data: Payload = payload["d"]
                return data


@asynccontextmanager
async def wired(fake: FakeDiscord) -> AsyncIterator[Wire]:
    """A client that shows what goes over the wire."""
    async with aiohttp.ClientSession() as session:
        yield Wire(fake, session)


def view_of(*items: dpy.ui.Item[dpy.ui.View]) -> dpy.ui.View:
    """Buttons and menus as discord.py takes them."""
    view = dpy.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view


def button(custom_id: str = "sp:up", label: str = "Yes") -> dpy.ui.Button[dpy.ui.View]:
    """A button as discord.py takes it."""
    return dpy.ui.Button(label=label, custom_id=custom_id)


def row(*parts: Payload) -> Payload:
    """A row of components as JSON."""
    return {"type": 1, "components": list(parts)}
