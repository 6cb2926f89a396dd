"""The Discord connector comes, goes, and comes through what goes wrong."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot import metrics
from bot.deliveries import Action, Owed
from bot.errors import ConnectorError
from bot.places import Mode, Place
from connectors.discord_connector import DiscordConnector, sending
from connectors.fakes.discord_server import ApiError, Channel, FakeDiscord, Guild, Message, User
from tests.connectors.discord_bench import ANSWER, Bench, connected, until

COMMANDS = ("PUT", "/applications/{application}/commands")


@pytest.fixture
def bench() -> Bench:
    """A scripted bot."""
    return Bench()


def _ago(**time: float) -> datetime:
    return datetime.now(timezone.utc) - timedelta(**time)


async def _is_answered(discord: FakeDiscord, ana: User, channel: Channel) -> None:
    question = discord.say(ana, channel, "still there?", mention_bot=True)
    await discord.reply_to(question, seconds=60)


# Coming and going.


async def test_a_wrong_token_is_said_in_one_sentence(discord: FakeDiscord, bench: Bench) -> None:
    """It names the variable, and not the token."""
    with pytest.raises(ConnectorError, match="SIGNPOST_DISCORD_TOKEN") as refused:
        await DiscordConnector("secret-token", discord.api_base).listen(bench.desk)
    assert "secret-token" not in str(refused.value)


async def test_a_token_that_only_the_gateway_refuses_is_too(discord: FakeDiscord, bench: Bench) -> None:
    """It may have been reset between the two."""
    discord.gateway.token = "another"
    with pytest.raises(ConnectorError, match="SIGNPOST_DISCORD_TOKEN"):
        await DiscordConnector(discord.token, discord.api_base).listen(bench.desk)


async def test_without_the_content_intent_it_answers_who_addresses_it(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    """And says once what is to be switched on."""
    discord.allow_message_content = False
    async with connected(discord, bench):
        assert "Message Content Intent" in caplog.text
        await _is_answered(discord, ana, general)


async def test_a_server_that_is_down_is_waited_for(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel
) -> None:
    """The bot starts before Discord does."""
    discord.faults.refusals["GET", "/gateway/bot"] = ApiError(403, 0, "down")

    async def mend() -> None:
        await discord.record.until(lambda: discord.record.call_counts["GET", "/gateway/bot", 403], 60, "refusal")
        discord.faults.refusals.clear()

    mending = asyncio.create_task(mend())
    async with connected(discord, bench):
        await mending
        await _is_answered(discord, ana, general)


async def test_stopping_finishes_what_is_in_hand(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel
) -> None:
    """A message that was taken is answered."""
    async with connected(discord, bench) as (connector, listening):
        bench.handler.delay = 0.3
        question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
        await until(lambda: len(connector._lanes._lanes) == 1)
        await connector.stop()
        await listening
        assert discord.replies_to(question) and bench.outbox.done
        assert not connector.is_ready


async def test_stopping_does_not_wait_for_ever(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left is in the outbox."""
    monkeypatch.setattr("connectors.discord_connector.connector.STOP_SECONDS", 0.2)
    async with connected(discord, bench) as (connector, _):
        bench.handler.delay = 3600
        discord.say(ana, general, "how much is ssp?", mention_bot=True)
        await until(lambda: len(connector._lanes._lanes) == 1)


async def test_cancelling_is_stopping_at_once(discord: FakeDiscord, bench: Bench) -> None:
    """Nothing is left running."""
    async with connected(discord, bench) as (_, listening):
        listening.cancel()
        await until(listening.done)
        assert listening.cancelled()


async def test_commands_that_discord_does_not_take_are_survived(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    """Mentions and replies work without."""
    discord.faults.refusals[COMMANDS] = ApiError(400, 50035, "Invalid Form Body")
    async with connected(discord, bench):
        await _is_answered(discord, ana, general)
    assert "did not take the slash commands" in caplog.text


async def test_many_shards_are_one_bot(bench: Bench) -> None:
    """Each serves its servers; the first has the direct messages."""
    async with FakeDiscord(shards=2) as discord:
        guilds = [discord.guild(f"Guild {number}") for number in range(4)]
        people = [discord.user(f"ana{number}", guild) for number, guild in enumerate(guilds)]
        async with connected(discord, bench):
            assert discord.record.counts["identified"] == 2
            for person, guild in zip(people, guilds):
                await _is_answered(discord, person, guild.first_channel)
            await _is_answered(discord, people[0], discord.direct(people[0]))


async def test_nothing_that_people_write_is_logged(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    """By nobody, at any level, nor is the token."""
    caplog.set_level(logging.DEBUG)
    async with connected(discord, bench):
        question = discord.say(ana, general, "my secret question?", mention_bot=True)
        await discord.reply_to(question)
        await discord.command(ana, general, "ask", question="my secret question?")
        discord.edit(question, f"{discord.bot.mention} my secret edit?")
        await until(lambda: len(bench.handler.heard) == 3)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("aiohttp", "asyncio"))]
    assert not any("secret" in line or discord.token in line for line in ours)


