"""The server, and the real python-telegram-bot that speaks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from telegram import Bot

from connectors.fakes.telegram_server import FakeTelegram, Post

Send = Callable[..., Awaitable[Post]]


def bot_of(telegram: FakeTelegram, token: str = "") -> Bot:
    """A client that has not begun yet."""
    return Bot(token or telegram.token, base_url=f"{telegram.api_base}/bot")


@pytest.fixture(autouse=True)
def _timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have durations as timedeltas: without, the client warns of each RetryAfter that it raises."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A running server; the test fails if it is asked for what it does not know."""
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    """A client of that server."""
    async with bot_of(telegram) as client:
        yield client


@pytest.fixture
def send(telegram: FakeTelegram, bot: Bot) -> Send:
    """Let the bot post into a chat, a new one unless it is given; returns what the server has of it."""

    async def post(text: str = "an answer", **more: Any) -> Post:
        chat = more.pop("chat", None) or telegram.supergroup("Carers")
        await bot.send_message(chat.id, text, **more)
        return telegram.posts[-1]

    return post
