"""The terminal as a community of one: every line typed is addressed to the bot."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from bot.messages import Message, Reply, Response
from connectors.base import Connector, Handler

HELP = "Type a question. A number picks a choice, + or - says whether an answer helped, /quit leaves."
PROMPT = "\nyou> "
LEAVE = ("/quit", "/exit", "/bye")
VOTES = {"+": True, "-": False}


class TerminalConnector(Connector):
    """Reads lines and prints replies."""

    name = "terminal"

    def __init__(self, console: Console | None = None, read_line: Callable[[str], str] = input) -> None:
        """Talk on a console. `read_line` shows a prompt and returns a line, or raises EOFError at the end."""
        self._console = console or Console()
        self._read_line = read_line
        self._turns = itertools.count(1)
        self._last: tuple[Message, Response, Reply] | None = None

    async def listen(self, handler: Handler) -> None:
        """Talk until the input ends or the person leaves."""
        self._console.print(Text(HELP, style="dim"))
        while (line := await self._next_line()) is not None:
            if line:
                await self._take(line, handler)

    async def send(self, message: Message, reply: Reply) -> None:
        """Print a reply."""
        self._console.print(_panel(reply))

    async def _next_line(self) -> str | None:
        try:
            line = (await asyncio.to_thread(self._read_line, PROMPT)).strip()
        except (EOFError, KeyboardInterrupt):
            return None
        return None if line.lower() in LEAVE else line

    async def _take(self, line: str, handler: Handler) -> None:
        message = Message(line, self.name, channel=f"turn-{next(self._turns)}", author="terminal")
        if self._last and line in VOTES and self._last[2].allows_feedback:
            await self.send(message, await handler.give_feedback(message, self._last[1].question_id, VOTES[line]))
        elif self._last and line.isdecimal() and self._last[2].choices:
            await self._pick(int(line), message, handler)
        else:
            await self._ask(message, handler)

    async def _ask(self, message: Message, handler: Handler) -> None:
        with self._console.status("Thinking…"):
            response = await handler.respond(message)
        if response.reply is None:
            self._console.print(Text(f"(silence: {response.outcome.value})", style="dim"))
            return
        await self.send(message, response.reply)
        await handler.note_delivered(response)
        self._last = message, response, response.reply

    async def _pick(self, number: int, message: Message, handler: Handler) -> None:
        assert self._last is not None
        _, response, reply = self._last
        if not 1 <= number <= len(reply.choices):
            self._console.print(Text(f"Choose a number from 1 to {len(reply.choices)}.", style="dim"))
            return
        picked = await handler.choose(message, response.question_id, reply.choices[number - 1])
        await self.send(message, picked)
        self._last = message, response, picked


def _panel(reply: Reply) -> Panel:
    parts: list[Markdown | Text] = []
    if reply.notice:
        parts += [Text(reply.notice, style="yellow"), Text()]
    parts.append(Markdown(reply.body))
    if reply.sources:
        parts.append(Text())
    for source in reply.sources:
        parts.append(Text.assemble((f"{source.title}: ", "dim"), (source.url, f"link {source.url}")))
    if reply.department:
        parts.append(Text(f"{reply.department} · reviewed {reply.reviewed}", style="dim"))
    if reply.choices:
        parts.append(Text())
    for number, choice in enumerate(reply.choices, 1):
        parts.append(Text.assemble((f" {number} ", "bold reverse"), f" {choice.label}"))
    if reply.allows_feedback:
        parts.append(Text("\nDid this help?  + yes   - no", style="dim"))
    title = f"[bold]{escape(reply.title)}[/]" if reply.title else None
    return Panel(Group(*parts), title=title, title_align="left", subtitle="automated reply", subtitle_align="right")