# Lost and found.


@pytest.mark.parametrize("abrupt", [False, True])
async def test_a_lost_connection_is_resumed_and_nothing_missed(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, abrupt: bool
) -> None:
    """Discord hands over what was missed, so there is no looking back."""
    lost = metrics.RECONNECTS.labels("discord")._value.get()
    bench.records.heard = {(general.id, ""): _ago(minutes=1)}
    async with connected(discord, bench) as (connector, _):
        await _is_answered(discord, ana, general)
        looks = discord.record.call_counts["GET", "/channels/{channel}/messages", 200]
        discord.drop_connections(abrupt=abrupt)
        question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
        await discord.reply_to(question)
        await discord.resumed()
        await until(lambda: connector.is_ready)
        assert discord.record.counts["identified"] == 1
        assert discord.record.call_counts["GET", "/channels/{channel}/messages", 200] == looks
    assert metrics.RECONNECTS.labels("discord")._value.get() > lost


async def test_a_new_session_looks_back_at_what_it_missed(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel
) -> None:
    """Nothing is handed over then."""
    async with connected(discord, bench):
        discord.gateway.invalidate(resumable=False)
        question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
        bench.records.heard = {(general.id, ""): _ago(seconds=30)}
        await discord.reply_to(question, seconds=60)
        assert len(discord.replies_to(question)) == 1


async def test_what_was_asked_while_the_bot_was_away_is_answered_once(
    discord: FakeDiscord, bench: Bench, ana: User, guild: Guild, general: Channel
) -> None:
    """In channels, threads and forums, though later runs look back too."""
    thread = discord.thread(ana, general, "Sick pay")
    forum = discord.forum(guild, "help")
    bench.records.heard = {(general.id, ""): _ago(minutes=5)}
    asked = [
        discord.say(ana, channel, f"how much is it, {number}?", mention_bot=True)
        for number, channel in enumerate([general, general, guild.channel("money"), thread])
    ]
    _, first = discord.forum_post(ana, forum, "Sick pay", f"{discord.bot.mention} how much is it?")
    async with connected(discord, bench):
        for question in (*asked, first):
            await discord.reply_to(question)
        assert "Sick pay\nhow much is it?" in [message.text for message in bench.handler.heard]
    async with connected(discord, bench):
        await _is_answered(discord, ana, general)
    assert all(len(discord.replies_to(question)) == 1 for question in (*asked, first))


async def test_what_has_an_outcome_is_not_handed_over_again(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel
) -> None:
    """The look back begins before what was last heard, and passes over what is known."""
    bench.records.heard = {(general.id, ""): _ago(minutes=5)}
    known, missed = (discord.say(ana, general, f"how much, {number}?", mention_bot=True) for number in range(2))
    bench.records.known_ids = {known.id}
    async with connected(discord, bench):
        await discord.reply_to(missed)
    assert [message.message_id for message in bench.handler.heard] == [missed.id]


async def test_what_was_missed_comes_before_what_is_new(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel
) -> None:
    """Each channel is read in the order in which it was written, whatever else goes on."""
    bench.records.heard = {(general.id, ""): _ago(minutes=5)}
    missed = [discord.say(ana, general, f"missed {number}?", mention_bot=True) for number in range(120)]
    discord.faults.only, discord.faults.delay = "/messages", 0.05
    async with connected(discord, bench):
        new = discord.say(ana, general, "new?", mention_bot=True)
        await until(lambda: new.id in [message.message_id for message in bench.handler.heard])
    assert [message.message_id for message in bench.handler.heard] == [message.id for message in (*missed, new)]


async def test_a_server_joined_meanwhile_is_not_looked_back_at(
    discord: FakeDiscord, bench: Bench, general: Channel
) -> None:
    """What was written before the bot was invited is none of its business."""
    bench.records.heard = {(general.id, ""): _ago(minutes=5)}
    other = discord.guild("Other", has_bot=False)
    bob = discord.user("bob", other)
    early = discord.say(bob, other.first_channel, "how much is ssp?", mention_bot=True)
    discord.invite(other)
    async with connected(discord, bench):
        await _is_answered(discord, bob, other.first_channel)
    assert not discord.replies_to(early)


async def test_direct_messages_are_looked_back_at_too(discord: FakeDiscord, bench: Bench, ana: User) -> None:
    """Where somebody was heard before; a channel that is gone is survived."""
    channel = discord.direct(ana)
    question = discord.say(ana, channel, "how much is ssp?")
    bench.records.heard = {(channel.id, ""): _ago(minutes=5), ("12345", ""): _ago(minutes=5)}
    async with connected(discord, bench):
        await discord.reply_to(question)


async def test_nothing_is_looked_back_at_where_the_bot_was_never_heard_of(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel
) -> None:
    """A first start answers nobody's old questions."""
    question = discord.say(ana, general, "how much is ssp?", mention_bot=True)
    async with connected(discord, bench):
        await _is_answered(discord, ana, general)
    assert not discord.replies_to(question)


