"""What every connector is given and must do, whatever its platform.

A connector turns the platform's events into messages and presses, hands them over, and delivers what is then owed. It
decides nothing that a citizen could notice: that is the bot's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.deliveries import Owed, Press, Pressed
from bot.messages import Message, Reply, Response
from bot.places import ChannelSettings, Notice, Place, Topic


class Handler(Protocol):
    """What a connector hands messages and presses to. None of it raises."""

    async def respond(self, message: Message) -> Response:
        """The response to a message, recorded. What is to be posted for it is in `response.owed`, in order."""
        ...

    async def press(self, press: Press) -> Pressed:
        """What a press of a button under a reply calls for."""
        ...

    async def message_deleted(self, place: Place, message_id: str) -> Sequence[Owed]:
        """Take note that a person has deleted a message; what is owed is the removal of its reply."""
        ...

    def topics(self) -> Sequence[Topic]:
        """Every service with its answers, for menus."""
        ...

    def answer(self, place: Place, slug: str, nation: str = "") -> Reply | None:
        """One answer to look at in a place, or why it isn't shown now; None where there is none of that slug."""
        ...


class Outbox(Protocol):
    """What is owed to a platform's channels, kept on disk until it is delivered."""

    async def owed(self, platform: str) -> Sequence[Owed]:
        """All that is still owed but for what officials owe, oldest first: what an earlier run could not deliver."""
        ...

    async def due(self, platform: str, in_hand: Collection[int]) -> Sequence[Owed]:
        """What officials owe that is to be delivered now, a little at a time, but for the ids that are in hand."""
        ...

    async def posts_of(self, owed_id: int) -> Sequence[str]:
        """The platform's ids of the posts that were made for something owed; none where it was never delivered."""
        ...

    async def delivered(self, owed: Owed, posts: Sequence[str] = ()) -> None:
        """Note that it has been done, and under which of the platform's ids it now stands."""
        ...

    async def dropped(self, owed: Owed, reason: str) -> None:
        """Note that it will never be done, and why in one word ("too_old", "forbidden", "gone")."""
        ...


class Communities(Protocol):
    """Where the bot is a guest, and what its moderators have settled."""

    def settings(self, place: Place) -> ChannelSettings:
        """What holds in a channel: its own settings, then its community's, then those of a new community."""
        ...

    async def change(self, place: Place, changes: Mapping[str, object], by: str) -> ChannelSettings:
        """Change settings by name, for one channel or, where `place.channel` is empty, for the community.

        A value of None goes back to what would hold otherwise. Raises SettingsError with a sentence for the moderator.
        """
        ...

    async def history(self, place: Place, limit: int = 10) -> Sequence[str]:
        """What was changed in a community, when and by whom, newest first, a line each."""
        ...

    async def joined(self, platform: str, community: str, name: str) -> bool:
        """Note that the bot is in a community; whether it has only now been invited."""
        ...

    async def left(self, platform: str, community: str) -> None:
        """Note that the bot has been removed; nothing is owed there any more."""
        ...

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Let a community (and its channel of the same id) go on under a new id, as a Telegram supergroup does."""
        ...

    async def to_explain(self, place: Place, notice: Notice) -> str | None:
        """What to tell somebody who can mend a problem, or None where it has been told already."""
        ...


class Records(Protocol):
    """What is held about people."""

    async def held_about(self, platform: str, author: str) -> Reply:
        """What is held about a person, in words for that person alone."""
        ...

    async def forget(self, platform: str, author: str) -> Reply:
        """Erase what is held about a person, and say so."""
        ...

    async def last_heard(self, platform: str) -> Mapping[tuple[str, str], datetime]:
        """When a message was last received in each (channel, thread) of a platform, over the last day."""
        ...

    async def known(self, place: Place, message_ids: Sequence[str]) -> set[str]:
        """Which of these messages of a channel have an outcome already."""
        ...


@dataclass(frozen=True)
class Desk:
    """All that a connector may ask of the bot."""

    handler: Handler
    outbox: Outbox
    communities: Communities
    records: Records


class Connector(ABC):
    """One platform."""

    name: str

    @abstractmethod
    async def listen(self, desk: Desk) -> None:
        """Hand every message over and deliver what is owed, until the platform ends or the task is cancelled.

        Raises ConnectorError where the platform won't have the bot, such as for a wrong token.
        """

    @property
    def is_ready(self) -> bool:
        """Whether messages are being received."""
        return True

    async def stop(self) -> None:  # noqa: B027 -- not every platform has something to stop
        """Take no more messages, finish what is in hand, and let `listen` return."""
