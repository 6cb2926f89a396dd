"""The path of a message: etiquette, safety, classify, decide, compose, record."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from typing import TypeVar

from bot import wording
from bot.answers import AnswerBase
from bot.bursts import Burst, Bursts
from bot.classifier import MAX_CANDIDATES, Classifier, Prediction
from bot.compose import compose, nation_in, urgent_reply, warn_of_personal_data
from bot.decision import Decision, Thresholds, decide, without_answers
from bot.errors import ClassifierError, QuestionLogError, ReadingError
from bot.etiquette import Etiquette
from bot.follow_up import read_follow_up
from bot.messages import Candidate, Given, Message, Outcome, Reply, Response
from bot.owing import owed_for
from bot.pauses import Paused
from bot.personal_data import Scrubbed, is_answerable, scrub
from bot.places import ChannelSettings, Mode, Place
from bot.reading import Reading
from bot.safety import plain_emergency, urgent_help_for
from bot.storage.question_log import Known, QuestionLog, Recorded
from bot.text import MAX_CHARACTERS, clean, has_words, question_in
from bot.two_part import with_parts

logger = logging.getLogger(__name__)

Found = TypeVar("Found")
SettingsOf = Callable[[Place], ChannelSettings]


def everything_asked(place: Place) -> ChannelSettings:
    """The settings where there are no moderators: all questions are welcome."""
    return ChannelSettings(mode=Mode.QUESTIONS, quiet_while_staff=False)


@dataclass(frozen=True)
class Served:
    """What the Responder answers from: one release."""

    release: str
    answers: AnswerBase
    thresholds: Thresholds
    classifier: Classifier


@dataclass(frozen=True)
class Memory:
    """What the Responder remembers of what was said before. Without a log, nothing is kept on disk."""

    etiquette: Etiquette
    bursts: Bursts
    log: QuestionLog | None = None
    edit_seconds: float = 300.0


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
        self._served = served
        self._memory = memory
        self._etiquette = memory.etiquette
        self._log = memory.log
        self._settings_of = settings_of
        self._today = today
        self._paused_now = paused_now

    @property
    def answers(self) -> AnswerBase:
        """The answers that are served."""
        return self._served.answers

    async def respond(self, message: Message) -> Response:
        """The response to one message, recorded. Never raises."""
        try:
            reading = await self._read(message)
            response = await self._respond_or_own_up(reading)
            if reading.known and not self._is_worth_an_edit(reading, reading.known, response):
                return self._response(Outcome.IGNORED_TOO_LATE)
            return await self._record(reading, response)
        except Exception:
            logger.exception("A message could not be handled.")
            return self._unrecorded(message, self._error(message, Outcome.ERROR_INTERNAL))

    def has_answer(self, slug: str, nation: str = "") -> bool:
        """Whether there is an answer of that slug, with a text of its own for a nation where one is named."""
        answer = self._served.answers.answers.get(slug)
        return answer is not None and (not nation or nation in answer.variants)

    async def _read(self, message: Message) -> Reading:
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
        return Reading(message, scrubbed, self._here(message), burst, whole, known, self._paused_now())

    def _here(self, message: Message) -> ChannelSettings:
        """The settings of a message's channel; where they can't be had, those that make the bot quietest."""
        try:
            return self._settings_of(message.place)
        except Exception:
            logger.exception("The settings of a channel could not be had.")
            return ChannelSettings()

    async def _known(self, message: Message) -> Known | None:
        """The question that an edited message was before."""
        if self._log is None or not message.is_edit or not message.message_id:
            return None
        return await _try_to_read(self._log.find(message.place, message.message_id))

    def _names_other_nation(self, burst: Burst, scrubbed: Scrubbed) -> bool:
        nation = nation_in(scrubbed.text)
        answer = self.answers.answers.get(burst.given.answer) if burst.given else None
        return answer is not None and (nation in answer.variants or nation in answer.matter.nations)

    def _is_too_late(self, reading: Reading) -> bool:
        """Whether a message was edited long after it was written, or once it was read as part of another."""
        if not reading.message.is_edit:
            return False
        known = reading.known
        age = datetime.now(timezone.utc) - (known.asked_at if known else reading.message.sent_at)
        is_absorbed = known is not None and known.outcome is Outcome.IGNORED_PART_OF_BURST
        return is_absorbed or age.total_seconds() > self._memory.edit_seconds

    def _is_worth_an_edit(self, reading: Reading, known: Known, response: Response) -> bool:
        """Whether what an edited message calls for is to be done. An emergency always is, but not one twice."""
        if response.outcome is Outcome.URGENT_HELP:
            return (known.outcome, known.answer) != (response.outcome, response.answer)
        return not (self._is_too_late(reading) or known.is_removed or response.outcome in wording.ERRORS)

    async def _in_conversation(self, message: Message) -> Message:
        """The message with the answer that it replies to, if any. Who replies to the bot speaks to it."""
        after = message.after or await self._answer_replied_to(message)
        if after is None or not self.has_answer(after.answer):
            return replace(message, after=None)
        return replace(message, after=after, addressed=True)

    async def _answer_replied_to(self, message: Message) -> Given | None:
        if self._log is None or not message.reply_to_message_id:
            return None
        looking = self._log.answer_posted_as(message.platform, message.channel, message.reply_to_message_id)
        return await _try_to_read(looking)

    async def _respond_or_own_up(self, reading: Reading) -> Response:
        try:
            return await self._respond(reading)
        except Exception:
            logger.exception("A message could not be handled.")
            if slug := plain_emergency(reading.scrubbed.text):
                return self._urgent(slug, None)
            return self._error(reading.message, Outcome.ERROR_INTERNAL)

    async def _respond(self, reading: Reading) -> Response:
        message, scrubbed = reading.message, reading.scrubbed
        has_reply = reading.known is not None and reading.known.owed_id > 0
        silence = self._etiquette.reason_for_silence(message, scrubbed.text, reading.here, has_reply)
        if silence is Outcome.IGNORED_BOT:
            return self._response(silence)
        if not has_words(scrubbed.text):
            return self._without_words(reading, silence)
        try:
            prediction = await self._served.classifier.parse(scrubbed.words)
        except ClassifierError as error:
            return self._without_model(reading, error, silence)
        return replace(await self._judged(reading, prediction, silence), meant=prediction.meant)

    async def _judged(self, reading: Reading, prediction: Prediction, silence: Outcome | None) -> Response:
        """The response to a text that the model has read."""
        if slug := urgent_help_for(reading.scrubbed.text, prediction, self._served.thresholds):
            return self._urgent(slug, prediction)
        if silence or self._is_too_late(reading):
            return self._response(silence or Outcome.IGNORED_TOO_LATE, prediction=prediction)
        return await self._decided(reading, prediction)

    def _without_words(self, reading: Reading, silence: Outcome | None) -> Response:
        """A bare mention is greeted: people try whether anybody is there, or go on in their next message."""
        message = reading.message
        is_bare_mention = message.addressed and message.community and not (reading.scrubbed.text or reading.known)
        if silence or not is_bare_mention or message.reply_to_message_id:
            return self._response(Outcome.IGNORED_EMPTY)
        if reading.is_paused:
            return self._response(Outcome.WITHHELD_PAUSED, Reply(body=wording.UNANSWERED[Outcome.WITHHELD_PAUSED]))
        return self._response(Outcome.SMALL_TALK, Reply(body=wording.SMALL_TALK["greeting"]))

    async def _decided(self, reading: Reading, prediction: Prediction) -> Response:
        decision = await self._decide(reading, prediction)
        if reading.burst and decision.outcome is Outcome.SMALL_TALK and reading.burst.owed_id:
            return self._response(Outcome.IGNORED_PART_OF_BURST, prediction=prediction)
        if reading.whole and reading.is_unfinished and decision.outcome is not Outcome.ANSWERED:
            joined = await self._parse_again(reading.whole) or prediction
            if slug := urgent_help_for(reading.whole.text, joined, self._served.thresholds):
                return self._urgent(slug, joined)
            decision, prediction = self._better(decision, prediction, joined)
        decision = self._within_limits(decision, reading)
        reply = self._reply(decision, reading, prediction)
        response = self._response(decision.outcome, reply, prediction, decision.candidates)
        if response.reply:
            self._etiquette.note_reply(reading.message)
        return response

    async def _decide(self, reading: Reading, prediction: Prediction) -> Decision:
        """What to do with a text, with what it replies to and its parts in mind where the model can be asked again."""
        message, scrubbed = reading.message, reading.scrubbed
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

    def _within_limits(self, decision: Decision, reading: Reading) -> Decision:
        """The decision as it stands where moderators have left services out, or officials have paused something."""
        answers, off, addressed = self._served.answers.answers, reading.here.services_off, reading.message.addressed
        if reading.is_paused:
            return Decision(Outcome.WITHHELD_PAUSED if addressed else Outcome.IGNORED_PAUSED, decision.candidates)
        decision = without_answers(
            decision,
            lambda slug: slug in answers and answers[slug].service in off,
            Outcome.WITHHELD_SERVICE_OFF if addressed else Outcome.IGNORED_MUTED,
        )
        return without_answers(
            decision,
            lambda slug: slug in answers and reading.paused.holds_back(answers[slug]),
            Outcome.WITHHELD_ANSWER_PAUSED if addressed else Outcome.IGNORED_PAUSED,
        )

    async def _parse_again(self, whole: Scrubbed) -> Prediction | None:
        """What the model makes of a text behind what its author wrote just before, or None where it can't be asked."""
        try:
            return await self._served.classifier.parse(whole.words)
        except ClassifierError as error:
            logger.error("The model gave no second prediction: %s", error)
            return None

    def _better(self, alone: Decision, prediction: Prediction, joined: Prediction) -> tuple[Decision, Prediction]:
        """The better of a text by itself and behind what its author wrote just before."""
        as_one = decide(joined, self._served.thresholds, addressed=True)
        return min((as_one, joined), (alone, prediction), key=lambda made: _RANKS.get(made[0].outcome, 2))

    async def _follow_up(self, after: Given, scrubbed: Scrubbed, prediction: Prediction) -> Decision:
        """What to do with a reply to an answer. The nation shown before holds where the text names none."""
        served, nation = self._served, nation_in(scrubbed.text)
        behind = await served.classifier.parse(f"{served.answers.answers[after.answer].title}: {scrubbed.words}")
        decision = read_follow_up(prediction, behind, after.answer, nation, served.thresholds)
        return replace(decision, nation=after.nation)

    def _reply(self, decision: Decision, reading: Reading, prediction: Prediction) -> Reply | None:
        message, scrubbed, here = reading.message, reading.scrubbed, reading.here
        if decision.outcome is Outcome.WITHHELD_PERSONAL_DATA and not message.addressed:
            return None
        if decision.outcome is Outcome.SMALL_TALK:
            return Reply(body=wording.SMALL_TALK[prediction.small_talk])
        decision = replace(decision, nation=decision.nation or here.nation)
        reply = compose(decision, self._served.answers, scrubbed.text, self._today())
        if reply and message.community and decision.outcome in wording.NOTED:
            reply = replace(reply, allows_me_too=True)
        return warn_of_personal_data(reply, reading.kinds)

    def _urgent(self, slug: str, prediction: Prediction | None) -> Response:
        message = self._served.answers.urgent.get(slug)
        response = self._response(Outcome.URGENT_HELP, urgent_reply(message), prediction)
        confidence = prediction.urgency if prediction else 0.0
        alert = message.matter.alert_moderators if message else True
        return replace(response, answer=slug, confidence=confidence, alert_moderators=alert)

    def _without_model(self, reading: Reading, error: ClassifierError, silence: Outcome | None) -> Response:
        """The plainest emergencies are answered even while the model can't be asked."""
        slug = plain_emergency(reading.scrubbed.text)
        if slug:
            response = self._urgent(slug, None)
        elif silence:
            response = self._response(silence)
        else:
            response = self._error(reading.message, Outcome.ERROR_CLASSIFIER)
        if isinstance(error, ReadingError):
            return replace(response, trouble=str(error))
        logger.error("The model gave no prediction: %s", error)
        return response

    async def _record(self, reading: Reading, response: Response) -> Response:
        if self._log:
            response = await self._write(self._log, reading, response)
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
            self._etiquette.forget_text(reading.message, reading.scrubbed.text)
        return response

    async def _write(self, log: QuestionLog, reading: Reading, response: Response) -> Response:
        message, outcome = reading.message, response.outcome
        try:
            recorded = await self._recorded(log, reading, response)
        except Exception as error:
            logger.error("%s", error, exc_info=not isinstance(error, QuestionLogError))
            stands = outcome.stands_unrecorded
            return self._unrecorded(message, response if stands else self._error(message, Outcome.ERROR_QUESTION_LOG))
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
        owed = owed_for(message, response, self._here(message)) if self._log else ()
        return replace(response, owed=owed)

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


_RANKS = {Outcome.ANSWERED: 0, Outcome.CLARIFY: 1, Outcome.SMALL_TALK: 3}
"""How much is given, the most first; what stands for nothing here comes between."""