async def test_nor_where_it_is_off_nor_what_is_too_old(
    discord: FakeDiscord, bench: Bench, ana: User, guild: Guild, general: Channel
) -> None:
    """Moderators decide, and so does time."""
    money = guild.channel("money")
    bench.communities.chosen[Place("discord", guild.id, money.id)] = {"mode": Mode.OFF}
    bench.records.heard = {(general.id, ""): _ago(hours=2)}
    old = discord.say(ana, general, "how much is ssp?", mention_bot=True, sent_at=_ago(hours=1))
    unwanted = discord.say(ana, money, "how much is ssp?", mention_bot=True)
    async with connected(discord, bench):
        await _is_answered(discord, ana, general)
    assert not discord.replies_to(old) and not discord.replies_to(unwanted)


# What is owed.


def _owed(channel: Channel, question: Message, number: int = 1, **changes: Any) -> Owed:
    place = Place("discord", channel.guild.id, channel.id)
    return Owed(number, place, Action.POST, ANSWER, reply_to=question.id, **changes)


async def test_what_an_earlier_run_owed_is_delivered(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel
) -> None:
    """As soon as the bot is there again."""
    question = discord.say(ana, general, "how much is ssp?")
    bench.outbox.waiting = [_owed(general, question)]
    async with connected(discord, bench):
        await discord.reply_to(question)


async def test_what_was_posted_but_not_noted_is_not_posted_twice(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel
) -> None:
    """Discord knows the nonce."""
    question = discord.say(ana, general, "how much is ssp?")
    bench.outbox.waiting = [_owed(general, question)]
    for _ in range(2):
        async with connected(discord, bench):
            await until(lambda: bench.outbox.done)
            bench.outbox.done.clear()
    assert len(discord.replies_to(question)) == 1


async def test_what_is_too_old_is_dropped(discord: FakeDiscord, bench: Bench, ana: User, general: Channel) -> None:
    """But for what officials owe."""
    question = discord.say(ana, general, "how much is ssp?")
    bench.outbox.waiting = [
        _owed(general, question, created_at=_ago(minutes=11)),
        _owed(general, question, 2, created_at=_ago(minutes=11), keeps=True),
    ]
    async with connected(discord, bench, max_age_seconds=600):
        await until(lambda: bench.outbox.done)
    assert [reason for _, reason in bench.outbox.gone] == ["too_old"]
    assert len(discord.replies_to(question)) == 1


async def test_ids_that_are_none_of_discords_are_refused(discord: FakeDiscord, bench: Bench) -> None:
    """Nothing is tried again."""
    bench.outbox.waiting = [Owed(1, Place("discord", "1", "nowhere"), Action.POST, ANSWER)]
    async with connected(discord, bench):
        await until(lambda: bench.outbox.gone)
    assert bench.outbox.gone[0][1] == "refused"


@pytest.mark.parametrize("fault", ["too_many_requests", "server_errors", "late_server_errors", "malformed", "silence"])
async def test_whatever_fails_all_is_delivered_once_and_in_order(
    discord: FakeDiscord, bench: Bench, ana: User, general: Channel, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether Discord did it or not when it failed."""
    monkeypatch.setattr(sending, "SEND_SECONDS", 2.0)
    monkeypatch.setattr(sending, "RETRY_SECONDS", 0.1)
    async with connected(discord, bench):
        discord.faults.only = "/messages"
        setattr(discord.faults, fault, 0.4)
        questions = [discord.say(ana, general, f"question {n}?", mention_bot=True) for n in range(6)]
        await until(lambda: len(bench.outbox.done) == 6, 60)
    replied = [post.reply_to for post in discord.posts if post.reply_to]
    assert replied == [question.id for question in questions]


async def test_a_channels_bucket_is_obeyed(discord: FakeDiscord, bench: Bench, ana: User, general: Channel) -> None:
    """Before it is hit."""
    async with connected(discord, bench):
        discord.limits.channel_messages = (2, 0.5)
        questions = [discord.say(ana, general, f"question {n}?", mention_bot=True) for n in range(6)]
        await discord.reply_to(questions[-1])
    assert not discord.record.call_counts["POST", "/channels/{channel}/messages", 429]


async def test_a_limit_of_everything_is_waited_out_and_counted(
    discord: FakeDiscord, bench: Bench, ana: User, guild: Guild
) -> None:
    """It can't be known beforehand."""
    waits = metrics.WAITS.labels("discord", "429")._value.get()
    channels = [discord.text_channel(guild, f"c{number}") for number in range(8)]
    async with connected(discord, bench):
        discord.limits.everything = (4, 2.0)
        questions = [discord.say(ana, channel, "how much?", mention_bot=True) for channel in channels]
        for question in questions:
            await discord.reply_to(question)
    assert metrics.WAITS.labels("discord", "429")._value.get() > waits
