"""The gateway of the fake Discord: identifying, resuming, intents, shards and heartbeats."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord as dpy
import pytest

from connectors.fakes.discord_server import FakeDiscord, Guild, User
from tests.connectors.fake_discord.clients import Bot, Payload, Wire, point_at, running, wired


@pytest.mark.parametrize("abrupt", [False, True])
async def test_what_was_missed_while_disconnected_is_replayed(
    fake: FakeDiscord, guild: Guild, ana: User, bot: Bot, abrupt: bool
) -> None:
    """The session is resumed, however the connection ended."""
    fake.drop_connections(abrupt=abrupt)
    missed = fake.say(ana, guild.channel("general"), "while away")
    assert str((await bot.see("message")).id) == missed.id
    await fake.resumed()
    assert fake.record.counts["identified"] == 1


async def test_reconnecting_on_request_and_beginning_anew(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """Discord asks for it now and then, and sometimes forgets a session."""
    fake.gateway.ask_reconnect()
    await fake.resumed()
    fake.gateway.invalidate(resumable=False)
    await fake.identified(2)
    await bot.see("ready")
    fake.say(ana, guild.channel("general"), "here again")
    assert (await bot.see("message")).content == "here again"


async def test_connections_are_dropped_regularly(fake: FakeDiscord, guild: Guild, ana: User, bot: Bot) -> None:
    """Connections come back each time."""
    fake.faults.drop_every = 0.5
    await fake.resumed(3)
    fake.faults.drop_every = 0
    fake.say(ana, guild.channel("general"), "still here")
    assert (await bot.see("message")).content == "still here"


async def test_a_privileged_intent_that_is_not_switched_on(
    fake: FakeDiscord, guild: Guild, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway closes with 4014."""
    fake.allow_message_content = False
    with pytest.raises(dpy.PrivilegedIntentsRequired):
        async with running(Bot(), fake, monkeypatch):
            pass


async def test_without_the_message_content_intent(
    fake: FakeDiscord, guild: Guild, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only mentions, direct messages and one's own posts have text, in the history too."""
    fake.allow_message_content = False
    channel = guild.channel("general")
    async with running(Bot(message_content=False), fake, monkeypatch) as bot:
        fake.say(ana, channel, "overheard")
        fake.say(ana, channel, "mentioned", mention_bot=True)
        fake.say(ana, fake.direct(ana), "in private")
        texts = [(await bot.see("message")).content for _ in range(3)]
        assert texts == ["", f"{fake.bot.mention} mentioned", "in private"]
        seen = bot.get_channel(int(channel.id))
        assert isinstance(seen, dpy.TextChannel)
        assert [one.content async for one in seen.history()] == [f"{fake.bot.mention} mentioned", ""]


async def test_a_wrong_token(fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login fails."""
    point_at(fake, monkeypatch)
    async with Bot() as bot:
        with pytest.raises(dpy.LoginFailure):
            await bot.login("wrong")


async def test_events_go_to_the_shard_of_their_guild(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every shard hears of its own guilds, once."""
    async with FakeDiscord(shards=2) as fake:
        guilds = [fake.guild(str(number)) for number in range(4)]
        ana = fake.user("ana")
        for guild in guilds:
            fake.join(ana, guild)
        async with running(Bot(), fake, monkeypatch) as bot:
            assert fake.record.counts["identified"] == 2 and len(bot.guilds) == 4
            for guild in guilds:
                fake.say(ana, guild.first_channel, guild.name)
            texts = {(await bot.see("message")).content for _ in guilds}
            assert texts == {"0", "1", "2", "3"}
            assert {guild.shard_id for guild in bot.guilds} == {0, 1}


@pytest.mark.parametrize(
    ("payload", "code", "what"),
    [
        ({"op": 99, "d": None}, 4001, "unknown opcode"),
        ({"op": 2, "d": {"token": "x", "intents": 1, "colour": 1}}, 4002, "IDENTIFY with colour"),
        ("nonsense", 4001, "can't be read"),
    ],
)
async def test_what_the_gateway_does_not_know_fails_the_test(payload: Any, code: int, what: str) -> None:
    """The connection is closed with Discord's code, and leaving the fake says why."""

    async def send() -> None:
        async with FakeDiscord() as fake, wired(fake) as wire:
            socket = await wire.socket()
            await socket.send_json(payload)
            assert (await socket.receive(timeout=60)).data == code

    with pytest.raises(AssertionError, match=what):
        await send()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"token": "wrong", "properties": {}, "intents": 1}, 4004),
        ({"token": "MTA.fake.token", "properties": {}, "intents": 1 << 1}, 4014),
        ({"token": "MTA.fake.token", "properties": {}, "intents": 1 << 40}, 4013),
        ({"token": "MTA.fake.token", "properties": {}}, 4013),
        ({"token": "MTA.fake.token", "properties": {}, "intents": 1, "shard": [2, 2]}, 4010),
    ],
)
async def test_an_identify_is_turned_away_with_its_code(wire: Wire, data: Payload, code: int) -> None:
    """A wrong token, intents that aren't granted or known, a shard that isn't one."""
    socket = await wire.socket()
    await socket.send_json({"op": 2, "d": data})
    assert (await socket.receive(timeout=60)).data == code


