"""What is owed to a channel, and what people press under it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum

from bot.messages import Reply
from bot.places import Place


class Action(str, Enum):
    """What is to be done on the platform."""

    POST = "post"
    EDIT = "edit"
    REMOVE = "remove"


@dataclass(frozen=True)
class Owed:
    """One thing to be done in a channel, kept in the outbox until it is.

    `reply_to` is the platform's id of the message that a new post goes under. `replaces` is the id of the Owed whose
    posts are edited or removed; where they were never made, an edit is a post and a removal is nothing. `is_urgent`
    goes before what waits in the same channel, and `keeps` is delivered however old it is. `not_before` is set on what
    officials owe: whichever process runs the platform's connector takes it up from then on, a little at a time. An edit
    of theirs is nothing where its posts stand no longer.
    """

    id: int
    place: Place
    action: Action
    reply: Reply | None = None
    reply_to: str = ""
    replaces: int = 0
    created_at: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    is_urgent: bool = False
    keeps: bool = False
    not_before: datetime | None = None


class ButtonKind(str, Enum):
    """What a button under a reply does."""

    HELPFUL = "up"
    NOT_HELPFUL = "down"
    PICK = "pick"
    NONE_OF_THESE = "none"
    ME_TOO = "me"
    REMOVE = "x"
    OPEN = "open"
    ASSIGN = "mine"
    NOT_FOR_US = "not"

    @property
    def is_for_staff(self) -> bool:
        """Whether it stands under a digest of themes."""
        return self in (ButtonKind.OPEN, ButtonKind.ASSIGN, ButtonKind.NOT_FOR_US)


@dataclass(frozen=True)
class Button:
    """A button under a reply. `answer` and `nation` say what a PICK picks, `theme` and `digest` what staff act on.

    One with a `url` is a link, whose press nobody hears of.
    """

    kind: ButtonKind
    label: str = ""
    answer: str = ""
    nation: str = ""
    theme: int = 0
    digest: int = 0
    url: str = ""


@dataclass(frozen=True)
class Press:
    """Somebody's press of a button under the post with the platform's id `post`."""

    place: Place
    post: str
    author: str
    button: Button
    author_is_moderator: bool = False


@dataclass(frozen=True)
class Pressed:
    """What a press calls for: a private word to who pressed, and the reply's new text, or its removal, for all."""

    word: str = ""
    reply: Reply | None = None
    removes: bool = False
