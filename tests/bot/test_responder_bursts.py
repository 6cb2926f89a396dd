"""What one person writes within a few seconds is read as one question, and gets one reply."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.deliveries import Action
from bot.messages import Given, Message, Outcome, Response
from bot.places import Mode
from tests.bot.responder_bench import (
    ASKED,
    BURST_SECONDS,
    OVERHEARD,
    PREDICTIONS,
    PRIVATE,
    Bench,
    FailingLater,
    acts,
    held,
    only,
)
from tests.factories import prediction
from tests.fakes import KeywordClassifier

pytestmark = pytest.mark.asyncio

EDIT, POST = Action.EDIT, Action.POST
ABSORBED = "ignored_part_of_burst"


async def in_turn(bench: Bench, *said: tuple[str, Message]) -> list[Response]:
    """The responses to texts that are written a second apart."""
    responses = []
    for text, message in said:
        responses.append(await bench.say(text, message))
        bench.clock.advance(1)
    return responses


# A greeting and a question


async def test_what_was_written_minutes_apart_is_no_burst(bench: Bench) -> None:
    """After an outage, messages come within a moment that were written with a pause between them."""
    earlier = replace(ASKED, sent_at=ASKED.sent_at - timedelta(minutes=1))
    hello, remark = await in_turn(bench, ("hello", earlier), ("a faint idea", OVERHEARD))
    assert (hello.outcome, remark.outcome, remark.owed) == (Outcome.SMALL_TALK, Outcome.IGNORED_COOLDOWN, ())
    assert bench.outcomes() == ["small_talk", "ignored_cooldown"]


@pytest.mark.parametrize("then", [OVERHEARD, ASKED], ids=["without a mention", "with a mention"])
@pytest.mark.parametrize("mode", [Mode.MENTION_ONLY, Mode.QUESTIONS])
async def test_a_greetings_reply_becomes_the_answer(bench: Bench, mode: Mode, then: Message) -> None:
    """A greeting and then a question get one reply, and are one question in the log."""
    bench.settle(mode=mode)
    hello, answer = await in_turn(bench, ("hello", ASKED), ("what is a dro", then))
    assert (answer.outcome, answer.answer) == (Outcome.ANSWERED, "dro")
    assert acts(answer) == [(EDIT, only(hello).id)]
    assert (bench.outcomes(), bench.texts()) == ([ABSORBED, "answered"], [None, "hello. what is a dro"])


async def test_a_greeting_makes_no_question_worse(bench: Bench) -> None:
    """A question that the model takes for a greeting once one stands before it is still noted for officials."""
    _, response = await in_turn(bench, ("hello", ASKED), ("a faint idea", OVERHEARD))
    assert response.outcome is Outcome.UNANSWERED_LOW_CONFIDENCE
    assert bench.outcomes() == [ABSORBED, "unanswered_low_confidence"]


async def test_a_greeting_for_others_is_none_for_the_bot(bench: Bench) -> None:
    """Who greets the room and then asks is answered once, by a reply to the question."""
    hello, answer = await in_turn(bench, ("hello", OVERHEARD), ("what is a dro", OVERHEARD))
    assert hello.owed == () and acts(answer) == [(POST, 0)]


# A question in pieces


async def test_a_question_in_two_pieces_is_one(bench: Bench) -> None:
    """The second piece completes the first: the reply is edited, and the first row gives way to the second."""
    first, second = await in_turn(bench, ("a faint idea", ASKED), ("for twins", OVERHEARD))
    assert first.outcome is Outcome.UNANSWERED_LOW_CONFIDENCE
    assert (second.outcome, second.answer) == (Outcome.ANSWERED, "pay")
    assert acts(second) == [(EDIT, only(first).id)]
    assert (bench.outcomes(), bench.texts()) == ([ABSORBED, "answered"], [None, "a faint idea. for twins"])
    assert bench.rows("select candidates from questions where id = 1") == [("[]",)]


async def test_many_pieces_get_one_reply(bench: Bench) -> None:
    """However many there are, the one reply is kept up to date."""
    said = [(text, PRIVATE) for text in ("hello", "a vague idea", "or rather", "either of those", "what is a dro")]
    responses = await in_turn(bench, *said)
    posts = [only(response).id for response in responses]
    assert [acts(response)[0] for response in responses] == [(POST, 0), *((EDIT, post) for post in posts[:-1])]
    assert responses[-1].answer == "dro" and bench.outcomes() == [ABSORBED] * 4 + ["answered"]


async def test_a_sure_piece_is_answered_as_it_stands(bench: Bench) -> None:
    """What makes sense by itself needs nothing before it."""
    await in_turn(bench, ("a faint idea", PRIVATE), ("what is a dro", PRIVATE))
    assert bench.classifier.seen == ["a faint idea", "what is a dro"]


async def test_a_choice_is_not_lost_to_a_worse_reading(bench: Bench) -> None:
    """Where the pieces say less together than the last one alone, it stands alone."""
    bench.responder = bench.serving(
        KeywordClassifier({"mars. either": prediction(None), "mars": prediction(None), **PREDICTIONS}), bench.log
    )
    _, second = await in_turn(bench, ("mars", PRIVATE), ("either of those", PRIVATE))
    assert second.outcome is Outcome.CLARIFY


async def test_a_mention_alone_announces_a_question(bench: Bench) -> None:
    """A bare mention is greeted; what follows is meant for the bot, and takes the greeting's place."""
    bench.settle(mode=Mode.MENTION_ONLY)
    mention, answer = await in_turn(bench, ("@signpost", ASKED), ("fairly sure", OVERHEARD))
    assert (mention.outcome, acts(mention)) == (Outcome.SMALL_TALK, [(POST, 0)])
    assert (answer.outcome, acts(answer)) == (Outcome.ANSWERED, [(EDIT, mention.owed[0].id)])
    assert (bench.outcomes(), bench.texts()) == (["ignored_part_of_burst", "answered"], [None, "fairly sure"])


