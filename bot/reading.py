"""A message as it is read: with what its author wrote before, what it replies to, and what it was before an edit."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import TypeVar

from bot.answers import AnswerBase
from bot.bursts import Burst, Bursts
from bot.compose import nation_in
from bot.etiquette import Etiquette
from bot.messages import Given, Message, Outcome, Response
from bot.pauses import Paused
from bot.personal_data import Kind, Scrubbed, scrub
from bot.places import ChannelSettings, SettingsOf
from bot.storage.question_log import Known, QuestionLog
from bot.text import MAX_CHARACTERS, clean, question_in

logger = logging.getLogger(__name__)

Found = TypeVar("Found")


@dataclass(frozen=True)
class Memory:
    """What the bot remembers of what was said before. Without a log, nothing is kept on disk."""

    etiquette: Etiquette
    bursts: Bursts
    log: QuestionLog | None = None
    edit_seconds: float = 300.0


@dataclass(frozen=True)
class Reading:
    """A message as it is read: scrubbed, with the settings of its channel and what it goes on from.

    `whole` is the message behind what its author wrote just before: a number given in pieces is only told then.
    `known` is the question that an edited message was before; `paused` is what officials have paused. An edit counts
    for `edit_seconds` after the message was written.
    """

    message: Message
    scrubbed: Scrubbed
    here: ChannelSettings
    burst: Burst | None = None
    whole: Scrubbed | None = None
    known: Known | None = None
    paused: Paused = field(default_factory=Paused)
    edit_seconds: float = 300.0

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of personal data that were in it."""
        return tuple(dict.fromkeys((*self.scrubbed.kinds, *(self.whole.kinds if self.whole else ()))))

    @property
    def is_paused(self) -> bool:
        """Whether nothing but urgent help is given there."""
        return self.paused.is_quiet_in(self.message.place)

    @property
    def is_too_late(self) -> bool:
        """Whether a message was edited long after it was written, or once it was read as part of another."""
        if not self.message.is_edit:
            return False
        age = datetime.now(timezone.utc) - (self.known.asked_at if self.known else self.message.sent_at)
        is_absorbed = self.known is not None and self.known.outcome is Outcome.IGNORED_PART_OF_BURST
        return is_absorbed or age.total_seconds() > self.edit_seconds

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


class Reader:
    """Reads messages as parts of what was said before."""

    def __init__(
        self, answers: AnswerBase, memory: Memory, settings_of: SettingsOf, paused_now: Callable[[], Paused]
    ) -> None:
        """Read for a bot that serves these answers."""
        self._answers = answers.answers
        self._memory = memory
        self._settings_of = settings_of
        self._paused_now = paused_now

    async def read(self, message: Message) -> Reading:
        """A message, scrubbed, with all that it goes on from."""
        message = await self._in_conversation(message)
        scrubbed = scrub(question_in(clean(message.text)))
        burst = self._memory.bursts.before(message)
        if burst and (burst.is_open or self._names_other_nation(burst, scrubbed)):
            message = replace(message, addressed=True, after=burst.given or message.after)
        else:
            burst = None
        whole = scrub(_joined(burst.text, scrubbed.words)) if burst else None
        known = await self._known(message)
        message = replace(message, addressed=message.addressed or (known is not None and known.addressed))
        here, paused = self.here(message), self._paused_now()
        return Reading(message, scrubbed, here, burst, whole, known, paused, self._memory.edit_seconds)

    def here(self, message: Message) -> ChannelSettings:
        """The settings of a message's channel; where they can't be had, those that make the bot quietest."""
        try:
            return self._settings_of(message.place)
        except Exception:
            logger.exception("The settings of a channel could not be had.")
            return ChannelSettings()

    async def _in_conversation(self, message: Message) -> Message:
        """The message with the answer that it replies to, if any. Who replies to the bot speaks to it."""
        after = message.after or await self._answer_replied_to(message)
        if after is None or after.answer not in self._answers:
            return replace(message, after=None)
        return replace(message, after=after, addressed=True)

    async def _answer_replied_to(self, message: Message) -> Given | None:
        if self._memory.log is None or not message.reply_to_message_id:
            return None
        looking = self._memory.log.answer_posted_as(message.platform, message.channel, message.reply_to_message_id)
        return await _try_to_read(looking)

    async def _known(self, message: Message) -> Known | None:
        """The question that an edited message was before."""
        if self._memory.log is None or not message.is_edit or not message.message_id:
            return None
        return await _try_to_read(self._memory.log.find(message.place, message.message_id))

    def _names_other_nation(self, burst: Burst, scrubbed: Scrubbed) -> bool:
        nation = nation_in(scrubbed.text)
        answer = self._answers.get(burst.given.answer) if burst.given else None
        return answer is not None and (nation in answer.variants or nation in answer.matter.nations)


def _joined(before: str, words: str) -> str:
    """What somebody wrote in pieces, as one text; where it is too long, its end."""
    return f"{before}. {words}"[-MAX_CHARACTERS:] if before else words


async def _try_to_read(looking: Awaitable[Found | None]) -> Found | None:
    """What is looked up, or None where it can't be: a text may be an emergency, and is read in any case."""
    try:
        return await looking
    except Exception:
        logger.exception("What a message goes on from could not be looked up.")
        return None
