"""Updates are received by polling and by webhook, and confirmed only when they are recorded."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import socket
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from bot.errors import ConnectorError
from connectors.base import Desk
from connectors.fakes.telegram_server import FakeTelegram, Fault, Faults
from connectors.telegram_connector import TelegramConnector, Webhook
from connectors.telegram_connector.http_request import proxy_before
from connectors.telegram_connector.webhook import SECRET_HEADER
from tests.connectors.telegram_bench import Bench, bench, until


def measured(name: str) -> float:
    """A metric of Telegram's."""
    return REGISTRY.get_sample_value(name, {"platform": "telegram"}) or 0.0


def desk_of(b: Bench) -> Desk:
    """The bench's own desk, for another connector."""
    return Desk(b.handler, b.outbox, b.communities, b.records)


def free_port() -> int:
    """A port that nothing listens on, and that is given to nobody who asks for any: those begin above 32,767."""
    while True:
        port = random.randrange(20_000, 32_768)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


async def test_nothing_is_confirmed_before_it_is_recorded() -> None:
    """A bot that is killed meanwhile gets it again."""
    async with bench() as b:
        b.handler.recording.clear()
        b.telegram.say(b.ann, b.group, "how much")
        await until(lambda: bool(b.handler.messages))
        await asyncio.sleep(0.1)
        assert b.telegram.unconfirmed == 1 and not b.telegram.posts
        b.handler.recording.set()
        await b.telegram.caught_up()


async def test_a_killed_bot_gets_it_again() -> None:
    """From another run, under the same id."""
    async with bench() as b:
        b.handler.recording.clear()
        question = b.telegram.say(b.ann, b.group, "how much")
        await until(lambda: bool(b.handler.messages))
        b.listening.cancel()
        await asyncio.wait({b.listening})
        b.handler.recording.set()
        again = TelegramConnector(b.telegram.token, b.telegram.api_base)
        listening = asyncio.create_task(again.listen(desk_of(b)))
        await b.telegram.reply_to(question)
        await again.stop()
        await listening
        assert [message.message_id for message in b.handler.messages] == [str(question.id)] * 2


async def test_stopping_finishes_what_is_in_hand() -> None:
    """The reply to what was received is posted, the update confirmed, and nothing more received."""
    async with bench() as b:
        b.handler.recording.clear()
        question = b.telegram.say(b.ann, b.group, "how much")
        await until(lambda: bool(b.handler.messages))
        stopping = asyncio.create_task(b.connector.stop())
        await asyncio.sleep(0.05)
        b.telegram.say(b.ann, b.group, "how much now")
        b.handler.recording.set()
        await asyncio.gather(stopping, b.listening)
        assert len(b.telegram.replies_to(question)) == 1 and not b.outbox.waiting
        assert len(b.handler.messages) == 1 and b.telegram.unconfirmed == 1 and not b.connector.is_ready


async def test_stopping_while_nothing_happens_is_quick() -> None:
    """The long poll is not waited out."""
    async with bench(poll_seconds=50) as b:
        await b.polls()
        await b.connector.stop()
        await asyncio.wait_for(b.listening, 25)


async def test_stopping_before_telegram_could_be_reached() -> None:
    """Nothing is waited for either."""
    port = free_port()
    async with bench() as b:
        lonely = TelegramConnector(b.telegram.token, f"http://127.0.0.1:{port}")
        listening = asyncio.create_task(lonely.listen(desk_of(b)))
        await asyncio.sleep(0.2)
        assert not listening.done() and not lonely.is_ready
        await lonely.stop()
        await asyncio.wait_for(listening, 60)


async def test_what_cant_be_read_is_skipped() -> None:
    """An update of a kind or a shape that is not known holds nothing up."""
    async with bench() as b:
        strange: list[dict[str, Any]] = [
            {"update_id": 1, "message": {"text": "without a chat or an id"}},
            {"update_id": 2, "something_new": {"id": 5}},
            {"update_id": 3, "poll_answer": {"poll_id": "1", "option_ids": []}},
        ]
        for update in strange:
            b.telegram.world.updates.inject(update)
        assert (await b.ask("how much")).text == "how much"


async def test_lost_connections_are_taken_up_again() -> None:
    """And counted."""
    async with bench() as b:
        before = measured("signpost_reconnects_total")
        assert measured("signpost_connected") == 1
        await b.polls()
        b.telegram.drop_connections()
        assert (await b.ask("how much")).text == "how much"
        assert measured("signpost_reconnects_total") == before + 1
    assert measured("signpost_connected") == 0


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in (Fault.UNANSWERED, Fault.SLOW)])
async def test_faults_of_polling_lose_nothing(fault: Fault) -> None:
    """Whatever goes wrong with a request, the next one brings what waits."""
    async with bench(FakeTelegram(reads_all=True, faults=Faults(retry_after=0.1))) as b:
        b.telegram.faults.plan("getUpdates", fault, fault)
        question = b.telegram.say(b.ann, b.group, "how much")
        await b.telegram.reply_to(question)
        await b.telegram.caught_up()
        assert len(b.telegram.replies_to(question)) == 1


async def test_two_bots_with_one_token(caplog: pytest.LogCaptureFixture) -> None:
    """One of them is told what is wrong, once, and waits."""
    async with bench(poll_seconds=30) as b:
        await b.polls()
        second = TelegramConnector(b.telegram.token, b.telegram.api_base)
        listening = asyncio.create_task(second.listen(desk_of(b)))
        await until(lambda: "a token of its own" in caplog.text)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        assert caplog.text.count("a token of its own") == 1


