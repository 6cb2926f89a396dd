"""The path of a message: whatever comes in, exactly one outcome comes out, and one row is kept of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot import wording
from bot.classifier import MAX_CANDIDATES
from bot.deliveries import Action
from bot.messages import Choice, Message, Outcome
from bot.places import Mode, Place
from bot.storage.pause_store import Scope
from tests.bot.responder_bench import ASKED, EMERGENCY, OVERHEARD, PRIVATE, Bench, FaultyClassifier, held, only

pytestmark = pytest.mark.asyncio


@dataclass(frozen=True)
class Case:
    """How an outcome comes about: the last message gets it."""

    text: str
    message: Message = ASKED
    before: tuple[str, ...] = ()
    faulty: bool = False
    locked: bool = False
    settled: dict[str, Any] = field(default_factory=dict)
    paused: tuple[Scope, str] | None = None


LONG_AGO = datetime.now(timezone.utc) - timedelta(hours=1)
CASES = {
    Outcome.ANSWERED: Case("what is a dro"),
    Outcome.CLARIFY: Case("either of those"),
    Outcome.SMALL_TALK: Case("hello"),
    Outcome.UNANSWERED_LOW_CONFIDENCE: Case("a faint idea"),
    Outcome.UNANSWERED_AMBIGUOUS: Case("a vague idea"),
    Outcome.UNANSWERED_OUT_OF_SCOPE: Case("how is the weather"),
    Outcome.URGENT_HELP: Case(EMERGENCY, OVERHEARD),
    Outcome.WITHHELD_PERSONAL_DATA: Case("my number is 07700 900123"),
    Outcome.WITHHELD_SERVICE_OFF: Case("what is a dro", settled={"services_off": ("debt",)}),
    Outcome.WITHHELD_PAUSED: Case("what is a dro", paused=(Scope.EVERYTHING, "")),
    Outcome.WITHHELD_ANSWER_PAUSED: Case("what is a dro", paused=(Scope.ANSWER, "dro")),
    Outcome.IGNORED_PAUSED: Case("what is a dro", OVERHEARD, paused=(Scope.COMMUNITY, "discord:parents")),
    Outcome.IGNORED_EMPTY: Case(" ?! \u200b "),
    Outcome.IGNORED_NOT_A_QUESTION: Case("lovely weather", OVERHEARD),
    Outcome.IGNORED_NOT_CONFIDENT: Case("fairly sure", OVERHEARD),
    Outcome.IGNORED_COOLDOWN: Case("what about breathing space", OVERHEARD, before=("what is a dro",)),
    Outcome.IGNORED_MUTED: Case("what is a dro", replace(ASKED, channel="quiet")),
    Outcome.IGNORED_NOT_ADDRESSED: Case("what is a dro", OVERHEARD, settled={"mode": Mode.MENTION_ONLY}),
    Outcome.IGNORED_STAFF_TALKING: Case("what is a dro", replace(OVERHEARD, author_roles=("staff",))),
    Outcome.IGNORED_PART_OF_BURST: Case("thanks", PRIVATE, before=("hello",)),
    Outcome.IGNORED_TOO_LATE: Case("what is a dro", replace(ASKED, is_edit=True, sent_at=LONG_AGO)),
    Outcome.IGNORED_DUPLICATE: Case("what is a dro", before=("What is a DRO",)),
    Outcome.IGNORED_BOT: Case("what is a dro", replace(ASKED, author_is_bot=True)),
    Outcome.ERROR_CLASSIFIER: Case("crash"),
    Outcome.ERROR_QUESTION_LOG: Case("what is a dro", locked=True),
    Outcome.ERROR_INTERNAL: Case("what is a dro", faulty=True),
}


async def test_every_outcome_has_a_case() -> None:
    """The table that follows leaves no outcome out."""
    assert set(CASES) == set(Outcome) - {Outcome.ERROR_TIMEOUT}  # Given by earlier releases.


@pytest.mark.parametrize("outcome", CASES, ids=lambda outcome: outcome.value)
async def test_every_outcome_comes_about(bench: Bench, outcome: Outcome) -> None:
    """Each outcome is given where it should be, with a reply or with silence, and one row says so."""
    case = CASES[outcome]
    bench.settle(**case.settled)
    if case.paused:
        bench.pause(*case.paused)
    responder = bench.serving(FaultyClassifier(), bench.log) if case.faulty else bench.responder
    for text in case.before:
        await responder.respond(replace(case.message, text=text))
    with held(bench.folder, case.locked):
        response = await responder.respond(replace(case.message, text=case.text))
    assert response.outcome is outcome
    assert (response.reply is None) == outcome.is_silent
    assert response.release == "0007"
    if not case.locked:
        stored = bench.rows("select id, outcome, release from questions order by id desc limit 1")
        assert stored == [(response.question_id, outcome.value, "0007")]
        assert len(bench.rows("select 1 from questions")) == len(case.before) + 1


# Step 1: etiquette


async def test_silence_holds_back_an_answer_but_not_help(bench: Bench) -> None:
    """Muted, cooling down or repeated: whoever needs help now gets it all the same."""
    muted = replace(OVERHEARD, channel="quiet")
    assert (await bench.say("what is a dro", muted)).reply is None
    assert (await bench.say(EMERGENCY, muted)).outcome is Outcome.URGENT_HELP
    assert (await bench.say(EMERGENCY, muted)).outcome is Outcome.URGENT_HELP
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.ANSWERED
    assert (await bench.say(EMERGENCY, OVERHEARD)).outcome is Outcome.URGENT_HELP


@pytest.mark.parametrize(
    ("author", "seconds", "outcome"),
    [
        ("al", 4.9, Outcome.IGNORED_COOLDOWN),
        ("al", 5.1, Outcome.ANSWERED),
        ("jo", 19.9, Outcome.IGNORED_COOLDOWN),
        ("jo", 20.1, Outcome.ANSWERED),
    ],
)
async def test_an_answer_starts_the_cooldowns(bench: Bench, author: str, seconds: float, outcome: Outcome) -> None:
    """After an answer the channel waits 5 seconds and the person 20; then both may be answered again."""
    await bench.say("what is a dro", OVERHEARD)
    bench.clock.advance(seconds)
    assert (await bench.say("what is breathing space", replace(OVERHEARD, author=author))).outcome is outcome


async def test_silence_starts_no_cooldown(bench: Bench) -> None:
    """What was met with silence holds nobody back."""
    await bench.say("fairly sure", OVERHEARD)
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.ANSWERED


async def test_a_duplicate_is_answered_again_later(bench: Bench) -> None:
    """After five minutes the same question is a question again."""
    await bench.say("what is a dro")
    bench.clock.advance(299)
    assert (await bench.say("what is a dro")).outcome is Outcome.IGNORED_DUPLICATE
    bench.clock.advance(2)
    assert (await bench.say("what is a dro")).outcome is Outcome.ANSWERED


async def test_who_is_told_to_try_again_can(bench: Bench) -> None:
    """An error asks to try again, so the same words again are no duplicate."""
    assert (await bench.say("crash")).outcome is Outcome.ERROR_CLASSIFIER
    assert (await bench.say("crash")).outcome is Outcome.ERROR_CLASSIFIER
    with held(bench.folder):
        assert (await bench.say("what is a dro")).outcome is Outcome.ERROR_QUESTION_LOG
    assert (await bench.say("what is a dro")).outcome is Outcome.ANSWERED


async def test_errors_are_kept_from_a_muted_channel(bench: Bench) -> None:
    """A muted bot doesn't even say that it is broken."""
    response = await bench.say("crash", replace(ASKED, channel="quiet"))
    assert (response.outcome, response.reply) == (Outcome.IGNORED_MUTED, None)


