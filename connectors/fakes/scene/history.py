"""Weeks of questions from before a demonstration began, put to the bot as if they had been asked then."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from ruamel.yaml import YAML

from bot.deliveries import Button, ButtonKind, Press
from bot.messages import Message, Response
from connectors.base import Desk
from connectors.fakes.telegram_server import Chat, FakeTelegram

PLATFORM = "telegram"
HISTORY_FILE = Path(__file__).parent / "history.yml"
SEED = 2008
HELPFUL = 0.8
VOTES = 0.4
JOINS = 0.3
"""The shares of votes that are kind, of replies that are voted on, and of open questions that somebody joins."""


class History(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which groups, over how many weeks, and what was asked without an answer, by need."""

    communities: tuple[str, ...]
    weeks: int
    needs: tuple[tuple[str, ...], ...]


def read_history(path: Path = HISTORY_FILE) -> History:
    """Read a history. Raises msgspec.ValidationError where it has a fault."""
    return msgspec.convert(YAML(typ="safe").load(path.read_text(encoding="utf-8")), History)


async def ask_in_the_past(
    desk: Desk, server: FakeTelegram, history: History, answered: Sequence[str], now: datetime
) -> int:
    """Put everything to the bot, with votes, in groups made for it; returns how many questions that were.

    `answered` are questions that have an answer.
    """
    chance = random.Random(SEED)  # noqa: S311 -- the same demonstration each time
    groups = [server.supergroup(name, creator=server.user(f"Owner of {name}")) for name in history.communities]
    for group in groups:
        await desk.communities.joined(PLATFORM, str(group.id), group.title)
    asked = _asked(history, answered, now, chance)
    for number, (text, sent_at) in enumerate(asked):
        message = _message(server, chance.choice(groups), number, text, sent_at)
        response = await desk.handler.respond(message)
        post = f"before-{number}"
        for owed in response.owed:
            await desk.outbox.delivered(owed, [post])
        await _press(desk, message, response, post, chance)
    return len(asked)


def _asked(
    history: History, answered: Sequence[str], now: datetime, chance: random.Random
) -> list[tuple[str, datetime]]:
    """Oldest first. New needs grow towards the end; what has an answer is asked evenly."""
    ages = [(chance.random(), text) for text in answered]
    ages += [(chance.random() ** 2, text) for need in history.needs for text in need]
    weeks = timedelta(weeks=history.weeks)
    return [(text, now - timedelta(hours=1) - age * weeks) for age, text in sorted(ages, reverse=True)]


def _message(server: FakeTelegram, group: Chat, number: int, text: str, sent_at: datetime) -> Message:
    """A message as the connector would have handed it over."""
    person = server.user(f"Person {number}")
    message = server.remember(person, group, text, sent_at)
    return Message(
        text,
        platform=PLATFORM,
        community=str(group.id),
        channel=str(group.id),
        author=str(person.id),
        message_id=str(message.id),
        sent_at=sent_at,
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