async def test_a_model_that_fails_leaves_the_last_piece(bench: Bench) -> None:
    """Where the pieces can't be read as one, the last one is read alone."""
    bench.responder = bench.serving(FailingLater(bench.classifier, 2), bench.log)
    _, second = await in_turn(bench, ("a faint idea", PRIVATE), ("a vague idea", PRIVATE))
    assert second.outcome is Outcome.UNANSWERED_AMBIGUOUS


async def test_a_burst_of_long_texts_does_not_grow_without_end(bench: Bench) -> None:
    """What a model is given of a burst is no longer than one message may be."""
    await in_turn(bench, *[(f"{number} a faint idea {'long ' * 700}", PRIVATE) for number in range(5)])
    assert max(map(len, bench.classifier.seen)) <= 4000


# What is no burst


async def test_two_sure_questions_get_two_replies(bench: Bench) -> None:
    """A question that was answered stays answered when its author asks another."""
    for message in (PRIVATE, ASKED, replace(OVERHEARD, channel="free")):
        bench.settle(person_cooldown_seconds=0, channel_cooldown_seconds=0)
        first, second = await in_turn(bench, ("what is a dro", message), ("what is breathing space", message))
        assert acts(first) == acts(second) == [(POST, 0)]
    assert bench.outcomes() == ["answered"] * 6


async def test_who_names_the_bot_anew_asks_anew(bench: Bench) -> None:
    """In a group, a second mention is a second question, with a reply of its own."""
    first, second = await in_turn(bench, ("a faint idea", ASKED), ("either of those", ASKED))
    assert acts(first) == acts(second) == [(POST, 0)]
    assert bench.texts() == ["a faint idea", "either of those"]


@pytest.mark.parametrize("text", ["a faint idea", "hello", "fairly sure", "haha for twins"])
async def test_talk_after_an_answer_is_talk(bench: Bench, text: str) -> None:
    """Once somebody is answered, what they then say to others isn't meant for the bot."""
    _, talk = await in_turn(bench, ("what is a dro", ASKED), (text, OVERHEARD))
    assert talk.owed == () and talk.outcome.is_silent
    assert bench.rows("select addressed from questions order by id") == [(1,), (0,)]


async def test_a_burst_ends(bench: Bench) -> None:
    """After some seconds, what a person writes is something else."""
    first = await bench.say("a faint idea", PRIVATE)
    bench.clock.advance(BURST_SECONDS + 0.1)
    second = await bench.say("for twins", PRIVATE)
    assert acts(first) == acts(second) == [(POST, 0)]
    assert bench.outcomes()[0] == "unanswered_low_confidence"


