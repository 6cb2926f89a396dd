"""Presses, menus and slash commands: what was asked of the bot and what it answered."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from enum import IntEnum

from connectors.fakes.discord_server import errors
from connectors.fakes.discord_server.record import WAIT_SECONDS, Record
from connectors.fakes.discord_server.validation import LOADING
from connectors.fakes.discord_server.world import Channel, Message, Payload, User

ACKNOWLEDGE_SECONDS = 3.0
TOKEN_SECONDS = 900.0


class InteractionType(IntEnum):
    """What a person did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class ResponseType(IntEnum):
    """How the bot acknowledged it."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(eq=False)
class Interaction:
    """One thing that a person did, and the bot's answers to it.

    `source` is the post whose button or menu was used. `message` is the response, which may be ephemeral, or the
    source where that was updated; `followups` came after it. `choices` answer an autocomplete, `modal` is a form.
    `seconds` is how long the bot took to acknowledge.
    """

    id: str
    type: InteractionType
    user: User
    channel: Channel
    name: str
    source: Message | None
    record: Record = field(repr=False)
    token: str = field(repr=False, default_factory=lambda: secrets.token_urlsafe(32))
    created: float = field(default_factory=time.monotonic)
    seconds: float | None = None
    response_type: ResponseType | None = None
    message: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[Payload] = field(default_factory=list)
    modal: Payload | None = None
    is_late: bool = False

    @property
    def is_acknowledged(self) -> bool:
        """Whether the bot has responded in time."""
        return self.response_type is not None

    @property
    def is_ephemeral(self) -> bool:
        """Whether only the person sees the answer."""
        return self.message is not None and self.message.ephemeral_to is not None

    @property
    def is_loading(self) -> bool:
        """Whether the person sees that the bot is thinking."""
        return self.message is not None and bool(self.message.flags & LOADING)

    @property
    def answers(self) -> list[Message]:
        """What the person was told: the response where it is a message of its own, then the follow-ups."""
        has_own = self.message is not None and self.message is not self.source and not self.is_loading
        return [*([self.message] if has_own and self.message else []), *self.followups]

    @property
    def text(self) -> str:
        """Everything that can be read in the answers."""
        return "\n".join(answer.text for answer in self.answers)

    async def acknowledged(self) -> Interaction:
        """Wait until the bot has responded. Raises AssertionError when it is too late."""
        left = max(0.0, ACKNOWLEDGE_SECONDS + 0.1 - (time.monotonic() - self.created))
        await self.record.until(lambda: self.is_acknowledged, left, f"acknowledgement of {self.name}")
        return self

    async def answered(self, seconds: float = WAIT_SECONDS) -> Message:
        """The first answer that the person can read, whether at once or after a deferral."""
        await self.record.until(lambda: self.answers, seconds, f"answer to {self.name}")
        return self.answers[0]

    def watch(self) -> None:
        """Note it as late once the time for an acknowledgement is up."""
        asyncio.get_running_loop().call_later(ACKNOWLEDGE_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if not self.is_acknowledged:
            self.is_late = True
            self.record.late_interactions.append(self)


class Interactions:
    """Those whose tokens still work."""

    def __init__(self) -> None:
        self._by_token: dict[str, Interaction] = {}

    def add(self, interaction: Interaction) -> None:
        """Let an interaction be answered."""
        while self._by_token and _age(next(iter(self._by_token.values()))) > TOKEN_SECONDS:
            del self._by_token[next(iter(self._by_token))]
        self._by_token[interaction.token] = interaction

    def to_acknowledge(self, interaction_id: str, token: str) -> Interaction:
        """The interaction that is to be responded to now."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise errors.unknown_interaction()
        if interaction.is_acknowledged:
            raise errors.already_acknowledged()
        if interaction.is_late or _age(interaction) > ACKNOWLEDGE_SECONDS:
            raise errors.unknown_interaction()
        return interaction

    def to_continue(self, token: str) -> Interaction:
        """The interaction that has been responded to, for follow-ups and edits."""
        interaction = self._by_token.get(token)
        if interaction is None:
            raise errors.invalid_webhook_token()
        if not interaction.is_acknowledged:
            raise errors.unknown_webhook()
        return interaction


def _age(interaction: Interaction) -> float:
    return time.monotonic() - interaction.created
