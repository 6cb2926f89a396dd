"""What the buttons under a reply do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from bot import wording
from bot.answers import AnswerBase
from bot.compose import answer_reply
from bot.deliveries import ButtonKind, Press, Pressed
from bot.messages import Given, Reply
from bot.pauses import Paused
from bot.storage.question_log import Known, QuestionLog

_VOTES = {
    ButtonKind.HELPFUL: (True, wording.VOTE_HELPFUL),
    ButtonKind.NOT_HELPFUL: (False, wording.VOTE_NOT_HELPFUL),
}


class Presses:
    """Anyone may vote and join a question; only its asker may pick, and only they and moderators may remove."""

    def __init__(
        self,
        answers: Callable[[], AnswerBase],
        log: QuestionLog,
        today: Callable[[], date] = date.today,
        paused_now: Callable[[], Paused] = Paused,
    ) -> None:
        """Answer picks from the answers that are served now, but for those that officials have paused."""
        self._answers = answers
        self._log = log
        self._today = today
        self._paused_now = paused_now

    async def press(self, press: Press) -> Pressed:
        """What a press calls for. Raises QuestionLogError where it can't be written down."""
        if press.button.kind in _VOTES:
            return await self._vote(press)
        known = await self._log.find_by_post(press.place, press.post)
        if known is None or press.button.kind.is_for_staff:
            return Pressed(word=wording.TOO_OLD)
        return await self._steps(press.button.kind)(press, known)

    def _steps(self, kind: ButtonKind) -> Callable[[Press, Known], Awaitable[Pressed]]:
        return {
            ButtonKind.PICK: self._pick,
            ButtonKind.NONE_OF_THESE: self._none_of_these,
            ButtonKind.ME_TOO: self._me_too,
            ButtonKind.REMOVE: self._remove,
        }[kind]

    async def _vote(self, press: Press) -> Pressed:
        helpful, thanks = _VOTES[press.button.kind]
        is_kept = await self._log.record_vote(press.place, press.post, press.author, helpful)
        return Pressed(word=thanks if is_kept else wording.TOO_OLD)

    async def _pick(self, press: Press, known: Known) -> Pressed:
        if not self._is_asker(press, known):
            return Pressed(word=wording.NOT_YOURS)
        picked = Given(press.button.answer, press.button.nation)
        answer = self._answers().answers.get(picked.answer)
        if answer is None or (picked.nation and picked.nation not in answer.variants):
            return Pressed(word=wording.WITHDRAWN)
        if refusal := self._paused_now().refusal(press.place, answer):
            return Pressed(word=wording.UNANSWERED[refusal])
        await self._log.record_choice(known.id, press.place.platform, press.author, picked, press.post)
        return Pressed(reply=answer_reply(self._answers(), picked.answer, self._today(), picked.nation))

    async def _none_of_these(self, press: Press, known: Known) -> Pressed:
        if not self._is_asker(press, known):
            return Pressed(word=wording.NOT_YOURS)
        await self._log.record_choice(known.id, press.place.platform, press.author, Given(""), press.post)
        reply = Reply(body=wording.NONE_NOTED, allows_me_too=bool(press.place.community))
        return Pressed(word=wording.NONE_NOTED, reply=reply)

    async def _me_too(self, press: Press, known: Known) -> Pressed:
        if self._is_asker(press, known):
            return Pressed(word=wording.ME_TOO_COUNTED)
        is_new = await self._log.record_me_too(known.id, press.place.platform, press.author)
        return Pressed(word=wording.ME_TOO_NOTED if is_new else wording.ME_TOO_COUNTED)

    async def _remove(self, press: Press, known: Known) -> Pressed:
        if not (press.author_is_moderator or self._is_asker(press, known)):
            return Pressed(word=wording.NOT_YOURS_TO_REMOVE)
        await self._log.record_removal(press.place, press.post)
        return Pressed(removes=True)

    def _is_asker(self, press: Press, known: Known) -> bool:
        return self._log.is_person(known.asker, press.place.platform, press.author)
