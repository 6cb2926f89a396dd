"""Private chats, groups, supergroups, forums and channels."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from connectors.fakes.telegram_server.people import Json, User
from connectors.fakes.telegram_server.rights import DEFAULT_PERMISSIONS, PERMISSIONS, Member, Status

if TYPE_CHECKING:
    from connectors.fakes.telegram_server.messages import Message


class Kind(str, Enum):
    """The Bot API's `type` of a chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


@dataclass(eq=False)
class Topic:
    """A topic of a forum. Its id is that of the service message that began it."""

    chat: Chat
    id: int
    name: str
    is_closed: bool = False
    is_deleted: bool = False


@dataclass(eq=False)
class Chat:
    """A chat. `user` is whose private chat it is; `slow_mode` is in seconds; `permissions` are those of all members."""

    id: int
    kind: Kind
    title: str = ""
    username: str = ""
    is_forum: bool = False
    user: User | None = None
    permissions: frozenset[str] = DEFAULT_PERMISSIONS
    slow_mode: int = 0
    migrated_to: Chat | None = None
    is_deleted: bool = False
    members: dict[int, Member] = field(default_factory=dict, repr=False)
    topics: dict[int, Topic] = field(default_factory=dict, repr=False)
    messages: dict[int, Message] = field(default_factory=dict, repr=False)
    last_id: int = 0

    @property
    def is_group(self) -> bool:
        """Whether people talk with each other here."""
        return self.kind in {Kind.GROUP, Kind.SUPERGROUP}

    @property
    def json(self) -> Json:
        """A Chat of the Bot API."""
        if self.user:
            names = {key: self.user.json.get(key) for key in ("first_name", "last_name", "username")}
            return {"id": self.id, **{key: name for key, name in names.items() if name}, "type": self.kind.value}
        chat: Json = {"id": self.id, "title": self.title, "type": self.kind.value}
        chat |= {"username": self.username} if self.username else {}
        chat |= {"is_forum": True} if self.is_forum else {}
        return chat | ({"all_members_are_administrators": False} if self.kind is Kind.GROUP else {})

    @property
    def full_json(self) -> Json:
        """A ChatFullInfo of the Bot API."""
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        full: Json = {
            "accent_color_id": 3,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }
        if self.is_group:
            full["permissions"] = {name: name in self.permissions for name in PERMISSIONS}
        full |= {"active_usernames": [self.username]} if self.username else {}
        return self.json | full | ({"slow_mode_delay": self.slow_mode} if self.slow_mode else {})

    def member(self, user: User) -> Member:
        """A user's standing here; who was never here has left."""
        return self.members.get(user.id) or Member(user, Status.LEFT)
