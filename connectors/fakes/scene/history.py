"""Weeks of questions from before a demonstration began, put to the bot as if they had been asked then."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from ruamel.yaml import YAML

from bot.deliveries import Button, ButtonKind, Press
from bot.messages import Message, Response
from connectors.base import Desk

HISTORY_FILE = Path(__file__).parent / "history.yml"
SEED = 2008
HELPFUL = 0.8
VOTES = 0.4
JOINS = 0.3
"""The shares of votes that are kind, of replies that are voted on, and of open questions that somebody joins."""


class Community(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group or server that the bot was in."""

    platform: str
    community: str
    name: str


class History(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was asked without an answer, by need."""

    communities: tuple[Community, ...]
    weeks: int
    needs: tuple[tuple[str, ...], ...]


def read_history(path: Path = HISTORY_FILE) -> History:
    """Read a history. Raises msgspec.ValidationError where it has a fault."""
    return msgspec.convert(YAML(typ="safe").load(path.read_text(encoding="utf-8")), History)


async def ask_in_the_past(desk: Desk, history: History, answered: Sequence[str], now: datetime) -> int:
    """Put everything to the bot, with votes; returns how many questions that were."""
    chance = random.Random(SEED)  # noqa: S311 -- the same demonstration each time
    for community in history.communities:
        await desk.communities.joined(community.platform, community.community, community.name)
    messages = list(_messages(history, answered, now, chance))
    for number, message in enumerate(messages):
        response = await desk.handler.respond(message)
        post = f"before-{number}"
        for owed in response.owed:
            await desk.outbox.delivered(owed, [post])
        await _press(desk, message, response, post, chance)
    return len(messages)


def _messages(history: History, answered: Sequence[str], now: datetime, chance: random.Random) -> Iterator[Message]:
    """Oldest first. New needs grow towards the end; what has an answer is asked evenly."""
    ages = [(chance.random(), text) for text in answered]
    ages += [(chance.random() ** 2, text) for need in history.needs for text in need]
    for number, (age, text) in enumerate(sorted(ages, reverse=True)):
        place = chance.choice(history.communities)
        yield Message(
            text,
            platform=place.platform,
            community=place.community,
            channel=place.community,
            author=f"person-{number}",
            message_id=f"old-{number}",
            sent_at=now - timedelta(hours=1) - age * timedelta(weeks=history.weeks),
        )


async def _press(desk: Desk, message: Message, response: Response, post: str, chance: random.Random) -> None:
    """Somebody votes on an answer, or would like to know an open question's answer too."""
    reply = response.reply
    if reply and reply.allows_feedback and chance.random() < VOTES:
        kind = ButtonKind.HELPFUL if chance.random() < HELPFUL else ButtonKind.NOT_HELPFUL
    elif reply and reply.allows_me_too and chance.random() < JOINS:
        kind = ButtonKind.ME_TOO
    else:
        return
    await desk.handler.press(Press(message.place, post, f"other-{post}", Button(kind)))
