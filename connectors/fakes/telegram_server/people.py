"""People and bots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(eq=False)
class User:
    """A person or a bot. `has_started` and `has_blocked` are about the bot under test."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language: str = "en"
    is_bot: bool = False
    has_started: bool = False
    has_blocked: bool = False

    @property
    def json(self) -> Json:
        """A User of the Bot API."""
        user: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        optional = {"last_name": self.last_name, "username": self.username}
        if not self.is_bot:
            optional["language_code"] = self.language
        return user | {key: value for key, value in optional.items() if value}


# Telegram puts these into `from` where a chat or a channel speaks, for bots that only know users.
ANONYMOUS_ADMINISTRATOR = User(1087968824, "Group", username="GroupAnonymousBot", is_bot=True)
CHANNEL = User(136817688, "Channel", username="Channel_Bot", is_bot=True)
SERVICE = User(777000, "Telegram", language="")