@pytest.mark.parametrize(
    "change",
    [{"author": "al"}, {"channel": "other"}, {"thread": "t1"}, {"platform": "telegram"}],
    ids=lambda change: next(iter(change)),
)
async def test_a_burst_is_one_persons_in_one_place(bench: Bench, change: dict[str, str]) -> None:
    """Two people who write at the same time, or one in two places, are not mixed up."""
    await bench.say("a faint idea")
    response = await bench.say("for twins", replace(OVERHEARD, **change))  # type: ignore[arg-type]
    assert response.owed == () and bench.outcomes()[0] == "unanswered_low_confidence"


async def test_a_reply_to_somebody_goes_on_from_what_it_replies_to(bench: Bench) -> None:
    """A platform's reply says what it is about, which stands before when it was written."""
    await bench.say("a faint idea")
    response = await bench.say("for twins", OVERHEARD, reply_to_message_id="al's message")
    assert response.owed == () and bench.outcomes()[0] == "unanswered_low_confidence"


# A nation afterwards


@pytest.mark.parametrize("first", [PRIVATE, ASKED, OVERHEARD], ids=["in private", "mentioned", "overheard"])
@pytest.mark.parametrize("text", ["im in scotland", "sorry, in Scotland"])
async def test_a_nation_said_afterwards_gets_its_text(bench: Bench, first: Message, text: str) -> None:
    """The answer becomes the Scottish one, and the two messages are one question."""
    then = PRIVATE if first is PRIVATE else OVERHEARD
    answer, nation = await in_turn(bench, ("what is breathing space", first), (text, then))
    assert nation.reply and nation.reply.given == Given("breathing_space", "scotland")
    assert acts(nation) == [(EDIT, only(answer).id)]
    assert (bench.outcomes(), bench.texts()) == ([ABSORBED, "answered"], [None, f"what is breathing space. {text}"])


async def test_the_common_text_can_be_come_back_to(bench: Bench) -> None:
    """In a Scottish community somebody may be from England."""
    bench.settle(nation="scotland")
    scottish, common = await in_turn(bench, ("what is breathing space", ASKED), ("im in england", OVERHEARD))
    assert scottish.reply and scottish.reply.given == Given("breathing_space", "scotland")
    assert common.reply and common.reply.given == Given("breathing_space")
    assert acts(common) == [(EDIT, only(scottish).id)]


@pytest.mark.parametrize("text", ["it rains in northern ireland", "scotland and wales are nice"])
async def test_a_nation_without_a_text_is_talk(bench: Bench, text: str) -> None:
    """Where the answer has nothing to say for a nation, or two are named, there is nothing to change."""
    _, talk = await in_turn(bench, ("what is breathing space", ASKED), (text, OVERHEARD))
    assert talk.owed == ()


async def test_another_question_for_a_nation_leaves_the_answer(bench: Bench) -> None:
    """A second question that names a nation is no correction of the first."""
    first, second = await in_turn(bench, ("what is breathing space", PRIVATE), ("what is a dro in scotland", PRIVATE))
    assert (second.answer, acts(second)) == ("dro", [(POST, 0)])
    assert bench.outcomes() == ["answered", "answered"] and first.owed


async def test_a_warning_leaves_the_answer(bench: Bench) -> None:
    """Nor is a number that somebody gives away after an answer."""
    _, warned = await in_turn(
        bench, ("what is breathing space", PRIVATE), ("scotland, my number is 07700 900123", PRIVATE)
    )
    assert (warned.outcome, acts(warned)) == (Outcome.WITHHELD_PERSONAL_DATA, [(POST, 0)])


# Silence takes nothing away


@pytest.mark.parametrize("text", ["thanks", "?!", "a vague idea"], ids=["thanks", "no words", "the same again"])
async def test_a_question_is_not_lost_to_what_follows(bench: Bench, text: str) -> None:
    """Officials still see a question after its author has thanked, waved or sent it twice."""
    first, second = await in_turn(bench, ("a vague idea", PRIVATE), (text, PRIVATE))
    assert second.owed == () and second.outcome.is_silent
    assert bench.rows("select id, text, outcome from questions where text is not null") == [
        (first.question_id, "a vague idea", "unanswered_ambiguous")
    ]


async def test_a_burst_goes_on_after_a_silence(bench: Bench) -> None:
    """A piece without words parts no question."""
    first, _, third = await in_turn(bench, ("a faint idea", PRIVATE), ("...", PRIVATE), ("for twins", PRIVATE))
    assert (third.answer, acts(third)) == ("pay", [(EDIT, only(first).id)])
    assert bench.texts() == [None, None, "a faint idea. for twins"]


