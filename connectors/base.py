"""What every connector does, whatever its platform."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

from bot.messages import Choice, Message, Reply, Response


class Handler(Protocol):
    """What a connector hands its messages to."""

    async def respond(self, message: Message) -> Response:
        """The response to a message. Never raises."""
        ...

    async def choose(self, message: Message, question_id: int | None, choice: Choice) -> Reply:
        """The reply to a pick among the choices of an earlier reply."""
        ...

    async def give_feedback(self, message: Message, question_id: int | None, helpful: bool) -> Reply:
        """Note whether a reply helped."""
        ...

    async def note_delivered(self, response: Response, reply_message_id: str = "") -> None:
        """Note that a reply has been posted, and under which of the platform's ids; replies to it are then understood.

        A picked reply is noted as the response's own: `replace(response, reply=picked)`.
        """
        ...


class Connector(ABC):
    """One platform."""

    name: str

    @abstractmethod
    async def listen(self, handler: Handler) -> None:
        """Hand every message to the handler and post what it replies, until the platform ends the conversation."""

    @abstractmethod
    async def send(self, message: Message, reply: Reply) -> None:
        """Post a reply to a message."""
