"""A message that was edited updates the reply it got, and is one question all the same; so is one handed over twice."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.deliveries import Action
from bot.messages import Message, Outcome, Response
from bot.places import Mode
from tests.bot.responder_bench import ASKED, EDIT_SECONDS, OVERHEARD, Bench, acts, held, only

pytestmark = pytest.mark.asyncio


def ago(seconds: float) -> datetime:
    """A time in the past."""
    return datetime.now(timezone.utc) - timedelta(seconds=seconds)


async def asked(bench: Bench, text: str, message: Message = ASKED, seconds_ago: float = 0.0) -> Response:
    """The delivered response to the message "m1"."""
    response = await bench.say(text, message, message_id="m1", sent_at=ago(seconds_ago))
    await bench.deliver(response, "post 1")
    return response


async def test_another_answer_takes_the_replys_place(bench: Bench) -> None:
    """The reply is edited, under the same message, and the row says what is now asked and answered."""
    first = await asked(bench, "what is a dro")
    response = await bench.edit("what is breathing space", message_id="m1")
    assert (response.outcome, response.answer) == (Outcome.ANSWERED, "breathing_space")
    assert acts(response) == [(Action.EDIT, only(first).id)]
    assert only(response).reply == response.reply and only(response).reply_to == "m1"
    assert response.question_id == first.question_id
    assert bench.rows("select text, answer, outcome from questions") == [
        ("what is breathing space", "breathing_space", "answered")
    ]
    assert bench.rows("select count(revised_at) from questions") == [(1,)]


async def test_an_edit_of_an_edit_follows_on(bench: Bench) -> None:
    """Each edit takes the place of what was owed last, even while nothing is delivered."""
    first = await bench.say("what is a dro", message_id="m1")
    second = await bench.edit("what is breathing space", message_id="m1")
    third = await bench.edit("either of those", message_id="m1")
    assert acts(second) == [(Action.EDIT, only(first).id)]
    assert acts(third) == [(Action.EDIT, only(second).id)]


@pytest.mark.parametrize("text", ["lovely weather", "fairly sure", "?!"])
async def test_an_edit_to_nothing_takes_the_reply_away(bench: Bench, text: str) -> None:
    """An overheard message that asks nothing any more has its reply removed, and its words are forgotten."""
    first = await asked(bench, "what is a dro", OVERHEARD)
    response = await bench.edit(text, OVERHEARD, message_id="m1")
    assert response.reply is None and acts(response) == [(Action.REMOVE, only(first).id)]
    assert bench.outcomes() == [response.outcome.value]
    assert bench.texts() == ["fairly sure" if response.outcome is Outcome.IGNORED_NOT_CONFIDENT else None]


async def test_what_was_taken_away_can_come_back(bench: Bench) -> None:
    """A message that becomes a question again is answered again."""
    await asked(bench, "what is a dro", OVERHEARD)
    removal = await bench.edit("?!", OVERHEARD, message_id="m1")
    await bench.deliver(removal, "post 1")
    response = await bench.edit("what is a dro", OVERHEARD, message_id="m1")
    assert response.reply and await bench.outbox.posts_of(only(response).replaces) == []


@pytest.mark.parametrize("before", ["lovely weather", "fairly sure", "?!"])
async def test_an_edit_to_a_question_is_answered(bench: Bench, before: str) -> None:
    """What was met with silence gets a reply once it asks something."""
    await asked(bench, before, OVERHEARD)
    response = await bench.edit("what is a dro", OVERHEARD, message_id="m1")
    assert (response.outcome, acts(response)) == (Outcome.ANSWERED, [(Action.POST, 0)])
    assert only(response).reply_to == "m1" and bench.outcomes() == ["answered"]


async def test_an_edit_can_turn_to_the_bot(bench: Bench) -> None:
    """Who adds a mention to a message has spoken to the bot."""
    bench.settle(mode=Mode.MENTION_ONLY)
    await asked(bench, "what is a dro", OVERHEARD)
    response = await bench.edit("@signpost what is a dro", message_id="m1")
    assert (response.outcome, acts(response)) == (Outcome.ANSWERED, [(Action.POST, 0)])


async def test_an_edit_from_silence_to_silence_owes_nothing(bench: Bench) -> None:
    """Where nothing was said there is nothing to take away."""
    await asked(bench, "lovely weather", OVERHEARD)
    assert (await bench.edit("fairly sure", OVERHEARD, message_id="m1")).owed == ()


@pytest.mark.parametrize("text", ["what is breathing space", "lovely weather", "?!", "crash", "hang"])
@pytest.mark.parametrize("message", [ASKED, OVERHEARD], ids=["addressed", "overheard"])
async def test_a_late_edit_changes_nothing(bench: Bench, text: str, message: Message) -> None:
    """After some minutes the conversation has moved on: reply and row stay as they were."""
    first = await asked(bench, "what is a dro", message, EDIT_SECONDS + 1)
    response = await bench.edit(text, message, message_id="m1")
    assert (response.outcome, response.reply, response.owed) == (Outcome.IGNORED_TOO_LATE, None, ())
    assert bench.rows("select text, outcome from questions") == [("what is a dro", "answered")]
    assert await bench.outbox.posts_of(only(first).id) == ["post 1"]


async def test_a_late_edit_starts_no_cooldown(bench: Bench) -> None:
    """What nobody sees holds nobody back."""
    await asked(bench, "lovely weather", OVERHEARD, EDIT_SECONDS + 1)
    await bench.edit("what is a dro", OVERHEARD, message_id="m1")
    assert (await bench.say("what is breathing space", OVERHEARD)).outcome is Outcome.ANSWERED


async def test_an_edit_in_time_is_still_followed(bench: Bench) -> None:
    """Until then it is."""
    await asked(bench, "what is a dro", seconds_ago=EDIT_SECONDS - 30)
    assert (await bench.edit("what is breathing space", message_id="m1")).answer == "breathing_space"


async def test_an_edit_of_a_message_never_seen_is_a_message(bench: Bench) -> None:
    """Such as one from while the bot was away: a recent one is answered, and seen from then on."""
    response = await bench.edit("what is a dro", message_id="m1")
    assert (response.outcome, acts(response)) == (Outcome.ANSWERED, [(Action.POST, 0)])
    again = await bench.edit("what is breathing space", message_id="m1")
    assert acts(again) == [(Action.EDIT, only(response).id)]
    assert bench.outcomes() == ["answered"]


async def test_an_old_edit_of_a_message_never_seen_is_left_alone(bench: Bench) -> None:
    """An old one is noted, and met with silence."""
    response = await bench.edit("what is a dro", message_id="m1", sent_at=ago(EDIT_SECONDS + 1))
    assert (response.outcome, response.owed) == (Outcome.IGNORED_TOO_LATE, ())
    assert (bench.outcomes(), bench.texts()) == (["ignored_too_late"], [None])


async def test_messages_are_told_apart_by_channel_and_platform(bench: Bench) -> None:
    """The same id elsewhere is another message."""
    await asked(bench, "what is a dro")
    for elsewhere in ({"channel": "other"}, {"platform": "telegram"}):
        response = await bench.edit("what is breathing space", message_id="m1", **elsewhere)
        assert acts(response) == [(Action.POST, 0)]
    assert bench.outcomes() == ["answered"] * 3


async def test_an_edit_keeps_what_a_burst_was_given(bench: Bench) -> None:
    """Who asked behind a bare mention was speaking to the bot, and still is when they mend a typo."""
    bench.settle(mode=Mode.MENTION_ONLY)
    await bench.say("@signpost", message_id="m0", sent_at=ago(0))
    first = await asked(bench, "what is a drro", OVERHEARD)
    response = await bench.edit("what is a dro", OVERHEARD, message_id="m1")
    assert (response.answer, acts(response)) == ("dro", [(Action.EDIT, only(first).id)])


async def test_an_edit_without_an_id_is_nobodys_reply(bench: Bench) -> None:
    """Where a platform names no message, none is taken for another."""
    await bench.say("what is a dro", author="al")
    assert acts(await bench.edit("what is breathing space")) == [(Action.POST, 0)]


async def test_an_edit_of_an_answer_disturbs_nobody(bench: Bench) -> None:
    """A reply is kept up to date in spite of cool-downs and of staff who have begun to talk."""
    first = await asked(bench, "what is a dro", OVERHEARD)
    await bench.say("glad that helped", OVERHEARD, author="mo", author_roles=("staff",))
    response = await bench.edit("what is breathing space", OVERHEARD, message_id="m1")
    assert acts(response) == [(Action.EDIT, only(first).id)]


async def test_an_edit_is_no_way_around_a_cooldown(bench: Bench) -> None:
    """What was overheard without a reply waits like anything else for one."""
    await bench.say("what is a dro", OVERHEARD)
    await asked(bench, "what is breathing space", OVERHEARD)
    response = await bench.edit("what is breathing space?", OVERHEARD, message_id="m1")
    assert (response.outcome, response.owed) == (Outcome.IGNORED_COOLDOWN, ())


async def test_an_edit_back_and_forth_is_no_repetition(bench: Bench) -> None:
    """Words that were asked before may be come back to."""
    await asked(bench, "what is a dro")
    await bench.edit("what is breathing space", message_id="m1")
    assert (await bench.edit("what is a dro", message_id="m1")).answer == "dro"


async def test_an_edit_brings_personal_data_or_takes_it_away(bench: Bench) -> None:
    """The warning comes and goes with what was posted, and so does what the row says of it."""
    await asked(bench, "what is a dro")
    warned = await bench.edit("what is a dro, ring 07700 900123", message_id="m1")
    assert warned.reply and "phone number" in warned.reply.notice
    assert bench.rows("select text, personal_data from questions") == [
        ("what is a dro, ring [phone number]", '["phone"]')
    ]
    mended = await bench.edit("what is a dro", message_id="m1")
    assert mended.reply and not mended.reply.notice
    assert bench.rows("select text, personal_data from questions") == [("what is a dro", "[]")]


async def test_an_edit_is_told_of_an_error_while_the_log_is_locked(bench: Bench) -> None:
    """What can't be written down is told; the reply and the row stay as they were."""
    await asked(bench, "what is a dro")
    with held(bench.folder):
        response = await bench.edit("what is breathing space", message_id="m1")
    assert (response.outcome, acts(response)) == (Outcome.ERROR_QUESTION_LOG, [(Action.POST, 0)])
    assert bench.rows("select text, outcome from questions") == [("what is a dro", "answered")]


