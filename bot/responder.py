"""The path of a message: etiquette, safety, classify, decide, compose, record."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date

from bot import wording
from bot.answers import AnswerBase
from bot.classifier import MAX_CANDIDATES, Classifier, Prediction
from bot.compose import answer_reply, compose, nation_in, urgent_reply, warn_of_personal_data
from bot.decision import Decision, Thresholds, decide
from bot.errors import ClassifierError, ClassifierTimeoutError, QuestionLogError
from bot.etiquette import Etiquette
from bot.follow_up import read_follow_up
from bot.messages import Candidate, Choice, Given, Message, Outcome, Reply, Response
from bot.personal_data import Scrubbed, is_answerable, scrub
from bot.question_log import QuestionLog
from bot.safety import plain_emergency, urgent_help_for
from bot.text import clean, has_words, question_in
from bot.two_part import with_parts

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Served:
    """What the Responder answers from: one release."""

    release: str
    answers: AnswerBase
    thresholds: Thresholds
    classifier: Classifier


class Responder:
    """Gives every message exactly one outcome, whatever happens. It assumes no platform, and not to be the only one."""

    def __init__(
        self,
        served: Served,
        etiquette: Etiquette,
        log: QuestionLog | None,
        today: Callable[[], date] = date.today,
    ) -> None:
        """Answer from a release; without a log, nothing is kept."""
        self._served = served
        self._etiquette = etiquette
        self._log = log
        self._today = today

    async def respond(self, message: Message) -> Response:
        """The response to one message. Never raises."""
        try:
            message = await self._in_conversation(message)
            scrubbed = scrub(question_in(clean(message.text)))
            response = await self._record(message, scrubbed, await self._respond_or_own_up(message, scrubbed))
            if response.outcome in wording.ERRORS:
                self._etiquette.forget_text(message, scrubbed.text)
            return response
        except Exception:
            logger.exception("A message could not be handled.")
            return self._error(message, Outcome.ERROR_INTERNAL)

    async def choose(self, message: Message, question_id: int | None, choice: Choice) -> Reply:
        """The reply to a pick among the choices of an earlier reply."""
        if self._log and question_id is not None:
            await _try_to_write(
                self._log.record_choice(question_id, message.platform, message.author, choice.answer, choice.nation)
            )
        if not choice.answer:
            return Reply(body=wording.NONE_NOTED)
        if choice.answer not in self._served.answers.answers:
            return Reply(body=wording.WITHDRAWN)
        return answer_reply(self._served.answers, choice.answer, self._today(), choice.nation)

    async def give_feedback(self, message: Message, question_id: int | None, helpful: bool) -> Reply:
        """Note whether a reply helped."""
        if self._log and question_id is not None:
            await _try_to_write(self._log.record_feedback(question_id, message.platform, message.author, helpful))
        return Reply(body=wording.FEEDBACK_THANKS)

    async def note_delivered(self, response: Response, reply_message_id: str = "") -> None:
        """Note that a reply has been posted, and under which of the platform's ids; replies to it are then understood.

        A picked reply is noted as the response's own: `replace(response, reply=picked)`.
        """
        if self._log is None or response.question_id is None or response.reply is None:
            return
        await _try_to_write(self._log.mark_delivered(response.question_id))
        if reply_message_id and response.reply.given:
            await _try_to_write(self._log.record_post(response.question_id, reply_message_id, response.reply.given))

    def has_answer(self, slug: str, nation: str = "") -> bool:
        """Whether there is an answer of that slug, with a text of its own for a nation where one is named."""
        answer = self._served.answers.answers.get(slug)
        return answer is not None and (not nation or nation in answer.variants)

    async def _in_conversation(self, message: Message) -> Message:
        """The message with the answer that it replies to, if any. Who replies to the bot speaks to it."""
        after = message.after or await self._answer_replied_to(message)
        if after is None or not self.has_answer(after.answer):
            return replace(message, after=None)
        return replace(message, after=after, addressed=True)

    async def _answer_replied_to(self, message: Message) -> Given | None:
        if self._log is None or not message.reply_to_message_id:
            return None
        try:
            return await self._log.answer_posted_as(message.platform, message.channel, message.reply_to_message_id)
        except Exception:
            # It may be an emergency, so it is read as it is rather than not at all.
            logger.exception("The answer that a message replies to could not be looked up.")
            return None

    async def _respond_or_own_up(self, message: Message, scrubbed: Scrubbed) -> Response:
        try:
            return await self._respond(message, scrubbed)
        except Exception:
            logger.exception("A message could not be handled.")
            if slug := plain_emergency(scrubbed.text):
                return self._urgent(slug, None)
            return self._error(message, Outcome.ERROR_INTERNAL)

    async def _respond(self, message: Message, scrubbed: Scrubbed) -> Response:
        silence = self._etiquette.reason_for_silence(message, scrubbed.text)
        if silence is Outcome.IGNORED_BOT:
            return self._response(silence)
        if not has_words(scrubbed.text):
            return self._response(Outcome.IGNORED_EMPTY)
        try:
            prediction = await self._served.classifier.parse(scrubbed.words)
        except ClassifierError as error:
            return self._without_model(message, scrubbed, error, silence)
        if slug := urgent_help_for(scrubbed.text, prediction, self._served.thresholds):
            return self._urgent(slug, prediction)
        if silence:
            return self._response(silence, prediction=prediction)
        return await self._decided(message, scrubbed, prediction)

    async def _decided(self, message: Message, scrubbed: Scrubbed, prediction: Prediction) -> Response:
        decision = await self._decide(message, scrubbed, prediction)
        reply = warn_of_personal_data(self._reply(decision, message, scrubbed, prediction), scrubbed.kinds)
        response = self._response(decision.outcome, reply, prediction, decision.candidates)
        if response.reply:
            self._etiquette.note_reply(message)
        return response

    async def _decide(self, message: Message, scrubbed: Scrubbed, prediction: Prediction) -> Decision:
        """What to do with a text, with what it replies to and its parts in mind where the model can be asked again."""
        if scrubbed.kinds and not is_answerable(scrubbed):
            return Decision(Outcome.WITHHELD_PERSONAL_DATA)
        thresholds, classifier = self._served.thresholds, self._served.classifier
        decision = decide(prediction, thresholds, message.addressed)
        try:
            if message.after:
                decision = await self._follow_up(message.after, scrubbed, prediction)
            return await with_parts(decision, scrubbed.words, classifier, thresholds)
        except ClassifierError as error:
            logger.error("The model gave no second prediction: %s", error)
            return decision

    async def _follow_up(self, after: Given, scrubbed: Scrubbed, prediction: Prediction) -> Decision:
        """What to do with a reply to an answer. The nation shown before holds where the text names none."""
        served, nation = self._served, nation_in(scrubbed.text)
        behind = await served.classifier.parse(f"{served.answers.answers[after.answer].title}: {scrubbed.words}")
        decision = read_follow_up(prediction, behind, after.answer, nation, served.thresholds)
        return replace(decision, nation=after.nation)

    def _reply(self, decision: Decision, message: Message, scrubbed: Scrubbed, prediction: Prediction) -> Reply | None:
        if decision.outcome is Outcome.WITHHELD_PERSONAL_DATA and not message.addressed:
            return None
        if decision.outcome is Outcome.SMALL_TALK:
            return Reply(body=wording.SMALL_TALK[prediction.small_talk])
        return compose(decision, self._served.answers, scrubbed.text, self._today())

    def _urgent(self, slug: str, prediction: Prediction | None) -> Response:
        message = self._served.answers.urgent.get(slug)
        response = self._response(Outcome.URGENT_HELP, urgent_reply(message), prediction)
        confidence = prediction.urgency if prediction else 0.0
        alert = message.matter.alert_moderators if message else True
        return replace(response, answer=slug, confidence=confidence, alert_moderators=alert)

    def _without_model(
        self, message: Message, scrubbed: Scrubbed, error: ClassifierError, silence: Outcome | None
    ) -> Response:
        """The plainest emergencies are answered even while the model can't be asked."""
        logger.error("The model gave no prediction: %s", error)
        if slug := plain_emergency(scrubbed.text):
            return self._urgent(slug, None)
        if silence:
            return self._response(silence)
        timed_out = isinstance(error, ClassifierTimeoutError)
        return self._error(message, Outcome.ERROR_TIMEOUT if timed_out else Outcome.ERROR_CLASSIFIER)

    async def _record(self, message: Message, scrubbed: Scrubbed, response: Response) -> Response:
        if self._log is None:
            return response
        # What somebody in an emergency has written is nobody's to keep, and other bots' words are no questions.
        unkept = response.outcome in (Outcome.URGENT_HELP, Outcome.IGNORED_BOT, Outcome.IGNORED_EMPTY)
        try:
            question_id = await self._log.record(message, None if unkept else scrubbed.text, scrubbed.kinds, response)
        except QuestionLogError as error:
            logger.error("%s", error)
            stands = response.outcome.stands_unrecorded
            return response if stands else self._error(message, Outcome.ERROR_QUESTION_LOG)
        return replace(response, question_id=question_id)

    def _error(self, message: Message, outcome: Outcome) -> Response:
        """An error is told to who asked; overheard, it is kept from the channel."""
        return self._response(outcome, Reply(body=wording.ERRORS[outcome]) if message.addressed else None)

    def _response(
        self,
        outcome: Outcome,
        reply: Reply | None = None,
        prediction: Prediction | None = None,
        chosen: tuple[Candidate, ...] = (),
    ) -> Response:
        slugs = {candidate.answer for candidate in chosen}
        others = [c for c in prediction.ranking if c.answer not in slugs] if prediction else []
        ranking = (*chosen, *others)[:MAX_CANDIDATES]
        return Response(
            outcome=outcome,
            reply=reply,
            answer=ranking[0].answer if outcome is Outcome.ANSWERED else None,
            confidence=ranking[0].confidence if ranking else 0.0,
            candidates=ranking,
            release=self._served.release,
        )


async def _try_to_write(writing: Awaitable[None]) -> None:
    """A pick or a vote is answered even where it can't be written."""
    try:
        await writing
    except QuestionLogError as error:
        logger.error("%s", error)
