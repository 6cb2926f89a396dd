"""What the tests of delivery share: a platform that does as it is told, and the way there from a real outbox."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from prometheus_client import REGISTRY

from bot.deliveries import Action, Owed
from bot.errors import TemporarySendError
from bot.messages import Reply
from tests.disk import Disk, post

MAX_AGE = 600.0
NEVER = 3600.0
BUSY = TemporarySendError("The platform asks for patience.", 0.0)


@dataclass
class Platform:
    """A platform's channels as they stand. `troubles` says what goes wrong with a try, if anything."""

    troubles: Callable[[Owed], Exception | None] = lambda owed: None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    tries: list[tuple[float, Owed, Sequence[str]]] = field(default_factory=list)
    posts: dict[str, str] = field(default_factory=dict)
    """The text of each post that stands, in the order of posting."""
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000_000)))

    def __post_init__(self) -> None:
        """Let everything through."""
        self.gate.set()

    async def do(self, owed: Owed, replaced: Sequence[str]) -> Sequence[str]:
        """Do it, as the module says of Do."""
        self.tries.append((time.monotonic(), owed, replaced))
        await self.gate.wait()
        await asyncio.sleep(0)
        if error := self.troubles(owed):
            raise error
        if owed.action is Action.REMOVE:
            return [self.posts.pop(name) for name in replaced][:0]
        assert owed.reply is not None and bool(replaced) is (owed.action is Action.EDIT)
        names = replaced or [f"{owed.place.channel}/{next(self.numbers)}"]
        self.posts.update(dict.fromkeys(names, owed.reply.body))
        return names

    def texts(self, channel: str = "general") -> list[str]:
        """What can be read in a channel."""
        return [text for name, text in self.posts.items() if name.startswith(f"{channel}/")]


def says(body: str, channel: str = "general", **changes: object) -> Owed:
    """A reply of these words, not yet recorded."""
    return post(channel, reply=Reply(body), **changes)


def metric(name: str, **labels: str) -> float:
    """What Prometheus is told now of the platform that the tests call discord."""
    return REGISTRY.get_sample_value(f"signpost_{name}", {"platform": "discord", **labels}) or 0.0


async def still_owed(disk: Disk) -> list[int]:
    """The ids of what the disk says is owed."""
    return [owed.id for owed in await disk.outbox.owed("discord")]
