"""What the panel of `/signpost setup` does when something is chosen on it."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.errors import SettingsError
from bot.places import Mode, Notice
from connectors.base import Desk
from connectors.discord_connector import wording
from connectors.discord_connector.answering import answer, soon, update
from connectors.discord_connector.panel_view import (
    CHANNEL,
    PREFIX,
    SERVER,
    View,
    history_page,
    main_page,
    settings_place,
    staff_page,
)
from connectors.discord_connector.reading import component_of, place_of
from connectors.discord_connector.rendering import Post, words

OF_THE_SERVER = ("alerts", "digest", "roles")
_OF_A_CHANNEL = (
    "mode", "services_off", "nation", "person_cooldown_seconds", "channel_cooldown_seconds", "quiet_while_staff",
)  # fmt: skip


def open_panel(interaction: discord.Interaction, desk: Desk) -> Post:
    """The panel for the channel it was asked for in, or a refusal."""
    if not _may_change(interaction):
        return words(wording.NOT_ALLOWED)
    return main_page(_view(interaction, CHANNEL, desk), desk.handler.topics())


async def take(interaction: discord.Interaction, data: str, desk: Desk, has_content: bool) -> None:
    """Do what was chosen on the panel, and show what now holds. Raises one of answering.FAILURES."""
    if not _may_change(interaction):
        await answer(interaction, [words(wording.NOT_ALLOWED)])
        return
    scope, _, action = data.removeprefix(PREFIX).partition(":")
    if action == "scope":
        scope = SERVER if scope == CHANNEL else CHANNEL
    problem = await soon(interaction, _change(interaction, scope, action, desk, has_content))
    view = _view(interaction, scope, desk, problem)
    await update(interaction, await _page(view, action, desk))


def _may_change(interaction: discord.Interaction) -> bool:
    return interaction.guild_id is not None and interaction.permissions.manage_guild


def _view(interaction: discord.Interaction, scope: str, desk: Desk, problem: str = "") -> View:
    here = place_of(interaction.channel, interaction.guild_id)
    return View(here, scope, desk.communities.settings(settings_place(here, scope)), problem)


async def _page(view: View, action: str, desk: Desk) -> Post:
    if action == "history":
        return history_page(view, await desk.communities.history(settings_place(view.here, SERVER)))
    if action in ("staff", *OF_THE_SERVER):
        return staff_page(view)
    return main_page(view, desk.handler.topics())


async def _change(interaction: discord.Interaction, scope: str, action: str, desk: Desk, has_content: bool) -> str:
    """Change what was chosen; returns a sentence about what stands in the way, or ""."""
    view = _view(interaction, SERVER if action in OF_THE_SERVER else scope, desk)
    place = settings_place(view.here, view.scope)
    changes = _changes(action, component_of(interaction)[1], view)
    if not changes:
        return ""
    try:
        await desk.communities.change(place, changes, by=str(interaction.user.id))
    except SettingsError as error:
        return str(error)
    if changes.get("mode") == Mode.QUESTIONS.value and not has_content:
        return await desk.communities.to_explain(place, Notice.NO_MESSAGE_CONTENT) or ""
    return ""


def _changes(action: str, values: Sequence[str], view: View) -> dict[str, object]:
    """A choice as changes of settings by name."""
    first = values[0] if values else ""
    if action == "cooldowns":
        person, _, channel = first.partition(":")
        return {"person_cooldown_seconds": float(person), "channel_cooldown_seconds": float(channel)}
    changes: dict[str, dict[str, object]] = {
        "mode": {"mode": first},
        "services": {"services_off": list(values)},
        "nation": {"nation": "" if first == "common" else first},
        "alerts": {"alerts_channel": first},
        "digest": {"digest_channel": first},
        "roles": {"staff_roles": list(values)},
        "quiet": {"quiet_while_staff": not view.settings.quiet_while_staff},
        "reset": dict.fromkeys(_OF_A_CHANNEL),
    }
    return changes.get(action, {})
