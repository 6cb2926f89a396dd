"""Slash commands."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.deliveries import Action, Owed
from bot.messages import Message, Response
from connectors.discord_connector import setup_panel, wording
from connectors.discord_connector.answering import FAILURES, answer, soon
from connectors.discord_connector.menus import forget_menu, topics_menu
from connectors.discord_connector.reading import PLATFORM, read_command
from connectors.discord_connector.rendering import as_posts, shorten, words

if TYPE_CHECKING:
    from connectors.discord_connector.client import Client

logger = logging.getLogger(__name__)

MAX_QUESTION = 1000
MAX_TITLE = 100
MAX_TITLES = 25


class CommandTree(app_commands.CommandTree["Client"]):
    """The commands, and what is done where one fails."""

    def __init__(self, client: Client) -> None:
        """All commands there are, not yet made known to Discord."""
        super().__init__(client)
        commands: list[app_commands.Command[Any, ..., Any] | app_commands.Group] = [
            ask,
            topics,
            mydata,
            forgetme,
            help_,
        ]
        for command in (*commands, signpost):
            self.add_command(command)

    async def publish(self) -> None:
        """Make the commands known. Where that fails, those that Discord knows from before go on working."""
        try:
            await self.sync()
        except FAILURES as error:
            logger.warning(
                "Discord did not take the slash commands (%s); all else works without.", type(error).__name__
            )

    async def interaction_check(self, interaction: discord.Interaction[Client], /) -> bool:
        """Whether the bot still takes commands; what it takes, it finishes before it stops."""
        return interaction.client.hold_current_task()

    async def on_error(self, interaction: discord.Interaction[Client], error: app_commands.AppCommandError, /) -> None:
        """Own up to a failure, in private."""
        cause = error.__cause__ or error
        logger.warning("A slash command failed (%s).", type(cause).__name__)
        try:
            await answer(interaction, [words(wording.FAILED)])
        except FAILURES:
            logger.warning("A slash command could not be answered.")


@app_commands.command(description="Ask for an official answer")
@app_commands.describe(question="Your question in your own words, or the title of an answer")
async def ask(interaction: discord.Interaction[Client], question: app_commands.Range[str, 1, MAX_QUESTION]) -> None:
    """Ask a question. The answer is for all to see."""
    client, received_at = interaction.client, time.monotonic()
    message = read_command(interaction, question)
    response = await soon(interaction, _respond(client, message), thinking=True)
    reply = _reply_to(message, response)
    client.delivery.add([owed for owed in response.owed if owed is not reply], received_at)
    if reply is None or reply.reply is None:
        await _say_in_private(interaction, _no_answer(message, response))
        return
    try:
        posts = await answer(interaction, as_posts(reply.reply, reply.is_urgent), ephemeral=False)
    except Exception:  # noqa: BLE001 -- whatever it was, the reply is still owed
        # Mostly it came too late: the reply goes to the channel as any other does.
        client.delivery.add([reply], received_at)
    else:
        await client.delivery.posted(reply, posts, received_at)


@ask.autocomplete("question")
async def suggest_titles(interaction: discord.Interaction[Client], current: str) -> list[app_commands.Choice[str]]:
    """Titles of answers that have the words typed so far, those that begin with them first."""
    typed = current.casefold().split()
    titles = [answer.title for topic in interaction.client.desk.handler.topics() for answer in topic.answers]
    found = [title for title in titles if all(word in title.casefold() for word in typed)]
    found.sort(key=lambda title: not title.casefold().startswith(current.casefold()))
    names = [shorten(title, MAX_TITLE) for title in found[:MAX_TITLES]]
    return [app_commands.Choice(name=name, value=name) for name in names]


@app_commands.command(description="Browse every answer by subject")
async def topics(interaction: discord.Interaction[Client]) -> None:
    """Menus of services and their answers, in private."""
    await answer(interaction, [topics_menu(interaction.client.desk.handler)])


@app_commands.command(description="See what is held about you, in private")
async def mydata(interaction: discord.Interaction[Client]) -> None:
    """Show a person what is held about them."""
    held = interaction.client.desk.records.held_about(PLATFORM, str(interaction.user.id))
    reply = await soon(interaction, held, thinking=True, ephemeral=True)
    await answer(interaction, as_posts(reply, buttons=False))


@app_commands.command(description="Erase what is held about you")
async def forgetme(interaction: discord.Interaction[Client]) -> None:
    """Ask whether to erase what is held about a person."""
    await answer(interaction, [forget_menu()])


@app_commands.command(name="help", description="What I do, how to ask, and how to remove a reply")
async def help_(interaction: discord.Interaction[Client]) -> None:
    """Say what the bot does."""
    await answer(interaction, [words(wording.HELP)])


signpost = app_commands.Group(
    name="signpost",
    description="For moderators",
    default_permissions=discord.Permissions(manage_guild=True),
    guild_only=True,
)


@signpost.command(description="Choose when and how Signpost answers here")
async def setup(interaction: discord.Interaction[Client]) -> None:
    """Show the panel of settings, in private."""
    await answer(interaction, [setup_panel.open_panel(interaction, interaction.client.desk)])


async def _respond(client: Client, message: Message) -> Response:
    """The response to a command, after the messages before it in its channel."""
    responses: list[Response] = []

    async def work() -> None:
        responses.append(await client.desk.handler.respond(message))

    await client.lanes.run(int(message.thread or message.channel), work)
    return responses[0]


def _reply_to(message: Message, response: Response) -> Owed | None:
    """Of all that is owed, the reply that answers the command."""
    return next(
        (owed for owed in response.owed if owed.action is Action.POST and owed.reply_to == message.message_id), None
    )


def _no_answer(message: Message, response: Response) -> str:
    if any(owed.place == message.place for owed in response.owed):
        return wording.POSTED_ABOVE
    return wording.SILENCE.get(response.outcome, wording.NO_ANSWER)


async def _say_in_private(interaction: discord.Interaction[Client], text: str) -> None:
    if not interaction.response.is_done():
        await answer(interaction, [words(text)])
        return
    # It was acknowledged for all to see, and what comes first after that is for all to see too.
    await interaction.edit_original_response(content="…")
    await answer(interaction, [words(text)])
    await interaction.delete_original_response()
