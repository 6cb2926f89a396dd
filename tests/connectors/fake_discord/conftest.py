"""What the tests of the fake Discord share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.fakes.discord_server import FakeDiscord, Guild, User
from tests.connectors.fake_discord.clients import Bot, Wire, running, wired


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """A Discord of its own for each test."""
    async with FakeDiscord() as discord:
        yield discord


@pytest.fixture
def guild(fake: FakeDiscord) -> Guild:
    """A guild with one channel."""
    return fake.guild("Parents", ["general"])


@pytest.fixture
def ana(fake: FakeDiscord, guild: Guild) -> User:
    """A member with no roles."""
    return fake.user("ana", guild)


@pytest.fixture
async def bot(fake: FakeDiscord, guild: Guild, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    """The real discord.py, connected."""
    async with running(Bot(), fake, monkeypatch) as connected:
        yield connected


@pytest.fixture
async def wire(fake: FakeDiscord) -> AsyncIterator[Wire]:
    """Bare HTTP and WebSocket."""
    async with wired(fake) as client:
        yield client


@pytest.fixture
def messages(guild: Guild) -> str:
    """The path to which messages are posted."""
    return f"/channels/{guild.first_channel.id}/messages"
