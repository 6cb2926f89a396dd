"""What the fake Discord sends looks like what Discord sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.fakes.discord_server import FakeDiscord, Guild, User
from tests.connectors.fake_discord.clients import Payload, Wire, row

PAYLOADS = Path(__file__).parent.parent / "payloads" / "discord"


def _file(name: str) -> Payload:
    payload: Payload = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return payload


_EVENTS = [path.stem for path in sorted(PAYLOADS.glob("*.json")) if not path.stem.startswith("interaction")]


def _scenes(fake: FakeDiscord, guild: Guild, ana: User) -> dict[str, Callable[[], object]]:
    """For each file, what makes the fake send an event like it."""
    channel = guild.first_channel
    bot = fake.user("mee6", guild, is_bot=True)
    thread = fake.thread(ana, channel, "side")
    forum = fake.forum(guild, "help")
    sent = fake.say(ana, channel, "hello", mention_bot=True)
    return {
        "message_create": lambda: fake.say(ana, channel, "how much", mention_bot=True),
        "message_create_reply": lambda: fake.say(ana, channel, "and", reply_to=fake.posts[0]),
        "message_create_webhook": lambda: fake.webhook_says(channel, "news"),
        "message_create_bot": lambda: fake.say(bot, channel, "level 5"),
        "message_create_sticker": lambda: fake.say(ana, channel, stickers=["Wave"]),
        "message_create_empty": lambda: fake.say(ana, channel, attachments=["payslip.png"]),
        "message_create_thread": lambda: fake.say(ana, thread, "in here"),
        "message_create_forum_post": lambda: fake.forum_post(ana, forum, "SMP?", "how much"),
        "thread_create_forum_post": lambda: fake.forum_post(ana, forum, "SMP?", "how much"),
        "message_update_embed": lambda: fake.resolve_embed(fake.say(ana, channel, "https://www.gov.uk")),
        "message_update_edit": lambda: fake.edit(sent, f"{fake.bot.mention} how much"),
    }


@pytest.mark.parametrize("name", _EVENTS)
async def test_events_look_like_discords(
    fake: FakeDiscord, wire: Wire, guild: Guild, ana: User, messages: str, name: str
) -> None:
    """The same keys, with values of the same types, as in the payload that Discord's documentation calls for."""
    question = fake.say(ana, guild.first_channel, "how much", mention_bot=True)
    await _post_answer(wire, messages, question.id)
    scene = _scenes(fake, guild, ana)[name]
    events = await wire.identified()
    await events.next("GUILD_CREATE")
    scene()
    event = "_".join(name.split("_")[:2]).upper()
    assert _differences(await events.next(event), _file(name)) == []
    await events.socket.close()


@pytest.mark.parametrize("name", ["button", "slash", "autocomplete", "direct"])
async def test_interactions_look_like_discords(
    fake: FakeDiscord, wire: Wire, guild: Guild, ana: User, messages: str, name: str
) -> None:
    """The same holds for interactions."""
    channel = guild.first_channel
    question = fake.say(ana, channel, "how much", mention_bot=True)
    await _post_answer(wire, messages, question.id)
    option = {"type": 3, "name": "question", "description": "What", "autocomplete": True}
    ask = {"name": "ask", "description": "Ask", "options": [option]}
    commands = [ask, {"name": "mydata", "description": "What is held"}]
    assert (await wire.call("PUT", f"/applications/{fake.bot.id}/commands", commands))[0] == 200
    events = await wire.identified()
    scenes = {
        "button": lambda: fake.press(ana, fake.posts[0], "sp:up"),
        "slash": lambda: fake.command(ana, channel, "ask", question="how much"),
        "autocomplete": lambda: fake.autocomplete(ana, channel, "ask", "question", "how mu"),
        "direct": lambda: fake.command(ana, fake.direct(ana), "mydata"),
    }
    fake.say(ana, fake.direct(ana), "hello")
    acting = asyncio.create_task(scenes[name]())
    data = await events.next("INTERACTION_CREATE")
    assert _differences(data, _file(f"interaction_create_{name}")) == []
    acknowledgement = {"type": 8, "data": {"choices": []}} if name == "autocomplete" else {"type": 5}
    assert (await wire.call("POST", f"/interactions/{data['id']}/{data['token']}/callback", acknowledgement))[0] == 204
    await acting
    await events.socket.close()


async def test_raw_payloads_can_be_sent(fake: FakeDiscord, wire: Wire, guild: Guild) -> None:
    """As they stand, or put into a channel where they can be replied to."""
    events = await wire.identified()
    raw = _file("message_create")
    fake.dispatch_raw("MESSAGE_CREATE", raw)
    assert await events.next("MESSAGE_CREATE") == raw
    sent = fake.dispatch_raw("MESSAGE_CREATE", raw, guild.first_channel)
    assert (await events.next("MESSAGE_CREATE"))["id"] == sent["id"] in guild.first_channel.messages
    assert raw["mentions"][0]["id"] == fake.bot.id
    await events.socket.close()


async def _post_answer(wire: Wire, messages: str, question_id: str) -> None:
    """A post like the one that the payloads reply to and press a button of."""
    emoji = [{"type": 2, "style": 2, "custom_id": f"sp:{one}", "emoji": {"name": "👍"}} for one in ("up", "down")]
    body = {
        "embeds": [{"title": "SMP", "description": "You get", "color": 1, "footer": {"text": "DWP"}}],
        "components": [row(*emoji, {"type": 2, "style": 2, "custom_id": "sp:x", "label": "✕"})],
        "message_reference": {"message_id": question_id},
    }
    assert (await wire.call("POST", messages, body))[0] == 200


def _differences(ours: Any, real: Any, where: str = "") -> list[str]:
    """Where keys or types differ; null stands for any type, and the first part of a list for all."""
    if isinstance(ours, dict) and isinstance(real, dict):
        lacking = [f"{where}.{key} is lacking" for key in sorted(real.keys() - ours.keys())]
        extra = [f"{where}.{key} is too much" for key in sorted(ours.keys() - real.keys())]
        both = sorted(ours.keys() & real.keys())
        return [
            *lacking,
            *extra,
            *(one for key in both for one in _differences(ours[key], real[key], f"{where}.{key}")),
        ]
    if isinstance(ours, list) and isinstance(real, list):
        return _differences(ours[0], real[0], f"{where}[]") if ours and real else []
    return [] if ours is None or real is None or type(ours) is type(real) else [f"{where} is {type(ours).__name__}"]
