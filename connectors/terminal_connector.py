"""The terminal as a community of one: every line typed is addressed to the bot."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from bot.messages import Message, Reply, Response
from connectors.base import Connector, Handler

HELP = (
    "Type a question. A line that begins with > replies to the last answer, a number picks a choice, "
    "+ or - says whether an answer helped, /quit leaves."
)
PROMPT = "\nyou> "
LEAVE = ("/quit", "/exit", "/bye")
REPLY = ">"
VOTES = {"+": True, "-": False}


class TerminalConnector(Connector):
    """Reads lines and prints replies."""

    name = "terminal"

    def __init__(self, console: Console | None = None, read_line: Callable[[str], str] = input) -> None:
        """Talk on a console. `read_line` shows a prompt and returns a line, or raises EOFError at the end."""
        self._console = console or Console()
        self._read_line = read_line
        self._channel = f"session-{uuid.uuid4().hex}"
        self._turns = itertools.count(1)
        self._last: tuple[Response, Reply] | None = None
        self._last_answer = ""

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
        turn = f"turn-{next(self._turns)}"
        message = Message(line, self.name, channel=self._channel, thread=turn, author="terminal", message_id=turn)
        if line.startswith(REPLY):
            text = line.removeprefix(REPLY).strip()
            await self._ask(replace(message, text=text, reply_to_message_id=self._last_answer), handler)
        elif self._last and line in VOTES and self._last[1].allows_feedback:
            await self.send(message, await handler.give_feedback(message, self._last[0].question_id, VOTES[line]))
        elif self._last and line.isdecimal() and self._last[1].choices:
            await self._pick(int(line), message, handler)
        else:
            await self._ask(message, handler)

    async def _ask(self, message: Message, handler: Handler) -> None:
        with self._console.status("Thinking…"):
            response = await handler.respond(message)
        if response.reply is None:
            self._console.print(Text(f"(silence: {response.outcome.value})", style="dim"))
            return
        await self._deliver(message, response, response.reply, handler)

    async def _pick(self, number: int, message: Message, handler: Handler) -> None:
        assert self._last is not None
        response, reply = self._last
        if not 1 <= number <= len(reply.choices):
            self._console.print(Text(f"Choose a number from 1 to {len(reply.choices)}.", style="dim"))
            return
        picked = await handler.choose(message, response.question_id, reply.choices[number - 1])
        await self._deliver(message, replace(response, reply=picked), picked, handler)

    async def _deliver(self, message: Message, response: Response, reply: Reply, handler: Handler) -> None:
        """Print a reply under an id of its own, by which a later line can reply to it."""
        await self.send(message, reply)
        reply_id = f"reply-to-{message.message_id}"
        await handler.note_delivered(response, reply_id)
        self._last = response, reply
        if reply.given:
            self._last_answer = reply_id


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
