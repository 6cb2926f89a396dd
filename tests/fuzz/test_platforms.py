"""Real payloads of Discord's and Telegram's with anything in them changed: what can't be read is skipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from connectors.fakes.discord_server import FakeDiscord
from tests.connectors import discord_bench, telegram_bench
from tests.fuzz.junk import drawn, spoilt_payload

pytestmark = pytest.mark.timeout(3600)  # The long profile takes its time.

PAYLOADS = Path(__file__).resolve().parents[1] / "connectors" / "payloads"
SECONDS = 120


def _loaded(platform: str) -> list[tuple[str, Any]]:
    return [
        (path.stem, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted((PAYLOADS / platform).glob("*.json"))
    ]


def spoilt_payloads(platform: str) -> list[tuple[str, Any]]:
    """Some spoilt payloads of each kind; the profile says how many. The same each time, but for the long profile."""
    known = st.sampled_from(_loaded(platform))
    spoilt = known.flatmap(lambda one: st.tuples(st.just(one[0]), spoilt_payload(one[1])))
    made = drawn(spoilt, max(300, settings().max_examples * 3))
    return [(name, payload) for name, payload in made if _is_json(payload)]


def _is_json(payload: Any) -> bool:
    """Whether it can be sent at all: UTF-8 has no lone surrogates, JSON no NaN."""
    try:
        json.dumps(payload, ensure_ascii=False, allow_nan=False).encode()
    except (UnicodeEncodeError, ValueError):
        return False
    return True


def _event_of(name: str) -> str:
    kinds = ("message_create", "message_update", "interaction_create", "thread_create")
    return next(kind for kind in kinds if name.startswith(kind)).upper()


async def test_discord(caplog: pytest.LogCaptureFixture) -> None:
    """Gateway events and interactions."""
    bench = discord_bench.Bench()
    payloads = spoilt_payloads("discord")
    async with FakeDiscord() as discord:
        guild = discord.guild("Parents", channels=["general"])
        ana, general = discord.user("ana", guild), guild.channel("general")
        async with discord_bench.connected(discord, bench) as (_, listening):
            for name, payload in payloads:
                event = payload.get("d", payload) if isinstance(payload, dict) else payload
                discord.gateway.dispatch(_event_of(name), event)
            await discord.reply_to(discord.say(ana, general, "how much?", mention_bot=True), SECONDS)
            assert not listening.done() and len(payloads) > 100
    assert "Traceback" not in caplog.text


async def test_telegram(caplog: pytest.LogCaptureFixture) -> None:
    """Updates."""
    payloads = spoilt_payloads("telegram")
    async with telegram_bench.bench() as bench:
        for _, payload in payloads:
            update = {**payload} if isinstance(payload, dict) else {}
            update.pop("update_id", None)
            bench.telegram.world.updates.inject(update or {"message": payload})
        question = bench.telegram.say(bench.ann, bench.group, "how much")
        await bench.telegram.caught_up(SECONDS)
        assert await bench.telegram.reply_to(question, seconds=SECONDS)
        assert not bench.listening.done() and bench.connector.is_ready and len(payloads) > 100
    assert "Traceback" not in caplog.text
