"""When a guest holds its tongue."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import TTLCache

from bot.messages import Message, Outcome
from bot.settings import EtiquetteSettings

MAX_REMEMBERED = 100_000


class Etiquette:
    """Remembers where and to whom the bot has spoken lately. An addressed bot may speak unless it is muted."""

    def __init__(self, settings: EtiquetteSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember nothing yet. `clock` gives seconds."""
        self._muted = frozenset(settings.muted_channels)
        self._channels = _memory(settings.channel_cooldown_seconds, clock)
        self._people = _memory(settings.person_cooldown_seconds, clock)
        self._texts = _memory(settings.duplicate_seconds, clock)

    def reason_for_silence(self, message: Message, text: str) -> Outcome | None:
        """Why nothing should be said, or None. A text counts as seen from now on."""
        if message.author_is_bot:
            return Outcome.IGNORED_BOT
        if message.channel in self._muted:
            return Outcome.IGNORED_MUTED
        if self._is_repeated(message, text):
            return Outcome.IGNORED_DUPLICATE
        if not message.addressed and (_channel(message) in self._channels or _person(message) in self._people):
            return Outcome.IGNORED_COOLDOWN
        return None

    def note_reply(self, message: Message) -> None:
        """Note that a message has been answered."""
        self._channels[_channel(message)] = True
        self._people[_person(message)] = True

    def forget_text(self, message: Message, text: str) -> None:
        """Let a text be asked again: its asker has been told to try once more."""
        self._texts.pop(_text(message, text), None)

    def _is_repeated(self, message: Message, text: str) -> bool:
        key = _text(message, text)
        if key in self._texts:
            return True
        self._texts[key] = True
        return False


def _memory(seconds: float, clock: Callable[[], float]) -> TTLCache[tuple[str, ...], bool]:
    return TTLCache(MAX_REMEMBERED, seconds, timer=clock)


def _channel(message: Message) -> tuple[str, ...]:
    return (message.platform, message.channel, message.thread)


def _person(message: Message) -> tuple[str, ...]:
    return (*_channel(message), message.author)


def _text(message: Message, text: str) -> tuple[str, ...]:
    return (*_person(message), text.casefold())
