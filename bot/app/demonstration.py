"""The bot in simulated communities, for who has no token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.app.platforms import DISCORD_TOKEN, TELEGRAM_TOKEN, connectors_in
from bot.app.project import Project, open_project
from bot.app.serving import Service, serving
from bot.releases import Release

if TYPE_CHECKING:
    from connectors.base import Connector
    from connectors.fakes.scene import Happening, Stage

READY_LOOK_SECONDS = 0.05
SCENE_PAUSE_SECONDS = 3.0


async def play_scene(project: Project, release: Release, show: Callable[[Happening], None], speed: float) -> None:
    """Let the bot take part in a scripted scene on simulated platforms; nothing of it is kept."""
    from connectors.fakes.discord_server import FakeDiscord
    from connectors.fakes.scene import DiscordStage, TelegramStage, play, read_script
    from connectors.fakes.telegram_server import FakeTelegram

    script = read_script()
    with TemporaryDirectory() as folder:
        async with FakeDiscord() as discord, FakeTelegram() as telegram:
            overrides = [
                f"connectors.discord.api_base={discord.api_base}",
                f"connectors.telegram.api_base={telegram.api_base}",
                f"etiquette.channel_cooldown_seconds={SCENE_PAUSE_SECONDS / speed}",
            ]
            demo = open_project(Path(folder), project.root, overrides)
            tokens = {DISCORD_TOKEN: discord.token, TELEGRAM_TOKEN: telegram.token}
            stages: dict[str, Stage] = {
                "discord": DiscordStage(discord, script.moderators),
                "telegram": TelegramStage(telegram, script.moderators),
            }
            async with serving(demo, release, record=True) as service, _listening(demo, service, tokens):
                await play(script, stages, show, SCENE_PAUSE_SECONDS / speed)


@asynccontextmanager
async def _listening(project: Project, service: Service, tokens: Mapping[str, str]) -> AsyncIterator[None]:
    """Connectors that listen, from when they are ready until the context is left."""
    assert service.desk is not None
    connectors = connectors_in(project.settings.connectors, tokens)
    listening = [asyncio.create_task(connector.listen(service.desk)) for connector in connectors]
    try:
        while not _are_ready(connectors, listening):  # noqa: ASYNC110 -- two libraries get ready, each in its own way
            await asyncio.sleep(READY_LOOK_SECONDS)
        yield
        await asyncio.gather(*(connector.stop() for connector in connectors))
        await asyncio.gather(*listening)
    finally:
        for task in listening:
            task.cancel()


def _are_ready(connectors: Sequence[Connector], listening: Sequence[asyncio.Task[None]]) -> bool:
    """Whether all connectors are ready, or one has failed."""
    return all(connector.is_ready for connector in connectors) or any(task.done() for task in listening)
