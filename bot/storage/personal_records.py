"""What is held about people, to be shown to them and erased for them."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bot.errors import QuestionLogError
from bot.places import Place
from bot.storage.database import Database, as_stored, now
from bot.storage.digest_store import moderator
from bot.storage.erasure import Erasure
from bot.storage.outbox import IS_OWED
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
        asker = self._database.pseudonym(platform, author)
        return await self._database.run(lambda: self._held(platform, author, asker))

    async def forget(self, platform: str, author: str) -> int:
        """Erase what is held about a person, and return how many messages that was. Counts by outcome stay."""
        asker = self._database.pseudonym(platform, author)
        count = await self._database.run(lambda: self._forget(platform, author, asker))
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

    def _held(self, platform: str, author: str, asker: str) -> Held:
        fetch = self._database.fetch
        questions = fetch("select asked_at, text, outcome from questions where asker = ? order by id desc", asker)
        counts = [fetch(f"select count(*) from {table} where asker = ?", asker) for table in _PRESSES]
        changes = "select count(*) from settings_changes where platform = ? and changed_by = ?"
        counts.append(fetch(changes, platform, author))
        counts.append(fetch(f"select count(*) from tellings where {_MINE}", asker))
        counts.append(fetch('select count(*) from theme_notes where "by" = ?', moderator(platform, asker)))
        return Held(tuple(map(tuple, questions)), *(count for ((count,),) in counts))

    def _forget(self, platform: str, author: str, asker: str) -> int:
        with self._database.transaction():
            self._forget_replies(asker)
            self._forget_private_chat(platform, author)
            for table in _PRESSES:
                self._database.execute(f"delete from {table} where asker = ?", asker)
            self._database.execute(_FORGET_MODERATOR, platform, author)
            self._database.execute(_FORGET_NOTES, moderator(platform, ""), moderator(platform, asker))
            return self._database.execute(_FORGET_QUESTIONS, asker).rowcount

    def _forget_replies(self, asker: str) -> None:
        execute, mine = self._database.execute, _MINE
        owed = self._database.fetch(f"select id from outbox where {IS_OWED} and {mine}", asker)
        release_others(self._database, [owed_id for (owed_id,) in owed])
        execute(f"update outbox set dropped_at = ?, drop_reason = 'forgotten' where {IS_OWED} and {mine}", now(), asker)
        execute(f"delete from posts where {mine}", asker)
        execute(f"update outbox set reply = '', reply_to = '', thread = '' where {mine}", asker)
        execute(f"update outbox set channel = '' where community = '' and {mine}", asker)

    def _forget_private_chat(self, platform: str, author: str) -> None:
        """A private chat may have the person's own id (Telegram), and alerts may have gone there."""
        execute, here = self._database.execute, "platform = ? and channel = ?"
        execute(_ALERT_NOBODY, now(), platform, json.dumps(author))
        execute(_FORGET_ALERTS, platform, json.dumps(author))
        execute(
            f"update outbox set dropped_at = ?, drop_reason = 'forgotten' where {IS_OWED} and {here}",
            now(), platform, author,
        )  # fmt: skip
        execute(f"update outbox set channel = '' where {here}", platform, author)
        execute(f"delete from posts where {here}", platform, author)


_PRESSES = ("feedback", "choices", "me_too")
_MINE = "question_id in (select id from questions where asker = ?)"
# A direct message's channel is a person's as much as their name is.
_FORGET_QUESTIONS = """
    update questions set text = null, candidates = '[]', personal_data = '[]', asker = '', thread = '', message_id = '',
    channel = case community when '' then '' else channel end where asker = ?
"""
_FORGET_MODERATOR = "update settings_changes set changed_by = '' where platform = ? and changed_by = ?"
_FORGET_NOTES = 'update theme_notes set "by" = ? where "by" = ?'
# A change of its own, so that every process reads the settings anew.
_ALERT_NOBODY = """
    insert into settings_changes (platform, community, channel, name, value, changed_at, changed_by)
    select platform, community, channel, name, 'null', ?, '' from settings_changes where id in (
        select max(id) from settings_changes where platform = ? and name = 'alerts_channel' group by community, channel
    ) and value = ?
"""
_FORGET_ALERTS = """
    update settings_changes set value = 'null' where platform = ? and name = 'alerts_channel' and value = ?
"""
