"""The bot in simulated communities, for who has no token."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.accounts import Accounts, Role
from bot.app.office import serving_console, with_accounts
from bot.app.platforms import DISCORD_TOKEN, TELEGRAM_TOKEN, connectors_in
from bot.app.project import (
    ANSWERS_FOLDER,
    CONFIG_FILE,
    HELD_OUT_FILE,
    QUESTIONS_FOLDER,
    RELEASES_FOLDER,
    Project,
    open_project,
)
from bot.app.serving import Service, serving
from bot.release_builder import read_labelled
from bot.releases import Release
from bot.running import running

if TYPE_CHECKING:
    from connectors.base import Connector
    from connectors.fakes.scene import Happening, Stage, TelegramStage

READY_LOOK_SECONDS = 0.05
SCENE_PAUSE_SECONDS = 3.0
ONE_IN = 5
"""Of the held-out questions that have an answer, this share stands for what was asked before the tour."""
TOUR_SETTINGS = ("console.second_factor=off", "etiquette.new_community_mode=questions")
TOUR_QUESTION = "is it legal for my son to ride an electric scooter on the pavement"


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


@dataclass(frozen=True)
class Tour:
    """A console with example data: its address, who can sign in, by role, with one password, and the group."""

    address: str
    password: str
    people: Mapping[Role, str]
    group: TelegramStage


@asynccontextmanager
async def touring_console(
    project: Project, release: Release, show: Callable[[Happening], None], overrides: Sequence[str] = ()
) -> AsyncIterator[Tour]:
    """Let officials try the console on a copy of everything, beside a bot in a simulated group; nothing is kept."""
    from connectors.fakes.scene import TelegramStage, ask_in_the_past, keep_watching, read_history
    from connectors.fakes.telegram_server import FakeTelegram

    with TemporaryDirectory() as folder:
        async with FakeTelegram() as server:
            address = f"connectors.telegram.api_base={server.api_base}"
            demo = _copy_of(project, release, Path(folder), [address, *overrides])
            stage = TelegramStage(server, ("Tom",))
            async with serving(demo, demo.releases.current(), record=True) as service:
                assert service.desk is not None
                answered = [line.text for line in read_labelled(project.root / HELD_OUT_FILE) if line.answer]
                now = datetime.now(timezone.utc)
                await stage.invite(service.desk)
                await ask_in_the_past(service.desk, server, read_history(), answered[::ONE_IN], now)
                password, people = await _people(demo)
                async with (
                    serving_console(demo) as address,
                    _listening(demo, service, {TELEGRAM_TOKEN: server.token}),
                    running(service.keep_fresh(), keep_watching({stage.name: stage}, show)),
                ):
                    await stage.say("Bea", TOUR_QUESTION, addressed=True)
                    await stage.press("Bea", "None of these")
                    yield Tour(address, password, people, stage)


def _copy_of(project: Project, release: Release, folder: Path, overrides: Sequence[str]) -> Project:
    """A checkout and data folder of its own, with a release: what is published there stays there."""
    root, data = folder / "checkout", folder / "data"
    for name in (ANSWERS_FOLDER, QUESTIONS_FOLDER, HELD_OUT_FILE.parent):
        shutil.copytree(project.root / name, root / name)
    shutil.copy(project.root / CONFIG_FILE, root)
    demo = open_project(data, root, [*TOUR_SETTINGS, *overrides])
    shutil.copytree(release.folder, data / RELEASES_FOLDER / release.name)
    demo.releases.use(release.number)
    return demo


async def _people(project: Project) -> tuple[str, dict[Role, str]]:
    """Who can sign in for the tour, with a password made for today."""
    password = secrets.token_urlsafe(9)
    people = {
        Role.EDITOR: "ellie@example.gov.uk",
        Role.APPROVER: "amir@example.gov.uk",
        Role.ADMINISTRATOR: "sam@example.gov.uk",
    }

    async def add(accounts: Accounts) -> None:
        for role, email in people.items():
            await accounts.add(email, email.partition("@")[0].title(), role, password)

    await with_accounts(project.data, add)
    return password, people


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
