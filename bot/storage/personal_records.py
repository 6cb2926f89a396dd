"""What is held about people, to be shown to them and erased for them."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bot.errors import QuestionLogError
from bot.places import Place
from bot.storage.database import Database, as_stored
from bot.storage.erasure import Erasure
from bot.storage.key_rotation import NOBODY
from bot.storage.outbox import IS_OWED
from bot.storage.personal_rows import (
    BY_ME,
    BY_MODERATOR,
    HERE,
    MINE,
    NAMES_ME,
    NOTED_BY_ME,
    Person,
    Rows,
    drafts_quoting,
    rows_about,
    who,
)
from bot.storage.telling_store import release_others

logger = logging.getLogger(__name__)

LAST_HEARD = timedelta(days=1)


@dataclass(frozen=True)
class Held:
    """All that is held about a person: when each message was asked, its words if kept, and counts of presses.

    `told` is how often they were told of an answer that has come since, and `notes` what they decided about themes.
    """

    questions: tuple[tuple[str, str | None, str], ...]
    votes: int
    choices: int
    me_too: int
    changes: int
    told: int
    notes: int


class PersonalRecords:
    """People are known by their pseudonyms alone, but for moderators, whose changes stand under the platform's id."""

    def __init__(self, database: Database) -> None:
        """Look in a database."""
        self._database = database
        self._erasure = Erasure(database)

    async def held_about(self, platform: str, author: str) -> Held:
        """What is held about a person: each message as (asked at, text, outcome), newest first."""
        person = who(self._database, platform, author)
        return await self._database.run(lambda: self._held(person))

    async def rows_about(self, platform: str, author: str) -> Rows:
        """Every row about a person, as it is stored: see personal_rows."""
        return await self._database.run(lambda: rows_about(self._database, platform, author))

    async def drafts_quoting(self, platform: str, author: str) -> Sequence[int]:
        """The drafts in which officials have taken up a person's words; these are the officials' text by now."""
        return await self._database.run(lambda: drafts_quoting(self._database, platform, author))

    async def forget(self, platform: str, author: str) -> int:
        """Erase what is held about a person, and return how many messages that was. Counts by outcome stay."""
        person = who(self._database, platform, author)
        count = await self._database.run(lambda: self._forget(person))
        try:
            await self._erasure.finish()
        except QuestionLogError as error:
            # They are forgotten all the same: what is left in the file goes later (see Erasure).
            logger.warning("%s", error)
        return count

    async def last_heard(self, platform: str) -> Mapping[tuple[str, str], datetime]:
        """When a message was last received in each (channel, thread) of a platform, over the last day."""
        sql = "select channel, thread, max(asked_at) from questions where platform = ? and asked_at > ? group by 1, 2"
        since = as_stored(datetime.now(timezone.utc) - LAST_HEARD)
        rows = await self._database.run(lambda: self._database.fetch(sql, platform, since))
        return {(channel, thread): datetime.fromisoformat(last) for channel, thread, last in rows}

    async def known(self, place: Place, message_ids: Sequence[str]) -> set[str]:
        """Which of these messages of a channel have an outcome already."""
        sql = (
            "select message_id from questions where platform = ? and channel = ? and message_id in "
            "(select value from json_each(?))"
        )
        parameters = (place.platform, place.channel, json.dumps(message_ids))
        return {one for (one,) in await self._database.run(lambda: self._database.fetch(sql, *parameters))}

    def _held(self, person: Person) -> Held:
        def count(table: str, where: str) -> int:
            return int(self._database.records(f"select count(*) as n from {table} where {where}", person)[0]["n"])

        sql = f"select asked_at, text, outcome from questions where {BY_ME} order by id desc"
        questions = [(row["asked_at"], row["text"], row["outcome"]) for row in self._database.records(sql, person)]
        return Held(
            tuple(questions),
            votes=count("feedback", BY_ME),
            choices=count("choices", BY_ME),
            me_too=count("me_too", BY_ME),
            changes=count("settings_changes", BY_MODERATOR),
            told=count("tellings", MINE),
            notes=count("theme_notes", NOTED_BY_ME),
        )

    def _forget(self, person: Person) -> int:
        with self._database.transaction():
            owed = self._database.records(f"select id from outbox where {IS_OWED} and {MINE}", person)
            release_others(self._database, [row["id"] for row in owed])
            for sql in _FORGET:
                self._database.change(sql, person)
            return self._database.change(_FORGET_QUESTIONS, person)


_FORGET = (
    f"update outbox set dropped_at = :now, drop_reason = 'forgotten' where {IS_OWED} and ({MINE} or {HERE})",
    f"delete from posts where {MINE} or {HERE}",
    f"update outbox set reply = '', reply_to = '', thread = '' where {MINE}",
    f"update outbox set channel = '' where community = '' and {MINE} or {HERE}",
    f"delete from feedback where {BY_ME}",
    f"delete from choices where {BY_ME}",
    f"delete from me_too where {BY_ME}",
    # A change of its own, so that every process reads the settings anew.
    f"""
    insert into settings_changes (platform, community, channel, name, value, changed_at, changed_by)
    select platform, community, channel, name, 'null', :now, '' from settings_changes where id in (
        select max(id) from settings_changes where platform = :platform group by community, channel, name
    ) and {NAMES_ME}
    """,
    f"update settings_changes set value = 'null' where platform = :platform and {NAMES_ME}",
    f"update settings_changes set changed_by = '' where {BY_MODERATOR}",
    f'update theme_notes set "by" = {NOBODY} where {NOTED_BY_ME}',
    f"update digests set channel = '' where {HERE}",
    f"delete from notices where {HERE}",
)
# A direct message's channel is a person's as much as their name is.
_FORGET_QUESTIONS = f"""
    update questions set text = null, candidates = '[]', personal_data = '[]', asker = '', thread = '', message_id = '',
    channel = case community when '' then '' else channel end where {BY_ME}
"""
