"""A guest knows when to hold its tongue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.etiquette import Etiquette
from bot.messages import Message, Outcome
from bot.places import ChannelSettings, Mode
from bot.settings import EtiquetteSettings
from tests.fakes import Clock

SETTINGS = EtiquetteSettings(duplicate_seconds=300, staff_quiet_seconds=180, muted_channels=("quiet",))
HERE = ChannelSettings(
    mode=Mode.QUESTIONS, person_cooldown_seconds=20, channel_cooldown_seconds=5, staff_roles=("staff", "owner")
)
OVERHEARD = Message("", "discord", "parents", channel="general", author="jo", addressed=False)
ADDRESSED = replace(OVERHEARD, addressed=True)
STAFF = replace(OVERHEARD, author="mo", author_roles=("member", "staff"))


@pytest.fixture
def clock() -> Clock:
    """A clock that a test moves."""
    return Clock()


@pytest.fixture
def etiquette(clock: Clock) -> Etiquette:
    """A bot that has not spoken yet."""
    return Etiquette(SETTINGS, clock)


def test_nothing_forbids_the_first_question(etiquette: Etiquette) -> None:
    """A first question may be answered, whether addressed or overheard."""
    assert etiquette.reason_for_silence(OVERHEARD, "how much is smp", HERE) is None
    assert etiquette.reason_for_silence(replace(ADDRESSED, author="al"), "how much is smp", HERE) is None


def test_another_bot_is_never_answered(etiquette: Etiquette) -> None:
    """Two bots don't talk to each other, even where one addresses the other in a muted channel."""
    message = replace(ADDRESSED, author_is_bot=True, channel="quiet")
    assert etiquette.reason_for_silence(message, "how much is smp", HERE) is Outcome.IGNORED_BOT


def test_a_muted_channel_stays_quiet(etiquette: Etiquette) -> None:
    """Where moderators have muted the bot, not even who addresses it gets an answer."""
    assert etiquette.reason_for_silence(replace(ADDRESSED, channel="quiet"), "smp?", HERE) is Outcome.IGNORED_MUTED


@pytest.mark.parametrize("again", ["how much is smp", "HOW MUCH is SMP"])
def test_a_repeated_text_is_a_duplicate(etiquette: Etiquette, again: str) -> None:
    """The same words from the same person are answered once, whatever their capitals."""
    etiquette.reason_for_silence(ADDRESSED, "how much is smp", HERE)
    assert etiquette.reason_for_silence(ADDRESSED, again, HERE) is Outcome.IGNORED_DUPLICATE


@pytest.mark.parametrize(("passed", "expected"), [(299.9, Outcome.IGNORED_DUPLICATE), (300.1, None)])
def test_a_text_may_be_repeated_later(
    etiquette: Etiquette, clock: Clock, passed: float, expected: Outcome | None
) -> None:
    """A text is a duplicate for as long as the settings say."""
    etiquette.reason_for_silence(ADDRESSED, "how much is smp", HERE)
    clock.advance(passed)
    assert etiquette.reason_for_silence(ADDRESSED, "how much is smp", HERE) is expected


@pytest.mark.parametrize(
    "change", [{"author": "al"}, {"channel": "debt"}, {"thread": "t1"}, {"platform": "telegram"}], ids=str
)
def test_a_duplicate_is_one_persons_in_one_place(etiquette: Etiquette, change: dict[str, str]) -> None:
    """The same words from another person or in another place are a question of their own."""
    etiquette.reason_for_silence(ADDRESSED, "how much is smp", HERE)
    assert etiquette.reason_for_silence(replace(ADDRESSED, **change), "how much is smp", HERE) is None  # type: ignore[arg-type]


def test_a_forgotten_text_may_be_asked_again(etiquette: Etiquette) -> None:
    """Who was told to try again is not met with silence; a text that was never asked can be forgotten too."""
    etiquette.reason_for_silence(ADDRESSED, "how much is smp", HERE)
    etiquette.forget_text(ADDRESSED, "How much is SMP")
    etiquette.forget_text(ADDRESSED, "never asked")
    assert etiquette.reason_for_silence(ADDRESSED, "how much is smp", HERE) is None


@pytest.mark.parametrize(("passed", "expected"), [(4.9, Outcome.IGNORED_COOLDOWN), (5.1, None)])
def test_a_channel_cools_down(etiquette: Etiquette, clock: Clock, passed: float, expected: Outcome | None) -> None:
    """After a reply, other people's overheard questions in the channel wait for the channel's cool-down."""
    etiquette.note_reply(OVERHEARD)
    clock.advance(passed)
    assert etiquette.reason_for_silence(replace(OVERHEARD, author="al"), "what is a dro", HERE) is expected


