"""What members of a chat may do there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from connectors.fakes.telegram_server.people import Json, User

ADMINISTRATOR_RIGHTS = (
    "can_manage_chat",
    "can_change_info",
    "can_delete_messages",
    "can_invite_users",
    "can_restrict_members",
    "can_promote_members",
    "can_manage_video_chats",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_GROUP_RIGHTS = ("can_pin_messages", "can_manage_tags")
_SUPERGROUP_RIGHTS = (*_GROUP_RIGHTS, "can_manage_topics")
_CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages", "can_manage_direct_messages")
_RIGHTS_OF_KIND = {"group": _GROUP_RIGHTS, "supergroup": _SUPERGROUP_RIGHTS, "channel": _CHANNEL_RIGHTS}

PERMISSIONS = (
    "can_send_messages",
    "can_send_media_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
_OFF_BY_DEFAULT = {"can_change_info", "can_pin_messages", "can_manage_topics"}
DEFAULT_PERMISSIONS = frozenset(PERMISSIONS) - _OFF_BY_DEFAULT


class Status(str, Enum):
    """What a user is to a chat."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    RESTRICTED = "restricted"
    LEFT = "left"
    KICKED = "kicked"


@dataclass
class Member:
    """A user's standing in a chat: an administrator's rights, or a restricted member's permissions, are in `may`."""

    user: User
    status: Status = Status.MEMBER
    may: frozenset[str] = frozenset()
    is_anonymous: bool = False

    @property
    def is_in(self) -> bool:
        """Whether the user is in the chat."""
        return self.status not in {Status.LEFT, Status.KICKED}

    @property
    def is_administrator(self) -> bool:
        """Whether the user is the chat's creator or one of its administrators."""
        return self.status in {Status.CREATOR, Status.ADMINISTRATOR}

    def has_right(self, right: str) -> bool:
        """Whether the user has an administrator's right."""
        return self.status is Status.CREATOR or (self.status is Status.ADMINISTRATOR and right in self.may)

    def json(self, kind: str) -> Json:
        """A ChatMember of the Bot API, in a chat of this kind."""
        return {"user": self.user.json, "status": self.status.value} | self._details(kind)

    def _details(self, kind: str) -> Json:
        if self.status is Status.CREATOR:
            return {"is_anonymous": self.is_anonymous}
        if self.status is Status.ADMINISTRATOR:
            return self._administrator(kind)
        if self.status is Status.RESTRICTED:
            held = {name: name in self.may for name in PERMISSIONS}
            return {"until_date": 0, "is_member": True} | held if kind == "supergroup" else {}
        return {"until_date": 0} if self.status is Status.KICKED else {}

    def _administrator(self, kind: str) -> Json:
        rights: Json = {"can_be_edited": False}
        rights |= {name: name in self.may for name in rights_of(kind)}
        rights["can_manage_voice_chats"] = "can_manage_video_chats" in self.may
        return rights | {"is_anonymous": self.is_anonymous}


def rights_of(kind: str) -> tuple[str, ...]:
    """The rights that administrators of such a chat can be given."""
    return (*ADMINISTRATOR_RIGHTS, *_RIGHTS_OF_KIND.get(kind, ()))


def names_given(given: dict[str, bool], known: Iterable[str], start: Iterable[str]) -> frozenset[str]:
    """Names as keyword arguments change them: what holds at the start, with the true added and the false taken."""
    if wrong := sorted(set(given) - set(known)):
        raise TypeError(f"Telegram has no right named {', '.join(wrong)} there.")
    held = set(start) | {name for name, is_held in given.items() if is_held}
    return frozenset(held - {name for name, is_held in given.items() if not is_held})
