"""Everything that the server knows: the bot, people, chats, and what waits to be handed over."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from connectors.fakes.telegram_server.chats import Chat, Kind
from connectors.fakes.telegram_server.errors import bad_request
from connectors.fakes.telegram_server.faults import Faults
from connectors.fakes.telegram_server.flood import FloodLimits
from connectors.fakes.telegram_server.messages import Message
from connectors.fakes.telegram_server.people import Json, User
from connectors.fakes.telegram_server.privacy import is_told
from connectors.fakes.telegram_server.recording import Record
from connectors.fakes.telegram_server.updates import Update, UpdateQueue
from connectors.fakes.telegram_server.webhooks import Webhook

FIRST_UPDATE = 730_000_001
_FIRST_PERSON = 100_001
_FIRST_GROUP = 4_000_001
_FIRST_SUPERGROUP = 1_001_000_000_001


@dataclass(frozen=True)
class Answer:
    """What the bot answered to a press: `seconds` is how long the person waited for it."""

    text: str
    show_alert: bool
    seconds: float
    url: str = ""


@dataclass(eq=False)
class Query:
    """A press that waits for its answer."""

    asked_at: float
    answer: asyncio.Future[Answer]


@dataclass(eq=False)
class World:
    """The state behind the server. It lives in this process, so it outlives the bot's."""

    token: str
    bot: User
    faults: Faults
    limits: FloodLimits
    reads_all: bool = False
    sees_bots: bool = True
    query_seconds: float = 15.0
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    updates: UpdateQueue = field(default_factory=lambda: UpdateQueue(FIRST_UPDATE))
    record: Record = field(default_factory=Record)
    _last_id: int = 0

    def __post_init__(self) -> None:
        self.webhook = Webhook(self.updates)

    def add_user(self, first_name: str, **known: object) -> User:
        """A new person or bot."""
        user = User(_FIRST_PERSON + len(self.users), first_name, **known)  # type: ignore[arg-type]
        self.users[user.id] = user
        return user

    def add_chat(self, kind: Kind, title: str, **known: object) -> Chat:
        """A new group, supergroup or channel, with nobody in it."""
        first = _FIRST_GROUP if kind is Kind.GROUP else _FIRST_SUPERGROUP
        chat = Chat(-first - len(self.chats), kind, title, **known)  # type: ignore[arg-type]
        self.chats[chat.id] = chat
        return chat

    def private_chat(self, user: User) -> Chat:
        """A person's private chat with the bot."""
        if user.id not in self.chats:
            self.chats[user.id] = Chat(user.id, Kind.PRIVATE, user=user)
        return self.chats[user.id]

    def chat(self, chat_id: str) -> Chat:
        """A chat by its id or @username; raises ApiError."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        found = self._by_name(chat_id) if chat_id.startswith("@") else self._by_id(chat_id)
        if not found:
            raise bad_request("chat not found")
        return found

    def next_id(self, chat: Chat) -> int:
        """The id of a new message: supergroups and channels count for themselves, all other chats together."""
        if chat.kind in {Kind.SUPERGROUP, Kind.CHANNEL}:
            chat.last_id += 1
            return chat.last_id
        self._last_id += 1
        return self._last_id

    def skip_ids(self, chat: Chat, up_to: int) -> None:
        """Give new messages higher ids than this one."""
        chat.last_id = max(chat.last_id, up_to)
        if chat.kind in {Kind.PRIVATE, Kind.GROUP}:
            self._last_id = max(self._last_id, up_to)

    def tell(self, kind: str, body: Json, chat: Chat) -> Update | None:
        """Queue an update for the bot."""
        return self.updates.add(kind, body, chat.id)

    def tell_of(self, message: Message, kind: str) -> Update | None:
        """Queue an update about a message, if the bot is told of it."""
        is_bots = isinstance(message.sender, User) and message.sender.is_bot
        is_here = message.chat.kind is Kind.PRIVATE or message.chat.member(self.bot).is_in
        if not is_here or (is_bots and not self.sees_bots):
            return None
        if not is_told(self.bot, message.chat, message.json, reads_all=self.reads_all):
            return None
        return self.tell(kind, message.json, message.chat)

    def _by_id(self, chat_id: str) -> Chat | None:
        number = int(chat_id) if chat_id.lstrip("-").isdigit() else 0
        if number in self.users and number not in self.chats:
            return self.private_chat(self.users[number])
        return self.chats.get(number)

    def _by_name(self, name: str) -> Chat | None:
        named = (chat for chat in self.chats.values() if chat.kind in {Kind.SUPERGROUP, Kind.CHANNEL})
        return next((chat for chat in named if chat.username.lower() == name[1:].lower()), None)


def now() -> int:
    """The time as the Bot API gives it: whole seconds since 1970."""
    return int(time.time())
