"""Asking the servers: each by itself, all in turn, and by many clients at once."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from itertools import cycle
from typing import NamedTuple

import aiohttp

from bot.release_builder import LabelledText
from rivals.judging import Asked
from rivals.server import Server

WARM_UP = 30
"""Questions that are asked before any is timed."""


class Start(NamedTuple):
    """One start of a server: seconds until its first answer, and its memory once it is warm, in megabytes."""

    seconds: float
    rss: float
    pss: float


async def start_each(
    session: aiohttp.ClientSession, servers: Sequence[Server], texts: Sequence[str], rounds: int
) -> list[list[Start]]:
    """Start each server by itself, round by round; after the last round all are left running, and warm."""
    starts: list[list[Start]] = [[] for _ in servers]
    for left in reversed(range(rounds)):
        for server, mine in zip(servers, starts):
            mine.append(await _start(session, server, texts))
            if left:
                await server.stop()
    return starts


async def _start(session: aiohttp.ClientSession, server: Server, texts: Sequence[str]) -> Start:
    seconds = await server.start(session, texts[0])
    for text in texts[:WARM_UP]:
        await server.ask(session, text)
    return Start(seconds, **server.memory())


async def ask_in_turn(
    session: aiohttp.ClientSession, servers: Sequence[Server], lines: Sequence[LabelledText]
) -> list[list[Asked]]:
    """Ask every server each text, one after the other, so that noise falls on all. One list for each server."""
    asked: list[list[Asked]] = [[] for _ in servers]
    for line in lines:
        for server, mine in zip(servers, asked):
            reading, seconds = await server.ask(session, line.text)
            mine.append(Asked(line.text, line.answer or "", reading, seconds, line.group))
    return asked


async def questions_a_second(
    session: aiohttp.ClientSession, server: Server, texts: Sequence[str], clients: int, seconds: float
) -> float:
    """How many questions a server answers a second while `clients` ask one after the other."""
    # The same order for every server, in which the kinds of texts come mixed.
    waiting = cycle(random.Random(1).sample(texts, len(texts)))  # noqa: S311
    answered = 0
    until = time.monotonic() + seconds

    async def ask_on() -> None:
        nonlocal answered
        while time.monotonic() < until:
            await server.ask(session, next(waiting))
            answered += time.monotonic() < until

    await asyncio.gather(*(ask_on() for _ in range(clients)))
    return answered / seconds


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def median_ms(asked: Sequence[Asked]) -> float:
    """The median time to an answer, in milliseconds."""
    return statistics.median(one.seconds for one in asked) * 1000


def p99_ms(asked: Sequence[Asked]) -> float:
    """The time that 99 of 100 answers took at most, in milliseconds."""
    return percentile([one.seconds for one in asked], 0.99) * 1000
