"""A reply as Discord shows it: an embed with buttons, or plain text where embeds are not allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.deliveries import Button, ButtonKind
from bot.messages import Reply, Source
from connectors.buttons import data_of, rows_of
from connectors.signature import signature_of
from connectors.splitting import length_of, split

# Discord's limits, in UTF-16 units to be safe (API reference, Message and Embed limits).
MAX_CONTENT = 2000
MAX_DESCRIPTION = 4096
MAX_TITLE = 256
MAX_LABEL = 80
MAX_ROWS = 5
MAX_IN_ROW = 5

BLUE = 0x1D70B8
RED = 0xD4351C
_SHORT_LABEL = 22
"""Labels up to this length share a row."""


@dataclass(frozen=True)
class Post:
    """One message of Discord's."""

    content: str | None = None
    embeds: list[discord.Embed] = field(default_factory=list)
    view: discord.ui.View = field(default_factory=lambda: view_of([]))


def as_posts(reply: Reply, urgent: bool = False, buttons: bool = True) -> list[Post]:
    """A reply as one embed, or as several where it is longer than Discord allows; the last has the buttons."""
    parts = split(_description(reply), MAX_DESCRIPTION, length_of) or [""]
    posts = [Post(embeds=[discord.Embed(description=part, colour=RED if urgent else BLUE)]) for part in parts]
    first, last = posts[0].embeds[0], posts[-1].embeds[0]
    first.title = shorten(reply.title, MAX_TITLE) or None
    first.url = reply.sources[0].url if reply.title and reply.sources else None
    last.set_footer(text=signature_of(reply))
    return [*posts[:-1], Post(embeds=[last], view=reply_view(reply))] if buttons else posts


def as_plain_posts(reply: Reply) -> list[Post]:
    """The same where the bot may not post embeds."""
    title = f"**{reply.title}**" if reply.title else ""
    text = "\n\n".join(part for part in (title, _description(reply), f"-# {signature_of(reply)}") if part)
    posts = [Post(content=part) for part in split(text, MAX_CONTENT, length_of)]
    return [*posts[:-1], Post(content=posts[-1].content, view=reply_view(reply))]


def words(text: str, notice: str = "") -> Post:
    """A short word to one person. Its embed keeps links from growing previews."""
    return Post(embeds=[discord.Embed(description=_joined(_quoted(notice), text), colour=BLUE)])


def reply_view(reply: Reply) -> discord.ui.View:
    """The buttons under a reply."""
    rows = [[_button(button) for button in row] for row in rows_of(reply)]
    return view_of(rows[:MAX_ROWS] if reply.actions else _packed(rows))


def view_of(rows: Sequence[Sequence[discord.ui.Item[Any]]]) -> discord.ui.View:
    """Components that discord.py doesn't keep in memory: presses are told by their data alone (see presses.py)."""
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(rows):
        for item in row:
            item.row = number
            view.add_item(item)
    view.stop()
    return view


def shorten(text: str, limit: int) -> str:
    """A text that fits, with … for what is left out."""
    if length_of(text) <= limit:
        return text
    return text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", "ignore").rstrip() + "…"


def _description(reply: Reply) -> str:
    return _joined(_quoted(reply.notice), reply.body, _sources(reply.sources))


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _quoted(notice: str) -> str:
    return "\n".join(f"> {line}" for line in notice.splitlines())


def _sources(sources: tuple[Source, ...]) -> str:
    links = " · ".join(_link(source) for source in sources)
    return f"**{'Source' if len(sources) == 1 else 'Sources'}:** {links}" if links else ""


def _link(source: Source) -> str:
    url = source.url.replace("(", "%28").replace(")", "%29")
    return f"[{source.title.replace('[', '(').replace(']', ')')}]({url})"


def _button(button: Button) -> discord.ui.Button[Any]:
    if button.url:
        return discord.ui.Button(label=shorten(button.label, MAX_LABEL), url=button.url)
    style = discord.ButtonStyle.primary if button.kind is ButtonKind.PICK else discord.ButtonStyle.secondary
    return discord.ui.Button(style=style, label=shorten(button.label, MAX_LABEL), custom_id=data_of(button))


def _packed(rows: list[list[discord.ui.Button[Any]]]) -> list[list[discord.ui.Button[Any]]]:
    """Rows of one short button each, such as nations, put side by side; what is beyond Discord's limits is left out."""
    packed: list[list[discord.ui.Button[Any]]] = []
    for row in rows[:-1]:
        if packed and len(packed[-1]) < MAX_IN_ROW and _are_short([*packed[-1], *row]):
            packed[-1] += row
        else:
            packed.append(list(row))
    return [*packed[: MAX_ROWS - 1], *rows[-1:]]


def _are_short(buttons: Sequence[discord.ui.Button[Any]]) -> bool:
    return all(len(button.label or "") <= _SHORT_LABEL for button in buttons)
