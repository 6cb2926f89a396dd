"""The connector against a Bot API server that this project did not write: lo-bot-api-emulator.

It shows nobody what a bot sent, so that a proxy in between takes that down. It knows neither message_thread_id nor
link_preview_options, has no administrators and no username, and takes chats for private that are not.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import ClientSession, web

from bot.deliveries import Pressed
from connectors.base import Desk
from connectors.telegram_connector import TelegramConnector
from tests.connectors.telegram_bench import (
    ANSWER,
    OFFER,
    UNLIMITED,
    MemoryCommunities,
    MemoryOutbox,
    MemoryRecords,
    ScriptedHandler,
    until,
)

CHECKOUT = Path(__file__).resolve().parents[2]
EMULATOR = ("tool", "run", "--python", "3.11", "lo-bot-api-emulator==0.3.6")
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
ANN = {"id": 5001, "is_bot": False, "first_name": "Ann"}
PRIVATE = {"id": 5001, "type": "private", "first_name": "Ann"}
NUMBERS = itertools.count(700)
"""Ids of updates and messages: the emulator takes none twice."""
GROUP = {"id": -1009001, "type": "supergroup", "title": "Carers"}


class Recorder:
    """A proxy before a server: `calls` are (method, parameters, status), oldest first."""

    def __init__(self, target: str) -> None:
        """Pass everything on to a server."""
        self.target = target
        self.calls: list[tuple[str, dict[str, Any], int]] = []

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """Pass one call on, and take it down."""
        body = await request.read()
        given = dict(await request.post()) if body else {}
        headers = {"Content-Type": request.headers.get("Content-Type", "")}
        async with self.session.post(f"{self.target}{request.path}", data=body, headers=headers) as answer:
            self.calls.append((request.path.rpartition("/")[2], given, answer.status))
            return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")

    def of(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every call of a method that went well."""
        return [given for name, given, status in self.calls if name == method and status == 200]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve, and yield the address."""
        runner = web.ServerRunner(web.Server(self.handle), shutdown_timeout=0.1)
        async with ClientSession() as self.session:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            try:
                yield f"http://127.0.0.1:{runner.addresses[0][1]}"
            finally:
                await runner.cleanup()


@pytest.fixture(scope="module")
def uv() -> str:
    """The program that runs the emulator, which has been installed."""
    program = shutil.which("uv")
    if program is None:
        pytest.skip("The emulator needs a Python of its own, and uv to get it: pip install uv.")
    try:
        tried = subprocess.run(
            [program, *EMULATOR, "--methods"], cwd=CHECKOUT, capture_output=True, text=True, timeout=110, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("lo-bot-api-emulator could not be installed in time.")
    if tried.returncode:
        pytest.skip(f"lo-bot-api-emulator can't be installed: {tried.stderr.strip()[-300:]}")
    return program


@pytest.fixture(scope="module")
def emulator(uv: str) -> Iterator[str]:
    """The emulator's address, while it runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    arguments = [uv, *EMULATOR, "--host", "127.0.0.1", "--port", port, "--enable-control"]
    running = subprocess.Popen(
        arguments, cwd=CHECKOUT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(60)


def _wait_for(address: str) -> None:
    for _ in range(900):
        try:
            httpx.post(f"{address}/bot{TOKEN}/getMe")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("The emulator did not start.")


class Talk:
    """People in front of the emulator, the connector behind it."""

    def __init__(self, address: str, recorder: Recorder, handler: ScriptedHandler) -> None:
        self.recorder = recorder
        self.handler = handler
        self._address = address

    async def put(self, **update: Any) -> None:
        """Let something happen."""
        body = {"token": TOKEN, "update": {"update_id": next(NUMBERS), **update}}
        async with httpx.AsyncClient() as client:
            (await client.post(f"{self._address}/__fixture/updates", json=body)).raise_for_status()

    async def say(self, chat: dict[str, Any], text: str, entities: tuple[dict[str, Any], ...] = ()) -> int:
        """Let Ann say something; returns the message's id."""
        number = next(NUMBERS)
        message = {"message_id": number, "from": ANN, "chat": chat, "date": 1795345200, "text": text}
        await self.put(message={**message, "entities": list(entities)} if entities else message)
        return number

    async def sent(self, method: str, count: int = 1) -> dict[str, Any]:
        """The parameters of the latest call of a method, once there are so many."""
        await until(lambda: len(self.recorder.of(method)) >= count, seconds=60)
        return self.recorder.of(method)[count - 1]


@pytest.fixture
async def talk(emulator: str) -> AsyncIterator[Talk]:
    """The connector, polling the emulator through the proxy."""
    recorder = Recorder(emulator)
    async with recorder.serving() as api_base:
        outbox = MemoryOutbox()
        handler = ScriptedHandler(outbox, {"how much": ANSWER, "which": OFFER})
        connector = TelegramConnector(TOKEN, api_base, link_previews="platform", poll_seconds=2, limits=UNLIMITED)
        desk = Desk(handler, outbox, MemoryCommunities(), MemoryRecords())
        listening = asyncio.create_task(connector.listen(desk))
        await until(lambda: connector.is_ready, seconds=60)
        yield Talk(emulator, recorder, handler)
        await connector.stop()
        await asyncio.wait_for(listening, 60)


async def test_a_question_in_private_is_answered(talk: Talk) -> None:
    """Under it, in HTML, with buttons, and nothing that the server does not know."""
    question = await talk.say(PRIVATE, "how much")
    sent = await talk.sent("sendMessage")
    assert sent["text"].startswith("<b>How much Statutory Maternity Pay is</b>") and sent["parse_mode"] == "HTML"
    assert json.loads(sent["reply_parameters"])["message_id"] == question
    assert "sp:up" in sent["reply_markup"]
    assert all(status == 200 for name, _, status in talk.recorder.calls if name == "sendMessage")


async def test_a_group_is_answered_though_its_administrators_cant_be_had(talk: Talk) -> None:
    """A command addresses the bot, whose username nobody knows."""
    await talk.say(GROUP, "/ask how much", ({"type": "bot_command", "offset": 0, "length": 4},))
    sent = await talk.sent("sendMessage")
    assert sent["chat_id"] == str(GROUP["id"]) and talk.handler.messages[0].author_roles == ()


async def test_a_press_is_acknowledged_and_edits_the_reply(talk: Talk) -> None:
    """A pick takes the place of the offer."""
    await talk.say(PRIVATE, "which")
    await talk.sent("sendMessage")
    talk.handler.pressed["pick"] = Pressed("Here it is.", reply=ANSWER)
    post = {"message_id": 1, "chat": PRIVATE, "date": 1795345200, "text": "Which?"}
    query = {"id": "77", "from": ANN, "message": post, "chat_instance": "1", "data": "sp:pick:smp_amount"}
    await talk.put(callback_query=query)
    await until(lambda: any(name == "editMessageText" for name, *_ in talk.recorder.calls), seconds=60)
    assert talk.handler.presses[0].button.answer == "smp_amount"


async def test_menus_and_topics(talk: Talk) -> None:
    """The menus are set for each scope, and /topics opens the menu of services."""
    await talk.sent("setMyCommands", 3)
    await talk.say(PRIVATE, "/topics", ({"type": "bot_command", "offset": 0, "length": 7},))
    assert "Maternity" in (await talk.sent("sendMessage"))["reply_markup"]