@pytest.mark.parametrize("token", ["110201543:wrong", "nonsense"])
async def test_a_wrong_token(token: str, caplog: pytest.LogCaptureFixture) -> None:
    """A sentence that names the variable; the token is nowhere."""
    async with bench() as b:
        with pytest.raises(ConnectorError, match="SIGNPOST_TELEGRAM_TOKEN") as raised:
            await TelegramConnector(token, b.telegram.api_base).listen(desk_of(b))
        assert token not in str(raised.value) and token not in caplog.text


async def test_a_token_that_is_revoked_while_running() -> None:
    """Listening ends with the same sentence."""
    async with bench(poll_seconds=1) as b:
        b.telegram.world.token = "110201543:another"
        with pytest.raises(ConnectorError, match="SIGNPOST_TELEGRAM_TOKEN"):
            await asyncio.wait_for(asyncio.shield(b.listening), 60)


async def test_logs_hold_neither_words_nor_tokens(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong, and however much is logged."""
    caplog.set_level(logging.DEBUG)
    faults = Faults(flood=0.1, error=0.1, malformed=0.1, dropped=0.1, retry_after=0.05, seed=7)
    async with bench(FakeTelegram(reads_all=True, faults=faults), is_ready=False) as b:
        for number in range(8):
            b.telegram.say(b.ann, b.group, f"private words {number}")
        question = b.telegram.say(b.ann, b.group, "how much")
        b.telegram.world.updates.inject({"update_id": 1, "message": {"text": "private words"}})
        await b.telegram.reply_to(question)
        assert len(b.telegram.faults.met) > 3
        assert "private words" not in caplog.text and "194.32" not in caplog.text
        assert b.telegram.token not in caplog.text and b.telegram.token not in repr(b.connector.__dict__["_webhook"])


async def test_a_webhook_that_was_set_is_taken_away() -> None:
    """Without dropping what waits."""
    async with bench() as b:
        b.listening.cancel()
        await asyncio.wait({b.listening})
        async with httpx.AsyncClient() as web:
            url = f"{b.telegram.api_base}/bot{b.telegram.token}/setWebhook"
            await web.post(url, data={"url": "http://127.0.0.1:9/"})
        question = b.telegram.say(b.ann, b.group, "how much")
        again = TelegramConnector(b.telegram.token, b.telegram.api_base)
        listening = asyncio.create_task(again.listen(desk_of(b)))
        await b.telegram.reply_to(question)
        await again.stop()
        await listening


async def test_a_webhook() -> None:
    """Updates come in by it, with the secret, and are acknowledged once they are recorded."""
    port = free_port()
    hook = Webhook(f"http://127.0.0.1:{port}/telegram", "127.0.0.1", port, "a-secret")
    async with bench(webhook=hook, is_ready=False) as b:
        await until(lambda: b.connector.is_ready)
        b.handler.recording.clear()
        question = b.telegram.say(b.ann, b.group, "how much")
        await until(lambda: bool(b.handler.messages))
        assert b.telegram.unconfirmed == 1
        b.handler.recording.set()
        await b.telegram.reply_to(question)
        await b.telegram.caught_up()
        call = next(call for call in b.telegram.calls if call.method == "setWebhook")
        assert call.parameters["secret_token"] == "a-secret" and not b.telegram.counts["getUpdates"]
        assert "a-secret" not in repr(hook)


async def test_a_webhook_takes_nothing_from_strangers() -> None:
    """Without the secret, or with another one, updates are refused; so is what is no update."""
    port = free_port()
    hook = Webhook(f"http://127.0.0.1:{port}/telegram", "127.0.0.1", port)
    async with bench(webhook=hook, is_ready=False) as b, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as web:
        await until(lambda: b.connector.is_ready)
        address = b.telegram.world.webhook.address
        assert address is not None and len(address.secret) > 30
        update = {"update_id": 1, "message": {}}
        right = {SECRET_HEADER: address.secret}
        assert (await web.post("/telegram", json=update)).status_code == 403
        assert (await web.post("/telegram", json=update, headers={SECRET_HEADER: "é".encode()})).status_code == 403
        assert (await web.post("/telegram", content="{", headers=right)).status_code == 400
        assert (await web.post("/telegram", json=update, headers=right)).status_code == 200
        assert (await web.get("/telegram")).status_code == 405
        assert not b.handler.messages


async def test_a_webhook_that_telegram_refuses() -> None:
    """A sentence that names the setting."""
    port = free_port()
    async with bench() as b:
        connector = TelegramConnector(
            b.telegram.token, b.telegram.api_base, webhook=Webhook("nowhere", "127.0.0.1", port)
        )
        with pytest.raises(ConnectorError, match=r"connectors\.telegram\.webhook\.url"):
            await connector.listen(desk_of(b))


async def test_a_webhook_is_named_again_until_telegram_takes_it() -> None:
    """And stays set when the bot stops: what comes meanwhile is sent at the next start."""
    port = free_port()
    hook = Webhook(f"http://127.0.0.1:{port}/telegram", "127.0.0.1", port)
    async with bench(FakeTelegram(reads_all=True, faults=Faults(retry_after=0.1)), webhook=hook, is_ready=False) as b:
        b.telegram.faults.plan("setWebhook", Fault.FLOOD, Fault.DROPPED)
        await until(lambda: b.connector.is_ready)
        await b.connector.stop()
        await b.listening
        assert b.telegram.world.webhook.address is not None and not b.connector.is_ready


async def test_a_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is used, unless the environment says that the address needs none."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    monkeypatch.setenv("no_proxy", "bot-api.example.org")
    assert proxy_before("https://api.telegram.org") == "http://127.0.0.1:3128"
    assert proxy_before("https://bot-api.example.org") is None
