"""What connectors hand everything to: messages, presses, deletions, and the menus' questions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from bot import metrics, wording
from bot.answers import AnswerBase
from bot.compose import answer_reply
from bot.deliveries import Action, Owed, Press, Pressed
from bot.errors import QuestionLogError
from bot.messages import Message, Reply, Response
from bot.pauses import Paused
from bot.places import Place, Topic, TopicAnswer
from bot.presses import Presses
from bot.responder import Responder
from bot.storage.question_log import QuestionLog

logger = logging.getLogger(__name__)


class FrontDesk:
    """The handler of connectors.base, for one release at a time and one log. None of it raises."""

    def __init__(
        self,
        responder: Responder,
        log: QuestionLog,
        paused_now: Callable[[], Paused] = Paused,
        press_of_staff: Callable[[Press], Awaitable[Pressed]] | None = None,
    ) -> None:
        """Let a Responder answer, and keep a log. What staff press under a digest goes to `press_of_staff`."""
        self._shift = _Shift(responder)
        self._log = log
        self._paused_now = paused_now
        self._presses = Presses(lambda: self.answers, log, paused_now=paused_now)
        self._press_of_staff = press_of_staff or self._presses.press

    def serve(self, responder: Responder) -> asyncio.Event:
        """Let another Responder answer from now on; the event is set when no message is in hand with the one before.

        A message is finished by the Responder that began it.
        """
        before, self._shift = self._shift, _Shift(responder)
        return before.is_idle

    async def respond(self, message: Message) -> Response:
        """The response to a message, recorded and counted."""
        response = await self._shift.respond(message)
        metrics.OUTCOMES.labels(message.platform, response.outcome.value).inc()
        return response

    async def press(self, press: Press) -> Pressed:
        """What a press of a button calls for."""
        try:
            metrics.PRESSES.labels(press.place.platform, press.button.kind.value).inc()
            take = self._press_of_staff if press.button.kind.is_for_staff else self._presses.press
            return await take(press)
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
        for slug, answer in self.answers.answers.items():
            services.setdefault(answer.service, []).append(TopicAnswer(slug, answer.title))
        return [
            Topic(service, service_title(service), tuple(sorted(answers, key=lambda answer: answer.title)))
            for service, answers in sorted(services.items())
        ]

    def answer(self, place: Place, slug: str, nation: str = "") -> Reply | None:
        """One answer to look at."""
        answer = self.answers.answers.get(slug)
        if answer is None:
            return None
        if refusal := self._paused_now().refusal(place, answer):
            return Reply(body=wording.UNANSWERED[refusal])
        return answer_reply(self.answers, slug, date.today(), nation)

    @property
    def answers(self) -> AnswerBase:
        return self._shift.responder.answers


class _Shift:
    """A Responder at work; `is_idle` is set while it has no message in hand."""

    def __init__(self, responder: Responder) -> None:
        self.responder = responder
        self.is_idle = asyncio.Event()
        self.is_idle.set()
        self._in_hand = 0

    async def respond(self, message: Message) -> Response:
        self._in_hand += 1
        self.is_idle.clear()
        try:
            return await self.responder.respond(message)
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self.is_idle.set()


def service_title(service: str) -> str:
    """A service as people read it."""
    return service.replace("-", " ").replace("_", " ").capitalize()
