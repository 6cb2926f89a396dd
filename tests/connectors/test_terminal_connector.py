"""The terminal is a platform like any other: lines in, replies out."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from bot.messages import Choice, Given, Message, Outcome, Reply, Response, Source
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
RESPONSES = {
    "leave": Response(Outcome.ANSWERED, ANSWER, question_id=7),
    "hello": Response(Outcome.SMALL_TALK, Reply("Hello."), question_id=8),
    "quiet": Response(Outcome.IGNORED_DUPLICATE),
}


class ScriptedHandler:
    """Responds by a script, and remembers what it was asked to do."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.messages: list[Message] = []
        self.choices: list[tuple[int | None, Choice]] = []
        self.votes: list[tuple[int | None, bool]] = []
        self.delivered: list[Response] = []
        self.posts: list[tuple[Given | None, str]] = []

    async def respond(self, message: Message) -> Response:
        """The script's response."""
        self.messages.append(message)
        return RESPONSES.get(message.text, Response(Outcome.UNANSWERED_LOW_CONFIDENCE, Reply("No idea.")))

    async def choose(self, message: Message, question_id: int | None, choice: Choice) -> Reply:
        """A reply that names the choice."""
        self.choices.append((question_id, choice))
        return Reply(f"Chosen: {choice.label}", given=Given(choice.answer, choice.nation))

    async def give_feedback(self, message: Message, question_id: int | None, helpful: bool) -> Reply:
        """Thanks."""
        self.votes.append((question_id, helpful))
        return Reply("Thanks for that.")

    async def note_delivered(self, response: Response, reply_message_id: str = "") -> None:
        """Remember it."""
        self.delivered.append(response)
        self.posts.append((response.reply.given if response.reply else None, reply_message_id))


def typed(*lines: str, end: type[BaseException] = EOFError) -> Callable[[str], str]:
    """A person who types some lines, and then ends the input."""
    rest = iter(lines)

    def read_line(prompt: str) -> str:
        line = next(rest, None)
        if line is None:
            raise end
        return line

    return read_line


async def talk(*lines: str, end: type[BaseException] = EOFError) -> tuple[ScriptedHandler, str]:
    """What the handler was asked, and what was printed."""
    handler, printed = ScriptedHandler(), io.StringIO()
    console = Console(file=printed, width=100, force_terminal=False)
    await TerminalConnector(console, typed(*lines, end=end)).listen(handler)
    return handler, printed.getvalue()


async def test_a_line_is_an_addressed_message() -> None:
    """What is typed reaches the handler as it is, addressed to the bot."""
    handler, _ = await talk("  how much is smp?  ")
    (message,) = handler.messages
    assert (message.text, message.platform, message.addressed) == ("how much is smp?", "terminal", True)


async def test_every_part_of_a_reply_is_printed() -> None:
    """Notice, title, body, source, department, choices and the automated label can be read; Markdown can't."""
    _, printed = await talk("leave")
    for part in (
        ANSWER.notice, ANSWER.title, "You get 52 weeks.", "https://www.gov.uk/maternity", "HMRC · reviewed 2026-11-22",
        "1  Scotland", "2  Wales", "Did this help?", "automated reply",
    ):  # fmt: skip
        assert part in printed
    assert "**" not in printed


async def test_markup_in_what_people_write_is_not_obeyed() -> None:
    """A title with brackets is printed, not read as Rich's markup."""
    _, printed = await talk("leave")
    assert "[UK]" in printed


async def test_a_reply_is_noted_as_delivered_once_printed() -> None:
    """The log learns that the reply was shown."""
    handler, _ = await talk("leave")
    assert handler.delivered == [RESPONSES["leave"]]


async def test_silence_is_shown_as_such() -> None:
    """In the terminal one sees why nothing was said, and nothing counts as delivered."""
    handler, printed = await talk("quiet")
    assert "(silence: ignored_duplicate)" in printed
    assert handler.delivered == []


async def test_a_number_picks_a_choice() -> None:
    """A number goes to the choices of the last reply, with the question they belong to."""
    handler, printed = await talk("leave", "2")
    assert handler.choices == [(7, ANSWER.choices[1])]
    assert "Chosen: Wales" in printed


