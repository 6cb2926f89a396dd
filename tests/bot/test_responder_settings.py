"""What moderators have settled for a channel: when the bot may speak there, about what, and for which nation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot import wording
from bot.messages import Choice, Given, Message, Outcome, Response
from bot.places import ChannelSettings, Mode, everything_asked
from tests.bot.responder_bench import ASKED, HERE, OVERHEARD, PRIVATE, Bench

pytestmark = pytest.mark.asyncio

STAFF = replace(OVERHEARD, author="mo", author_roles=("member", "staff"))


def _choices(response: Response) -> tuple[Choice, ...]:
    return response.reply.choices if response.reply else ()


@pytest.mark.parametrize(
    ("mode", "addressed", "overheard"),
    [
        (Mode.OFF, Outcome.IGNORED_MUTED, Outcome.IGNORED_MUTED),
        (Mode.MENTION_ONLY, Outcome.ANSWERED, Outcome.IGNORED_NOT_ADDRESSED),
        (Mode.QUESTIONS, Outcome.ANSWERED, Outcome.ANSWERED),
    ],
)
async def test_a_mode_says_who_is_answered(bench: Bench, mode: Mode, addressed: Outcome, overheard: Outcome) -> None:
    """Nobody, who speaks to the bot, or whoever asks."""
    bench.settle(mode=mode)
    for message, expected in ((ASKED, addressed), (replace(OVERHEARD, channel="other"), overheard)):
        response = await bench.say("what is a dro", message)
        assert response.outcome is expected
        assert (response.reply is None) == (response.owed == ()) == expected.is_silent


async def test_a_reply_to_the_bot_is_answered_where_it_is_mentioned_only(bench: Bench) -> None:
    """Who replies to an answer has spoken to the bot."""
    bench.settle(mode=Mode.MENTION_ONLY)
    await bench.deliver(await bench.say("what is breathing space"), "post 1")
    response = await bench.say("what about scotland", OVERHEARD, reply_to_message_id="post 1")
    assert response.reply and response.reply.given == Given("breathing_space", "scotland")


async def test_each_channel_has_its_own_settings(bench: Bench) -> None:
    """What is settled for one channel holds in no other."""
    bench.rooms["debt"] = ChannelSettings()
    assert (await bench.say("what is a dro", OVERHEARD, channel="debt")).outcome is Outcome.IGNORED_NOT_ADDRESSED
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.ANSWERED


async def test_a_change_holds_from_the_next_message(bench: Bench) -> None:
    """Moderators who switch the bot off needn't wait."""
    assert (await bench.say("what is a dro")).outcome is Outcome.ANSWERED
    bench.settle(mode=Mode.OFF)
    assert (await bench.say("what is breathing space")).outcome is Outcome.IGNORED_MUTED


async def test_without_moderators_all_questions_are_welcome() -> None:
    """In a terminal or a direct message nobody has settled anything."""
    here = everything_asked(PRIVATE.place)
    assert (here.mode, here.quiet_while_staff, here.services_off) == (Mode.QUESTIONS, False, ())


async def test_channels_that_the_configuration_mutes_stay_so(bench: Bench) -> None:
    """Whoever runs the bot can mute a channel whatever moderators have settled."""
    assert (await bench.say("what is a dro", channel="quiet")).outcome is Outcome.IGNORED_MUTED


# Cool-downs


@pytest.mark.parametrize(
    ("settled", "author", "seconds", "outcome"),
    [
        ({"channel_cooldown_seconds": 60}, "al", 59.9, Outcome.IGNORED_COOLDOWN),
        ({"channel_cooldown_seconds": 60}, "al", 60.1, Outcome.ANSWERED),
        ({"person_cooldown_seconds": 60}, "jo", 59.9, Outcome.IGNORED_COOLDOWN),
        ({"person_cooldown_seconds": 60}, "jo", 60.1, Outcome.ANSWERED),
        ({"person_cooldown_seconds": 0, "channel_cooldown_seconds": 0}, "jo", 0.0, Outcome.ANSWERED),
    ],
)
async def test_cooldowns_are_the_channels(
    bench: Bench, settled: dict[str, Any], author: str, seconds: float, outcome: Outcome
) -> None:
    """Moderators choose how long the bot waits between what it overhears."""
    bench.settle(**settled)
    await bench.say("what is a dro", OVERHEARD)
    bench.clock.advance(seconds)
    assert (await bench.say("what is breathing space", OVERHEARD, author=author)).outcome is outcome


async def test_who_was_passed_over_can_turn_to_the_bot(bench: Bench) -> None:
    """Words that were overheard and met with silence are no repetition when their author then asks the bot itself."""
    await bench.say("what is a dro", OVERHEARD)
    for text, passed_over in (
        ("what is breathing space", Outcome.IGNORED_COOLDOWN),
        ("fairly sure", Outcome.IGNORED_COOLDOWN),
    ):
        assert (await bench.say(text, OVERHEARD)).outcome is passed_over
        assert (await bench.say(text)).outcome is Outcome.ANSWERED
    assert (await bench.say("fairly sure")).outcome is Outcome.IGNORED_DUPLICATE


# Services and nation


