"""A platform of the benchmark's own: its people ask and vote as fast as the bot allows, and it counts what comes back.

What it knows is kept in arrays of small numbers, so that the memory of the process is the bot's.
"""

from __future__ import annotations

import asyncio
import random
import time
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import msgspec

from bot.deliveries import Button, ButtonKind, Owed, Press
from bot.errors import SignpostError
from bot.messages import Message, Outcome
from bot.places import Place
from connectors.base import Connector, Desk
from connectors.delivery import Delivery

COMMUNITIES = 100
PEOPLE = 12_000
NEXT_VOTER = 97
"""By how much the numbers of those who vote on one reply differ; it has no divisor in common with PEOPLE."""
ONE_CHANGES_IN = 20
"""Who changes their vote: each of these has voted the other way first."""
HELPFUL = 0.7
MAX_AGE_SECONDS = 600.0
LOOK_SECONDS = 0.005
OUTCOMES = list(Outcome)


class Tally(msgspec.Struct):
    """What one platform saw: for each of its messages by number, and in all.

    `outcomes` are the values of bot.messages.Outcome, `posts` how many replies arrived, and the votes those that count.
    `presses` counts each press of a vote's button, the ones that were changed too. Times are in seconds.
    """

    platform: str
    numbers: list[int]
    outcomes: list[str]
    posts: list[int]
    helpful: list[int]
    unhelpful: list[int]
    presses: int
    asked_seconds: float
    voted_seconds: float
    reply_ms: list[float]


@dataclass(frozen=True)
class Plan:
    """What one platform's people do: every `step`th message from `first` on, some `votes`, so many at once."""

    texts: Path
    messages: int
    first: int
    step: int
    votes: int
    in_hand: int
    voters: int
    seed: int

    @property
    def count(self) -> int:
        """How many messages are this platform's."""
        return len(range(self.first, self.messages, self.step))

    def said(self) -> Iterator[tuple[int, str]]:
        """The messages with their places among the platform's, read as they are needed."""
        with self.texts.open(encoding="utf-8") as lines:
            place = count()
            for number, line in enumerate(lines):
                if number % self.step == self.first:
                    yield next(place), line.rstrip("\n")


@dataclass
class _Counts:
    """By message: its outcome's number, its posts and its votes; and who has voted on each reply that can be."""

    outcomes: array[int]
    posts: array[int]
    helpful: array[int]
    unhelpful: array[int]
    votable: array[int] = field(default_factory=lambda: array("I"))
    reply_ms: array[float] = field(default_factory=lambda: array("f"))


class CrowdConnector(Connector):
    """One platform. When everybody has had their say, its tally is in a file, and it waits until it is stopped."""

    def __init__(self, name: str, plan: Plan, tally: Path) -> None:
        """Let a plan be carried out, and write the tally into a file."""
        self.name = name
        self._plan, self._file = plan, tally
        self._chance = random.Random(plan.seed)  # noqa: S311 -- chance for a benchmark
        none = bytes(plan.count)
        self._counts = _Counts(array("B", none), array("B", none), *(array("H", [0]) * plan.count for _ in "+-"))
        self._posted = count(1)
        self._done = self._voted = self._presses = 0
        self._stopping = asyncio.Event()

    async def listen(self, desk: Desk) -> None:
        """See connectors.base."""
        self._desk = desk
        for number in range(COMMUNITIES):
            await desk.communities.joined(self.name, str(number), f"Community {number}")
        self._delivery = Delivery(self.name, self._post, desk.outbox, MAX_AGE_SECONDS)
        await self._delivery.resume()
        await self._talk()
        await self._stopping.wait()
        await self._delivery.close()

    async def stop(self) -> None:
        """See connectors.base."""
        self._stopping.set()

    async def _talk(self) -> None:
        began, said = time.monotonic(), self._plan.said()
        voting = [asyncio.create_task(self._vote()) for _ in range(self._plan.voters)]
        await asyncio.gather(*(self._ask(said) for _ in range(self._plan.in_hand)))
        asked = time.monotonic() - began
        await self._delivery.finish()
        if self._plan.votes and not self._counts.votable:
            raise SignpostError("The benchmark's people were given no reply that they could vote on.")
        await asyncio.gather(*voting)
        voted = time.monotonic() - began
        self._write(asked, voted)

    async def _ask(self, said: Iterator[tuple[int, str]]) -> None:
        """One message after the other, as long as there are any: several do this at once."""
        for number, text in said:
            began = time.monotonic()
            place = _place(self.name, number)
            message = Message(
                text, self.name, place.community, place.channel, author=_person(number), message_id=str(number)
            )
            response = await self._desk.handler.respond(message)
            self._delivery.add(response.owed, began)
            self._counts.outcomes[number] = OUTCOMES.index(response.outcome)
            self._counts.reply_ms.append((time.monotonic() - began) * 1000)
            self._done += 1

    async def _post(self, owed: Owed, replaced: Sequence[str]) -> Sequence[str]:
        """Count a reply, which can be voted on from now on. That it was delivered is noted before anybody can."""
        number = int(owed.reply_to)
        self._counts.posts[number] += 1
        if owed.reply and owed.reply.allows_feedback:
            self._counts.votable.append(number)
        return [f"post-{number}-{next(self._posted)}"] if replaced else [f"post-{number}"]

    async def _vote(self) -> None:
        """One vote after the other, on replies of chance, in step with the messages; several do this at once."""
        plan = self._plan
        while self._voted < plan.votes:
            if not self._counts.votable or self._voted * plan.count >= plan.votes * self._done:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            self._voted += 1
            await self._vote_on(self._chance.choice(self._counts.votable), self._voted % ONE_CHANGES_IN == 0)

    async def _vote_on(self, number: int, is_changed: bool) -> None:
        counts = self._counts
        before = counts.helpful[number] + counts.unhelpful[number]
        voter, is_helpful = _person(number + 1 + before * NEXT_VOTER), self._chance.random() < HELPFUL
        (counts.helpful if is_helpful else counts.unhelpful)[number] += 1
        if is_changed:
            await self._press(number, voter, not is_helpful)
        await self._press(number, voter, is_helpful)

    async def _press(self, number: int, voter: str, is_helpful: bool) -> None:
        self._presses += 1
        button = Button(ButtonKind.HELPFUL if is_helpful else ButtonKind.NOT_HELPFUL)
        await self._desk.handler.press(Press(_place(self.name, number), f"post-{number}", voter, button))

    def _write(self, asked: float, voted: float) -> None:
        counts = self._counts
        tally = Tally(
            self.name,
            list(range(self._plan.count)),
            [OUTCOMES[place].value for place in counts.outcomes],
            *(list(numbers) for numbers in (counts.posts, counts.helpful, counts.unhelpful)),
            self._presses,
            asked,
            voted,
            sorted(counts.reply_ms),
        )
        scratch = self._file.with_suffix(".part")
        scratch.write_bytes(msgspec.json.encode(tally))
        scratch.replace(self._file)


def _place(platform: str, number: int) -> Place:
    community = str(number % COMMUNITIES)
    return Place(platform, community, f"{community}-0")


def _person(number: int) -> str:
    return f"person-{number % PEOPLE}"
