"""`signpost demo`: watch the bot in a simulated community."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from bot.cli.options import DEFAULT_DATA, Data
from bot.cli.release import current_release

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app import Project
    from bot.releases import Release
    from connectors.fakes.scene import Happening

_COLOURS = {"post": "green", "edit": "yellow", "removal": "red"}
_SUBTITLES = {"post": "replies", "edit": "changes its reply", "removal": "removes its reply"}


TOUR = """
1. Open {address} and sign in as **{editor}**, password **{password}**. Home shows what needs somebody today.
2. Under *Themes*, open the one about electric scooters: what people asked, where, and how many would like to know too.
3. Choose *Write the answer*. The questions are filled in; write two short sentences, name a source such as
   https://www.gov.uk/guidance/powered-transporters, save, look at the previews, and hand it in for approval.
4. A candidate release is now built, which takes about two minutes. Meanwhile look at *Answers* and *Insights*.
5. Sign out, and sign in as **{approver}** with the same password: nobody approves what they wrote. Look at what the
   answer would catch, and approve it.
6. Within seconds the bot answers from the new release, and everyone who had asked is told: their replies appear below.

Press Ctrl-C to end. Nothing of this is kept.
"""


def demo(
    data: Data = DEFAULT_DATA,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="How many times as fast as one can read.")] = 1.0,
    tour: Annotated[bool, typer.Option("--console", help="A guided tour of the console, with example data.")] = False,
) -> None:
    """Watch the bot among citizens, moderators and trolls, on simulated platforms. Needs no token."""
    from bot.app import open_project
    from bot.app.demonstration import play_scene

    project = open_project(data)
    console = Console()
    release = current_release(project)

    def show(happening: Happening) -> None:
        console.print(_drawn(happening))

    if tour:
        asyncio.run(_tour(project, release, console, show))
    else:
        asyncio.run(play_scene(project, release, show, speed))


async def _tour(project: Project, release: Release, console: Console, show: Callable[[Happening], None]) -> None:
    from bot.accounts import Role
    from bot.app.demonstration import touring_console
    from bot.running import stop_signals

    console.print("Preparing some weeks of example questions, in a copy that is thrown away afterwards.")
    with stop_signals() as stopping:
        async with touring_console(project, release, show) as tour:
            editor, approver = tour.people[Role.EDITOR], tour.people[Role.APPROVER]
            steps = TOUR.format(address=tour.address, editor=editor, approver=approver, password=tour.password)
            console.print(Panel(Markdown(steps), title="A tour of the console", width=100))
            await stopping.wait()


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
