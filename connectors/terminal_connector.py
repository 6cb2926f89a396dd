"""The terminal as a community of one: every line typed is addressed to the bot."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from bot.deliveries import Button, ButtonKind, Press
from bot.errors import QuestionLogError
from bot.messages import Message, Reply, Response
from connectors.base import Connector, Desk

logger = logging.getLogger(__name__)

HELP = (
    "Type a question. A line that begins with > replies to the last answer, a number picks a choice, "
    "+ or - says whether an answer helped, /quit leaves."
)
PROMPT = "\nyou> "
LEAVE = ("/quit", "/exit", "/bye")
REPLY = ">"
AUTHOR = "terminal"
VOTES = {"+": ButtonKind.HELPFUL, "-": ButtonKind.NOT_HELPFUL}


class TerminalConnector(Connector):
    """Reads lines and prints replies."""

    name = "terminal"

    def __init__(self, console: Console | None = None, read_line: Callable[[str], str] = input) -> None:
        """Talk on a console. `read_line` shows a prompt and returns a line, or raises EOFError at the end."""
        self._console = console or Console()
        self._read_line = read_line
        self._channel = f"session-{uuid.uuid4().hex}"
        self._turns = itertools.count(1)
        self._line: asyncio.Future[str | None] | None = None
        self._last: tuple[str, Reply] | None = None
        self._last_answer = ""

    async def listen(self, desk: Desk) -> None:
        """Talk until the input ends or the person leaves."""
        self._console.print(Text(HELP, style="dim"))
        while (line := await self._next_line()) is not None:
            if line:
                await self._take(line, desk)

    async def stop(self) -> None:
        """Read no further line."""
        if self._line is not None:
            _settle(self._line, None)

    def show(self, reply: Reply) -> None:
        """Print a reply."""
        self._console.print(_panel(reply))

    async def _next_line(self) -> str | None:
        """What is typed next, or None at the end. Its thread is left behind when the bot stops: nothing can wake it."""
        loop = asyncio.get_running_loop()
        self._line = loop.create_future()
        threading.Thread(target=self._read_into, args=(loop, self._line), daemon=True).start()
        line = await self._line
        return None if line is None or line.strip().lower() in LEAVE else line.strip()

    def _read_into(self, loop: asyncio.AbstractEventLoop, line: asyncio.Future[str | None]) -> None:
        typed, error = None, None
        try:
            typed = self._read_line(PROMPT)
        except (EOFError, KeyboardInterrupt):
            pass
        except Exception as problem:  # noqa: BLE001 -- raised where the line is waited for
            error = problem
        with contextlib.suppress(RuntimeError):  # The loop is closed: the bot has stopped.
            loop.call_soon_threadsafe(_settle, line, typed, error)

    async def _take(self, line: str, desk: Desk) -> None:
        turn = f"turn-{next(self._turns)}"
        message = Message(line, self.name, channel=self._channel, thread=turn, author=AUTHOR, message_id=turn)
        if line.startswith(REPLY):
            text = line.removeprefix(REPLY).strip()
            await self._ask(replace(message, text=text, reply_to_message_id=self._last_answer), desk)
        elif self._last and line in VOTES and self._last[1].allows_feedback:
            await self._press(message, Button(VOTES[line]), desk)
        elif self._last and line.isdecimal() and self._last[1].choices:
            await self._pick(int(line), message, desk)
        else:
            await self._ask(message, desk)

    async def _ask(self, message: Message, desk: Desk) -> None:
        with self._console.status("Thinking…"):
            response = await desk.handler.respond(message)
        if response.reply is None:
            self._console.print(Text(f"(silence: {response.outcome.value})", style="dim"))
            return
        await self._deliver(message, response, response.reply, desk)

    async def _deliver(self, message: Message, response: Response, reply: Reply, desk: Desk) -> None:
        """Print a reply under an id of its own, by which a later line can reply to it."""
        self.show(reply)
        reply_id = f"reply-to-{message.message_id}"
        try:
            for owed in response.owed:
                await desk.outbox.delivered(owed, [reply_id])
        except QuestionLogError as error:
            # It can be read all the same, and the talk goes on.
            logger.error("%s", error)
        self._remember(reply_id, reply)

    async def _pick(self, number: int, message: Message, desk: Desk) -> None:
        assert self._last is not None
        choices = self._last[1].choices
        if not 1 <= number <= len(choices):
            self._console.print(Text(f"Choose a number from 1 to {len(choices)}.", style="dim"))
            return
        choice = choices[number - 1]
        kind = ButtonKind.PICK if choice.answer else ButtonKind.NONE_OF_THESE
        await self._press(message, Button(kind, answer=choice.answer, nation=choice.nation), desk)

    async def _press(self, message: Message, button: Button, desk: Desk) -> None:
        """Press a button under the last reply; what the reply becomes is printed anew."""
        assert self._last is not None
        post = self._last[0]
        pressed = await desk.handler.press(Press(message.place, post, AUTHOR, button))
        if pressed.reply:
            self.show(pressed.reply)
            self._remember(post, pressed.reply)
        elif pressed.word:
            self._console.print(Text(pressed.word, style="dim"))

    def _remember(self, post: str, reply: Reply) -> None:
        self._last = post, reply
        if reply.given:
            self._last_answer = post


def _settle(line: asyncio.Future[str | None], typed: str | None, error: Exception | None = None) -> None:
    if line.done():
        return
    if error is None:
        line.set_result(typed)
    else:
        line.set_exception(error)


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
