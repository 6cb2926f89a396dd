"""The terminal is a platform like any other: lines in, replies out."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import pytest
from rich.console import Console

from bot.deliveries import Action, ButtonKind, Owed, Press, Pressed
from bot.errors import QuestionLogError
from bot.messages import Choice, Given, Message, Outcome, Reply, Response, Source
from connectors.base import Communities, Desk, Handler, Outbox, Records
from connectors.terminal_connector import TerminalConnector

pytestmark = pytest.mark.asyncio

ANSWER = Reply(
    body="You get **52 weeks**.",
    title="Maternity leave [UK]",
    notice="Some figures have just changed.",
    sources=(Source("GOV.UK", "https://www.gov.uk/maternity"),),
    department="HMRC",
    reviewed="2026-11-22",
    choices=(Choice("Scotland", "leave", "scotland"), Choice("Wales", "leave", "wales")),
    allows_feedback=True,
    given=Given("leave"),
)
OFFER = Reply("Choose one:", choices=(Choice("Maternity leave", "leave", "scotland"), Choice("None of these", "")))
RESPONSES = {
    "leave": Response(Outcome.ANSWERED, ANSWER, question_id=7),
    "either": Response(Outcome.CLARIFY, OFFER, question_id=9),
    "hello": Response(Outcome.SMALL_TALK, Reply("Hello."), question_id=8),
    "quiet": Response(Outcome.IGNORED_DUPLICATE),
}


class ScriptedHandler:
    """Responds by a script, and remembers what it was handed."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.messages: list[Message] = []
        self.presses: list[Press] = []

    async def respond(self, message: Message) -> Response:
        """The script's response, with its reply owed."""
        self.messages.append(message)
        response = RESPONSES.get(message.text, Response(Outcome.UNANSWERED_LOW_CONFIDENCE, Reply("No idea.")))
        if response.reply is None:
            return response
        owed = Owed(len(self.messages), message.place, Action.POST, response.reply, message.message_id)
        return replace(response, owed=(owed,))

    async def press(self, press: Press) -> Pressed:
        """Thanks for a vote or for none; a reply that names the choice for a pick."""
        self.presses.append(press)
        button = press.button
        if button.kind is not ButtonKind.PICK:
            return Pressed(word="Thanks for that.")
        return Pressed(reply=Reply(f"Chosen: {button.nation}", given=Given(button.answer, button.nation)))

    @property
    def pressed(self) -> list[tuple[str, ButtonKind, str]]:
        """Each press: under which post, which button, and the nation that it picks."""
        return [(press.post, press.button.kind, press.button.nation) for press in self.presses]


class ScriptedOutbox:
    """Remembers what was delivered, and where it stands."""

    def __init__(self, fails: bool = False) -> None:
        """Remember nothing yet."""
        self.delivered_replies: list[Reply | None] = []
        self.posts: list[str] = []
        self._fails = fails

    async def delivered(self, owed: Owed, posts: Sequence[str] = ()) -> None:
        """Remember it, or fail as a locked log does."""
        if self._fails:
            raise QuestionLogError("The question log can't be used: another process holds it.")
        self.delivered_replies.append(owed.reply)
        self.posts += posts


@dataclass(frozen=True)
class Talk:
    """What came of some typed lines."""

    handler: ScriptedHandler
    outbox: ScriptedOutbox
    printed: str


def typed(*lines: str, end: type[BaseException] = EOFError) -> Callable[[str], str]:
    """A person who types some lines, and then ends the input."""
    rest = iter(lines)

    def read_line(prompt: str) -> str:
        line = next(rest, None)
        if line is None:
            raise end
        return line

    return read_line


async def talk(*lines: str, end: type[BaseException] = EOFError, locked: bool = False) -> Talk:
    """What the handler was asked, what was delivered, and what was printed."""
    handler, outbox, printed = ScriptedHandler(), ScriptedOutbox(locked), io.StringIO()
    console = Console(file=printed, width=100, force_terminal=False)
    await TerminalConnector(console, typed(*lines, end=end)).listen(_desk(handler, outbox))
    return Talk(handler, outbox, printed.getvalue())


def _desk(handler: ScriptedHandler, outbox: ScriptedOutbox) -> Desk:
    # The terminal asks nothing of the rest.
    return Desk(cast("Handler", handler), cast("Outbox", outbox), cast("Communities", None), cast("Records", None))


