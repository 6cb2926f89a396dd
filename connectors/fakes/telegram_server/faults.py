"""What goes wrong between a bot and Telegram, on purpose."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from enum import Enum


class Fault(str, Enum):
    """One way for a call to go wrong. All but LOST are met before the call is carried out."""

    FLOOD = "flood"
    """A 429 with retry_after."""
    ERROR = "error"
    """A 500 or a 502, by turns."""
    MALFORMED = "malformed"
    """A 200 whose body is half a JSON object."""
    MISSHAPEN = "misshapen"
    """A 200 with JSON of another shape, or a page of HTML, by turns."""
    SLOW = "slow"
    """An answer that begins, and never comes to its end."""
    UNANSWERED = "unanswered"
    """No answer, as long as the bot cares to wait."""
    DROPPED = "dropped"
    """The connection is cut; nothing was carried out."""
    LOST = "lost"
    """The call is carried out, and the connection cut before the answer."""


@dataclass
class Faults:
    """How often things go wrong: each share, from 0 to 1, is of all calls, and they add up.

    `retry_after` is in seconds: Telegram's are whole, and at least 1. `delay` seconds are added to every answer.
    `drop_every` cuts all connections every so many seconds; it counts from the start of the server. `methods` are
    those that the shares hold for; none for all. The same seed meets the same calls.
    """

    flood: float = 0.0
    error: float = 0.0
    malformed: float = 0.0
    misshapen: float = 0.0
    slow: float = 0.0
    unanswered: float = 0.0
    dropped: float = 0.0
    lost: float = 0.0
    retry_after: float = 1
    delay: float = 0.0
    drop_every: float = 0.0
    methods: frozenset[str] = frozenset()
    seed: int = 0
    met: list[tuple[str, Fault]] = field(default_factory=list, repr=False)
    _planned: deque[tuple[str, Fault]] = field(default_factory=deque, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 -- chance for tests, not for secrets

    def plan(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong so, one after another."""
        self._planned.extend((method, fault) for fault in faults)

    def next(self, method: str) -> Fault | None:
        """What goes wrong with this call."""
        fault = self._planned_for(method) or self._by_chance(method)
        if fault:
            self.met.append((method, fault))
        return fault

    def _planned_for(self, method: str) -> Fault | None:
        for planned in self._planned:
            if planned[0] == method:
                self._planned.remove(planned)
                return planned[1]
        return None

    def _by_chance(self, method: str) -> Fault | None:
        shares = [(fault, float(getattr(self, fault.value))) for fault in Fault]
        if not any(share for _, share in shares) or (self.methods and method not in self.methods):
            return None
        chance = self._random.random()
        for fault, share in shares:
            chance -= share
            if chance < 0:
                return fault
        return None
