"""Step 2, safety: help for who needs it now, in every mode; and no personal data, nor an emergency's words, kept."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot import wording
from bot.deliveries import Action
from bot.messages import Outcome
from bot.places import Mode, Place
from tests.bot.responder_bench import ASKED, EMERGENCY, OVERHEARD, PRIVATE, Bench, FaultyClassifier, acts, held

pytestmark = pytest.mark.asyncio

ALERTS = Place("discord", "parents", "alerts")


@pytest.mark.parametrize(("text", "slug", "alert"), [(EMERGENCY, "suicide", True), ("food bank", "no_food", False)])
async def test_urgent_help_says_whom_to_call(bench: Bench, text: str, slug: str, alert: bool) -> None:
    """Urgent help carries its own message, and moderators are alerted where the message says so."""
    response = await bench.say(text)
    assert response.reply and response.reply.title == f"Help now with {slug}"
    assert (response.answer, response.confidence, response.alert_moderators) == (slug, 0.8, alert)
    assert not response.reply.choices and not response.reply.allows_feedback


async def test_urgent_help_without_a_message_still_helps(bench: Bench) -> None:
    """Where the model names a message that isn't there, the fixed one is given and moderators are alerted."""
    response = await bench.say("lost message")
    assert response.reply and response.reply.body == wording.URGENT_FALLBACK
    assert response.alert_moderators


@pytest.mark.parametrize("fault", ["crash", "hang"])
async def test_plain_emergencies_are_helped_without_the_model(bench: Bench, fault: str) -> None:
    """While the model can't be asked, plain words are enough."""
    response = await bench.say(f"i want to kill myself {fault}", OVERHEARD)
    assert (response.outcome, response.answer) == (Outcome.URGENT_HELP, "suicide")


async def test_plain_emergencies_are_helped_whatever_the_fault(bench: Bench) -> None:
    """A fault that nobody foresaw doesn't stand between a person and help."""
    responder = bench.serving(FaultyClassifier(), bench.log)
    response = await responder.respond(replace(OVERHEARD, text="i want to kill myself"))
    assert (response.outcome, response.answer) == (Outcome.URGENT_HELP, "suicide")


@pytest.mark.parametrize("broken", [{}, {"community": "\ud800"}, {"author": "\ud800"}], ids=["locked", "row", "author"])
async def test_urgent_help_does_not_wait_for_the_log(bench: Bench, broken: dict[str, str]) -> None:
    """Help is given even where nothing can be written."""
    with held(bench.folder, not broken):
        response = await bench.say(EMERGENCY, replace(OVERHEARD, **broken))  # type: ignore[arg-type]
    assert response.outcome is Outcome.URGENT_HELP
    assert response.reply and response.reply.title == "Help now with suicide"


async def test_the_words_of_an_emergency_are_never_stored(bench: Bench) -> None:
    """No byte of the database or of its write-ahead log holds them, even after the log was locked or a model failed."""
    await bench.say(EMERGENCY)
    await bench.say("i want to kill myself zanzibar crash")
    with held(bench.folder):
        await bench.say(f"{EMERGENCY} again")
    await bench.say("what is a dro")
    assert b"what is a dro" in bench.stored_bytes()
    assert b"zanzibar" not in bench.stored_bytes()
    bench.database.close()
    assert b"what is a dro" in bench.stored_bytes()
    assert b"zanzibar" not in bench.stored_bytes()
    assert bench.rows("select text from questions where outcome = 'urgent_help'") == [(None,)] * 3


# Urgent help in communities


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("message", [ASKED, OVERHEARD], ids=["addressed", "overheard"])
async def test_urgent_help_is_given_in_every_mode(bench: Bench, mode: Mode, message: Any) -> None:
    """No mode, not even off, stands between a person and help."""
    bench.settle(mode=mode)
    response = await bench.say(EMERGENCY, message)
    assert response.outcome is Outcome.URGENT_HELP
    assert response.reply and response.reply.title == "Help now with suicide"


@pytest.mark.parametrize(
    "settled",
    [{"services_off": ("debt", "maternity")}, {"person_cooldown_seconds": 9e4}, {"channel_cooldown_seconds": 9e4}],
)
async def test_nothing_that_is_settled_holds_urgent_help_back(bench: Bench, settled: dict[str, Any]) -> None:
    """Not services left out, nor cool-downs, nor staff who are talking."""
    bench.settle(**settled)
    await bench.say("what is breathing space", OVERHEARD, author_roles=("staff",))
    await bench.say("what is a dro")
    assert (await bench.say(EMERGENCY, OVERHEARD)).outcome is Outcome.URGENT_HELP


async def test_urgent_help_and_its_alert_are_owed_at_once(bench: Bench) -> None:
    """Both go before what waits and are delivered however old; the alert goes where moderators want it."""
    response = await bench.say(EMERGENCY, OVERHEARD, message_id="m1", thread="t1", link="https://discord.com/1/2/3")
    help_now, alert = response.owed
    assert (help_now.place, help_now.reply, help_now.reply_to) == (
        Place("discord", "parents", "general", "t1"), response.reply, "m1",
    )  # fmt: skip
    assert (alert.place, alert.action, alert.reply_to) == (ALERTS, Action.POST, "")
    assert all(owed.is_urgent and owed.keeps and owed.id for owed in response.owed)