# The same message again


@pytest.mark.parametrize(
    ("text", "message"),
    [("what is a dro", ASKED), ("what is a dro", OVERHEARD), ("hello", ASKED), ("fairly sure", OVERHEARD),
     ("there is nothing left", OVERHEARD), ("?!", ASKED)],
)  # fmt: skip
@pytest.mark.parametrize("seconds", [0, 1000], ids=["at once", "later"])
@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
async def test_a_message_handed_over_twice_is_one(
    bench: Bench, text: str, message: Message, seconds: float, restarted: bool
) -> None:
    """One row, one outcome, and nothing is owed a second time, by another process either."""
    first = await bench.say(text, message, message_id="m1")
    bench.clock.advance(seconds)
    if restarted:
        bench.responder = bench.serving(bench.classifier, bench.log)
    again = await bench.say(text, message, message_id="m1")
    assert (again.outcome, again.reply, again.owed) == (Outcome.IGNORED_DUPLICATE, None, ())
    assert again.question_id == first.question_id
    assert bench.outcomes() == [first.outcome.value]
    assert [owed.id for owed in await bench.outbox.owed("discord")] == [owed.id for owed in first.owed]


async def test_a_message_handed_over_after_its_edit_changes_nothing(bench: Bench) -> None:
    """The row is the edit's, whatever comes late."""
    await asked(bench, "what is a dro")
    await bench.edit("what is breathing space", message_id="m1")
    bench.clock.advance(1000)
    assert (await bench.say("what is a dro", message_id="m1")).owed == ()
    assert bench.texts() == ["what is breathing space"]