@pytest.mark.parametrize(("passed", "expected"), [(19.9, Outcome.IGNORED_COOLDOWN), (20.1, None)])
def test_a_person_cools_down(etiquette: Etiquette, clock: Clock, passed: float, expected: Outcome | None) -> None:
    """After a reply, the same person's next overheard question waits longer than the channel's."""
    etiquette.note_reply(OVERHEARD)
    clock.advance(passed)
    assert etiquette.reason_for_silence(OVERHEARD, "what is a dro", HERE) is expected


def test_who_addresses_the_bot_needs_not_wait(etiquette: Etiquette) -> None:
    """A cool-down is for what is overheard."""
    etiquette.note_reply(ADDRESSED)
    assert etiquette.reason_for_silence(ADDRESSED, "what is a dro", HERE) is None


@pytest.mark.parametrize("change", [{"channel": "debt"}, {"thread": "t1"}, {"platform": "telegram"}], ids=str)
def test_a_cooldown_is_of_one_place(etiquette: Etiquette, change: dict[str, str]) -> None:
    """A reply in one channel or thread silences no other."""
    etiquette.note_reply(OVERHEARD)
    assert etiquette.reason_for_silence(replace(OVERHEARD, **change), "what is a dro", HERE) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("person", "channel", "author", "passed", "expected"),
    [
        (60, 0, "jo", 59.9, Outcome.IGNORED_COOLDOWN),
        (60, 0, "jo", 60.1, None),
        (60, 0, "al", 0.0, None),
        (0, 60, "al", 59.9, Outcome.IGNORED_COOLDOWN),
        (0, 60, "al", 60.1, None),
        (86_400, 0, "jo", 86_399, Outcome.IGNORED_COOLDOWN),
    ],
)
def test_a_channel_has_its_own_cooldowns(
    etiquette: Etiquette, clock: Clock, person: float, channel: float, author: str, passed: float,
    expected: Outcome | None,
) -> None:  # fmt: skip
    """Moderators choose them, up to a day, and what they choose holds for replies given before as well."""
    here = replace(HERE, person_cooldown_seconds=person, channel_cooldown_seconds=channel)
    etiquette.note_reply(OVERHEARD)
    clock.advance(passed)
    assert etiquette.reason_for_silence(replace(OVERHEARD, author=author), "what is a dro", here) is expected


def test_cooldowns_of_zero_are_none(clock: Clock) -> None:
    """Settings of 0 seconds switch every cool-down off."""
    etiquette = Etiquette(EtiquetteSettings(duplicate_seconds=0, staff_quiet_seconds=0), clock)
    here = replace(HERE, person_cooldown_seconds=0, channel_cooldown_seconds=0)
    etiquette.reason_for_silence(OVERHEARD, "smp?", here)
    etiquette.note_reply(OVERHEARD)
    assert etiquette.reason_for_silence(OVERHEARD, "smp?", here) is None
    etiquette.reason_for_silence(STAFF, "hello", here)
    assert etiquette.reason_for_silence(OVERHEARD, "smp?", here) is None


# Modes


@pytest.mark.parametrize(
    ("mode", "message", "expected"),
    [
        (Mode.OFF, ADDRESSED, Outcome.IGNORED_MUTED),
        (Mode.OFF, OVERHEARD, Outcome.IGNORED_MUTED),
        (Mode.MENTION_ONLY, ADDRESSED, None),
        (Mode.MENTION_ONLY, OVERHEARD, Outcome.IGNORED_NOT_ADDRESSED),
        (Mode.QUESTIONS, ADDRESSED, None),
        (Mode.QUESTIONS, OVERHEARD, None),
    ],
)
def test_a_mode_says_who_is_heard(etiquette: Etiquette, mode: Mode, message: Message, expected: Outcome | None) -> None:
    """Nobody, who speaks to the bot, or everybody."""
    assert etiquette.reason_for_silence(message, "smp?", replace(HERE, mode=mode)) is expected


def test_what_was_not_for_the_bot_is_no_repetition(etiquette: Etiquette) -> None:
    """Who forgot the mention can say the same again with it."""
    here = replace(HERE, mode=Mode.MENTION_ONLY)
    etiquette.reason_for_silence(OVERHEARD, "smp?", here)
    assert etiquette.reason_for_silence(ADDRESSED, "smp?", here) is None


