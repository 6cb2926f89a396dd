"""Updates reach the bot by long poll or by webhook, in order, until it has confirmed them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError

from connectors.fakes.telegram_server import FakeTelegram
from tests.connectors.fake_telegram.conftest import bot_of
from tests.waiting import end, until

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A web server on loopback with one handler; gives its address."""
    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def test_updates_are_handed_over_again_until_they_are_confirmed(telegram: FakeTelegram, bot: Bot) -> None:
    """A higher offset confirms what came before it, and nothing else does."""
    ann = telegram.user("Ann")
    first = telegram.say(ann, telegram.private_chat(ann), "one").update
    telegram.say(ann, telegram.private_chat(ann), "two")
    assert [update.message.text for update in await bot.get_updates(limit=1)] == ["one"]
    updates = await bot.get_updates()
    assert [update.message.text for update in updates] == ["one", "two"]
    assert [update.message.text for update in await bot.get_updates(offset=updates[1].update_id)] == ["two"]
    assert first and first.times_handed == 2 and first.is_confirmed
    assert telegram.unconfirmed == 1


async def test_a_poll_waits_for_an_update(telegram: FakeTelegram, bot: Bot) -> None:
    """It is answered as soon as there is one."""
    ann = telegram.user("Ann")
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await until(lambda: telegram.world.updates.is_polled)
    telegram.start(ann, "from-a-link")
    (update,) = await poll
    assert update.message.text == "/start from-a-link"
    assert list(update.message.parse_entities().values()) == ["/start"]
    assert await bot.get_updates(offset=update.update_id + 1) == ()
    await telegram.caught_up()


async def test_of_two_polls_the_first_is_ended(telegram: FakeTelegram, bot: Bot) -> None:
    """Only one instance of a bot may poll."""
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await until(lambda: telegram.world.updates.is_polled)
    async with bot_of(telegram) as second:
        await second.get_updates()
    with pytest.raises(Conflict, match="terminated by other getUpdates"):
        await poll
    assert telegram.conflicts == 1


async def test_the_poll_of_a_bot_that_died_is_no_conflict(telegram: FakeTelegram, bot: Bot) -> None:
    """Its connection is gone, and what it would have got goes to the next."""
    async with bot_of(telegram) as dead:
        poll = asyncio.create_task(dead.get_updates(timeout=10))
        await until(lambda: telegram.world.updates.is_polled)
        await end(poll)
    telegram.start(telegram.user("Ann"))
    assert len(await bot.get_updates(timeout=1)) == 1
    assert telegram.conflicts == 0


async def test_only_the_kinds_of_update_that_were_asked_for_are_kept(telegram: FakeTelegram, bot: Bot) -> None:
    """What a bot asked for holds until it asks for something else."""
    ann = telegram.user("Ann")
    await bot.get_updates(allowed_updates=["callback_query"])
    await bot.get_updates()
    assert telegram.start(ann).update is None
    await bot.get_updates(allowed_updates=[])
    assert telegram.start(ann).update


async def test_a_webhook_gets_updates_in_order_with_the_secret(telegram: FakeTelegram, bot: Bot) -> None:
    """What it does not take comes again before what follows, and no poll is allowed meanwhile."""
    answers = [200, 500, 200, 200]
    got: list[tuple[str, str]] = []

    async def receive(request: web.BaseRequest) -> web.Response:
        update = Update.de_json(await request.json(), bot)
        got.append((update.message.text, request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        return web.Response(status=answers.pop(0))

    chat = telegram.private_chat(telegram.user("Ann"))
    async with serving(receive) as url:
        telegram.say(chat.user or chat, chat, "one")
        await bot.set_webhook(url, secret_token="a-secret")
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        for text in ("two", "three"):
            telegram.say(chat.user or chat, chat, text)
        await telegram.caught_up()
        info = await bot.get_webhook_info()
        assert info.url == url and "500" in info.last_error_message
        await bot.delete_webhook()
    assert got == [(text, "a-secret") for text in ("one", "two", "two", "three")]
    assert await bot.get_updates() == ()


async def test_a_webhook_of_one_chat_does_not_wait_for_another(telegram: FakeTelegram, bot: Bot) -> None:
    """Order is kept for each chat, as Telegram keeps it."""
    slow, arrived = asyncio.Event(), asyncio.Event()

    async def receive(request: web.BaseRequest) -> web.Response:
        text = (await request.json())["message"]["text"]
        await slow.wait() if text == "slow" else arrived.set()
        return web.Response()

    async with serving(receive) as url:
        await bot.set_webhook(url)
        for text in ("slow", "quick"):
            person = telegram.user("Ann")
            telegram.say(person, telegram.private_chat(person), text)
        await asyncio.wait_for(arrived.wait(), 60)
        slow.set()
        await telegram.caught_up()


async def test_a_wrong_token(telegram: FakeTelegram) -> None:
    """Neither one of the right form nor one of another is let in."""
    for token in ("1:wrong", "wrong"):
        with pytest.raises(InvalidToken):
            await bot_of(telegram, token).__aenter__()


async def _ask_for_the_unknown() -> None:
    async with FakeTelegram() as telegram, bot_of(telegram) as bot:
        with pytest.raises(NetworkError):
            await bot.set_message_reaction(1, 1)
        with pytest.raises(BadRequest):
            await bot.get_me(api_kwargs={"protect_everything": True})


async def test_what_the_server_does_not_know_fails_the_test() -> None:
    """It is refused when it is asked for, and named when the server ends."""
    with pytest.raises(AssertionError, match=r"(?s)setMessageReaction.*protect_everything"):
        await _ask_for_the_unknown()
