"""What citizens meet while officials have paused the bot: urgent help and one short word, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import wording
from bot.deliveries import Action, Button, ButtonKind, Press, Pressed
from bot.front_desk import FrontDesk
from bot.messages import Given, Message, Outcome, Response
from bot.places import Mode
from bot.storage.pause_store import Scope
from tests.bot.responder_bench import ASKED, EMERGENCY, OVERHEARD, PRIVATE, Bench, acts, only

EVERYTHING = (Scope.EVERYTHING, "")
HERE = (Scope.COMMUNITY, "discord:parents")
WHOLE = pytest.mark.parametrize("pause", [EVERYTHING, HERE], ids=["everything", "the community"])
DRO = pytest.mark.parametrize(
    "pause", [(Scope.SERVICE, "debt"), (Scope.ANSWER, "dro")], ids=["the service", "the answer"]
)


def word_in(response: Response) -> str:
    """What is posted."""
    return response.reply.body if response.reply else ""


@WHOLE
@pytest.mark.parametrize("message", [ASKED, OVERHEARD, replace(OVERHEARD, channel="quiet")])
async def test_urgent_help_is_always_given(bench: Bench, pause: tuple[Scope, str], message: Message) -> None:
    """Nobody's election holds it back, nor the alert to the moderators."""
    bench.pause(*pause)
    response = await bench.say(EMERGENCY, message)
    assert response.outcome is Outcome.URGENT_HELP and len(response.owed) == 2


@pytest.mark.parametrize("message", [ASKED, PRIVATE], ids=["in a community", "in a direct message"])
async def test_an_emergency_in_pieces_is_seen(bench: Bench, message: Message) -> None:
    """What was met with the word on the pause is still read with what follows."""
    bench.pause(*EVERYTHING)
    assert (await bench.say("ive decided", message)).outcome is Outcome.WITHHELD_PAUSED
    assert (await bench.say("tonight", message, addressed=not message.community)).outcome is Outcome.URGENT_HELP


async def test_plain_emergencies_are_seen_without_the_model(bench: Bench) -> None:
    """A pause and a failing model together."""
    bench.pause(*EVERYTHING)
    assert (await bench.say("crash i want to kill myself")).outcome is Outcome.URGENT_HELP


@WHOLE
@pytest.mark.parametrize("text", ["what is a dro", "either of those", "a faint idea", "how is the weather", "hello"])
async def test_who_speaks_to_the_bot_is_told(bench: Bench, pause: tuple[Scope, str], text: str) -> None:
    """Whatever it is about; officials keep what was asked and what it could have meant."""
    bench.pause(*pause)
    response = await bench.say(text)
    assert response.outcome is Outcome.WITHHELD_PAUSED
    assert word_in(response) == wording.UNANSWERED[Outcome.WITHHELD_PAUSED]
    assert "gov.uk" in word_in(response) and "citizensadvice" in word_in(response)
    assert response.answer is None and bench.texts() == [text]
    assert response.reply and not (response.reply.choices or response.reply.allows_feedback)


@WHOLE
async def test_a_bare_mention_is_told_too(bench: Bench, pause: tuple[Scope, str]) -> None:
    """A greeting would invite a question in vain."""
    bench.pause(*pause)
    assert (await bench.say("")).outcome is Outcome.WITHHELD_PAUSED
    assert (await bench.say("", PRIVATE)).outcome is Outcome.IGNORED_EMPTY


@WHOLE
@pytest.mark.parametrize("text", ["what is a dro", "fairly sure", "lovely weather"])
async def test_what_is_overheard_is_met_with_silence(bench: Bench, pause: tuple[Scope, str], text: str) -> None:
    """And no words of it are kept."""
    bench.pause(*pause)
    response = await bench.say(text, OVERHEARD)
    assert (response.outcome, response.owed) == (Outcome.IGNORED_PAUSED, ())
    assert bench.texts() == [None]


async def test_a_paused_community_stops_nobody_elsewhere(bench: Bench) -> None:
    """Other servers and direct messages are answered."""
    bench.pause(*HERE)
    for message in (PRIVATE, replace(ASKED, community="carers"), replace(ASKED, platform="telegram")):
        assert (await bench.say("what is a dro", message)).outcome is Outcome.ANSWERED


async def test_moderators_mutes_go_before(bench: Bench) -> None:
    """Where the bot is switched off, it doesn't speak up to say that it is paused."""
    bench.pause(*EVERYTHING)
    bench.settle(mode=Mode.OFF)
    assert (await bench.say("what is a dro")).outcome is Outcome.IGNORED_MUTED


async def test_a_burst_gets_one_word(bench: Bench) -> None:
    """The word under the first piece stands for all that follow; officials keep the whole question."""
    bench.pause(*EVERYTHING)
    first = await bench.say("a faint idea", PRIVATE, message_id="m1")
    second = await bench.say("for twins", PRIVATE, message_id="m2")
    assert acts(second) == [(Action.EDIT, only(first).id)]
    assert bench.outcomes() == ["ignored_part_of_burst", "withheld_paused"]
    assert bench.texts()[-1] == "a faint idea. for twins"


async def test_the_end_of_a_pause_is_the_end(bench: Bench) -> None:
    """The next question is answered."""
    bench.pause(*EVERYTHING)
    await bench.say("what is a dro", OVERHEARD)
    bench.paused = type(bench.paused)()
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.ANSWERED


