"""What connectors hand everything to: messages, presses, deletions, and the menus' questions."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from bot import metrics, wording
from bot.compose import answer_reply
from bot.deliveries import Action, Owed, Press, Pressed
from bot.errors import QuestionLogError
from bot.messages import Message, Reply, Response
from bot.places import Place, Topic, TopicAnswer
from bot.presses import Presses
from bot.responder import Responder
from bot.storage.question_log import QuestionLog

logger = logging.getLogger(__name__)


class FrontDesk:
    """The handler of connectors.base, for one release and one log. None of it raises."""

    def __init__(self, responder: Responder, log: QuestionLog) -> None:
        """Let a Responder answer, and keep a log."""
        self._responder = responder
        self._log = log
        self._presses = Presses(lambda: responder.answers, log)

    async def respond(self, message: Message) -> Response:
        """The response to a message, recorded and counted."""
        response = await self._responder.respond(message)
        metrics.OUTCOMES.labels(message.platform, response.outcome.value).inc()
        return response

    async def press(self, press: Press) -> Pressed:
        """What a press of a button calls for."""
        try:
            metrics.PRESSES.labels(press.place.platform, press.button.kind.value).inc()
            return await self._presses.press(press)
        except QuestionLogError as error:
            logger.error("%s", error)
        except Exception:
            logger.exception("A press could not be handled.")
        return Pressed(word=wording.CANNOT_NOTE)

    async def message_deleted(self, place: Place, message_id: str) -> Sequence[Owed]:
        """Forget the words of a deleted message; what is owed is the removal of its reply."""
        try:
            known = await self._log.find(place, message_id)
            if known is None:
                return ()
            owed = [Owed(0, place, Action.REMOVE, replaces=known.owed_id)] if known.owed_id else []
            return await self._log.withdraw(known.id, owed)
        except Exception:
            logger.exception("A deleted message could not be followed.")
            return ()

    def topics(self) -> Sequence[Topic]:
        """Every service with its answers, by title."""
        services: dict[str, list[TopicAnswer]] = {}
        for slug, answer in self._responder.answers.answers.items():
            services.setdefault(answer.service, []).append(TopicAnswer(slug, answer.title))
        return [
            Topic(service, service_title(service), tuple(sorted(answers, key=lambda answer: answer.title)))
            for service, answers in sorted(services.items())
        ]

    def answer(self, slug: str, nation: str = "") -> Reply | None:
        """One answer to look at."""
        if not self._responder.has_answer(slug):
            return None
        return answer_reply(self._responder.answers, slug, date.today(), nation)


def service_title(service: str) -> str:
    """A service as people read it."""
    return service.replace("-", " ").replace("_", " ").capitalize()
