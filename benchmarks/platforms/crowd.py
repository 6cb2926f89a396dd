"""A crowd that writes in many communities, as many messages a second as it is told to."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from platforms.sides import Key, Say, Side
from platforms.texts import Texts, shuffled

ONE_QUESTION_IN = 5


@dataclass(frozen=True)
class Said:
    """A message of the crowd's. `at` is when it was written (time.monotonic), `late` how much later than planned."""

    key: Key
    is_question: bool
    at: float
    late: float


class Community:
    """One channel. Its people speak in turn, so that nobody is taken to go on from what they said just before."""

    def __init__(self, platform: str, channel: str, say: Say, people: int, texts: Texts, chance: random.Random) -> None:
        self._platform = platform
        self._channel = channel
        self._say = say
        self._people = cycle(range(people))
        self._questions = shuffled(texts.questions, chance)
        self._talk = shuffled(texts.talk, chance)

    def speak(self, is_question: bool) -> Key:
        """Let the next person write the next text."""
        text = next(self._questions if is_question else self._talk)
        return self._platform, self._channel, self._say(next(self._people), text, is_question)


class Crowd:
    """All communities, spread evenly over the platforms. The same seed says the same."""

    def __init__(self, sides: Sequence[Side], communities: int, people: int, texts: Texts, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 -- chance for a benchmark, not for secrets
        self._communities: list[Community] = []
        for number, side in zip(range(communities), cycle(sides)):
            channel, say = side.found(f"Community {number}", people)
            self._communities.append(Community(side.name, channel, say, people, texts, self._chance))
        self.said: list[Said] = []

    async def talk(self, rate: float, seconds: float = math.inf) -> None:
        """Write `rate` messages a second, at moments and in communities of chance; one in five is a question."""
        due, end = time.monotonic(), time.monotonic() + seconds
        while (due := due + self._chance.expovariate(rate)) < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._speak(due)
        await asyncio.sleep(max(0.0, end - time.monotonic()))

    def speak_at_once(self, messages: int) -> None:
        """Write so many messages in one moment, in all communities in turn."""
        due = time.monotonic()
        for number in range(messages):
            self._speak(due, self._communities[number % len(self._communities)])

    def _speak(self, due: float, community: Community | None = None) -> None:
        is_question = len(self.said) % ONE_QUESTION_IN == 0
        at = time.monotonic()
        key = (community or self._chance.choice(self._communities)).speak(is_question)
        self.said.append(Said(key, is_question, at, at - due))