async def test_an_alert_leads_to_the_message_and_quotes_nothing(bench: Bench) -> None:
    """Moderators get a link, and neither a word of what was written nor who wrote it."""
    response = await bench.say(EMERGENCY, OVERHEARD, author="jo-1234", link="https://discord.com/1/2/3")
    alert = response.owed[1].reply
    assert alert and alert.title == wording.ALERT_TITLE and "https://discord.com/1/2/3" in alert.body
    assert not {"zanzibar", "jo-1234"} & set(str(alert).replace("'", " ").split())
    assert b"jo-1234" not in bench.stored_bytes()


async def test_an_alert_without_a_link_says_where_to_look(bench: Bench) -> None:
    """Some groups have no links to messages."""
    response = await bench.say(EMERGENCY, OVERHEARD)
    assert response.owed[1].reply and wording.NO_LINK in response.owed[1].reply.body


@pytest.mark.parametrize(
    ("text", "alerts", "message"),
    [(EMERGENCY, "", OVERHEARD), ("food bank", "alerts", OVERHEARD), (EMERGENCY, "alerts", PRIVATE)],
    ids=["nowhere", "not called for", "private"],
)
async def test_no_alert_is_owed(bench: Bench, text: str, alerts: str, message: Any) -> None:
    """Where no channel was named, where the message calls for none, and in private, help alone is owed."""
    bench.settle(alerts_channel=alerts)
    response = await bench.say(text, message)
    assert response.outcome is Outcome.URGENT_HELP and len(response.owed) == 1


async def test_unrecorded_urgent_help_is_owed_with_its_alert(bench: Bench) -> None:
    """Where nothing can be written, both are owed all the same, without a number."""
    with held(bench.folder):
        response = await bench.say(EMERGENCY, OVERHEARD, message_id="m1")
    assert [(owed.id, owed.is_urgent) for owed in response.owed] == [(0, True), (0, True)]
    assert response.owed[0].reply == response.reply
    await bench.say("what is a dro")
    assert bench.outcomes() == ["urgent_help", "answered"]


async def test_unrecorded_urgent_help_is_not_owed_again(bench: Bench) -> None:
    """What was delivered without a number is not owed once more when its row is written."""
    with held(bench.folder):
        await bench.say(EMERGENCY, OVERHEARD, message_id="m1")
    response = await bench.say("what is a dro")
    assert [owed.id for owed in await bench.outbox.owed("discord")] == [owed.id for owed in response.owed]


async def test_urgent_help_never_takes_a_replys_place(bench: Bench) -> None:
    """An edit tells nobody that it is there: whether by an edit or in a burst, help is a post of its own."""
    await bench.deliver(await bench.say("what is a dro", message_id="m1"), "post 1")
    edited = await bench.edit(EMERGENCY, message_id="m1")
    assert (edited.outcome, acts(edited)) == (Outcome.URGENT_HELP, [(Action.POST, 0)] * 2)
    await bench.say("hello", PRIVATE)
    burst = await bench.say(EMERGENCY, PRIVATE)
    assert (burst.outcome, acts(burst)) == (Outcome.URGENT_HELP, [(Action.POST, 0)])


@pytest.mark.parametrize("text", ["what is a dro", "lovely weather", "?"])
async def test_urgent_help_stays_whatever_its_message_becomes(bench: Bench, text: str) -> None:
    """Who takes back their words may still need what was said to them."""
    await bench.deliver(await bench.say(EMERGENCY, OVERHEARD, message_id="m1"), "post 1")
    response = await bench.edit(text, OVERHEARD, message_id="m1")
    assert all(owed.action is Action.POST and not owed.replaces for owed in response.owed)


@pytest.mark.parametrize("message", [ASKED, OVERHEARD], ids=["addressed", "overheard"])
async def test_a_late_edit_into_an_emergency_is_helped_once(bench: Bench, message: Any) -> None:
    """An edit that comes too late for anything else isn't too late for help."""
    long_ago = datetime.now(timezone.utc) - timedelta(hours=1)
    await bench.say("what is a dro", message, message_id="m1", sent_at=long_ago)
    edited = await bench.edit(EMERGENCY, message, message_id="m1", sent_at=long_ago)
    assert (edited.outcome, acts(edited)) == (Outcome.URGENT_HELP, [(Action.POST, 0)] * 2)
    again = await bench.edit(f"{EMERGENCY}!", message, message_id="m1", sent_at=long_ago)
    assert (again.outcome, again.owed) == (Outcome.IGNORED_TOO_LATE, ())
    assert (bench.outcomes(), bench.texts()) == (["urgent_help"], [None])


async def test_an_emergency_in_pieces_is_helped(bench: Bench) -> None:
    """What is an emergency only when read as one is one, and none of its words are kept."""
    assert (await bench.say("ive decided", PRIVATE)).outcome is not Outcome.URGENT_HELP
    assert (await bench.say("tonight", PRIVATE)).outcome is Outcome.URGENT_HELP
    assert bench.texts() == [None, None]


