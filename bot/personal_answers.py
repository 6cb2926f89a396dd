"""What a person is told about what is held about them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot import wording
from bot.errors import QuestionLogError
from bot.messages import Outcome, Reply
from bot.places import Place
from bot.storage.personal_records import Held, PersonalRecords
from bot.text import in_markdown

logger = logging.getLogger(__name__)

SHOWN = 20
"""How many messages are shown with their words; the others are counted."""


class PersonalAnswers:
    """The records of connectors.base, in words."""

    def __init__(self, records: PersonalRecords) -> None:
        """Look in these records."""
        self._records = records

    async def held_about(self, platform: str, author: str) -> Reply:
        """What is held about a person, in words for that person alone."""
        try:
            held = await self._records.held_about(platform, author)
        except QuestionLogError as error:
            logger.error("%s", error)
            return Reply(body=wording.CANNOT_NOTE)
        return Reply(body=_in_words(held), title="What I hold about you")

    async def forget(self, platform: str, author: str) -> Reply:
        """Erase what is held about a person, and say so."""
        try:
            count = await self._records.forget(platform, author)
        except QuestionLogError as error:
            logger.error("%s", error)
            return Reply(body=wording.CANNOT_NOTE)
        return Reply(body=wording.FORGOTTEN.format(count=count))

    async def last_heard(self, platform: str) -> Mapping[tuple[str, str], datetime]:
        """When a message was last received in each (channel, thread) of a platform, over the last day."""
        try:
            return await self._records.last_heard(platform)
        except QuestionLogError as error:
            logger.error("%s", error)
            return {}

    async def known(self, place: Place, message_ids: Sequence[str]) -> set[str]:
        """Which of these messages of a channel have an outcome already."""
        try:
            return await self._records.known(place, message_ids)
        except QuestionLogError as error:
            # Read again, they are known by their ids when they are to be written.
            logger.error("%s", error)
            return set()


def _in_words(held: Held) -> str:
    counts = {
        "messages": len(held.questions),
        "votes": held.votes,
        "picks": held.choices,
        "questions you'd like to know too": held.me_too,
        "changes of settings": held.changes,
        "times told of a new answer": held.told,
        "decisions about themes": held.notes,
    }
    if not any(counts.values()):
        return wording.HELD_NOTHING
    counted = ", ".join(f"{noun}: {number}" for noun, number in counts.items() if number)
    lines = [_line(*question) for question in held.questions[:SHOWN]]
    if (count := len(held.questions)) > SHOWN:
        lines += ["", wording.HELD_MORE.format(shown=SHOWN, count=count)]
    return "\n".join([wording.HELD_INTRO, "", f"{counted}.", "", *lines])


def _line(asked_at: str, text: str | None, outcome: str) -> str:
    words = f'"{in_markdown(text)}"' if text else f"({wording.HELD_NO_WORDS})"
    return f"- {asked_at[:16].replace('T', ' ')}: {words}. {wording.LABELS[Outcome(outcome)]}."
