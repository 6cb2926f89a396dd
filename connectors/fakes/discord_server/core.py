"""What the parts of the fake Discord share."""

from __future__ import annotations

from connectors.fakes.discord_server.commands import Commands
from connectors.fakes.discord_server.events import Events
from connectors.fakes.discord_server.faults import Faults
from connectors.fakes.discord_server.gateway import Gateway
from connectors.fakes.discord_server.interactions import Interactions
from connectors.fakes.discord_server.posting import Posting
from connectors.fakes.discord_server.rate_limits import RateLimits
from connectors.fakes.discord_server.record import Record
from connectors.fakes.discord_server.world import World


class Core:
    """The world, its gateway and what is written down of it."""

    def __init__(self, token: str, heartbeat_interval: float, keep: int) -> None:
        self.token = token
        self.world = World(keep)
        self.record = Record()
        self.faults = Faults()
        self.limits = RateLimits()
        self.gateway = Gateway(self.world, self.record, token, heartbeat_interval)
        self._events = Events(self.world, self.gateway)
        self._posting = Posting(self.world, self._events, self.record)
        self._interactions = Interactions()
        self.commands = Commands(self.world)
        self.bot = self.world.bot
