"""Discord's rate limits: buckets by route and channel, a limit for everything, and their headers."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass, field

from aiohttp import web

from connectors.fakes.discord_server.answers import answer
from connectors.fakes.discord_server.world import Payload

_GENEROUS = (10_000, 1.0)
MAX_BUCKETS = 5_000


@dataclass
class _Bucket:
    remaining: int
    resets_at: float


@dataclass(frozen=True)
class Standing:
    """How a call stands with its bucket. `retry_after` is above 0 where it comes too early."""

    headers: dict[str, str]
    retry_after: float = 0.0
    is_global: bool = False


@dataclass
class RateLimits:
    """How many calls go through in how many seconds; None for as many as you like.

    `channel_messages` holds for each channel, and for making, editing and deleting messages apart; Discord's is
    (5, 5.0). `everything` holds for all calls of the bot save answers to interactions; Discord's is (50, 1.0).
    """

    channel_messages: tuple[int, float] | None = None
    everything: tuple[int, float] | None = None
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def take(self, method: str, route: str, major: str) -> Standing:
        """Count a call on a route with a major parameter, which is the id of its channel, guild or webhook."""
        if self.everything and "{token}" not in route and (wait := self._take("everything", self.everything)[1]):
            return Standing({"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}, wait, is_global=True)
        is_message = route.startswith("/channels/{channel}/messages") and method != "GET"
        limit, seconds = (self.channel_messages if is_message else None) or _GENEROUS
        key = f"{method} {route}"
        bucket, wait = self._take(f"{key} {major}", (limit, seconds))
        after = max(0.0, bucket.resets_at - time.monotonic())
        headers = {
            "X-RateLimit-Bucket": f"{zlib.crc32(key.encode()):08x}",
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(bucket.remaining),
            "X-RateLimit-Reset": f"{time.time() + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
        }
        return Standing({**headers, "X-RateLimit-Scope": "user"} if wait else headers, wait)

    def _take(self, key: str, limit: tuple[int, float]) -> tuple[_Bucket, float]:
        now = time.monotonic()
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets = {name: one for name, one in self._buckets.items() if one.resets_at > now}
        bucket = self._buckets.get(key)
        if bucket is None or bucket.resets_at <= now:
            bucket = self._buckets[key] = _Bucket(limit[0], now + limit[1])
        if bucket.remaining == 0:
            return bucket, bucket.resets_at - now
        bucket.remaining -= 1
        return bucket, 0.0


def too_many_requests(standing: Standing) -> web.Response:
    """The answer to a call that came too early, with the Via header by which clients know it for Discord's own."""
    body: Payload = {"message": "You are being rate limited.", "retry_after": round(standing.retry_after, 3)}
    body["global"] = standing.is_global
    headers = {**standing.headers, "Via": "1.1 google", "Retry-After": str(int(standing.retry_after) + 1)}
    return answer(body, status=429, headers={"X-RateLimit-Scope": "shared", **headers})
