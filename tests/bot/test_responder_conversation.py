"""Two questions in one, and replies to an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.deliveries import Button, ButtonKind, Press
from bot.messages import Choice, Given, Message, Outcome, Response
from bot.presses import Presses
from tests.bot.responder_bench import (
    ASKED,
    EMERGENCY,
    OVERHEARD,
    PREDICTIONS,
    Bench,
    FailingLater,
)
from tests.factories import prediction
from tests.fakes import KeywordClassifier

pytestmark = pytest.mark.asyncio

# Two questions in one


async def test_the_other_question_is_a_choice(bench: Bench) -> None:
    """The answer is the one that the whole text gets, and the other is a choice away."""
    response = await bench.say("is breathing space for me and what is a dro")
    assert (response.outcome, response.answer) == (Outcome.ANSWERED, "breathing_space")
    assert response.reply and response.reply.choices[0] == Choice("You also asked about: Debt relief orders", "dro")


async def test_two_questions_without_an_answer_are_both_offered(bench: Bench) -> None:
    """Where the whole is unsure, both are offered, and officials see both first."""
    sure = {"mercury and is mars": prediction(("pay", 0.4)), "mercury": PREDICTIONS["dro"],
            "mars": PREDICTIONS["breathing space"]}  # fmt: skip
    responder = bench.serving(KeywordClassifier(sure), bench.log)
    response = await responder.respond(replace(ASKED, text="what about mercury and is mars any good"))
    assert response.outcome is Outcome.CLARIFY
    assert {candidate.answer for candidate in response.candidates[:2]} == {"dro", "breathing_space"}


async def test_a_failing_part_takes_nothing_away(bench: Bench) -> None:
    """Where the model can't be asked again, the answer to the whole text stands."""
    response = await bench.serving(FailingLater(bench.classifier), None).respond(
        replace(ASKED, text="what is a dro and why is it called that")
    )
    assert (response.outcome, response.answer) == (Outcome.ANSWERED, "dro")


# Replies to an answer


async def replying(bench: Bench, text: str, message: Message = ASKED, first: str = "what is a dro") -> Response:
    """The response to a reply to the bot's answer, which was posted as "post 1"."""
    await bench.deliver(await bench.say(first), "post 1")
    return await bench.say(text, replace(message, author="al", reply_to_message_id="post 1"))


async def test_a_reply_is_read_with_its_answer_in_mind(bench: Bench) -> None:
    """What a reply leaves out is found in the answer that it replies to, by the platform's id of its post."""
    response = await replying(bench, "and for twins?")
    assert bench.classifier.seen[-1] == "Debt relief orders: and for twins?"
    assert response.outcome is Outcome.CLARIFY
    assert response.reply and [choice.answer for choice in response.reply.choices] == ["dro", "breathing_space", ""]


async def test_a_reply_to_the_bot_is_addressed(bench: Bench) -> None:
    """Who replies to the bot has spoken to it, so that no cool-down and no higher bar holds."""
    response = await replying(bench, "and for twins?", OVERHEARD)
    assert response.outcome is Outcome.CLARIFY
    assert bench.rows("select addressed from questions order by id") == [(1,), (1,)]


async def test_a_nation_named_in_a_reply_gets_its_text(bench: Bench) -> None:
    """The same answer for another nation; and what is asked next stays with that nation."""
    response = await replying(bench, "what about scotland", first="what is breathing space")
    assert response.reply and response.reply.given == Given("breathing_space", "scotland")
    assert response.reply.body == "It is called a moratorium."
    await bench.deliver(response, "post 2")
    later = await bench.say("breathing space it is", replace(ASKED, reply_to_message_id="post 2"))
    assert later.reply and later.reply.given == Given("breathing_space", "scotland")


async def test_a_picked_answer_can_be_replied_to(bench: Bench) -> None:
    """The post of a pick leads to the answer that was picked."""
    await bench.deliver(await bench.say("either of those"), "post 1")
    pick = Button(ButtonKind.PICK, "Breathing space", "breathing_space")
    await Presses(lambda: bench.answers, bench.log).press(Press(ASKED.place, "post 1", "jo", pick))
    follow_up = await bench.say("what about scotland", replace(ASKED, reply_to_message_id="post 1"))
    assert follow_up.reply and follow_up.reply.given == Given("breathing_space", "scotland")


async def test_a_reply_in_an_emergency_is_helped(bench: Bench) -> None:
    """Safety comes before the conversation."""
    assert (await replying(bench, EMERGENCY)).outcome is Outcome.URGENT_HELP


@pytest.mark.parametrize(
    "elsewhere",
    [{"reply_to_message_id": "post 2"}, {"channel": "other"}, {"platform": "telegram"}, {"after": Given("?")}],
)
async def test_a_reply_to_something_unknown_is_read_as_it_is(bench: Bench, elsewhere: dict[str, Any]) -> None:
    """Another post, channel or platform, or an answer that is gone, says nothing."""
    await bench.deliver(await bench.say("what is a dro"), "post 1")
    reply = replace(ASKED, **{"reply_to_message_id": "post 1" if "after" not in elsewhere else "", **elsewhere})
    assert (await bench.say("a faint idea", reply)).outcome is Outcome.UNANSWERED_LOW_CONFIDENCE


async def test_only_answers_can_be_asked_on_about(bench: Bench) -> None:
    """A choice or a refusal answers nothing, so that a reply to it is read as it is."""
    await bench.deliver(await bench.say("either of those"), "post 1")
    response = await bench.say("a faint idea", replace(ASKED, reply_to_message_id="post 1"))
    assert response.outcome is Outcome.UNANSWERED_LOW_CONFIDENCE
    assert bench.classifier.seen[-1] == "a faint idea"


async def test_a_reply_is_read_as_it_is_while_the_log_fails(bench: Bench) -> None:
    """A log that can't be read keeps nobody from help."""
    bench.database.close()
    reply = replace(ASKED, reply_to_message_id="post 1")
    response = await bench.say(f"i want to kill myself, {EMERGENCY}", reply)
    assert (response.outcome, response.answer) == (Outcome.URGENT_HELP, "suicide")
    assert [owed.id for owed in response.owed] == [0, 0]


async def test_a_reply_is_read_as_it_is_while_the_model_fails(bench: Bench) -> None:
    """Where the model can't be asked in context, the text alone decides."""
    responder = bench.serving(FailingLater(bench.classifier), None)
    response = await responder.respond(replace(ASKED, text="a faint idea", after=Given("dro")))
    assert response.outcome is Outcome.UNANSWERED_LOW_CONFIDENCE
