"""What can be made to go wrong, by chance with a seed or for certain."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from connectors.fakes.discord_server.errors import ApiError


@dataclass
class Faults:
    """Shares (0 to 1) of the REST calls that go wrong, and how.

    `too_many_requests` are answered 429 with `retry_after` seconds; `server_errors` 500 without having been carried
    out, `late_server_errors` 500 although they were; `malformed` get an answer that isn't JSON, `misshapen` JSON of
    another shape, and `silence` none at all, these having been carried out. `delay` seconds go by before every answer.
    `refusals` answer a route, such as ("PUT", "/applications/{application}/commands"), with an error for certain.
    `only` limits the shares to routes that contain it.
    """

    too_many_requests: float = 0.0
    retry_after: float = 0.05
    server_errors: float = 0.0
    late_server_errors: float = 0.0
    malformed: float = 0.0
    misshapen: float = 0.0
    silence: float = 0.0
    delay: float = 0.0
    only: str = ""
    seed: int = 1
    refusals: dict[tuple[str, str], ApiError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 -- the same faults at every run is what is wanted
        self._drop_every = 0.0
        self._changed = asyncio.Event()

    @property
    def drop_every(self) -> float:
        """Every how many seconds all gateway connections are dropped, cleanly and abruptly in turn; 0 for never."""
        return self._drop_every

    @drop_every.setter
    def drop_every(self, seconds: float) -> None:
        self._drop_every = seconds
        self._changed.set()

    def strikes(self, share: float, route: str) -> bool:
        """Whether a fault with this share befalls a call now."""
        return share > 0 and self.only in route and self._chance.random() < share

    async def next_drop(self) -> None:
        """Return when the connections are to be dropped next."""
        while True:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), self._drop_every or None)
            except asyncio.TimeoutError:
                return
