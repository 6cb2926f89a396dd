"""When a guest holds its tongue."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import TTLCache

from bot.messages import Message, Outcome
from bot.places import ChannelSettings, Mode
from bot.settings import EtiquetteSettings

MAX_REMEMBERED = 100_000
LONGEST_COOLDOWN_SECONDS = 86_400


class Etiquette:
    """Remembers where and to whom the bot has spoken lately, and where staff have.

    An addressed bot may speak unless it is switched off.
    """

    def __init__(self, settings: EtiquetteSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember nothing yet. `clock` gives seconds."""
        self._muted = frozenset(settings.muted_channels)
        self._clock = clock
        self._channels = _memory(LONGEST_COOLDOWN_SECONDS, clock)
        self._people = _memory(LONGEST_COOLDOWN_SECONDS, clock)
        self._staff = _memory(settings.staff_quiet_seconds, clock)
        self._texts = _memory(settings.duplicate_seconds, clock)

    def reason_for_silence(
        self, message: Message, text: str, here: ChannelSettings, has_reply: bool = False
    ) -> Outcome | None:
        """Why nothing should be said, or None. A text counts as seen from now on, and staff as talking.

        A message that has its reply already (`has_reply`) was edited: to keep that up to date disturbs nobody.
        """
        if message.author_is_bot:
            return Outcome.IGNORED_BOT
        is_staff = self._note_staff(message, here)
        if message.channel in self._muted or here.mode is Mode.OFF:
            return Outcome.IGNORED_MUTED
        if not message.addressed and here.mode is not Mode.QUESTIONS:
            return Outcome.IGNORED_NOT_ADDRESSED
        if not message.is_edit and self._is_repeated(message, text):
            return Outcome.IGNORED_DUPLICATE
        if message.addressed or has_reply:
            return None
        if here.quiet_while_staff and (is_staff or _channel(message) in self._staff):
            return Outcome.IGNORED_STAFF_TALKING
        return Outcome.IGNORED_COOLDOWN if self._cools_down(message, here) else None

    def note_reply(self, message: Message) -> None:
        """Note that a message has been answered."""
        self._channels[_channel(message)] = self._people[_person(message)] = self._clock()

    def forget_text(self, message: Message, text: str) -> None:
        """Let a text be asked again: its asker has been told to try once more."""
        self._texts.pop(_text(message, text), None)

    def _note_staff(self, message: Message, here: ChannelSettings) -> bool:
        is_staff = bool(set(message.author_roles) & set(here.staff_roles))
        if is_staff:
            self._staff[_channel(message)] = self._clock()
        return is_staff

    def _cools_down(self, message: Message, here: ChannelSettings) -> bool:
        now = self._clock()
        return (
            now - self._channels.get(_channel(message), float("-inf")) < here.channel_cooldown_seconds
            or now - self._people.get(_person(message), float("-inf")) < here.person_cooldown_seconds
        )

    def _is_repeated(self, message: Message, text: str) -> bool:
        key = _text(message, text)
        if key in self._texts:
            return True
        self._texts[key] = self._clock()
        return False


def _memory(seconds: float, clock: Callable[[], float]) -> TTLCache[tuple[str, ...], float]:
    return TTLCache(MAX_REMEMBERED, seconds, timer=clock)


def _channel(message: Message) -> tuple[str, ...]:
    return (message.platform, message.channel, message.thread)


def _person(message: Message) -> tuple[str, ...]:
    return (*_channel(message), message.author)


def _text(message: Message, text: str) -> tuple[str, ...]:
    return (*_person(message), text.casefold())
