"""Which questions want an answer, which of them are in which theme, and what is counted of each theme."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bot.storage.database import Database, as_stored, now

MAX_TITLE = 200
ROWS = 200
"""Rows that are written, and themes that are counted, at a time: a message's reply waits behind them."""

Change = tuple[int, int]
"""(question, theme or 0), as in the table theme_changes."""


@dataclass(frozen=True)
class Standing:
    """A question with words as the grouping sees it. `theme_id` is 0 where it is in none.

    `is_meant` says that its vector is kept, and `is_scored` that the scores are those of the release asked about.
    `is_fixed` says that it stays where it is, whatever a regrouping says: an official has put it there, or sees to the
    theme.
    """

    id: int
    text: str
    is_wanting: bool
    is_meant: bool
    is_scored: bool
    scores: Mapping[str, float]
    theme_id: int
    is_fixed: bool


@dataclass(frozen=True)
class Move:
    """Puts a question from one theme (0 for none) into another, unless somebody has put it elsewhere meanwhile."""

    question_id: int
    before: int
    theme_id: int


class GroupingStore:
    """What the grouping reads and writes. Each writing is short: messages wait behind it."""

    def __init__(self, database: Database) -> None:
        """Keep it in a database."""
        self._database = database

    async def take_changes(self, most: int) -> list[Change]:
        """Some of the questions that have changed, newest first; they are not told again."""
        if not await self._database.read("select 1 from theme_changes limit 1"):
            return []

        def take() -> list[Change]:
            with self._database.transaction():
                rows = self._database.fetch(_TAKE, most)
                for row in rows:
                    self._database.execute("delete from theme_changes where question_id = ? and theme_id = ?", *row)
                return [(question, theme) for question, theme in rows]

        return await self._database.run(take)

    async def standing(self, ids: Iterable[int], encoder: str, release: str) -> list[Standing]:
        """How some questions stand, without those whose words are not kept."""
        chosen = "q.id in (select value from json_each(?))"
        rows = await self._database.read(_STANDING.format(where=chosen), encoder, release, json.dumps(list(ids)))
        return [_standing(*row) for row in rows]

    async def all_wanting(self, encoder: str, release: str) -> list[Standing]:
        """Every question that wants an answer, oldest first."""
        rows = await self._database.read(_STANDING.format(where=WANTING) + " order by q.id", encoder, release)
        return [_standing(*row) for row in rows]

    async def unread(self, encoder: str, most: int) -> list[tuple[int, str]]:
        """Some questions of which no vector is kept, newest first."""
        return [(one, text) for one, text in await self._database.read(_UNREAD, encoder, most)]

    async def closed(self) -> set[int]:
        """The themes that are done with."""
        sql = "select id from themes where state in ('answered', 'out_of_scope', 'wont_answer')"
        return {theme for (theme,) in await self._database.read(sql)}

    async def theme_of(self, ids: Sequence[int]) -> dict[int, int]:
        """The themes of those questions that are in one."""
        sql = "select question_id, theme_id from theme_questions where question_id in (select value from json_each(?))"
        return dict(await self._database.read(sql, json.dumps(list(ids))))

    async def begin_themes(self, titles: Sequence[str]) -> list[int]:
        """Make themes, and return their ids."""
        made: list[int] = []
        for start in range(0, len(titles), ROWS):
            block = titles[start : start + ROWS]
            made += await self._database.run(lambda block=block: self._begin(block))  # type: ignore[misc]
        return made

    async def move(self, moves: Sequence[Move]) -> None:
        """Put questions into themes."""
        for start in range(0, len(moves), ROWS):
            block = moves[start : start + ROWS]

            def write(block: Sequence[Move] = block) -> None:
                with self._database.transaction():
                    for move in block:
                        self._move(move)

            await self._database.run(write)

    async def take_out(self, ids: Sequence[int]) -> None:
        """Take questions that no longer want an answer out of their themes."""
        sql = "delete from theme_questions where question_id in (select value from json_each(?))"
        await self._database.run(lambda: self._database.execute(sql, json.dumps(list(ids))))

    async def set_subjects(self, subjects: Mapping[int, int]) -> None:
        """Say which subject each theme is of."""
        sql = "update themes set subject = ? where id = ? and subject is not ?"
        await self._each([(sql, (subject, theme, subject)) for theme, subject in subjects.items()])

    async def join_subjects(self, beside: Mapping[int, Sequence[int]]) -> None:
        """Let each new theme be of the subject of the first of some questions that is in a theme."""
        themes = await self.theme_of([question for questions in beside.values() for question in questions])
        others = {
            theme: next((themes[question] for question in questions if question in themes), theme)
            for theme, questions in beside.items()
        }
        sql = "update themes set subject = (select subject from themes where id = ?) where id = ?"
        await self._each([(sql, (other, theme)) for theme, other in others.items()])

    async def set_titles(self, titles: Mapping[int, int]) -> None:
        """Call each theme by the words of one of its questions."""
        sql = (
            "update themes set title = coalesce((select substr(q.text, 1, ?) from questions q join theme_questions tq "
            "on tq.question_id = q.id where q.id = ? and tq.theme_id = themes.id), title) where id = ?"
        )
        await self._each([(sql, (MAX_TITLE, question, theme)) for theme, question in titles.items()])

    async def members(self, themes: Iterable[int], and_new: bool) -> dict[int, list[int]]:
        """The questions of those themes that have no title and, if asked for, of those nobody has seen to yet."""
        return _grouped(await self._database.read(_MEMBERS, json.dumps(sorted(set(themes))), int(and_new)))

    async def count(self, themes: Iterable[int]) -> None:
        """Count anew what is in some themes."""
        today = datetime.now(timezone.utc)
        since = [as_stored(today - timedelta(days=days)) for days in (7, 14, 7)]
        await self._each([(COUNT, (*since, theme)) for theme in sorted(set(themes))])

    async def count_recent(self) -> None:
        """Count anew what has been asked lately: weeks go by without any change."""
        since = as_stored(datetime.now(timezone.utc) - timedelta(days=15))
        sql = "select id from themes where state != 'merged' and last_asked_at >= ?"
        await self.count([theme for (theme,) in await self._database.read(sql, since)])

    async def end_empty(self, heirs: Mapping[int, int]) -> None:
        """Let emptied themes that nobody has seen to go on as others, which `heirs` names where there are any."""
        left = [theme for (theme,) in await self._database.read(_EMPTY)]
        await self._each([(_END, (heirs.get(theme), now(), theme)) for theme in left])

    def _begin(self, titles: Sequence[str]) -> list[int]:
        with self._database.transaction():
            return [self._begin_one(title) for title in titles]

    def _begin_one(self, title: str) -> int:
        theme = self._database.insert("themes", {"title": title[:MAX_TITLE], "state": "new", "created_at": now()})
        self._database.execute("update themes set subject = id where id = ?", theme)
        return theme

    def _move(self, move: Move) -> None:
        if move.before:
            self._database.execute(_MOVE, move.theme_id, move.question_id, move.before)
        else:
            self._database.execute(_PUT, move.question_id, move.theme_id, move.question_id, move.theme_id)

    async def _each(self, statements: Sequence[tuple[str, tuple[object, ...]]]) -> None:
        for start in range(0, len(statements), ROWS):
            block = statements[start : start + ROWS]

            def write(block: Sequence[tuple[str, tuple[object, ...]]] = block) -> None:
                with self._database.transaction():
                    for sql, values in block:
                        self._database.execute(sql, *values)

            await self._database.run(write)