@pytest.mark.parametrize("text", ["crash", "hang"])
async def test_errors_are_told_to_who_asked_only(bench: Bench, text: str) -> None:
    """A channel in which nobody asked the bot doesn't hear of its errors."""
    assert (await bench.say(text, OVERHEARD)).reply is None
    told = await bench.say(text)
    assert told.reply and told.reply.body == wording.ERRORS[told.outcome]


# Step 3: classify


@pytest.mark.parametrize("text", ["/ask what is a dro", "@signpost what is a dro", "<@123> /what is a dro", "/dro"])
async def test_a_command_or_mention_is_not_classified(bench: Bench, text: str) -> None:
    """What the model is given never begins with a slash or a mention."""
    await bench.say(text)
    assert all(not seen.startswith(("/", "@", "<")) for seen in bench.classifier.seen)


async def test_bots_and_empty_texts_cost_no_prediction(bench: Bench) -> None:
    """What can't be a question isn't classified, and its text isn't kept."""
    await bench.say("what is a dro", replace(ASKED, author_is_bot=True))
    await bench.say("?!?")
    assert bench.classifier.seen == []
    assert bench.rows("select text from questions") == [(None,), (None,)]


async def test_a_closed_classifier_is_noticed(bench: Bench) -> None:
    """A classifier that was closed too early is a fault, not a refusal."""
    await bench.classifier.close()
    assert (await bench.say("what is a dro")).outcome is Outcome.ERROR_INTERNAL


# Steps 4 and 5: decide and compose


async def test_an_overheard_question_needs_more(bench: Bench) -> None:
    """The same confidence answers who asked the bot, and is met with silence where it was overheard."""
    assert (await bench.say("fairly sure")).outcome is Outcome.ANSWERED
    assert (await bench.say("fairly sure", replace(OVERHEARD, channel="b"))).outcome is Outcome.IGNORED_NOT_CONFIDENT


async def test_an_answer_is_official_and_sourced(bench: Bench) -> None:
    """An answer names its title, source, department and review date, and asks whether it helped."""
    response = await bench.say("what is a dro")
    reply = response.reply
    assert reply and (reply.title, reply.body) == ("Debt relief orders", "A DRO lasts 12 months.")
    assert reply.sources and reply.department and reply.reviewed == "2026-11-22" and reply.allows_feedback
    assert (response.answer, response.confidence) == ("dro", 0.95)


