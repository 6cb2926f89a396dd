"""`signpost demo`: watch the bot in a simulated community."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from bot.cli.options import DEFAULT_DATA, Data
from bot.cli.release import current_release

if TYPE_CHECKING:
    from connectors.fakes.scene import Happening

_COLOURS = {"post": "green", "edit": "yellow", "removal": "red"}
_SUBTITLES = {"post": "replies", "edit": "changes its reply", "removal": "removes its reply"}


def demo(
    data: Data = DEFAULT_DATA,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="How many times as fast as one can read.")] = 1.0,
) -> None:
    """Watch the bot among citizens, moderators and trolls, on simulated platforms. Needs no token."""
    from bot.app import open_project
    from bot.app.demonstration import play_scene

    project = open_project(data)
    console = Console()
    release = current_release(project)
    asyncio.run(play_scene(project, release, lambda happening: console.print(_drawn(happening)), speed))


def _drawn(happening: Happening) -> RenderableType:
    if happening.kind == "note":
        return Group(Text(), Rule(Text(happening.text, style="bold"), align="left"))
    if happening.kind == "person":
        return Text.assemble(("\n" + happening.where, "dim"), "  ", (happening.who, "bold cyan"), f"  {happening.text}")
    if happening.kind == "silence":
        return Padding(Text("(the bot says nothing)", style="dim"), (0, 0, 0, 6))
    if happening.kind == "word":
        return Padding(Text(f"only {happening.who} sees: {happening.text}", style="dim italic"), (0, 0, 0, 6))
    return Padding(_bubble(happening), (0, 0, 0, 6))


def _bubble(happening: Happening) -> Panel:
    style, is_gone = _COLOURS[happening.kind], happening.kind == "removal"
    text = Text(happening.text.partition("\n")[0], style="strike dim") if is_gone else Text(happening.text)
    buttons = Text("  ").join([Text(f" {label} ", style="reverse") for label in happening.labels])
    body = Group(text, Text(), buttons) if happening.labels and not is_gone else text
    title = f"Signpost {_SUBTITLES[happening.kind]} in {happening.where}"
    return Panel(body, title=title, title_align="left", border_style=style, width=86)