def _standing(
    question: int, text: str, wanting: int, meant: int, scored: int, scores: str | None, theme: int, fixed: int
) -> Standing:
    return Standing(
        question, text, bool(wanting), bool(meant), bool(scored), json.loads(scores or "{}"), theme, bool(fixed)
    )


def _grouped(rows: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    grouped: dict[int, list[int]] = {}
    for theme, question in rows:
        grouped.setdefault(theme, []).append(question)
    return grouped


# What was offered and what was given are wanting where nobody picked any of it, and where more people found it
# unhelpful than helpful.
WANTING = """(
    q.text is not null and (
        q.outcome in (
            'unanswered_low_confidence', 'unanswered_ambiguous', 'unanswered_out_of_scope', 'ignored_not_confident'
        )
        or (
            q.outcome = 'clarify'
            and not exists (select 1 from choices c where c.question_id = q.id and c.answer != '')
        )
        or (
            q.outcome in ('answered', 'clarify')
            and (select sum(1 - 2 * f.helpful) from feedback f where f.question_id = q.id) > 0
        )
    )
)"""
_SEEN_TO = """(
    t.state != 'new' or t.assigned_to is not null or coalesce(t.department, '') != ''
    or exists (select 1 from theme_notes n where n.theme_id = t.id)
)"""
_STANDING = f"""
    select q.id, q.text, {WANTING}, v.question_id is not null, v.release is ?2, v.scores, coalesce(tq.theme_id, 0),
    tq.theme_id is not null and (tq.by_hand or {_SEEN_TO})
    from questions q left join question_vectors v on v.question_id = q.id and v.encoder is ?1
    left join theme_questions tq on tq.question_id = q.id left join themes t on t.id = tq.theme_id
    where q.text is not null and {{where}}
"""
_TAKE = "select question_id, theme_id from theme_changes order by question_id desc limit ?"
_UNREAD = """
    select q.id, q.text from questions q where q.text is not null and not exists (
        select 1 from question_vectors v where v.question_id = q.id and v.encoder is ?
    ) order by q.id desc limit ?
"""
_MEMBERS = f"""
    select tq.theme_id, tq.question_id from theme_questions tq join themes t on t.id = tq.theme_id
    where t.id in (select value from json_each(?)) and (t.title = '' or (? and not {_SEEN_TO}))
"""
_EMPTY = f"""
    select t.id from themes t where t.state = 'new' and not {_SEEN_TO}
    and not exists (select 1 from theme_questions tq where tq.theme_id = t.id)
"""
_END = """
    update themes set state = 'merged', merged_into = ?, closed_at = ?, title = '', questions = 0, addressed = 0,
    people = 0, me_too = 0, this_week = 0, last_week = 0 where id = ? and state = 'new'
    and not exists (select 1 from theme_questions tq where tq.theme_id = themes.id)
"""
_MOVE = "update theme_questions set theme_id = ? where question_id = ? and theme_id = ? and not by_hand"
_PUT = """
    insert or ignore into theme_questions (question_id, theme_id)
    select ?, ? from questions q where q.id = ? and q.text is not null
    and exists (select 1 from themes where id = ? and state != 'merged')
"""
COUNT = """
    update themes set (questions, addressed, this_week, last_week, first_asked_at, last_asked_at) = (
        select count(*), coalesce(sum(q.addressed), 0), coalesce(sum(q.asked_at >= ?), 0),
        coalesce(sum(q.asked_at >= ? and q.asked_at < ?), 0), min(q.asked_at), max(q.asked_at)
        from theme_questions tq join questions q on q.id = tq.question_id where tq.theme_id = themes.id
    ), me_too = (
        select count(*) from theme_questions tq join me_too m on m.question_id = tq.question_id
        where tq.theme_id = themes.id
    ), people = (
        select count(*) from (
            select q.asker from theme_questions tq join questions q on q.id = tq.question_id
            where tq.theme_id = themes.id and q.asker != ''
            union
            select m.asker from theme_questions tq join me_too m on m.question_id = tq.question_id
            where tq.theme_id = themes.id
        )
    ) where id = ?
"""
