"""What goes wrong on purpose, as the client sees it, and the flood limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from connectors.fakes.telegram_server import FakeTelegram, Fault, Faults, FloodLimits
from tests.connectors.fake_telegram.conftest import Send, bot_of

T = TypeVar("T")


async def test_a_flood_is_answered_with_the_seconds_to_wait(telegram: FakeTelegram, send: Send) -> None:
    """They are whole, unless the test is in a hurry."""
    for seconds in (1, 0.05):
        telegram.faults.retry_after = seconds
        telegram.faults.plan("sendMessage", Fault.FLOOD)
        with pytest.raises(RetryAfter) as raised:
            await send()
        assert raised.value.retry_after == timedelta(seconds=seconds)
    assert await send()


@pytest.mark.parametrize(
    ("fault", "error", "posts"),
    [
        (Fault.ERROR, NetworkError, 0),
        (Fault.MALFORMED, TelegramError, 0),
        (Fault.UNANSWERED, TimedOut, 0),
        (Fault.DROPPED, NetworkError, 0),
        (Fault.LOST, NetworkError, 1),
    ],
)
async def test_faults(telegram: FakeTelegram, send: Send, fault: Fault, error: type[TelegramError], posts: int) -> None:
    """Of the calls that fail only one whose answer is lost has been carried out."""
    telegram.faults.plan("sendMessage", fault)
    with pytest.raises(error):
        await send(read_timeout=1)
    assert len(telegram.posts) == posts
    assert telegram.faults.met == [("sendMessage", fault)]


def _met(seed: int) -> list[Fault | None]:
    faults = Faults(flood=0.3, error=0.1, seed=seed)
    return [faults.next("sendMessage") for _ in range(200)]


def test_the_same_seed_meets_the_same_faults() -> None:
    """And as many of each as was asked for, more or less."""
    assert _met(1) == _met(1) != _met(2)
    assert 40 < _met(1).count(Fault.FLOOD) < 80 and 8 < _met(1).count(Fault.ERROR) < 35
    assert Faults(flood=1, methods=frozenset({"sendMessage"})).next("getUpdates") is None


async def test_connections_are_dropped_now_and_then() -> None:
    """What was to be handed over is kept for the next poll."""
    async with FakeTelegram(faults=Faults(drop_every=0.5)) as telegram:
        bot = bot_of(telegram)
        await _at_last(bot.initialize)
        with pytest.raises(NetworkError):
            await bot.get_updates(timeout=10)
        telegram.start(telegram.user("Ann"))
        assert len(await _at_last(bot.get_updates)) == 1
        await bot.shutdown()


async def test_the_limit_of_a_group() -> None:
    """What breaks it is noted, and refused if told; other chats have limits of their own."""
    limits = FloodLimits(a_group=3, a_chat=99, in_all=99)
    async with FakeTelegram(limits=limits) as telegram, bot_of(telegram) as bot:
        group, private = telegram.supergroup("Carers"), telegram.private_chat(telegram.user("Ann"))
        for chat in [private] * 5 + [group] * 4:
            await bot.send_message(chat.id, "hello")
        assert [(one.limit, one.chat) for one in telegram.violations] == [("group", group.id)]
        limits.enforce = True
        with pytest.raises(RetryAfter) as raised:
            await bot.send_message(group.id, "hello")
        assert timedelta(seconds=30) < raised.value.retry_after <= timedelta(seconds=60)
        assert len(telegram.posts) == 9 and len(telegram.violations) == 2


async def test_the_limits_of_a_chat_and_of_all() -> None:
    """Two at once to one chat are too many, and so are more to all than Telegram takes."""
    async with FakeTelegram(limits=FloodLimits(in_all=2, second=30)) as telegram, bot_of(telegram) as bot:
        chats = [telegram.private_chat(telegram.user("Ann")) for _ in range(2)]
        for chat in [chats[0], chats[0], chats[1]]:
            await bot.send_message(chat.id, "hello")
        assert [one.limit for one in telegram.violations] == ["chat", "all"]


def test_the_limits_are_telegrams_own_unless_told_otherwise() -> None:
    """20 a minute to a group, 1 a second to a chat, 30 a second in all."""
    assert FloodLimits() == FloodLimits(enforce=False, a_group=20, a_chat=1, in_all=30, minute=60, second=1)


async def _at_last(call: Callable[[], Awaitable[T]]) -> T:
    """What a call gives, however often the connection is lost."""
    while True:
        try:
            return await call()
        except NetworkError:
            continue
