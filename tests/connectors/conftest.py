"""What the connectors' tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from connectors.delivery import Delivery
from tests.connectors.delivery_bench import MAX_AGE, Platform
from tests.disk import Disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A new database."""
    made = Disk(tmp_path)
    yield made
    made.close()


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