@pytest.mark.parametrize(
    ("text", "body", "other"),
    [
        ("what is breathing space", "It lasts 60 days.", Choice("Scotland", "breathing_space", "scotland")),
        (
            "what is breathing space in Scotland",
            "It is called a moratorium.",
            Choice("England and Wales", "breathing_space"),
        ),
        (
            "breathing space in scotland or wales",
            "It lasts 60 days.",
            Choice("Scotland", "breathing_space", "scotland"),
        ),
    ],
)
async def test_the_nation_in_the_text_picks_the_variant(bench: Bench, text: str, body: str, other: Choice) -> None:
    """Who names Scotland gets Scotland's text, with the others a choice away; naming two nations picks none."""
    reply = (await bench.say(text)).reply
    assert reply and (reply.body, reply.choices) == (body, (other,))


async def test_what_the_model_ranked_is_kept_for_officials(bench: Bench) -> None:
    """The ranking is stored, cut to what is of use."""
    response = await bench.say("many things")
    assert len(response.candidates) == MAX_CANDIDATES


async def test_unsure_means_a_choice(bench: Bench) -> None:
    """Up to three answers are offered by title, and "None of these"."""
    reply = (await bench.say("either of those")).reply
    assert reply and reply.body == wording.CLARIFY
    assert [choice.answer for choice in reply.choices] == ["dro", "breathing_space", "pay", ""]
    assert reply.choices[0].label == "Debt relief orders" and reply.choices[-1].label == wording.NONE_OF_THESE


# Step 6: record


async def test_the_reply_is_owed_until_it_is_delivered(bench: Bench) -> None:
    """A reply is recorded before it is sent, as it will be sent and where, and owed until it was."""
    response = await bench.say("what is a dro", message_id="m1", thread="t1")
    (owed,) = await bench.outbox.owed("discord")
    assert replace(owed, created_at=only(response).created_at) == only(response)
    assert (owed.action, owed.reply, owed.reply_to) == (Action.POST, response.reply, "m1")
    assert owed.place == Place("discord", "parents", "general", "t1")
    await bench.deliver(response, "post 1")
    assert await bench.outbox.owed("discord") == []


async def test_silence_owes_nothing(bench: Bench) -> None:
    """Where nothing is said there is nothing to deliver."""
    assert (await bench.say("fairly sure", OVERHEARD)).owed == ()
    assert bench.rows("select * from outbox") == []


async def test_an_error_of_the_log_is_told_all_the_same(bench: Bench) -> None:
    """What can't be written down can still be said: it is owed without a number."""
    with held(bench.folder):
        response = await bench.say("what is a dro", message_id="m1")
    assert (only(response).id, only(response).reply, only(response).reply_to) == (0, response.reply, "m1")


async def test_a_question_that_was_not_written_is_written_later(bench: Bench) -> None:
    """Who asks while the log is locked is told so, and their question is not lost."""
    with held(bench.folder):
        response = await bench.say("what is a dro")
    assert response.reply and response.reply.body == wording.ERRORS[Outcome.ERROR_QUESTION_LOG]
    await bench.say("what is breathing space")
    assert bench.rows("select text from questions order by id") == [("what is a dro",), ("what is breathing space",)]


async def test_silence_stays_silence_while_the_log_is_locked(bench: Bench) -> None:
    """A log that can't be written makes the bot no louder."""
    with held(bench.folder):
        assert (await bench.say("fairly sure", OVERHEARD)).outcome is Outcome.IGNORED_NOT_CONFIDENT
        assert (await bench.say("what is a dro", OVERHEARD)).reply is None


async def test_without_a_log_everything_else_works(bench: Bench) -> None:
    """A bot that records nothing answers, owes nothing that is kept, and keeps no row."""
    responder = bench.serving(bench.classifier, None)
    response = await responder.respond(replace(ASKED, text="what is a dro"))
    assert (response.outcome, response.question_id, response.owed) == (Outcome.ANSWERED, None, ())
    again = replace(ASKED, sent_at=datetime.now(timezone.utc), is_edit=True, message_id="m1")
    edited = await responder.respond(replace(again, text="what is breathing space"))
    assert edited.answer == "breathing_space"
    assert bench.rows("select * from questions") == []


async def test_many_messages_at_once_get_one_row_each(bench: Bench) -> None:
    """Messages that arrive together are each answered and recorded once."""
    people = [replace(ASKED, author=f"person {number}") for number in range(50)]
    responses = await asyncio.gather(*(bench.say("what is a dro", person) for person in people))
    assert {response.outcome for response in responses} == {Outcome.ANSWERED}
    assert len({response.question_id for response in responses}) == 50
    assert bench.rows("select count(*), count(distinct asker) from questions") == [(50, 50)]