async def test_a_line_is_an_addressed_message() -> None:
    """What is typed reaches the handler as it is, addressed to the bot, in a direct message."""
    (message,) = (await talk("  how much is smp?  ")).handler.messages
    assert (message.text, message.platform, message.addressed) == ("how much is smp?", "terminal", True)
    assert message.community == ""


async def test_every_part_of_a_reply_is_printed() -> None:
    """Notice, title, body, source, department, choices and the automated label can be read; Markdown can't."""
    printed = (await talk("leave")).printed
    for part in (
        ANSWER.notice, ANSWER.title, "You get 52 weeks.", "https://www.gov.uk/maternity", "HMRC · reviewed 2026-11-22",
        "1  Scotland", "2  Wales", "Did this help?", "automated reply",
    ):  # fmt: skip
        assert part in printed
    assert "**" not in printed


async def test_markup_in_what_people_write_is_not_obeyed() -> None:
    """A title with brackets is printed, not read as Rich's markup."""
    assert "[UK]" in (await talk("leave")).printed


async def test_a_reply_is_delivered_once_printed() -> None:
    """The outbox learns that each reply was shown, under an id of its own."""
    outbox = (await talk("leave", "hello")).outbox
    assert outbox.delivered_replies == [ANSWER, RESPONSES["hello"].reply]
    assert len(set(outbox.posts)) == 2


async def test_a_delivery_that_cannot_be_noted_ends_no_talk(caplog: pytest.LogCaptureFixture) -> None:
    """What was printed stays printed, the error is told, and the next line is answered."""
    ended = await talk("leave", "2", "hello", locked=True)
    assert "52 weeks" in ended.printed and "Chosen: wales" in ended.printed and "Hello." in ended.printed
    assert "another process holds it" in caplog.text


async def test_silence_is_shown_as_such() -> None:
    """In the terminal one sees why nothing was said, and nothing counts as delivered."""
    ended = await talk("quiet")
    assert "(silence: ignored_duplicate)" in ended.printed
    assert ended.outbox.posts == []


async def test_a_number_picks_a_choice() -> None:
    """A number presses that choice under the last reply, and the reply that comes of it is printed."""
    ended = await talk("leave", "2")
    assert ended.handler.pressed == [(ended.outbox.posts[0], ButtonKind.PICK, "wales")]
    (press,) = ended.handler.presses
    assert (press.place.platform, press.author) == ("terminal", ended.handler.messages[0].author)
    assert press.button.answer == "leave" and press.place.channel == ended.handler.messages[0].channel
    assert "Chosen: wales" in ended.printed


async def test_none_of_these_is_a_choice() -> None:
    """The choice without an answer says that none was right."""
    ended = await talk("either", "2")
    assert ended.handler.pressed == [(ended.outbox.posts[0], ButtonKind.NONE_OF_THESE, "")]
    assert "Thanks for that." in ended.printed


@pytest.mark.parametrize("number", ["0", "3", "99999"])
async def test_a_number_that_is_no_choice_is_explained(number: str) -> None:
    """A number out of range says which are in it, and asks the handler nothing."""
    ended = await talk("leave", number)
    assert "Choose a number from 1 to 2." in ended.printed
    assert (ended.handler.presses, len(ended.handler.messages)) == ([], 1)


async def test_a_number_without_choices_is_a_question() -> None:
    """Where nothing is offered, a number or a vote is a message like any other."""
    handler = (await talk("999", "+", "hello", "1", "-")).handler
    assert [message.text for message in handler.messages] == ["999", "+", "hello", "1", "-"]


@pytest.mark.parametrize(("sign", "kind"), [("+", ButtonKind.HELPFUL), ("-", ButtonKind.NOT_HELPFUL)])
async def test_a_sign_is_a_vote(sign: str, kind: ButtonKind) -> None:
    """+ and - say whether the last answer helped."""
    ended = await talk("leave", sign)
    assert ended.handler.pressed == [(ended.outbox.posts[0], kind, "")]
    assert "Thanks for that." in ended.printed


async def test_a_vote_goes_to_the_last_answer_after_a_silence() -> None:
    """A line that was met with silence doesn't take the place of the answer before it."""
    ended = await talk("leave", "quiet", "+")
    assert ended.handler.pressed == [(ended.outbox.posts[0], ButtonKind.HELPFUL, "")]


