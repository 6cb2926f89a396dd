"""What a person wrote in the last seconds: people ask in pieces, and a burst is one question."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cachetools import TTLCache

from bot.messages import Given, Message, Outcome

MAX_REMEMBERED = 10_000


@dataclass(frozen=True)
class Burst:
    """What a person has said to the bot so far, and what became of it.

    `question_id` and `owed_id` are those of the last question and of the reply owed for it (0 for none). `said_at` is
    when its last message was written: after an outage, what was written minutes apart is handled within a moment.
    """

    text: str
    said_at: datetime
    outcome: Outcome
    question_id: int
    owed_id: int
    given: Given | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing has been answered yet."""
        return self.given is None


class Bursts:
    """Remembers, for some seconds, what each person said to the bot in each place."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember nothing yet. A message goes on from one at most `seconds` before it."""
        self._longest = timedelta(seconds=seconds)
        self._bursts: TTLCache[tuple[str, ...], Burst] = TTLCache(MAX_REMEMBERED, seconds, timer=clock)

    def before(self, message: Message) -> Burst | None:
        """What the message goes on from, or None. Who names the bot anew asks anew, but for a greeting before."""
        burst = self._bursts.get(_person(message))
        if burst is None or message.is_edit or message.reply_to_message_id:
            return None
        if message.sent_at - burst.said_at > self._longest:
            return None
        names_the_bot = message.addressed and message.community
        return burst if not names_the_bot or burst.outcome in _GREETINGS else None

    def note(self, message: Message, burst: Burst) -> None:
        """Remember what has been said and become of it."""
        self._bursts[_person(message)] = burst

    def forget(self, message: Message) -> None:
        """Let the author's next message stand alone."""
        self._bursts.pop(_person(message), None)


_GREETINGS = (Outcome.SMALL_TALK, Outcome.IGNORED_EMPTY)


def _person(message: Message) -> tuple[str, ...]:
    return (message.platform, message.channel, message.thread, message.author)