async def test_a_service_left_out_is_said_so_to_who_asks(bench: Bench) -> None:
    """Who speaks to the bot is told where an answer can be had; officials keep what was asked."""
    bench.settle(services_off=("debt",))
    response = await bench.say("what is a dro")
    assert response.outcome is Outcome.WITHHELD_SERVICE_OFF
    assert response.reply and response.reply.body == wording.UNANSWERED[Outcome.WITHHELD_SERVICE_OFF]
    assert response.answer is None and bench.texts() == ["what is a dro"]


async def test_a_service_left_out_is_met_with_silence_when_overheard(bench: Bench) -> None:
    """The bot doesn't speak up to say that it won't speak."""
    bench.settle(services_off=("debt",))
    response = await bench.say("what is a dro", OVERHEARD)
    assert (response.outcome, response.owed) == (Outcome.IGNORED_MUTED, ())


async def test_other_services_are_answered_and_offered(bench: Bench) -> None:
    """Of several titles, those of a service left out are not offered; an answer of another service is given."""
    bench.settle(services_off=("debt",))
    offered = await bench.say("either of those")
    assert offered.outcome is Outcome.CLARIFY
    assert offered.reply and [choice.answer for choice in offered.reply.choices] == ["pay", ""]
    bench.settle(services_off=("maternity",))
    assert (await bench.say("what is a dro")).outcome is Outcome.ANSWERED


async def test_a_second_question_on_a_service_left_out_is_not_offered(bench: Bench) -> None:
    """What else a text asks for is no way around."""
    text = "what is a faint idea. for twins and what is a dro"
    assert [choice.answer for choice in _choices(await bench.say(text, author="al"))] == ["dro"]
    bench.settle(services_off=("debt",))
    response = await bench.say(text)
    assert (response.answer, _choices(response)) == ("pay", ())


@pytest.mark.parametrize(
    ("text", "nation", "given"),
    [
        ("what is breathing space", "scotland", "scotland"),
        ("what is breathing space in england", "scotland", ""),
        ("what is breathing space in scotland", "", "scotland"),
        ("what is breathing space", "wales", ""),
        ("what is a dro", "scotland", ""),
    ],
)
async def test_the_communitys_nation_holds_where_none_is_named(
    bench: Bench, text: str, nation: str, given: str
) -> None:
    """A Scottish community gets Scottish texts, but for who names another nation and where there is no such text."""
    bench.settle(nation=nation)
    reply = (await bench.say(text)).reply
    assert reply and reply.given and reply.given.nation == given


async def test_what_is_offered_is_in_the_communitys_nation(bench: Bench) -> None:
    """The titles offered lead to that nation's texts as well."""
    bench.settle(nation="scotland")
    reply = (await bench.say("either of those")).reply
    assert reply and reply.choices[1] == Choice("Breathing space", "breathing_space", "scotland")


# Staff


async def test_the_bot_is_quiet_while_staff_are_talking(bench: Bench) -> None:
    """What is overheard in a channel where staff have just spoken is left to them, for as long as the settings say."""
    await bench.say("i can help with that", STAFF)
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.IGNORED_STAFF_TALKING
    assert (await bench.say("what is a dro", OVERHEARD, channel="debt")).outcome is Outcome.ANSWERED
    bench.clock.advance(180.1)
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.ANSWERED


async def test_who_speaks_to_the_bot_is_answered_while_staff_are_talking(bench: Bench) -> None:
    """Staff themselves as well."""
    await bench.say("i can help with that", STAFF)
    assert (await bench.say("what is a dro")).outcome is Outcome.ANSWERED
    assert (await bench.say("what is a dro", STAFF, addressed=True)).outcome is Outcome.ANSWERED


async def test_staff_are_heard_in_every_mode(bench: Bench) -> None:
    """Where the mode has just been changed, staff who have spoken before still count."""
    bench.settle(mode=Mode.MENTION_ONLY)
    await bench.say("i can help with that", STAFF)
    bench.settle(mode=Mode.QUESTIONS)
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.IGNORED_STAFF_TALKING


@pytest.mark.parametrize(
    ("settled", "speaker"),
    [
        ({"quiet_while_staff": False}, STAFF),
        ({"staff_roles": ("other",)}, STAFF),
        ({"staff_roles": ()}, STAFF),
        ({}, replace(STAFF, author_roles=("member",))),
        ({}, replace(STAFF, author_is_bot=True)),
    ],
    ids=["not wanted", "another role", "no role", "a member", "a bot with the role"],
)
async def test_only_staff_make_the_bot_quiet(bench: Bench, settled: dict[str, Any], speaker: Message) -> None:
    """Where moderators want it, and nobody else: other bots often bear a staff role."""
    bench.settle(**settled)
    await bench.say("lovely weather", speaker)
    assert (await bench.say("what is a dro", OVERHEARD)).outcome is Outcome.ANSWERED


async def test_staff_can_ask_where_they_need_not_be_left_alone(bench: Bench) -> None:
    """A moderator who tries the bot out in a channel without quiet gets an answer."""
    assert (await bench.say("what is a dro", STAFF)).outcome is Outcome.IGNORED_STAFF_TALKING
    bench.here = replace(HERE, quiet_while_staff=False)
    assert (await bench.say("what is a dro", STAFF)).outcome is Outcome.ANSWERED