async def test_a_second_thank_you_is_met_with_silence(bench: Bench) -> None:
    """One reply to a burst of pleasantries."""
    _, thanks = await in_turn(bench, ("hello", PRIVATE), ("thanks", PRIVATE))
    assert (thanks.outcome, thanks.owed) == (Outcome.IGNORED_PART_OF_BURST, ())
    assert bench.outcomes() == ["small_talk", ABSORBED]


async def test_a_repeated_question_makes_no_burst(bench: Bench) -> None:
    """Who asks the bot the same again, in vain, and complains to the others, speaks to the others."""
    await bench.say("what is a dro")
    bench.clock.advance(10)
    again, talk = await in_turn(bench, ("what is a dro", ASKED), ("haha fairly quiet", OVERHEARD))
    assert again.outcome is Outcome.IGNORED_DUPLICATE
    assert (talk.outcome, talk.owed) == (Outcome.IGNORED_COOLDOWN, ())


async def test_a_muted_channel_makes_no_burst(bench: Bench) -> None:
    """Each message has its own reason, and nothing is said."""
    bench.settle(mode=Mode.OFF)
    await in_turn(bench, ("a faint idea", ASKED), ("for twins", OVERHEARD))
    assert bench.outcomes() == ["ignored_muted", "ignored_muted"]


async def test_an_error_in_a_burst_is_mended(bench: Bench) -> None:
    """What the model failed on is read with what follows, and the reply that owned up becomes the answer."""
    crash, answer = await in_turn(bench, ("crash", ASKED), ("what is a dro", OVERHEARD))
    assert (answer.outcome, acts(answer)) == (Outcome.ANSWERED, [(EDIT, only(crash).id)])


async def test_what_could_not_be_written_starts_no_burst(bench: Bench) -> None:
    """Where there is no record to go on from, the next message stands alone, and neither is lost."""
    with held(bench.folder):
        await bench.say("a faint idea", PRIVATE)
    second = await bench.say("either of those", PRIVATE)
    assert (second.outcome, acts(second)) == (Outcome.CLARIFY, [(POST, 0)])
    assert bench.texts() == ["a faint idea", "either of those"]


# Bursts and edits


async def test_an_edit_of_the_last_piece_updates_the_reply(bench: Bench) -> None:
    """The burst's question is the last message, and so is what an edit changes."""
    _, second = await in_turn(
        bench, ("hello", replace(PRIVATE, message_id="m1")), ("a vague idea", replace(PRIVATE, message_id="m2"))
    )
    response = await bench.edit("what is a dro", PRIVATE, message_id="m2")
    assert (response.answer, acts(response)) == ("dro", [(EDIT, only(second).id)])


async def test_an_edit_of_an_earlier_piece_changes_nothing(bench: Bench) -> None:
    """What has become part of another question has no reply of its own."""
    await in_turn(
        bench, ("hello", replace(PRIVATE, message_id="m1")), ("what is a dro", replace(PRIVATE, message_id="m2"))
    )
    response = await bench.edit("what is breathing space", PRIVATE, message_id="m1")
    assert (response.outcome, response.owed) == (Outcome.IGNORED_TOO_LATE, ())
    assert bench.outcomes() == [ABSORBED, "answered"]


async def test_words_that_were_edited_away_are_not_gone_on_from(bench: Bench) -> None:
    """What comes after an edit that asks nothing more is read by itself."""
    await in_turn(bench, ("a faint idea", replace(PRIVATE, message_id="m1")))
    await bench.edit("?!", PRIVATE, message_id="m1")
    await bench.say("for twins", PRIVATE)
    assert bench.texts() == [None, "for twins"]


async def test_an_edit_that_asks_something_is_gone_on_from(bench: Bench) -> None:
    """What comes after it is read with what the message now says."""
    await in_turn(bench, ("a vague idea", replace(PRIVATE, message_id="m1")))
    edited = await bench.edit("a faint idea", PRIVATE, message_id="m1")
    answer = await bench.say("for twins", PRIVATE)
    assert (answer.answer, acts(answer)) == ("pay", [(EDIT, only(edited).id)])


async def test_a_piece_handed_over_twice_is_one(bench: Bench) -> None:
    """A message that comes again is no second piece."""
    for _ in range(2):
        await bench.say("a faint idea", PRIVATE, message_id="m1")
    assert (bench.outcomes(), bench.texts()) == (["unanswered_low_confidence"], ["a faint idea"])