async def test_what_was_said_before_an_emergency_is_not_gone_on_from(bench: Bench) -> None:
    """Its row stays an emergency's, whatever comes next."""
    await bench.say("a faint idea", PRIVATE, message_id="m1")
    await bench.edit(EMERGENCY, PRIVATE, message_id="m1")
    await bench.say("for twins", PRIVATE)
    assert bench.outcomes()[0] == "urgent_help" and bench.texts() == [None, "for twins"]


async def test_settings_that_cannot_be_had_hold_no_help_back(bench: Bench) -> None:
    """A fault in the settings makes the bot quieter, but never silent to who needs help."""
    bench.rooms = None  # type: ignore[assignment]
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.IGNORED_NOT_ADDRESSED
    assert (await bench.say("what is a dro")).outcome is Outcome.ANSWERED
    assert (await bench.say(EMERGENCY, OVERHEARD)).outcome is Outcome.URGENT_HELP


# Personal data, and words that are nobody's to keep


async def test_personal_data_is_gone_before_anything_sees_it(bench: Bench) -> None:
    """The classifier reads neither the data nor its placeholder; the log has the placeholder; a warning is given."""
    response = await bench.say("what is a dro, ring me on 07700 900123")
    assert bench.classifier.seen == ["what is a dro, ring me on"]
    assert b"900123" not in bench.stored_bytes()
    assert response.outcome is Outcome.ANSWERED
    assert response.reply and response.reply.notice == wording.PERSONAL_DATA.format(kinds="phone number")
    assert bench.rows("select text, personal_data from questions") == [
        ("what is a dro, ring me on [phone number]", '["phone"]')
    ]


async def test_nothing_but_personal_data_is_withheld(bench: Bench) -> None:
    """Where no question is left, one is asked for, and the warning names what was posted."""
    response = await bench.say("my email is jo@example.com and my number is 07700 900123")
    assert response.outcome is Outcome.WITHHELD_PERSONAL_DATA
    assert response.reply and response.reply.body == wording.UNANSWERED[Outcome.WITHHELD_PERSONAL_DATA]
    assert "email address and phone number" in response.reply.notice
    assert b"example.com" not in bench.stored_bytes()


async def test_no_text_reaches_the_programs_log(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """The log for developers says that something failed, never what was asked."""
    caplog.set_level(logging.DEBUG)
    for text in ("zanzibar crash", "zanzibar hang", "zanzibar unknown slug", f"{EMERGENCY}", "zanzibar dro"):
        await bench.say(text)
    with held(bench.folder):
        await bench.say("zanzibar weather")
    assert caplog.text and "zanzibar" not in caplog.text


async def test_personal_data_given_in_pieces_is_removed(bench: Bench) -> None:
    """A number in two messages of a burst is only told once they are read as one; then it goes as well."""
    await bench.say("a faint idea, ring me on 07700", PRIVATE)
    response = await bench.say("900123", PRIVATE)
    assert response.reply and "phone number" in response.reply.notice
    assert bench.texts() == [None, "a faint idea, ring me on [phone number]"]
    assert not [seen for seen in bench.classifier.seen if "07700" in seen and "900123" in seen]


KEPT = {
    Outcome.IGNORED_NOT_CONFIDENT: ("zanzibar fairly", OVERHEARD, "zanzibar fairly"),
    Outcome.ANSWERED: ("zanzibar dro", ASKED, "zanzibar dro"),
    Outcome.CLARIFY: ("zanzibar either", ASKED, "zanzibar either"),
    Outcome.IGNORED_NOT_A_QUESTION: ("zanzibar weather", OVERHEARD, None),
    Outcome.IGNORED_MUTED: ("zanzibar dro", replace(ASKED, channel="quiet"), None),
    Outcome.IGNORED_STAFF_TALKING: ("zanzibar dro", replace(OVERHEARD, author_roles=("staff",)), None),
    Outcome.IGNORED_BOT: ("zanzibar dro", replace(ASKED, author_is_bot=True), None),
    Outcome.URGENT_HELP: (EMERGENCY, ASKED, None),
}


@pytest.mark.parametrize("outcome", KEPT, ids=lambda outcome: outcome.value)
async def test_only_what_officials_need_is_kept(bench: Bench, outcome: Outcome) -> None:
    """Of what was passed over, only questions that the bot was not sure of are kept, and of an emergency nothing."""
    text, message, kept = KEPT[outcome]
    assert (await bench.say(text, message)).outcome is outcome
    assert bench.texts() == [kept]
    assert bench.rows("select candidates = '[]' from questions") == [(kept is None,)]


async def test_what_is_not_addressed_is_not_kept(bench: Bench) -> None:
    """In a channel where the bot only answers when it is spoken to, nobody else's words are kept."""
    bench.settle(mode=Mode.MENTION_ONLY)
    await bench.say("zanzibar fairly", OVERHEARD)
    assert bench.texts() == [None] and b"zanzibar" not in bench.stored_bytes()
