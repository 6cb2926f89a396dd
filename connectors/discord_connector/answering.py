"""Answers interactions, such as slash commands and presses, before Discord's three seconds are over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import TypeVar

import aiohttp
import discord

from connectors.discord_connector.rendering import Post

logger = logging.getLogger(__name__)

SOON_SECONDS = 1.5
"""Half of the time that Discord gives: what isn't done by then is acknowledged, and answered later."""
FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError, asyncio.TimeoutError)

Result = TypeVar("Result")


async def soon(
    interaction: discord.Interaction, work: Awaitable[Result], *, thinking: bool = False, ephemeral: bool = False
) -> Result:
    """The result of some work. Where that takes long, the interaction is acknowledged meanwhile.

    `thinking` shows that an answer is on its way; `ephemeral` shows it to one person alone.
    """
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=SOON_SECONDS)
    if not done:
        await acknowledge(interaction, thinking=thinking, ephemeral=ephemeral)
    return await task


async def acknowledge(interaction: discord.Interaction, *, thinking: bool = False, ephemeral: bool = False) -> None:
    """Let the interaction be seen to have been received."""
    try:
        if not interaction.response.is_done():
            await interaction.response.defer(thinking=thinking, ephemeral=ephemeral)
    except FAILURES as error:
        logger.info("An interaction could not be acknowledged (%s).", type(error).__name__)


async def answer(interaction: discord.Interaction, posts: Sequence[Post], *, ephemeral: bool = True) -> list[str]:
    """Post in answer to an interaction; returns the posts' ids. Raises one of FAILURES."""
    return [await _answer(interaction, post, ephemeral) for post in posts]


async def update(interaction: discord.Interaction, post: Post) -> None:
    """Change the message whose component was pressed. Raises one of FAILURES."""
    if interaction.response.is_done():
        await interaction.edit_original_response(content=post.content, embeds=post.embeds, view=post.view)
    else:
        await interaction.response.edit_message(content=post.content, embeds=post.embeds, view=post.view)


async def _answer(interaction: discord.Interaction, post: Post, ephemeral: bool) -> str:
    if interaction.response.is_done():
        sent = await interaction.followup.send(
            post.content or discord.utils.MISSING, embeds=post.embeds, view=post.view, ephemeral=ephemeral, wait=True
        )
        return str(sent.id)
    response = await interaction.response.send_message(
        post.content, embeds=post.embeds, view=post.view, ephemeral=ephemeral
    )
    return str(response.message_id)
