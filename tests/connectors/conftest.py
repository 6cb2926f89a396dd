"""What the connectors' tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Project
from connectors.delivery import Delivery
from connectors.fakes.discord_server import Channel, FakeDiscord, Guild, User
from tests.connectors.delivery_bench import MAX_AGE, Platform
from tests.disk import Disk


@pytest.fixture
def platform() -> Platform:
    """A platform on which nothing has been posted."""
    return Platform()


@pytest.fixture
async def delivery(disk: Disk, platform: Platform) -> AsyncIterator[Delivery]:
    """The way there."""
    made = Delivery("discord", platform.do, disk.outbox, MAX_AGE)
    yield made
    await made.close()


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    """Discord, with nobody there yet."""
    async with FakeDiscord() as server:
        yield server


@pytest.fixture
def guild(discord: FakeDiscord) -> Guild:
    """A server of Discord's."""
    return discord.guild("Parents", channels=["general", "money", "alerts"])


@pytest.fixture
def general(guild: Guild) -> Channel:
    """Its main channel."""
    return guild.channel("general")


@pytest.fixture
def ana(discord: FakeDiscord, guild: Guild) -> User:
    """A citizen."""
    return discord.user("ana", guild)


@pytest.fixture
def project(small_project: Project, tmp_path: Path) -> Project:
    """The small project with a log of its own."""
    return Project(small_project.root, tmp_path, small_project.settings)