async def test_after_a_pick_the_picked_reply_is_the_last() -> None:
    """The choices of a reply are gone once one was picked, so a number is a message again."""
    handler = (await talk("leave", "1", "1")).handler
    assert len(handler.presses) == 1
    assert [message.text for message in handler.messages] == ["leave", "1"]


async def test_after_a_vote_the_choices_are_still_there() -> None:
    """A word of thanks takes no reply's place."""
    ended = await talk("leave", "+", "1")
    assert [kind for _, kind, _ in ended.handler.pressed] == [ButtonKind.HELPFUL, ButtonKind.PICK]


@pytest.mark.parametrize("line", ["/quit", "/EXIT", " /bye "])
async def test_one_can_leave(line: str) -> None:
    """A word for leaving ends the talk at once."""
    assert (await talk(line, "leave")).handler.messages == []


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
async def test_the_end_of_the_input_ends_the_talk(end: type[BaseException]) -> None:
    """Ctrl-D and Ctrl-C end the talk without a traceback."""
    assert len((await talk("hello", end=end)).handler.messages) == 1


async def test_a_fault_of_the_input_is_not_swallowed() -> None:
    """Bytes that are no text, or a closed input, are told to whoever runs the bot."""
    with pytest.raises(ValueError):
        await talk("hello", end=ValueError)


async def test_the_talk_ends_when_the_bot_stops() -> None:
    """A terminal that waits for a line doesn't hold the bot up."""
    asked, released = threading.Event(), threading.Event()

    def read_line(prompt: str) -> str:
        asked.set()
        released.wait()
        raise EOFError

    terminal = TerminalConnector(Console(file=io.StringIO()), read_line)
    listening = asyncio.create_task(terminal.listen(_desk(ScriptedHandler(), ScriptedOutbox())))
    await asyncio.to_thread(asked.wait)
    await terminal.stop()
    await listening
    released.set()


async def test_a_terminal_that_was_stopped_twice_or_never_begun_is_at_rest() -> None:
    """Stopping does no harm, whenever it comes."""
    terminal = TerminalConnector(Console(file=io.StringIO()), typed())
    await terminal.stop()
    await terminal.listen(_desk(ScriptedHandler(), ScriptedOutbox()))
    await terminal.stop()


async def test_empty_lines_are_skipped() -> None:
    """An empty line asks nothing."""
    handler = (await talk("", "   ", "hello")).handler
    assert [message.text for message in handler.messages] == ["hello"]


async def test_lines_never_count_as_a_burst() -> None:
    """Each line is a thread and a message of its own, so that a developer can ask the same twice."""
    handler = (await talk("hello", "hello")).handler
    assert len({(message.thread, message.message_id) for message in handler.messages}) == 2


async def test_two_sessions_are_two_channels() -> None:
    """What was said in an earlier one is not come back to."""
    channels = {(await talk("hello")).handler.messages[0].channel for _ in range(2)}
    assert len(channels) == 2


@pytest.mark.parametrize("between", [(), ("hello",), ("quiet",), ("+",)])
@pytest.mark.parametrize("line", [">and for twins?", "> and for twins?"])
async def test_a_line_can_reply_to_the_last_answer(line: str, between: tuple[str, ...]) -> None:
    """A line that begins with > replies to the post of the last answer, whatever else was said since."""
    ended = await talk("leave", *between, line)
    message = ended.handler.messages[-1]
    assert (message.text, message.reply_to_message_id) == ("and for twins?", ended.outbox.posts[0])
    assert message.channel == ended.handler.messages[0].channel


async def test_a_picked_answer_can_be_replied_to() -> None:
    """After a pick, the picked answer stands in the same post, and is the last one."""
    ended = await talk("leave", "hello", "either", "1", "> and for twins?")
    assert ended.handler.messages[-1].reply_to_message_id == ended.outbox.posts[2]


async def test_a_reply_before_any_answer_is_a_question() -> None:
    """Where nothing has been answered, there is nothing to reply to."""
    message = (await talk("hello", "> leave")).handler.messages[-1]
    assert (message.text, message.reply_to_message_id) == ("leave", "")


async def test_the_greeting_says_what_can_be_typed() -> None:
    """Each sign that a line can begin with is explained before the first line."""
    printed = (await talk()).printed
    assert all(sign in printed for sign in (">", "+", "-", "/quit", "number"))