async def test_only_the_intents_asked_for_are_sent(fake: FakeDiscord, wire: Wire, guild: Guild, ana: User) -> None:
    """Guild messages without direct ones, and without content."""
    events = await wire.identified(intents=1 << 9)
    assert events.ready["guilds"] == [{"id": guild.id, "unavailable": True}]
    fake.say(ana, fake.direct(ana), "private")
    fake.say(ana, guild.first_channel, "public")
    assert (await events.next("MESSAGE_CREATE"))["content"] == ""
    await events.socket.close()


async def test_compressed_as_a_stream(fake: FakeDiscord, wire: Wire, guild: Guild) -> None:
    """The frames are binary when the client asks for it; discord.py's tests read them."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(fake.gateway_url + "?v=10&encoding=json&compress=zlib-stream") as socket,
    ):
        frame = await socket.receive(timeout=60)
        assert frame.type is aiohttp.WSMsgType.BINARY and frame.data.endswith(b"\x00\x00\xff\xff")


async def test_a_session_that_is_unknown_can_not_be_resumed(fake: FakeDiscord, wire: Wire) -> None:
    """The client is told to begin anew."""
    socket = await wire.socket()
    await socket.send_json({"op": 6, "d": {"token": fake.token, "session_id": "x", "seq": 3}})
    assert await socket.receive_json(timeout=60) == {"op": 9, "d": False, "s": None, "t": None}
    await socket.close()


async def test_heartbeats_are_watched() -> None:
    """They are answered, and a connection that misses them is closed."""
    async with FakeDiscord(heartbeat_interval=0.25) as fake, wired(fake) as wire:
        socket = await wire.socket()
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json(timeout=60))["op"] == 11
        assert (await socket.receive(timeout=60)).data == 4009
        assert (fake.record.heartbeats.received, fake.record.heartbeats.missed) == (1, 1)


async def test_a_late_heartbeat_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """By how much it was late can be read."""
    monkeypatch.setattr("connectors.fakes.discord_server.connection.LATENESS", 0.02)
    async with FakeDiscord(heartbeat_interval=1.0) as fake, wired(fake) as wire:
        socket = await wire.socket()
        await asyncio.sleep(1.1)
        await socket.send_json({"op": 1, "d": None})
        await socket.receive_json(timeout=60)
        assert len(fake.record.heartbeats.late) == 1 and fake.record.heartbeats.late[0] > 0.05
        await socket.close()


async def test_a_burst_over_two_hundred_guilds(fake: FakeDiscord, wire: Wire) -> None:
    """A connection gets them all, and a burst of messages in order."""
    guilds = [fake.guild(str(number)) for number in range(200)]
    ana = fake.user()
    for guild in guilds:
        fake.join(ana, guild)
    events = await wire.identified()
    for number in range(2000):
        fake.say(ana, guilds[number % 200].first_channel, str(number))
    received = [(await events.next("MESSAGE_CREATE"))["content"] for _ in range(2000)]
    assert received == [str(number) for number in range(2000)]
    await events.socket.close()
