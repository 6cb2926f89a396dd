"""What goes wrong on the fake Discord on purpose."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from connectors.fakes.discord_server import FakeDiscord, Guild
from tests.connectors.fake_discord.clients import Bot, Wire


async def test_a_429_is_waited_out(fake: FakeDiscord, guild: Guild, bot: Bot) -> None:
    """discord.py takes the refusals for Discord's own, and everything is posted in the end."""
    fake.faults.too_many_requests = 0.4
    channel = bot.get_partial_messageable(int(guild.channel("general").id))
    # One by one, so that the faults strike the same calls at every run: discord.py gives a call up that meets five.
    for number in range(10):
        await channel.send(str(number))
    assert len(fake.posts) == 10
    assert fake.record.call_counts["POST", "/channels/{channel}/messages", 429] > 0


async def test_discord_py_keeps_to_the_bucket_of_a_channel(fake: FakeDiscord, guild: Guild, bot: Bot) -> None:
    """The headers make discord.py wait by itself."""
    fake.limits.channel_messages = (5, 0.5)
    channel = bot.get_partial_messageable(int(guild.channel("general").id))
    await asyncio.gather(*(channel.send(str(number)) for number in range(11)))
    assert len(fake.posts) == 11
    assert fake.record.call_counts["POST", "/channels/{channel}/messages", 429] == 0


async def test_a_429_looks_like_discords(fake: FakeDiscord, wire: Wire, messages: str) -> None:
    """Bucket and global limits, with headers and body as the client libraries read them."""
    fake.limits.channel_messages = (1, 5.0)
    assert (await wire.call("POST", messages, {"content": "1"}))[0] == 200
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {fake.token}"}) as session:
        async with session.post(fake.api_base + messages, json={"content": "2"}) as answer:
            body = await answer.json()
            assert answer.status == 429 and 0 < body["retry_after"] <= 5 and body["global"] is False
            assert answer.headers["Via"] and answer.headers["X-RateLimit-Remaining"] == "0"
            assert answer.headers["X-RateLimit-Scope"] == "user"
        fake.limits.everything = (1, 5.0)
        await session.get(fake.api_base + "/users/@me")
        async with session.get(fake.api_base + "/users/@me") as answer:
            assert (await answer.json())["global"] and answer.headers["X-RateLimit-Scope"] == "global"
    assert len(fake.posts) == 1


async def test_an_answer_may_be_lost_although_the_post_was_made(fake: FakeDiscord, wire: Wire, messages: str) -> None:
    """A bot that tries again with the same nonce makes no second post."""
    body = {"content": "x", "nonce": "owed-7", "enforce_nonce": True}
    fake.faults.late_server_errors = 1.0
    assert (await wire.call("POST", messages, body))[0] == 500
    fake.faults.late_server_errors, fake.faults.malformed = 0.0, 1.0
    with pytest.raises(json.JSONDecodeError):
        await wire.call("POST", messages, body)
    fake.faults.malformed, fake.faults.silence = 0.0, 1.0
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(wire.call("POST", messages, body), 0.1)
    fake.faults.silence, fake.faults.server_errors = 0.0, 1.0
    assert (await wire.call("POST", messages, {"content": "y"}))[0] == 500
    fake.faults.server_errors = 0.0
    assert (await wire.call("POST", messages, body))[1]["id"] == fake.posts[0].id
    assert len(fake.posts) == 1


async def test_faults_are_the_same_at_every_run(wire: Wire, fake: FakeDiscord) -> None:
    """A seed settles which calls are struck, and they can be limited to some routes."""
    fake.faults.too_many_requests = 0.5
    fake.faults.only = "/users/@me"
    struck = [(await wire.call("GET", "/users/@me"))[0] for _ in range(8)]
    assert struck == [429, 200, 200, 429, 429, 429, 200, 200]
    assert (await wire.call("GET", "/gateway/bot"))[0] == 200
