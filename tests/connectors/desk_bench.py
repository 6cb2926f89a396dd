"""A connector at work with the real desk and model, as `signpost run` joins them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app import Project
from bot.app.serving import serving
from bot.releases import Release
from connectors.base import Connector
from tests.waiting import until


@asynccontextmanager
async def at_work(project: Project, release: Release, connector: Connector) -> AsyncIterator[None]:
    """The connector listens, from when it is ready until the context is left."""
    async with serving(project, release, record=True) as service:
        assert service.desk is not None
        listening = asyncio.create_task(connector.listen(service.desk))
        await until(lambda: connector.is_ready)
        try:
            yield
        finally:
            await connector.stop()
            await asyncio.wait_for(listening, 10)
