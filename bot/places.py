"""Where the bot is a guest, and what its hosts have settled there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Place:
    """A spot on a platform, by the platform's own identifiers.

    A community is a Discord server or a Telegram group; a direct message has none. A thread is a Discord thread or a
    topic of a Telegram forum. An empty channel stands for the whole community.
    """

    platform: str
    community: str = ""
    channel: str = ""
    thread: str = ""


class Mode(str, Enum):
    """When the bot may speak in a channel. Urgent help is given in every mode."""

    OFF = "off"
    MENTION_ONLY = "mention_only"
    QUESTIONS = "questions"


@dataclass(frozen=True)
class ChannelSettings:
    """What moderators have settled for a channel, or its community has, or a new community starts with.

    `services_off` are services whose answers are not given, `nation` the one whose text is shown where the asker names
    none ("" for the common one), `staff_roles` the platform's ids of roles (Discord) or "administrator" (Telegram)
    while whose bearers talk the bot is quiet, `alerts_channel` where alerts of emergencies go ("" for nowhere), and
    `digest_channel` where staff are shown new themes ("" for nowhere).
    """

    mode: Mode = Mode.MENTION_ONLY
    person_cooldown_seconds: float = 20.0
    channel_cooldown_seconds: float = 5.0
    services_off: tuple[str, ...] = ()
    nation: str = ""
    language: str = "en"
    quiet_while_staff: bool = True
    staff_roles: tuple[str, ...] = ()
    alerts_channel: str = ""
    digest_channel: str = ""


SettingsOf = Callable[[Place], ChannelSettings]
"""What holds in a channel."""


def everything_asked(place: Place) -> ChannelSettings:
    """The settings where there are no moderators: all questions are welcome."""
    return ChannelSettings(mode=Mode.QUESTIONS, quiet_while_staff=False)


class Notice(str, Enum):
    """A problem that moderators, or whoever runs the bot, can mend; it is explained once."""

    WELCOME = "welcome"
    CANNOT_POST = "cannot_post"
    CANNOT_POST_ALERTS = "cannot_post_alerts"
    CANNOT_POST_DIGEST = "cannot_post_digest"
    NO_MESSAGE_CONTENT = "no_message_content"
    PRIVACY_MODE = "privacy_mode"
    SLOW_MODE = "slow_mode"


@dataclass(frozen=True)
class TopicAnswer:
    """An answer as a menu shows it."""

    slug: str
    title: str


@dataclass(frozen=True)
class Topic:
    """A service with its answers, for menus."""

    service: str
    title: str
    answers: tuple[TopicAnswer, ...]
