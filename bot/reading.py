"""A message as the Responder reads it: with what its author wrote just before, and what it was before an edit."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.bursts import Burst
from bot.messages import Message, Outcome, Response
from bot.pauses import Paused
from bot.personal_data import Kind, Scrubbed
from bot.places import ChannelSettings
from bot.storage.question_log import Known


@dataclass(frozen=True)
class Reading:
    """A message as it is read: scrubbed, with the settings of its channel and what it goes on from.

    `whole` is the message behind what its author wrote just before: a number given in pieces is only told then.
    `known` is the question that an edited message was before; `paused` is what officials have paused.
    """

    message: Message
    scrubbed: Scrubbed
    here: ChannelSettings
    burst: Burst | None = None
    whole: Scrubbed | None = None
    known: Known | None = None
    paused: Paused = field(default_factory=Paused)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of personal data that were in it."""
        return tuple(dict.fromkeys((*self.scrubbed.kinds, *(self.whole.kinds if self.whole else ()))))

    @property
    def is_paused(self) -> bool:
        """Whether nothing but urgent help is given there."""
        return self.paused.is_quiet_in(self.message.place)

    @property
    def is_unfinished(self) -> bool:
        """Whether it is read as one with what its author wrote just before, which got no answer."""
        return self.whole is not None and self.burst is not None and self.burst.is_open

    def goes_on(self, response: Response) -> bool:
        """Whether the response is to the whole burst: to pieces of a question, or to one answered for a nation."""
        given = self.burst.given if self.burst else None
        return self.whole is not None and (given is None or given.answer == response.answer)

    def replaces(self, response: Response) -> int:
        """The id of what was owed before, which the response takes the place of (0 for nothing)."""
        if self.known:
            # Whatever becomes of the words, help that was given stays.
            return 0 if self.known.outcome is Outcome.URGENT_HELP else self.known.owed_id
        return self.burst.owed_id if self.burst and self.goes_on(response) else 0

    def said(self, response: Response) -> Scrubbed:
        """The words that a response is to."""
        return self.whole if self.whole and self.goes_on(response) else self.scrubbed
