"""The fake Discord as one object, which serves as long as its context is open."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType

from aiohttp import web

from connectors.fakes.discord_server.gateway import Intent
from connectors.fakes.discord_server.interacting import Interacting
from connectors.fakes.discord_server.people import People
from connectors.fakes.discord_server.places import Places
from connectors.fakes.discord_server.record import WAIT_SECONDS, Call
from connectors.fakes.discord_server.rest import GATEWAY, PREFIX, Rest
from connectors.fakes.discord_server.rest_guilds import GuildRoutes
from connectors.fakes.discord_server.rest_interactions import InteractionRoutes
from connectors.fakes.discord_server.rest_messages import MessageRoutes
from connectors.fakes.discord_server.world import Message

TOKEN = "MTA.fake.token"  # noqa: S105 -- it opens nothing


class FakeDiscord(Places, People, Interacting):
    """Discord on loopback. What the bot did is in `record`, what is to go wrong in `faults` and `limits`."""

    def __init__(
        self, *, token: str = TOKEN, heartbeat_interval: float = 41.25, shards: int = 1, keep: int = 500
    ) -> None:
        """Make it. `keep` is how many messages each channel remembers; `heartbeat_interval` is in seconds."""
        super().__init__(token, heartbeat_interval, keep)
        self.api_base = ""
        self._shards = shards
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> FakeDiscord:
        """Begin to serve on a free port."""
        self._rest = Rest(self.token, self.record, self.faults, self.limits)
        self._runner = web.AppRunner(self._rest.application(self._routes()), shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.api_base = f"http://127.0.0.1:{port}{PREFIX}"
        self.gateway.url = f"ws://127.0.0.1:{port}/"
        self._tasks.append(asyncio.create_task(self._drop_regularly()))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop. Raises AssertionError where anything was asked that the fake doesn't know."""
        self._rest.closing.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.gateway.drop(abrupt=True)
        await self._runner.cleanup()
        if self.record.problems and (error is None or isinstance(error, Exception)):
            raise AssertionError("The fake Discord doesn't know:\n" + "\n".join(self.record.problems)) from error

    @property
    def gateway_url(self) -> str:
        """The gateway's address."""
        return self.gateway.url

    @property
    def allow_message_content(self) -> bool:
        """Whether the Message Content intent is switched on in the developer portal."""
        return bool(self.gateway.privileged & Intent.MESSAGE_CONTENT)

    @allow_message_content.setter
    def allow_message_content(self, allowed: bool) -> None:
        self.gateway.privileged = Intent.MESSAGE_CONTENT if allowed else Intent(0)

    @property
    def posts(self) -> deque[Message]:
        """What the bot has posted for all to see, deleted or not, oldest first."""
        return self.record.posts

    @property
    def calls(self) -> deque[Call]:
        """The latest REST calls; `record.call_counts` counts them all."""
        return self.record.calls

    async def identified(self, times: int = 1, seconds: float = WAIT_SECONDS) -> None:
        """Wait until bots have identified so many times since the beginning."""
        await self.record.until(lambda: self.record.counts["identified"] >= times, seconds, "IDENTIFY")

    async def resumed(self, times: int = 1, seconds: float = WAIT_SECONDS) -> None:
        """Wait until sessions have been resumed so many times since the beginning."""
        await self.record.until(lambda: self.record.counts["resumed"] >= times, seconds, "RESUME")

    async def next_post(
        self, fits: Callable[[Message], bool] = lambda _: True, seconds: float = WAIT_SECONDS
    ) -> Message:
        """The next post that fits, of those made from now on."""
        found: list[Message] = []

        def listen(what: str, message: Message) -> None:
            if what == "post" and fits(message):
                found.append(message)

        self.record.listeners.append(listen)
        try:
            await self.record.until(lambda: found, seconds, "post that fits")
        finally:
            self.record.listeners.remove(listen)
        return found[0]

    async def post(self, fits: Callable[[Message], bool], seconds: float = WAIT_SECONDS) -> Message:
        """The first post that fits, made already or still to come."""
        return next((one for one in self.posts if fits(one)), None) or await self.next_post(fits, seconds)

    async def reply_to(self, message: Message, seconds: float = WAIT_SECONDS) -> Message:
        """The bot's reply to a message."""
        return await self.post(lambda one: one.reply_to == message.id, seconds)

    def replies_to(self, message: Message) -> list[Message]:
        """All replies to a message, which shows those made twice."""
        return [one for one in self.posts if one.reply_to == message.id]

    async def edited(self, post: Message, times: int = 1, seconds: float = WAIT_SECONDS) -> Message:
        """A post, once it has been edited so many times."""
        await self.record.until(lambda: len(post.earlier) >= times, seconds, "edit")
        return post

    async def deleted(self, post: Message, seconds: float = WAIT_SECONDS) -> None:
        """Wait until a post is deleted."""
        await self.record.until(lambda: post.deleted, seconds, "deletion")

    def drop_connections(self, *, abrupt: bool = False, code: int = 1001) -> None:
        """End all gateway connections; sessions stay, and can be resumed."""
        self.gateway.drop(abrupt=abrupt, code=code)

    async def _drop_regularly(self) -> None:
        abrupt = False
        while True:
            await self.faults.next_drop()
            self.gateway.drop(abrupt=abrupt)
            self.record.counts["dropped"] += 1
            abrupt = not abrupt

    def _routes(self) -> list[web.RouteDef]:
        messages = MessageRoutes(self.world, self._posting, self.gateway, self.record)
        guilds = GuildRoutes(self.world, self._events, self.gateway, self.record, self._shards)
        interactions = InteractionRoutes(self.world, self._posting, self._interactions, self.record)
        parts = (messages, guilds, self.commands, interactions)
        return [web.get(GATEWAY, self.gateway.handle), *(route for part in parts for route in part.routes())]
