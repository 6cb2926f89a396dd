"""Messages in chats: those of people, and the bot's own posts."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from connectors.fakes.telegram_server.chats import Chat
from connectors.fakes.telegram_server.people import Json, User
from connectors.fakes.telegram_server.updates import Update


@dataclass(eq=False)
class Message:
    """A message in a chat. `at` is when it was sent (time.monotonic); `update` is None where the bot was not told.

    `json` is what the bot is told; `thread` is the topic's id, or 0.
    """

    chat: Chat
    id: int
    sender: User | Chat
    json: Json = field(repr=False)
    thread: int = 0
    at: float = field(default_factory=time.monotonic)
    update: Update | None = None
    is_deleted: bool = False

    @property
    def text(self) -> str:
        """Its text or caption."""
        return str(self.json.get("text") or self.json.get("caption") or "")

    @property
    def json_as_reply(self) -> Json:
        """It as `reply_to_message` shows it: without what it replies to itself."""
        return {key: value for key, value in self.json.items() if key != "reply_to_message"}


@dataclass(frozen=True)
class Edit:
    """What the bot changed in a post, and when (time.monotonic)."""

    text: str
    keyboard: list[list[Json]]
    at: float


@dataclass(eq=False)
class Post(Message):
    """A post of the bot under test, as it stands. `given` are the parameters it was sent with, as text.

    `reply_to` is the id of the message that it replies to, or 0; `edits` are its changes, oldest first.
    """

    given: Json = field(default_factory=dict, repr=False)
    reply_to: int = 0
    edits: list[Edit] = field(default_factory=list)

    @property
    def entities(self) -> list[Json]:
        """The entities of its text."""
        entities: list[Json] = self.json.get("entities", [])
        return entities

    @property
    def keyboard(self) -> list[list[Json]]:
        """Its inline keyboard, row by row."""
        rows: list[list[Json]] = self.json.get("reply_markup", {}).get("inline_keyboard", [])
        return rows

    @property
    def buttons(self) -> dict[str, str]:
        """The data of its buttons by their labels."""
        buttons = [button for row in self.keyboard for button in row]
        return {button["text"]: button["callback_data"] for button in buttons if "callback_data" in button}

    @property
    def link_preview(self) -> Json | None:
        """The link_preview_options it was sent with, or None."""
        options: Json | None = self.json.get("link_preview_options")
        return options
