"""Presses of buttons and choices from menus, told by the data of the component alone: they work after a restart."""

from __future__ import annotations

import contextlib
import logging

import discord

from bot.deliveries import Button, Press, Pressed
from bot.errors import SignpostError
from connectors.base import Desk
from connectors.buttons import button_of
from connectors.discord_connector import menus, panel_view, setup_panel, wording
from connectors.discord_connector.answering import FAILURES, acknowledge, answer, soon, update
from connectors.discord_connector.reading import component_of, place_of
from connectors.discord_connector.rendering import as_posts, words

logger = logging.getLogger(__name__)


class Presses:
    """Hands presses over, and shows what they call for."""

    def __init__(self, desk: Desk, has_content: bool) -> None:
        """`has_content` is whether messages that don't address the bot can be read."""
        self._desk = desk
        self._has_content = has_content

    async def take(self, interaction: discord.Interaction) -> None:
        """Deal with one press, whatever comes of it."""
        try:
            await self._take(interaction)
        except FAILURES as error:
            logger.warning("A press could not be answered (%s).", type(error).__name__)

    async def _take(self, interaction: discord.Interaction) -> None:
        """Deal with one press. What isn't ours is acknowledged, and that's all."""
        data, _ = component_of(interaction)
        try:
            if button := button_of(data):
                await self._press(interaction, button)
            elif data.startswith(menus.PREFIX):
                await menus.take(interaction, data, self._desk)
            elif data.startswith(panel_view.PREFIX):
                await setup_panel.take(interaction, data, self._desk, self._has_content)
            else:
                await acknowledge(interaction)
        except SignpostError as error:
            logger.warning("%s", error)
            await answer(interaction, [words(wording.FAILED)])

    async def _press(self, interaction: discord.Interaction, button: Button) -> None:
        press = Press(
            place=place_of(interaction.channel, interaction.guild_id),
            post=str(interaction.message.id) if interaction.message else "",
            author=str(interaction.user.id),
            button=button,
            author_is_moderator=interaction.permissions.manage_messages,
        )
        await _show(interaction, await soon(interaction, self._desk.handler.press(press)))


async def _show(interaction: discord.Interaction, pressed: Pressed) -> None:
    if pressed.removes:
        await acknowledge(interaction)
        with contextlib.suppress(discord.NotFound):
            await interaction.delete_original_response()
    elif pressed.reply:
        await update(interaction, as_posts(pressed.reply)[-1])
    if pressed.word:
        await answer(interaction, [words(pressed.word)])
    await acknowledge(interaction)