async def test_an_edit_in_a_pause_takes_the_answer_back(bench: Bench) -> None:
    """What was answered before the pause stands, until its question becomes another one."""
    first = await bench.say("what is a dro", message_id="m1")
    await bench.deliver(first, "p1")
    bench.pause(*EVERYTHING)
    edited = await bench.edit("what is breathing space", message_id="m1")
    assert edited.outcome is Outcome.WITHHELD_PAUSED and acts(edited) == [(Action.EDIT, only(first).id)]


async def test_personal_details_are_still_warned_of(bench: Bench) -> None:
    """The warning comes before the word on the pause."""
    bench.pause(*EVERYTHING)
    response = await bench.say("what is a dro, call 07700 900123")
    assert response.outcome is Outcome.WITHHELD_PAUSED and response.reply and "phone" in response.reply.notice
    assert "07700" not in str(bench.texts())


@DRO
async def test_a_paused_answer_is_said_so_to_who_asks(bench: Bench, pause: tuple[Scope, str]) -> None:
    """In a direct message too: it is the answer that is held back, not the place."""
    bench.pause(*pause)
    for message in (ASKED, PRIVATE):
        response = await bench.say("what is a dro", message)
        assert response.outcome is Outcome.WITHHELD_ANSWER_PAUSED and response.answer is None
        assert word_in(response) == wording.UNANSWERED[Outcome.WITHHELD_ANSWER_PAUSED]
    assert bench.texts() == ["what is a dro"] * 2


@DRO
async def test_a_paused_answer_is_met_with_silence_when_overheard(bench: Bench, pause: tuple[Scope, str]) -> None:
    """The bot doesn't speak up to say that it won't speak."""
    bench.pause(*pause)
    response = await bench.say("what is a dro", OVERHEARD)
    assert (response.outcome, response.owed) == (Outcome.IGNORED_PAUSED, ())


async def test_a_paused_answer_is_not_offered(bench: Bench) -> None:
    """The others are."""
    bench.pause(Scope.ANSWER, "dro")
    reply = (await bench.say("either of those")).reply
    assert reply and [choice.answer for choice in reply.choices] == ["breathing_space", "pay", ""]
    assert (await bench.say("what is breathing space")).outcome is Outcome.ANSWERED


async def test_a_reply_to_an_answer_is_no_way_around(bench: Bench) -> None:
    """Who asks on about an answer that was paused since is told so."""
    bench.pause(Scope.ANSWER, "dro")
    response = await bench.say("and what is a dro", after=Given("dro"))
    assert response.outcome is Outcome.WITHHELD_ANSWER_PAUSED


async def test_moderators_reasons_go_before_officials(bench: Bench) -> None:
    """A service that moderators left out has their word."""
    bench.pause(Scope.SERVICE, "debt")
    bench.settle(services_off=("debt",))
    assert (await bench.say("what is a dro")).outcome is Outcome.WITHHELD_SERVICE_OFF


@pytest.fixture
def desk(bench: Bench) -> FrontDesk:
    """A front desk that knows of the pauses."""
    return FrontDesk(bench.responder, bench.log, lambda: bench.paused)


PICKED = [
    (EVERYTHING, Outcome.WITHHELD_PAUSED),
    (HERE, Outcome.WITHHELD_PAUSED),
    ((Scope.SERVICE, "debt"), Outcome.WITHHELD_ANSWER_PAUSED),
    ((Scope.ANSWER, "dro"), Outcome.WITHHELD_ANSWER_PAUSED),
]


@pytest.mark.parametrize(("pause", "refusal"), PICKED)
async def test_a_pick_is_told_of_the_pause(
    desk: FrontDesk, bench: Bench, pause: tuple[Scope, str], refusal: Outcome
) -> None:
    """In private; what all can see stays, and after the pause the button works."""
    await bench.deliver(await bench.say("either of those", message_id="m1"), "p1")
    press = Press(ASKED.place, "p1", "jo", Button(ButtonKind.PICK, answer="dro"))
    bench.pause(*pause)
    assert await desk.press(press) == Pressed(word=wording.UNANSWERED[refusal])
    assert bench.rows("select * from choices") == []
    bench.paused = type(bench.paused)()
    assert (await desk.press(press)).reply is not None


@pytest.mark.parametrize(
    ("kind", "pressed"),
    [
        (ButtonKind.HELPFUL, Pressed(word=wording.VOTE_HELPFUL)),
        (ButtonKind.ME_TOO, Pressed(word=wording.ME_TOO_COUNTED)),
        (ButtonKind.REMOVE, Pressed(removes=True)),
    ],
)
async def test_other_buttons_work_in_a_pause(desk: FrontDesk, bench: Bench, kind: ButtonKind, pressed: Pressed) -> None:
    """A vote says nothing for the bot, and a reply may always be taken away."""
    await bench.deliver(await bench.say("what is a dro", message_id="m1"), "p1")
    bench.pause(*EVERYTHING)
    assert await desk.press(Press(ASKED.place, "p1", "jo", Button(kind))) == pressed


@pytest.mark.parametrize(("pause", "refusal"), PICKED)
async def test_an_answer_in_a_menu_is_told_of_the_pause(
    desk: FrontDesk, bench: Bench, pause: tuple[Scope, str], refusal: Outcome
) -> None:
    """It is still listed, and whoever opens it is told."""
    bench.pause(*pause)
    assert [topic.service for topic in desk.topics()] == ["debt", "maternity"]
    reply = desk.answer(ASKED.place, "dro")
    assert reply is not None and (reply.body, reply.given) == (wording.UNANSWERED[refusal], None)
