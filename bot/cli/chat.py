"""`signpost chat`: talk to the bot as a citizen would."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.cli.options import DEFAULT_DATA, Data
from bot.cli.release import current_release

if TYPE_CHECKING:
    from bot.app import Project
    from bot.releases import Release


def chat(data: Data = DEFAULT_DATA) -> None:
    """Talk to the bot in the terminal, as a citizen would."""
    from bot.app import open_project

    project = open_project(data)
    asyncio.run(_chat(project, current_release(project)))


async def _chat(project: Project, release: Release) -> None:
    from bot.app.platforms import terminal
    from bot.app.serving import serving

    async with serving(project, release, record=True) as service:
        assert service.desk is not None
        await terminal().listen(service.desk)
