"""Telegram is away, out of its mind or silent: the bot goes on by itself, and what was owed is delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import ConnectorError
from connectors.fakes.telegram_server import FakeTelegram, Fault
from connectors.telegram_connector import TelegramConnector, api, http_request
from tests.connectors.mangling import mangled
from tests.connectors.names import Names
from tests.connectors.telegram_bench import Bench, bench, until

LASTING = [fault for fault in Fault if fault is not Fault.LOST]
"""What can befall every call for a time. After LOST a reply can't be known to be there: see docs/reliability.md."""
MET = 4


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Changes how long an answer is waited for."""

    def change(seconds: float) -> None:
        monkeypatch.setattr(http_request, "CONNECT_SECONDS", seconds)

    monkeypatch.setattr(api, "READ_SECONDS", 0.0)
    change(30.0)
    return change


async def _owing(b: Bench) -> list[Any]:
    """A question that has just been taken, and one that Telegram holds; the reply to neither has been sent."""
    b.handler.recording.clear()
    taken = b.telegram.say(b.ann, b.group, "how much")
    await until(lambda: bool(b.handler.messages))
    return [taken, b.telegram.say(b.ann, b.group, "how much")]


async def _is_well_again(b: Bench, questions: list[Any]) -> None:
    """Each question has its one reply, and nothing is left to do."""
    for question in questions:
        await b.telegram.reply_to(question, seconds=60)
    await b.telegram.caught_up(60)
    await until(lambda: not b.outbox.waiting)
    assert [len(b.telegram.replies_to(question)) for question in questions] == [1] * len(questions)
    assert not b.outbox.drops and b.connector.is_ready


@pytest.mark.parametrize("fault", LASTING, ids=lambda fault: fault.value)
async def test_whatever_befalls_all_calls_for_a_time(
    fault: Fault, patience: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Afterwards all is delivered, once. It is called ever less often meanwhile, and the log says what to look at."""
    async with bench(poll_seconds=1) as b:
        questions = await _owing(b)
        b.telegram.faults.retry_after = 0.3
        setattr(b.telegram.faults, fault.value, 1.0)
        patience(0.3)
        before = sum(b.telegram.counts.values())
        b.handler.recording.set()
        b.telegram.drop_connections()
        await b.telegram.until(lambda: len(b.telegram.faults.met) >= MET, seconds=60)
        assert sum(b.telegram.counts.values()) - before <= MET + 3
        patience(30.0)
        setattr(b.telegram.faults, fault.value, 0.0)
        await _is_well_again(b, questions)
    assert fault is Fault.FLOOD or "look at the network" in caplog.text
    assert "how much" not in caplog.text and "Traceback" not in caplog.text


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.MISSHAPEN], ids=lambda fault: fault.value)
async def test_a_telegram_that_is_out_of_order_at_the_start_is_waited_for(fault: Fault) -> None:
    """For as long as it takes to say who the bot is."""
    telegram = FakeTelegram(reads_all=True)
    telegram.faults.plan("getMe", fault, fault)
    async with bench(telegram) as b:
        await _is_well_again(b, [telegram.say(b.ann, b.group, "how much")])


async def test_names_that_do_not_resolve(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """At the start and while it runs: it is tried again, ever less often, and what was owed is delivered."""
    names = Names(monkeypatch)
    names.is_gone = True
    async with bench(by=names.of, is_ready=False, poll_seconds=1) as b:
        await until(lambda: names.asked >= 2)
        assert not b.connector.is_ready and not b.listening.done()
        names.is_gone = False
        await until(lambda: b.connector.is_ready, 60)
        questions = await _owing(b)
        names.is_gone, asked = True, names.asked
        b.telegram.drop_connections()
        b.handler.recording.set()
        await until(lambda: names.asked - asked >= MET, 60)
        names.is_gone = False
        await _is_well_again(b, questions)
        assert names.asked < 60
    assert "the names' server" in caplog.text and "Traceback" not in caplog.text


async def test_an_update_that_cant_be_read_costs_itself_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Any field missing or of a wrong type: the next is handled, and all are confirmed."""
    async with bench() as b:
        answer = await b.telegram.reply_to(b.telegram.say(b.ann, b.group, "how much"))
        message = b.telegram.say(b.ann, b.group, "private words", mention_bot=True, reply_to=answer).json
        press = {"id": "1", "from": b.ann.json, "message": message, "chat_instance": "1", "data": "v:+"}
        poisoned = [
            *mangled("message", message),
            *mangled("edited_message", message),
            *mangled("callback_query", press),
        ]
        for update in poisoned:
            b.telegram.world.updates.inject(update)
        for strange in ("text", 7, None, [], {}, {"update_id": "x"}, {"update_id": None, "message": []}):
            b.telegram.world.updates.inject_raw(strange)
        question = b.telegram.say(b.ann, b.group, "how much")
        polls = b.telegram.counts["getUpdates"]
        await b.telegram.caught_up(60)
        assert await b.telegram.reply_to(question)
        assert len(poisoned) > 300 and b.telegram.counts["getUpdates"] - polls < len(poisoned) / 50
        assert not b.listening.done() and b.connector.is_ready
    assert "that can't be read was skipped" in caplog.text and "private words" not in caplog.text


async def test_updates_without_any_number_are_not_asked_for_without_end() -> None:
    """Nothing can be confirmed by them: it is waited until Telegram has come to itself."""
    async with bench() as b:
        strange = b.telegram.world.updates.inject_raw({"message": {}})
        polls = b.telegram.counts["getUpdates"]
        await b.telegram.until(lambda: b.telegram.counts["getUpdates"] >= polls + 3, seconds=60)
        assert strange.times_handed <= 4 and not b.connector.is_ready
        b.telegram.world.updates.clear()
        await _is_well_again(b, [b.telegram.say(b.ann, b.group, "how much")])


async def test_a_token_that_is_refused_is_no_fault_to_wait_out() -> None:
    """Whatever was answered before."""
    async with bench() as b:
        b.telegram.faults.plan("getMe", Fault.MISSHAPEN)
        lonely = TelegramConnector("110201543:wrong", b.telegram.api_base)
        listening = asyncio.create_task(lonely.listen(b.desk))
        with pytest.raises(ConnectorError, match="SIGNPOST_TELEGRAM_TOKEN"):
            await listening
