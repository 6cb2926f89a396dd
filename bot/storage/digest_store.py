"""What staff of communities are shown of new themes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.deliveries import Action, Owed
from bot.messages import Reply
from bot.places import Place
from bot.storage.database import Database, as_stored, now
from bot.storage.outbox import write_owed


@dataclass(frozen=True)
class NewTheme:
    """A theme as one community knows it: its newest words there, and how many people asked and joined in there.

    `is_shared` says that it is asked elsewhere too.
    """

    id: int
    state: str
    words: str
    people: int
    joined: int
    is_shared: bool


class DigestStore:
    """A digest is recorded with what is owed for it, in one transaction, so that each theme is shown once."""

    def __init__(self, database: Database) -> None:
        """Keep it in a database."""
        self._database = database

    async def due(self, before: datetime) -> Sequence[Place]:
        """Where staff want digests and have had none since `before`: their channels, in the communities they are for.

        Raises QuestionLogError.
        """
        return [Place(*row) for row in await self._database.read(_DUE, as_stored(before))]

    async def new_themes(self, place: Place, limit: int) -> Sequence[NewTheme]:
        """The themes of a community that nobody has dealt with nor been shown, those most asked first."""
        return await self._themes(_NEW, place.platform, place.community, limit)

    async def themes_of(self, digest: int) -> Sequence[NewTheme]:
        """The themes of a digest as they are now, in its order; of those that are gone nothing is left."""
        return await self._themes(_SHOWN, digest)

    async def channel_of(self, digest: int) -> tuple[str, str] | None:
        """The platform and channel of a digest, or None where there is none of that number."""
        rows = await self._database.read("select platform, channel from digests where id = ?", digest)
        return (rows[0][0], rows[0][1]) if rows else None

    async def owe(
        self, place: Place, themes: Sequence[NewTheme], before: datetime, reply_of: Callable[[int], Reply]
    ) -> bool:
        """Owe a digest, given its number; whether it is owed. It isn't where there has been one since `before`."""
        last = f"select 1 from digests where platform = ? and community = ? and made_at > ? and made_at <= {_NOW}"
        row = {"platform": place.platform, "community": place.community, "channel": place.channel, "made_at": now()}

        def write() -> bool:
            with self._database.transaction():
                if self._database.fetch(last, place.platform, place.community, as_stored(before)):
                    return False
                digest = self._database.insert("digests", row)
                for theme in themes:
                    self._database.insert("digest_themes", {"digest_id": digest, "theme_id": theme.id})
                moment = datetime.fromisoformat(row["made_at"])
                owed = Owed(0, place, Action.POST, reply_of(digest), created_at=moment, keeps=True, not_before=moment)
                write_owed(self._database, None, [owed])
                return True

        return await self._database.run(write)

    def named(self, platform: str, author: str) -> str:
        """A moderator as officials see them."""
        return moderator(platform, self._database.pseudonym(platform, author))

    async def _themes(self, sql: str, *parameters: Any) -> Sequence[NewTheme]:
        rows = await self._database.read(sql, *parameters)
        return [
            NewTheme(theme, state, words, people, joined, bool(is_shared))
            for theme, state, words, people, joined, is_shared in rows
        ]


def moderator(platform: str, pseudonym: str) -> str:
    """Somebody who decides from chat: the platform, and as much of the pseudonym as tells people apart."""
    return f"{platform} moderator {pseudonym[:8]}"


# What was made later than now was made while the clock was wrong.
_NOW = "strftime('%Y-%m-%dT%H:%M:%f+00:00')"
_DUE = f"""
    select s.platform, s.community, json_extract(s.value, '$') from settings_changes s
    where s.id in (
        select max(id) from settings_changes where name = 'digest_channel' and channel = '' group by platform, community
    ) and coalesce(json_extract(s.value, '$'), '') != ''
    and not exists (
        select 1 from communities c
        where c.platform = s.platform and c.community = s.community and c.left_at is not null
    )
    and not exists (
        select 1 from digests d where d.platform = s.platform and d.community = s.community and d.made_at > ?
        and d.made_at <= {_NOW}
    )
"""
# Beside max(), SQLite takes the words from the row of the newest question.
_THEMES = """
    select t.id, t.state, q.text as words, max(q.id), count(distinct q.asker) as people,
    sum((select count(*) from me_too where question_id = q.id)) as joined,
    exists (
        select 1 from theme_questions o join questions e on e.id = o.question_id
        where o.theme_id = t.id and (e.platform != q.platform or e.community != q.community)
    ) as is_shared
"""
_NEW = f"""
    select id, state, words, people, joined, is_shared from (
        {_THEMES} from themes t join theme_questions x on x.theme_id = t.id join questions q on q.id = x.question_id
        where t.state = 'new' and q.platform = ? and q.community = ? and q.text is not null
        and not exists (
            select 1 from digest_themes s join digests d on d.id = s.digest_id
            where s.theme_id = t.id and d.platform = q.platform and d.community = q.community
        ) group by t.id
    ) order by people desc, id limit ?
"""
_SHOWN = f"""
    select id, state, words, people, joined, is_shared from (
        {_THEMES}, s.rowid as shown from digests d join digest_themes s on s.digest_id = d.id
        join themes t on t.id = s.theme_id join theme_questions x on x.theme_id = t.id
        join questions q on q.id = x.question_id and q.platform = d.platform and q.community = d.community
        where d.id = ? and q.text is not null group by t.id
    ) order by shown
"""
