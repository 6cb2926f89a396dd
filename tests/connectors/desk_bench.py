"""A connector at work with the real desk and model, as `signpost run` joins them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import NamedTuple

from bot.app import Project
from bot.app.serving import serving
from bot.releases import Release
from bot.storage.database import DATABASE_FILE
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
            await asyncio.wait_for(listening, 60)


async def noted(project: Project, post: str | int) -> None:
    """Wait until a post is on disk: until then a press under it is taken for one under a post of long ago."""
    sql = "select 1 from posts where message_id = ?"

    def is_noted() -> bool:
        with closing(sqlite3.connect(project.data / DATABASE_FILE)) as database:
            return database.execute(sql, [str(post)]).fetchone() is not None

    await until(is_noted)


class Logged(NamedTuple):
    """A row of the question log. `message` is where the message is on its platform."""

    id: int
    outcome: str
    text: str | None
    message: tuple[str, str]


def logged_outcomes(data: Path) -> list[Logged]:
    """All that the log holds, as it stands on disk."""
    sql = "select id, outcome, text, channel, message_id from questions order by id"
    with closing(sqlite3.connect(data / DATABASE_FILE)) as database:
        return [Logged(*row[:3], (row[3], row[4])) for row in database.execute(sql)]
