"""What the bot did, kept for tests and benchmarks to look at."""

from __future__ import annotations

import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.fakes.telegram_server.messages import Post
from connectors.fakes.telegram_server.people import Json
from connectors.fakes.telegram_server.waiting import Waiters

CALLS_KEPT = 10_000


@dataclass(frozen=True)
class Call:
    """A call of the bot's, with the HTTP status that it was answered with (0 where it never was)."""

    method: str
    parameters: Json = field(repr=False)
    status: int
    at: float


@dataclass(frozen=True)
class Violation:
    """A post that broke a flood limit: `limit` is "group", "chat" or "all", `wait` how many seconds too early."""

    limit: str
    chat: int
    wait: float
    at: float


@dataclass
class Record:
    """All that is kept. `statuses` counts answers and `methods` calls; `unknown` fails the test in the end.

    `replies` are posts by the ids of the chat and the message that they reply to.
    """

    posts: list[Post] = field(default_factory=list)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))
    methods: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    waiters: Waiters = field(default_factory=Waiters)
    replies: dict[tuple[int, int], list[Post]] = field(default_factory=lambda: defaultdict(list))
    on_post: list[Callable[[Post], None]] = field(default_factory=list)

    def call(self, method: str, parameters: Json, status: int) -> None:
        """Note a call and how it was answered."""
        self.calls.append(Call(method, parameters, status, time.monotonic()))
        self.methods[method] += 1
        self.statuses[status] += 1
        self.waiters.look()

    def post(self, post: Post) -> None:
        """Note a post of the bot's."""
        self.posts.append(post)
        self.replies[post.chat.id, post.reply_to].append(post)
        for listener in self.on_post:
            listener(post)
