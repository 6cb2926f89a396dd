"""The whole of it: a server and its control."""

from __future__ import annotations

from types import TracebackType

from connectors.fakes.telegram_server.communities import Communities
from connectors.fakes.telegram_server.conversation import Conversation
from connectors.fakes.telegram_server.faults import Faults
from connectors.fakes.telegram_server.flood import FloodLimits
from connectors.fakes.telegram_server.people import User
from connectors.fakes.telegram_server.server import HOST, Server
from connectors.fakes.telegram_server.watching import Watching
from connectors.fakes.telegram_server.world import World

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # noqa: S105 -- the one in Telegram's own documentation


class FakeTelegram(Communities, Conversation, Watching):
    """A Bot API server on loopback; used as an asynchronous context manager, and steered from the same event loop.

    `api_base` takes the place of https://api.telegram.org. With `reads_all` the bot's privacy mode is off; without
    `sees_bots` it is not told of other bots' messages. Leaving the context raises AssertionError with all that the bot
    asked for and this server does not know.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        username: str = "signpost_bot",
        name: str = "Signpost",
        reads_all: bool = False,
        sees_bots: bool = True,
        limits: FloodLimits | None = None,
        faults: Faults | None = None,
        port: int = 0,
    ) -> None:
        bot = User(int(token.partition(":")[0]), name, username=username, is_bot=True)
        self.world = World(token, bot, faults or Faults(), limits or FloodLimits(), reads_all, sees_bots)
        self.world.users[bot.id] = bot
        self.token = token
        self.api_base = ""
        self._port = port
        self._server: Server | None = None

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose; may be changed at any time."""
        return self.world.faults

    @property
    def limits(self) -> FloodLimits:
        """The flood limits; may be changed at any time."""
        return self.world.limits

    @property
    def unknown(self) -> list[str]:
        """What the bot asked for that this server does not know; a test that means it clears the list."""
        return self.world.record.unknown

    def drop_connections(self) -> None:
        """Cut every connection that is open now."""
        assert self._server
        self._server.drop_connections()

    async def __aenter__(self) -> FakeTelegram:
        self._server = Server(self.world)
        self.api_base = f"http://{HOST}:{await self._server.start(self._port)}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server
        await self._server.stop()
        if self.unknown and error is None:
            raise AssertionError("The bot asked for what this server does not know:\n" + "\n".join(self.unknown))
