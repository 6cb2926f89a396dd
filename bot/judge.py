"""What a message gets once it is read: etiquette, safety, classify, decide, compose."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from bot import wording
from bot.answers import AnswerBase
from bot.classifier import MAX_CANDIDATES, Classifier, Prediction
from bot.compose import compose, nation_in, urgent_reply, warn_of_personal_data
from bot.decision import Decision, Thresholds, decide, without_answers
from bot.errors import ClassifierError, ReadingError
from bot.etiquette import Etiquette
from bot.follow_up import read_follow_up
from bot.messages import Candidate, Given, Message, Outcome, Reply, Response
from bot.personal_data import Scrubbed, is_answerable
from bot.reading import Reading
from bot.safety import plain_emergency, urgent_help_for
from bot.text import has_words
from bot.two_part import with_parts

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Served:
    """What the Responder answers from: one release."""

    release: str
    answers: AnswerBase
    thresholds: Thresholds
    classifier: Classifier


class Judge:
    """Finds the response to what has been read, and records nothing."""

    def __init__(self, served: Served, etiquette: Etiquette, today: Callable[[], date]) -> None:
        """Answer from a release."""
        self._served = served
        self._etiquette = etiquette
        self._today = today

    async def respond(self, reading: Reading) -> Response:
        """What a message gets: a reply or silence, and why. Raises whatever goes wrong but in the model."""
        message, scrubbed = reading.message, reading.scrubbed
        has_reply = reading.known is not None and reading.known.owed_id > 0
        silence = self._etiquette.reason_for_silence(message, scrubbed.text, reading.here, has_reply)
        if silence is Outcome.IGNORED_BOT:
            return self.response(silence)
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
            return self.urgent(slug, prediction)
        if silence or reading.is_too_late:
            return self.response(silence or Outcome.IGNORED_TOO_LATE, prediction=prediction)
        return await self._decided(reading, prediction)

    def _without_words(self, reading: Reading, silence: Outcome | None) -> Response:
        """A bare mention is greeted: people try whether anybody is there, or go on in their next message."""
        message = reading.message
        is_bare_mention = message.addressed and message.community and not (reading.scrubbed.text or reading.known)
        if silence or not is_bare_mention or message.reply_to_message_id:
            return self.response(Outcome.IGNORED_EMPTY)
        if reading.is_paused:
            return self.response(Outcome.WITHHELD_PAUSED, Reply(body=wording.UNANSWERED[Outcome.WITHHELD_PAUSED]))
        return self.response(Outcome.SMALL_TALK, Reply(body=wording.SMALL_TALK["greeting"]))

    async def _decided(self, reading: Reading, prediction: Prediction) -> Response:
        decision = await self._decide(reading, prediction)
        if reading.burst and decision.outcome is Outcome.SMALL_TALK and reading.burst.owed_id:
            return self.response(Outcome.IGNORED_PART_OF_BURST, prediction=prediction)
        if reading.whole and reading.is_unfinished and decision.outcome is not Outcome.ANSWERED:
            joined = await self._parse_again(reading.whole) or prediction
            if slug := urgent_help_for(reading.whole.text, joined, self._served.thresholds):
                return self.urgent(slug, joined)
            decision, prediction = self._better(decision, prediction, joined)
        decision = self._within_limits(decision, reading)
        reply = self._reply(decision, reading, prediction)
        response = self.response(decision.outcome, reply, prediction, decision.candidates)
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

    async def _follow_up(self, after: Given, scrubbed: Scrubbed, prediction: Prediction) -> Decision:
        """What to do with a reply to an answer. The nation shown before holds where the text names none."""
        served, nation = self._served, nation_in(scrubbed.text)
        behind = await served.classifier.parse(f"{served.answers.answers[after.answer].title}: {scrubbed.words}")
        decision = read_follow_up(prediction, behind, after.answer, nation, served.thresholds)
        return replace(decision, nation=after.nation)

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

    def _without_model(self, reading: Reading, error: ClassifierError, silence: Outcome | None) -> Response:
        """The plainest emergencies are answered even while the model can't be asked."""
        slug = plain_emergency(reading.scrubbed.text)
        if slug:
            response = self.urgent(slug)
        elif silence:
            response = self.response(silence)
        else:
            response = self.error(reading.message, Outcome.ERROR_CLASSIFIER)
        if isinstance(error, ReadingError):
            return replace(response, trouble=str(error))
        logger.error("The model gave no prediction: %s", error)
        return response

    def urgent(self, slug: str, prediction: Prediction | None = None) -> Response:
        """Urgent help, by its slug."""
        message = self._served.answers.urgent.get(slug)
        response = self.response(Outcome.URGENT_HELP, urgent_reply(message), prediction)
        confidence = prediction.urgency if prediction else 0.0
        alert = message.matter.alert_moderators if message else True
        return replace(response, answer=slug, confidence=confidence, alert_moderators=alert)

    def error(self, message: Message, outcome: Outcome) -> Response:
        """An error is told to who asked; overheard, it is kept from the channel."""
        return self.response(outcome, Reply(body=wording.ERRORS[outcome]) if message.addressed else None)

    def response(
        self,
        outcome: Outcome,
        reply: Reply | None = None,
        prediction: Prediction | None = None,
        chosen: tuple[Candidate, ...] = (),
    ) -> Response:
        """An outcome with the best candidates, those that were chosen first."""
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


_RANKS = {Outcome.ANSWERED: 0, Outcome.CLARIFY: 1, Outcome.SMALL_TALK: 3}
"""How much is given, the most first; what stands for nothing here comes between."""
