"""Discord is away, out of its mind or silent: the bot goes on by itself, and what was owed is delivered."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from yarl import URL

from bot.errors import QuestionLogError
from connectors.discord_connector import client, connector, sending
from connectors.fakes.discord_server import Channel, FakeDiscord, User
from tests.connectors.discord_bench import Bench, connected, until
from tests.connectors.mangling import mangled
from tests.connectors.names import Names

FRAMES = {
    "truncated": '{"op":0,"t":"MESSAGE_CREATE","s":4000,"d":{"id":"1',
    "no JSON": "<html>Sign in to the network</html>",
    "another shape": '["surprise"]',
    "wrong types": '{"op":"zero","t":7,"s":"x","d":[]}',
    "an empty HELLO": '{"op":10,"d":null,"s":null,"t":null}',
}


@pytest.fixture
def bench() -> Bench:
    """A scripted bot."""
    return Bench()


@pytest.mark.parametrize(("fault", "tries"), [("misshapen", 2), ("malformed", 1), ("silence", 1)])
async def test_a_discord_that_is_out_of_order_at_the_start_is_waited_for(
    discord: FakeDiscord,
    bench: Bench,
    ana: User,
    general: Channel,
    fault: str,
    tries: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is called ever less often, and the log says what to look at."""
    monkeypatch.setattr(connector, "LOGIN_SECONDS", 0.5)
    setattr(discord.faults, fault, 1.0)
    async with connected(discord, bench, is_ready=False) as (made, listening):
        await until(lambda: caplog.text.count("Look at the network") >= tries, 30)
        assert not made.is_ready and not listening.done() and discord.record.call_counts.total() <= 4
        monkeypatch.setattr(connector, "LOGIN_SECONDS", 60.0)
        setattr(discord.faults, fault, 0.0)
        await until(lambda: made.is_ready, 60)
        await discord.reply_to(discord.say(ana, general, "how much?", mention_bot=True), 30)


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
async def test_a_frame_that_cant_be_read_costs_no_message(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, frame: str
) -> None:
    """It is connected anew where it must be, and what was asked meanwhile has its one reply."""
    async with connected(discord, bench):
        await discord.reply_to(discord.say(ana, general, "how much?", mention_bot=True))
        bench.records.heard[general.id, ""] = datetime.now(timezone.utc)
        connections = discord.record.counts["connected"]
        discord.gateway.send_raw(frame)
        questions = [discord.say(ana, general, f"question {n}?", mention_bot=True) for n in range(3)]
        for question in questions:
            await discord.reply_to(question, 30)
        assert [len(discord.replies_to(question)) for question in questions] == [1, 1, 1]
        assert discord.record.counts["connected"] <= connections + 2


async def test_a_gateway_that_says_nothing_is_left(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another connection is made."""
    monkeypatch.setattr(client, "HEARTBEAT_SECONDS", 1.0)
    discord.gateway.is_silent = True
    async with connected(discord, bench, is_ready=False) as (made, _):
        await until(lambda: discord.record.counts["disconnected"], 60)
        assert not made.is_ready and discord.record.counts["connected"] <= 2
        discord.gateway.is_silent = False
        await until(lambda: made.is_ready, 60)
        await discord.reply_to(discord.say(ana, general, "how much?", mention_bot=True), 30)


async def test_an_event_that_cant_be_read_costs_itself_alone(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    """Any field missing or of a wrong type: the next is handled, by the same session."""
    async with connected(discord, bench):
        message = discord.say(ana, general, "private words?", mention_bot=True)
        await discord.reply_to(message)
        payload = {**message.payload, "guild_id": general.guild_id, "member": {"roles": [], "joined_at": None}}
        poisoned = [*mangled("MESSAGE_CREATE", payload), *mangled("MESSAGE_UPDATE", payload)]
        for event in poisoned:
            for name, data in event.items():
                discord.gateway.dispatch(name, data)
        await discord.reply_to(discord.say(ana, general, "how much?", mention_bot=True), 60)
        assert len(poisoned) > 300 and discord.record.counts["identified"] == 1
    assert "that can't be read was skipped" in caplog.text and "private words" not in caplog.text


async def test_names_that_do_not_resolve(
    discord: FakeDiscord,
    bench: Bench,
    ana: User,
    general: Channel,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """At the start and while it runs: it is tried again, ever less often, and what was owed is delivered once."""
    monkeypatch.setattr(sending, "RETRY_SECONDS", 0.1)
    names = Names(monkeypatch)
    names.is_gone = True
    discord.gateway.url = names.of(discord.gateway.url)
    async with connected(discord, bench, is_ready=False, by=names.of) as (made, listening):
        await until(lambda: names.asked >= 2, 30)
        assert not made.is_ready and not listening.done()
        names.is_gone = False
        await until(lambda: made.is_ready, 60)
        bench.handler.delay = 0.3
        question = discord.say(ana, general, "how much?", mention_bot=True)
        await until(lambda: len(made._lanes._lanes) == 1)
        names.is_gone, asked = True, names.asked
        discord.drop_connections(abrupt=True)
        await until(lambda: names.asked - asked >= 3, 60)
        names.is_gone = False
        await discord.reply_to(question, 60)
        await until(lambda: made.is_ready, 60)
        await discord.reply_to(discord.say(ana, general, "still there?", mention_bot=True), 60)
        assert len(discord.replies_to(question)) == 1 and names.asked < 100
    assert "the names' server" in caplog.text and URL(discord.gateway.url).host == "platform.test"


async def test_a_log_that_cant_be_read_keeps_no_message_back(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    """What was missed can't be told from what is known then: it is looked back with the next message."""
    known = bench.records.known

    async def locked(*_: object) -> set[str]:
        bench.records.known = known  # type: ignore[method-assign]
        raise QuestionLogError("The question log can't be used.")

    bench.records.known = locked  # type: ignore[method-assign]
    bench.records.heard[general.id, ""] = datetime.now(timezone.utc)
    missed = discord.say(ana, general, "how much was it?", mention_bot=True)
    async with connected(discord, bench):
        for text in ("how much?", "how much now?"):
            await discord.reply_to(discord.say(ana, general, text, mention_bot=True), 30)
        await discord.reply_to(missed, 30)
        assert len(discord.posts) == len({post.reply_to for post in discord.posts}) >= 3
    assert "looked back at: The question log can't be used." in caplog.text
