"""What became of everything that was said: the outcomes that the bot recorded, beside the replies that arrived."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.messages import Outcome
from bot.storage.database import DATABASE_FILE, read_only
from platforms.crowd import Said
from platforms.sides import Key, Side

_STILL_OWED = "delivered_at is null and dropped_at is null"
LISTED = 20
"""How many messages are listed where something is wrong with them."""


class Replies:
    """When each message was replied to (time.monotonic), more than once where the bot did so."""

    def __init__(self, sides: Iterable[Side]) -> None:
        self.times: dict[Key, list[float]] = defaultdict(list)
        for side in sides:
            side.listen(lambda key, at: self.times[key].append(at))


class Log:
    """The bot's question log and outbox, as they stand on disk."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / DATABASE_FILE

    def progress(self) -> tuple[int, int]:
        """How many messages have an outcome, and how much is still owed."""
        try:
            db = read_only(self._file)
            return db["questions"].count_where("message_id != ''"), db["outbox"].count_where(_STILL_OWED)
        except sqlite3.Error:
            return 0, 0  # It isn't there yet.

    def outcomes(self) -> dict[Key, list[Outcome]]:
        """The outcomes of each message: there should be one."""
        found: dict[Key, list[Outcome]] = defaultdict(list)
        for row in self._rows("questions", "platform, channel, message_id, outcome"):
            found[row["platform"], row["channel"], row["message_id"]].append(Outcome(row["outcome"]))
        return found

    def owed(self) -> list[dict[str, Any]]:
        """What is owed and was not delivered, dropped or not."""
        return self._rows(
            "outbox", "platform, channel, action, reply_to, created_at, drop_reason", "delivered_at is null"
        )

    def _rows(self, table: str, columns: str, where: str | None = None) -> list[dict[str, Any]]:
        return list(read_only(self._file)[table].rows_where(where, select=columns))


@dataclass(frozen=True)
class Account:
    """All that was said with what became of it. `started` is when the crowd began (time.monotonic)."""

    said: Sequence[Said]
    replies: dict[Key, list[float]]
    outcomes: dict[Key, list[Outcome]]
    owed: list[dict[str, Any]]
    started: float

    def without_outcome(self) -> list[Said]:
        """What was lost."""
        return [one for one in self.said if not self.outcomes.get(one.key)]

    def with_several_outcomes(self) -> list[Said]:
        """What was counted more than once."""
        return [one for one in self.said if len(self.outcomes.get(one.key, ())) > 1]

    def without_reply(self) -> list[Said]:
        """What has an outcome that says something, though nothing was posted."""
        return [one for one in self.said if not self._is_silent(one) and not self.replies.get(one.key)]

    def replied_in_silence(self) -> list[Said]:
        """What has an outcome that says nothing, though something was posted."""
        silent = [one for one in self.said if self.outcomes.get(one.key) and self._is_silent(one)]
        return [one for one in silent if self.replies.get(one.key)]

    def replied_again(self, platform: str) -> int:
        """How many replies were made to messages that had one already."""
        mine = (times for key, times in self.replies.items() if key[0] == platform)
        return sum(len(times) - 1 for times in mine if times)

    def out_of_order(self) -> list[Said]:
        """What was replied to before something that was said earlier in its channel. Urgent help may be early."""
        channels: dict[tuple[str, str], list[Said]] = defaultdict(list)
        for one in self.said:
            if self.replies.get(one.key) and Outcome.URGENT_HELP not in self.outcomes.get(one.key, ()):
                channels[one.key[:2]].append(one)
        return [one for channel in channels.values() for one in self._overtaken(channel)]

    def latencies(self) -> list[float]:
        """Milliseconds from each question to its reply, sorted."""
        asked = [one for one in self.said if one.is_question and self.replies.get(one.key)]
        return sorted((self.replies[one.key][0] - one.at) * 1000 for one in asked)

    def counts(self) -> dict[str, dict[str, int]]:
        """How many messages had each outcome: of questions, and of what was overheard."""
        counted: dict[str, Counter[str]] = {"questions": Counter(), "overheard": Counter()}
        for one in self.said:
            kind = "questions" if one.is_question else "overheard"
            counted[kind].update(outcome.value for outcome in self.outcomes.get(one.key, ()))
        return {kind: dict(counter.most_common()) for kind, counter in counted.items()}

    def listed(self, messages: Sequence[Said]) -> list[dict[str, Any]]:
        """Some messages with all that helps to see what happened to them."""
        return [self._described(one) for one in messages[:LISTED]]

    def _is_silent(self, said: Said) -> bool:
        outcomes = self.outcomes.get(said.key, ())
        return all(outcome.is_silent for outcome in outcomes)

    def _overtaken(self, channel: Sequence[Said]) -> list[Said]:
        """Those with a later message that was replied to earlier."""
        overtaken, earliest = [], float("inf")
        for one in reversed(channel):
            at = self.replies[one.key][0]
            overtaken += [one] if at > earliest else []
            earliest = min(earliest, at)
        return overtaken

    def _described(self, said: Said) -> dict[str, Any]:
        return {
            "message": "/".join(said.key),
            "said_at_s": round(said.at - self.started, 3),
            "question": said.is_question,
            "outcomes": [outcome.value for outcome in self.outcomes.get(said.key, ())],
            "replied_at_s": [round(at - self.started, 3) for at in self.replies.get(said.key, ())],
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of sorted values lies, to a tenth; 0 where there are none."""
    return round(values[min(len(values) - 1, int(share * len(values)))], 1) if values else 0.0