# Edits


def test_an_edit_is_no_repetition(etiquette: Etiquette) -> None:
    """The same message with much the same words isn't the same question twice."""
    etiquette.reason_for_silence(ADDRESSED, "smp?", HERE)
    assert etiquette.reason_for_silence(replace(ADDRESSED, is_edit=True), "smp?", HERE) is None


@pytest.mark.parametrize(("has_reply", "expected"), [(True, None), (False, Outcome.IGNORED_COOLDOWN)])
def test_an_edit_waits_only_for_a_new_reply(etiquette: Etiquette, has_reply: bool, expected: Outcome | None) -> None:
    """To update a reply disturbs nobody; to get one by an edit is no way around a cool-down."""
    etiquette.note_reply(OVERHEARD)
    edited = replace(OVERHEARD, is_edit=True)
    assert etiquette.reason_for_silence(edited, "what is a dro", HERE, has_reply) is expected


def test_an_edit_in_a_muted_channel_is_met_with_silence(etiquette: Etiquette) -> None:
    """Where moderators have muted the bot since, a reply is not kept up to date."""
    here = replace(HERE, mode=Mode.OFF)
    edited = replace(ADDRESSED, is_edit=True)
    assert etiquette.reason_for_silence(edited, "smp?", here, has_reply=True) is Outcome.IGNORED_MUTED


# Staff


@pytest.mark.parametrize(("passed", "expected"), [(179.9, Outcome.IGNORED_STAFF_TALKING), (180.1, None)])
def test_a_channel_is_left_to_staff(
    etiquette: Etiquette, clock: Clock, passed: float, expected: Outcome | None
) -> None:
    """For some minutes after one of them has spoken, whether to the bot or not."""
    for message in (STAFF, replace(STAFF, addressed=True, channel="debt")):
        etiquette.reason_for_silence(message, "hello", HERE)
    clock.advance(passed)
    for channel in ("general", "debt"):
        assert etiquette.reason_for_silence(replace(OVERHEARD, channel=channel), "smp?", HERE) is expected


def test_staff_are_not_answered_unasked(etiquette: Etiquette) -> None:
    """What staff write is not for the bot, unless they speak to it."""
    assert etiquette.reason_for_silence(STAFF, "smp?", HERE) is Outcome.IGNORED_STAFF_TALKING
    assert etiquette.reason_for_silence(replace(STAFF, addressed=True), "smp? please", HERE) is None


def test_who_speaks_to_the_bot_need_not_wait_for_staff(etiquette: Etiquette) -> None:
    """Quiet is for what is overheard."""
    etiquette.reason_for_silence(STAFF, "hello", HERE)
    assert etiquette.reason_for_silence(ADDRESSED, "smp?", HERE) is None


@pytest.mark.parametrize("change", [{"channel": "debt"}, {"thread": "t1"}, {"platform": "telegram"}], ids=str)
def test_staff_are_in_one_place(etiquette: Etiquette, change: dict[str, str]) -> None:
    """Staff who talk in one channel or thread silence no other."""
    etiquette.reason_for_silence(STAFF, "hello", HERE)
    assert etiquette.reason_for_silence(replace(OVERHEARD, **change), "smp?", HERE) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("roles", [(), ("member",), ("owner",)])
@pytest.mark.parametrize("is_bot", [False, True])
def test_only_people_with_a_staff_role_are_staff(etiquette: Etiquette, roles: tuple[str, ...], is_bot: bool) -> None:
    """Any of the roles that moderators have named will do, and none makes staff of a bot."""
    speaker = replace(OVERHEARD, author="mo", author_roles=roles, author_is_bot=is_bot)
    etiquette.reason_for_silence(speaker, "hello", HERE)
    expected = Outcome.IGNORED_STAFF_TALKING if roles == ("owner",) and not is_bot else None
    assert etiquette.reason_for_silence(OVERHEARD, "smp?", HERE) is expected


def test_where_quiet_is_not_wanted_staff_are_like_anybody(etiquette: Etiquette) -> None:
    """Moderators may want answers while they talk, and get answers themselves."""
    here = replace(HERE, quiet_while_staff=False)
    assert etiquette.reason_for_silence(STAFF, "what is a dro", here) is None
    assert etiquette.reason_for_silence(OVERHEARD, "smp?", here) is None