@pytest.mark.parametrize("number", ["0", "3", "99999"])
async def test_a_number_that_is_no_choice_is_explained(number: str) -> None:
    """A number out of range says which are in it, and asks the handler nothing."""
    handler, printed = await talk("leave", number)
    assert "Choose a number from 1 to 2." in printed
    assert (handler.choices, len(handler.messages)) == ([], 1)


async def test_a_number_without_choices_is_a_question() -> None:
    """Where nothing is offered, a number or a vote is a message like any other."""
    handler, _ = await talk("999", "+", "hello", "1", "-")
    assert [message.text for message in handler.messages] == ["999", "+", "hello", "1", "-"]


@pytest.mark.parametrize(("sign", "helpful"), [("+", True), ("-", False)])
async def test_a_sign_is_a_vote(sign: str, helpful: bool) -> None:
    """+ and - say whether the last answer helped."""
    handler, printed = await talk("leave", sign)
    assert handler.votes == [(7, helpful)]
    assert "Thanks for that." in printed


async def test_a_vote_goes_to_the_last_answer_after_a_silence() -> None:
    """A line that was met with silence doesn't take the place of the answer before it."""
    handler, _ = await talk("leave", "quiet", "+")
    assert handler.votes == [(7, True)]


async def test_after_a_pick_the_picked_reply_is_the_last() -> None:
    """The choices of a reply are gone once one was picked, so a number is a message again."""
    handler, _ = await talk("leave", "1", "1")
    assert len(handler.choices) == 1
    assert [message.text for message in handler.messages] == ["leave", "1"]


@pytest.mark.parametrize("line", ["/quit", "/EXIT", " /bye "])
async def test_one_can_leave(line: str) -> None:
    """A word for leaving ends the talk at once."""
    handler, _ = await talk(line, "leave")
    assert handler.messages == []


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
async def test_the_end_of_the_input_ends_the_talk(end: type[BaseException]) -> None:
    """Ctrl-D and Ctrl-C end the talk without a traceback."""
    handler, _ = await talk("hello", end=end)
    assert len(handler.messages) == 1


async def test_empty_lines_are_skipped() -> None:
    """An empty line asks nothing."""
    handler, _ = await talk("", "   ", "hello")
    assert [message.text for message in handler.messages] == ["hello"]


async def test_lines_never_count_as_a_burst() -> None:
    """Each line is a thread of its own, so that a developer can ask the same twice."""
    handler, _ = await talk("hello", "hello")
    assert len({message.thread for message in handler.messages}) == 2


@pytest.mark.parametrize("between", [(), ("hello",), ("quiet",), ("+",)])
@pytest.mark.parametrize("line", [">and for twins?", "> and for twins?"])
async def test_a_line_can_reply_to_the_last_answer(line: str, between: tuple[str, ...]) -> None:
    """A line that begins with > replies to the post of the last answer, whatever else was said since."""
    handler, _ = await talk("leave", *between, line)
    message = handler.messages[-1]
    assert (message.text, message.reply_to_message_id) == ("and for twins?", handler.posts[0][1])
    assert message.channel == handler.messages[0].channel


async def test_a_picked_answer_can_be_replied_to() -> None:
    """After a pick, the picked answer is the last one."""
    handler, _ = await talk("leave", "2", "> and for twins?")
    assert handler.posts[-1] != handler.posts[0]
    assert handler.posts[1][0] == Given("leave", "wales")
    assert handler.messages[-1].reply_to_message_id == handler.posts[1][1]


async def test_a_reply_before_any_answer_is_a_question() -> None:
    """Where nothing has been answered, there is nothing to reply to."""
    handler, _ = await talk("hello", "> leave")
    assert (handler.messages[-1].text, handler.messages[-1].reply_to_message_id) == ("leave", "")


async def test_the_greeting_says_what_can_be_typed() -> None:
    """Each sign that a line can begin with is explained before the first line."""
    _, printed = await talk()
    assert all(sign in printed for sign in (">", "+", "-", "/quit", "number"))
