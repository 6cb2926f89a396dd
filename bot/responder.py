"""The path of a message: read, judge, record."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot import wording
from bot.bursts import Burst
from bot.errors import QuestionLogError
from bot.judge import Judge, Served
from bot.messages import Message, Outcome, Response
from bot.owing import owed_for
from bot.pauses import Paused
from bot.places import SettingsOf, everything_asked
from bot.reading import Memory, Reader, Reading
from bot.safety import plain_emergency
from bot.storage.question_log import Known, QuestionLog, Recorded

logger = logging.getLogger(__name__)


class Responder:
    """Gives every message exactly one outcome, whatever happens. It assumes no platform, and not to be the only one."""

    def __init__(
        self,
        served: Served,
        memory: Memory,
        settings_of: SettingsOf = everything_asked,
        today: Callable[[], date] = date.today,
        paused_now: Callable[[], Paused] = Paused,
    ) -> None:
        """Answer from a release."""
        self.answers = served.answers
        self._memory = memory
        self._reader = Reader(served.answers, memory, settings_of, paused_now)
        self._judge = Judge(served, memory.etiquette, today)

    async def respond(self, message: Message) -> Response:
        """The response to one message, recorded. Never raises."""
        try:
            reading = await self._reader.read(message)
            response = await self._respond_or_own_up(reading)
            if reading.known and not self._is_worth_an_edit(reading, reading.known, response):
                return self._judge.response(Outcome.IGNORED_TOO_LATE)
            return await self._record(reading, response)
        except Exception:
            logger.exception("A message could not be handled.")
            return self._unrecorded(message, self._judge.error(message, Outcome.ERROR_INTERNAL))

    def has_answer(self, slug: str, nation: str = "") -> bool:
        """Whether there is an answer of that slug, with a text of its own for a nation where one is named."""
        answer = self.answers.answers.get(slug)
        return answer is not None and (not nation or nation in answer.variants)

    async def _respond_or_own_up(self, reading: Reading) -> Response:
        try:
            return await self._judge.respond(reading)
        except Exception:
            logger.exception("A message could not be handled.")
            if slug := plain_emergency(reading.scrubbed.text):
                return self._judge.urgent(slug)
            return self._judge.error(reading.message, Outcome.ERROR_INTERNAL)

    def _is_worth_an_edit(self, reading: Reading, known: Known, response: Response) -> bool:
        """Whether what an edited message calls for is to be done. An emergency always is, but not one twice."""
        if response.outcome is Outcome.URGENT_HELP:
            return (known.outcome, known.answer) != (response.outcome, response.answer)
        return not (reading.is_too_late or known.is_removed or response.outcome in wording.ERRORS)

    async def _record(self, reading: Reading, response: Response) -> Response:
        if self._memory.log:
            response = await self._write(self._memory.log, reading, response)
        if response.trouble:
            logger.error(
                "Question %s was set aside: %s It did so twice; look the question up by its number in the question log "
                "and report it to whoever maintains the model.",
                response.question_id or "(not recorded)",
                response.trouble,
            )
        outcome = response.outcome
        if outcome in wording.ERRORS or (outcome.is_silent and outcome is not Outcome.IGNORED_DUPLICATE):
            # Who is told to try again can, and who was passed over can turn to the bot in the same words.
            self._memory.etiquette.forget_text(reading.message, reading.scrubbed.text)
        return response

    async def _write(self, log: QuestionLog, reading: Reading, response: Response) -> Response:
        message, outcome = reading.message, response.outcome
        try:
            recorded = await self._recorded(log, reading, response)
        except Exception as error:
            logger.error("%s", error, exc_info=not isinstance(error, QuestionLogError))
            own_up = self._judge.error(message, Outcome.ERROR_QUESTION_LOG)
            return self._unrecorded(message, response if outcome.stands_unrecorded else own_up)
        response = replace(response, question_id=recorded.question_id, owed=recorded.owed)
        if not recorded.is_new:
            return replace(response, outcome=Outcome.IGNORED_DUPLICATE, reply=None)
        self._note_burst(reading, response)
        return response

    async def _recorded(self, log: QuestionLog, reading: Reading, response: Response) -> Recorded:
        message, outcome, burst = reading.message, response.outcome, reading.burst
        text = reading.said(response).text if outcome.keeps_words else None
        owed = owed_for(message, response, reading.here, reading.replaces(response))
        if reading.known:
            return await log.revise(reading.known.id, text, reading.kinds, response, owed)
        # A silence takes no question's place; an emergency does, since words of it may stand in what went before.
        absorbs = burst.question_id if burst and reading.goes_on(response) and not outcome.is_silent else 0
        if text != reading.scrubbed.words:
            response = replace(response, meant=None)
        return await log.record(message, text, reading.kinds, response, owed, absorbs)

    def _note_burst(self, reading: Reading, response: Response) -> None:
        """Remember what the next message may go on from: what was said to the bot, or answered."""
        message, outcome = reading.message, response.outcome
        if outcome is Outcome.URGENT_HELP or (outcome.is_silent and message.is_edit):
            return self._memory.bursts.forget(message)
        if not (message.addressed or response.reply):
            return None
        if outcome.is_silent and (reading.burst or outcome is not Outcome.IGNORED_EMPTY):
            return None
        owed_id = response.owed[0].id if response.owed else 0
        given = response.reply.given if response.reply else None
        burst = Burst(reading.said(response).words, message.sent_at, outcome, response.question_id or 0, owed_id, given)
        return self._memory.bursts.note(message, burst)

    def _unrecorded(self, message: Message, response: Response) -> Response:
        """A response that is carried out though it could not be written down."""
        owed = owed_for(message, response, self._reader.here(message)) if self._memory.log else ()
        return replace(response, owed=owed)
