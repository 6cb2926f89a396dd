"""A guest knows when to hold its tongue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.etiquette import Etiquette
from bot.messages import Message, Outcome
from bot.settings import EtiquetteSettings
from tests.fakes import Clock

SETTINGS = EtiquetteSettings(
    person_cooldown_seconds=20, channel_cooldown_seconds=5, duplicate_seconds=300, muted_channels=("quiet",)
)
OVERHEARD = Message("", "discord", "parents", channel="general", author="jo", addressed=False)
ADDRESSED = replace(OVERHEARD, addressed=True)


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
    assert etiquette.reason_for_silence(OVERHEARD, "how much is smp") is None
    assert etiquette.reason_for_silence(replace(ADDRESSED, author="al"), "how much is smp") is None


def test_another_bot_is_never_answered(etiquette: Etiquette) -> None:
    """Two bots don't talk to each other, even where one addresses the other in a muted channel."""
    message = replace(ADDRESSED, author_is_bot=True, channel="quiet")
    assert etiquette.reason_for_silence(message, "how much is smp") is Outcome.IGNORED_BOT


def test_a_muted_channel_stays_quiet(etiquette: Etiquette) -> None:
    """Where moderators have muted the bot, not even who addresses it gets an answer."""
    assert etiquette.reason_for_silence(replace(ADDRESSED, channel="quiet"), "smp?") is Outcome.IGNORED_MUTED


@pytest.mark.parametrize("again", ["how much is smp", "HOW MUCH is SMP"])
def test_a_repeated_text_is_a_duplicate(etiquette: Etiquette, again: str) -> None:
    """The same words from the same person are answered once, whatever their capitals."""
    etiquette.reason_for_silence(ADDRESSED, "how much is smp")
    assert etiquette.reason_for_silence(ADDRESSED, again) is Outcome.IGNORED_DUPLICATE


@pytest.mark.parametrize(("passed", "expected"), [(299.9, Outcome.IGNORED_DUPLICATE), (300.1, None)])
def test_a_text_may_be_repeated_later(
    etiquette: Etiquette, clock: Clock, passed: float, expected: Outcome | None
) -> None:
    """A text is a duplicate for as long as the settings say."""
    etiquette.reason_for_silence(ADDRESSED, "how much is smp")
    clock.advance(passed)
    assert etiquette.reason_for_silence(ADDRESSED, "how much is smp") is expected


@pytest.mark.parametrize(
    "change", [{"author": "al"}, {"channel": "debt"}, {"thread": "t1"}, {"platform": "telegram"}], ids=str
)
def test_a_duplicate_is_one_persons_in_one_place(etiquette: Etiquette, change: dict[str, str]) -> None:
    """The same words from another person or in another place are a question of their own."""
    etiquette.reason_for_silence(ADDRESSED, "how much is smp")
    assert etiquette.reason_for_silence(replace(ADDRESSED, **change), "how much is smp") is None  # type: ignore[arg-type]


def test_a_forgotten_text_may_be_asked_again(etiquette: Etiquette) -> None:
    """Who was told to try again is not met with silence; a text that was never asked can be forgotten too."""
    etiquette.reason_for_silence(ADDRESSED, "how much is smp")
    etiquette.forget_text(ADDRESSED, "How much is SMP")
    etiquette.forget_text(ADDRESSED, "never asked")
    assert etiquette.reason_for_silence(ADDRESSED, "how much is smp") is None


@pytest.mark.parametrize(("passed", "expected"), [(4.9, Outcome.IGNORED_COOLDOWN), (5.1, None)])
def test_a_channel_cools_down(etiquette: Etiquette, clock: Clock, passed: float, expected: Outcome | None) -> None:
    """After a reply, other people's overheard questions in the channel wait for the channel's cool-down."""
    etiquette.note_reply(OVERHEARD)
    clock.advance(passed)
    assert etiquette.reason_for_silence(replace(OVERHEARD, author="al"), "what is a dro") is expected


@pytest.mark.parametrize(("passed", "expected"), [(19.9, Outcome.IGNORED_COOLDOWN), (20.1, None)])
def test_a_person_cools_down(etiquette: Etiquette, clock: Clock, passed: float, expected: Outcome | None) -> None:
    """After a reply, the same person's next overheard question waits longer than the channel's."""
    etiquette.note_reply(OVERHEARD)
    clock.advance(passed)
    assert etiquette.reason_for_silence(OVERHEARD, "what is a dro") is expected


def test_who_addresses_the_bot_needs_not_wait(etiquette: Etiquette) -> None:
    """A cool-down is for what is overheard."""
    etiquette.note_reply(ADDRESSED)
    assert etiquette.reason_for_silence(ADDRESSED, "what is a dro") is None


@pytest.mark.parametrize("change", [{"channel": "debt"}, {"thread": "t1"}, {"platform": "telegram"}], ids=str)
def test_a_cooldown_is_of_one_place(etiquette: Etiquette, change: dict[str, str]) -> None:
    """A reply in one channel or thread silences no other."""
    etiquette.note_reply(OVERHEARD)
    assert etiquette.reason_for_silence(replace(OVERHEARD, **change), "what is a dro") is None  # type: ignore[arg-type]


def test_cooldowns_of_zero_are_none(clock: Clock) -> None:
    """Settings of 0 seconds switch every cool-down off."""
    settings = EtiquetteSettings(person_cooldown_seconds=0, channel_cooldown_seconds=0, duplicate_seconds=0)
    etiquette = Etiquette(settings, clock)
    etiquette.reason_for_silence(OVERHEARD, "smp?")
    etiquette.note_reply(OVERHEARD)
    assert etiquette.reason_for_silence(OVERHEARD, "smp?") is None
