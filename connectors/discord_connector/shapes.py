"""The shapes of Discord's events, as far as the bot relies on them: discord.py takes much as it is."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

_AUTOCOMPLETE, _COMMAND, _COMPONENT = 4, 2, 3
_SUBCOMMANDS = (1, 2)


class _Person(msgspec.Struct):
    id: str | int
    username: str
    discriminator: str
    avatar: str | None


class _Member(msgspec.Struct):
    user: _Person


class _Change(msgspec.Struct):
    content: str = ""
    edited_timestamp: str | None = None


class _Message(_Change, kw_only=True):
    author: _Person
    mentions: list[_Person]


class _Option(msgspec.Struct):
    name: str
    type: int
    value: str | int | float | bool | msgspec.UnsetType = msgspec.UNSET
    options: list[_Option] = []

    def __post_init__(self) -> None:
        if self.value is msgspec.UNSET and self.type not in _SUBCOMMANDS:
            raise ValueError("value")


class _Command(msgspec.Struct):
    name: str
    type: Literal[1, 2, 3]
    options: list[_Option] = []


class _Component(msgspec.Struct):
    custom_id: str


class _Interaction(msgspec.Struct):
    id: str | int
    token: str
    type: int
    guild_id: str | int | None = None
    member: _Member | None = None
    user: _Person | None = None


_DATA = {_COMMAND: _Command, _AUTOCOMPLETE: _Command, _COMPONENT: _Component}


def refuse_misshapen(event: str, data: Any) -> None:
    """Raises ValidationError or TypeError for an event that discord.py would let pass, and fail over later."""
    if event == "MESSAGE_CREATE":
        msgspec.convert(data, _Message)
    elif event == "MESSAGE_UPDATE" and msgspec.convert(data, _Change).edited_timestamp:
        # Only an edit by its author has all of the message.
        msgspec.convert(data, _Message)
    elif event == "INTERACTION_CREATE":
        made = msgspec.convert(data, _Interaction)
        if made.type in _DATA:
            msgspec.convert(data.get("data"), _DATA[made.type])
            if (made.user if made.guild_id is None else made.member) is None:
                raise TypeError("user")
