"""What is browsed and confirmed in private: /topics, /forgetme. All that a menu needs is in its components' data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.messages import Reply
from bot.places import Topic, TopicAnswer
from connectors.base import Desk, Handler
from connectors.discord_connector import wording
from connectors.discord_connector.answering import answer, soon, update
from connectors.discord_connector.reading import PLATFORM, component_of, place_of
from connectors.discord_connector.rendering import Post, as_posts, shorten, view_of, words

PREFIX = "menu:"
MAX_OPTIONS = 25
MAX_OPTION_LABEL = 100
_SERVICE, _ANSWER, _NATION, _FORGET, _KEEP = (
    f"{PREFIX}{name}" for name in ("service", "answer", "nation", "forget", "keep")
)


def topics_menu(handler: Handler) -> Post:
    """Every service to choose from."""
    return _with_view(words(wording.CHOOSE_SERVICE), [[_services(handler)]])


def forget_menu() -> Post:
    """Asks whether to erase what is held about a person."""
    yes: discord.ui.Button[Any] = discord.ui.Button(
        label=wording.FORGET_YES, style=discord.ButtonStyle.danger, custom_id=_FORGET
    )
    no: discord.ui.Button[Any] = discord.ui.Button(
        label=wording.FORGET_NO, style=discord.ButtonStyle.secondary, custom_id=_KEEP
    )
    return _with_view(words(wording.FORGET), [[yes, no]])


async def take(interaction: discord.Interaction, data: str, desk: Desk) -> None:
    """Deal with a choice from one of the menus. Raises one of answering.FAILURES."""
    action, _, rest = data.removeprefix(PREFIX).partition(":")
    handler = desk.handler
    picked = next(iter(component_of(interaction)[1]), "")
    if action == "service":
        await update(interaction, _answers_menu(handler, picked))
    elif action == "answer":
        await _show_answer(interaction, handler, picked)
    elif action == "nation":
        slug, _, nation = rest.partition(":")
        await _show_answer(interaction, handler, slug, nation)
    elif action == "forget":
        reply = await soon(interaction, desk.records.forget(PLATFORM, str(interaction.user.id)))
        await update(interaction, as_posts(reply, buttons=False)[0])
    elif action == "keep":
        await update(interaction, words(wording.KEPT))


def _services(handler: Handler) -> discord.ui.Select[Any]:
    topics = list(handler.topics())[:MAX_OPTIONS]
    return _select(_SERVICE, wording.CHOOSE_SERVICE, [(topic.title, topic.service) for topic in topics])


def _answers_menu(handler: Handler, service: str) -> Post:
    """A service's answers, in as many menus as it takes, under the menu of services."""
    topic = next((topic for topic in handler.topics() if topic.service == service), None)
    if topic is None:
        return topics_menu(handler)
    menus = [
        _select(f"{_ANSWER}:{number}", _placeholder(part), [(one.title, one.slug) for one in part])
        for number, part in enumerate(_in_parts(topic)[:4])
    ]
    title = words(wording.CHOOSE_ANSWER_IN.format(service=topic.title))
    return _with_view(title, [[_services(handler)], *[[menu] for menu in menus]])


def _in_parts(topic: Topic) -> list[Sequence[TopicAnswer]]:
    return [topic.answers[at : at + MAX_OPTIONS] for at in range(0, len(topic.answers), MAX_OPTIONS)]


def _placeholder(part: Sequence[TopicAnswer]) -> str:
    return wording.CHOOSE_ANSWER if len(part) < MAX_OPTIONS else f"{wording.CHOOSE_ANSWER}: {part[0].title[:60]} …"


async def _show_answer(interaction: discord.Interaction, handler: Handler, slug: str, nation: str = "") -> None:
    """Show an answer to one person, below the menu. It has no votes: it answers nobody's question."""
    reply = handler.answer(place_of(interaction.channel, interaction.guild_id), slug, nation)
    if reply is None:
        await answer(interaction, [words(wording.WITHDRAWN)])
        return
    posts = as_posts(reply, buttons=False)
    await answer(interaction, [*posts[:-1], _with_view(posts[-1], [_nations(reply)])])


def _nations(reply: Reply) -> list[discord.ui.Button[Any]]:
    return [
        discord.ui.Button(
            label=shorten(choice.label, 80),
            style=discord.ButtonStyle.primary,
            custom_id=f"{_NATION}:{choice.answer}:{choice.nation}",
        )
        for choice in reply.choices[:5]
    ]


def _select(custom_id: str, placeholder: str, options: Sequence[tuple[str, str]]) -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=custom_id,
        placeholder=placeholder,
        options=[discord.SelectOption(label=shorten(label, MAX_OPTION_LABEL), value=value) for label, value in options],
    )


def _with_view(post: Post, rows: Sequence[Sequence[discord.ui.Item[Any]]]) -> Post:
    return Post(content=post.content, embeds=post.embeds, view=view_of(rows))
