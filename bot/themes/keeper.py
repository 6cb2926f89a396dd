"""Keeps the questions that want an answer in themes: each new one at once, and all of them anew when many have come."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import portalocker

from bot.errors import SignpostError
from bot.storage.grouping_store import Change, GroupingStore, Move, Standing
from bot.themes.meaning import Asked, Company
from bot.themes.regrouping import Member, common, homes
from bot.themes.understanding import Understanding

logger = logging.getLogger(__name__)

LOCK_FILE = "themes.lock"
LOOK_SECONDS = 1.0
TRY_AGAIN_SECONDS = 10.0
COUNT_SECONDS = 3600.0
CHANGES = 512
"""How many changed questions are seen to at a time."""
TEXTS = 64
"""Texts of the log that are read at a time while nothing else is to be done."""
CHANGED = 50
CHANGED_SHARE = 0.1
"""Questions that have changed, and what share of all they are, from which on all are grouped anew soon."""
SETTLE_SECONDS = 60.0
"""After this long, fewer changes are settled."""
PAUSE_FACTOR = 14
"""However many have changed, the next regrouping begins after so many times as long as the last one took."""


class ThemeKeeper:
    """One process at a time keeps the themes of a data folder; the others wait for their turn."""

    def __init__(
        self,
        store: GroupingStore,
        understanding: Understanding,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folder` is where the data live, and where the lock is."""
        self._store, self._understanding, self._clock = store, understanding, clock
        self._lock_file = folder / LOCK_FILE
        self._writing = asyncio.Lock()
        self._forget_grouping()
        self._counted_at: float | None = None
        self._told = ""

    async def keep_grouped(self) -> None:
        """Keep the questions in themes, until cancelled. Trouble is logged and tried again."""
        while True:
            try:
                with portalocker.Lock(
                    self._lock_file, mode="a", timeout=0, flags=portalocker.LOCK_EX | portalocker.LOCK_NB
                ):
                    await self._keep()
            except portalocker.exceptions.LockException:
                logger.debug("Another process keeps the themes.")
            except SignpostError as error:
                self._tell_once(str(error))
            except Exception:
                logger.exception("Themes are not kept for now.")
            await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def look(self) -> bool:
        """See to what has changed; whether there is more to do at once."""
        self._reap()
        understanding = self._understanding
        await understanding.ready()
        if (understanding.age, understanding.release) != self._of:
            await self._begin_anew()
        changes = await self._store.take_changes(CHANGES)
        await self._see_to(changes)
        await self._count_recent()
        if len(changes) == CHANGES:
            return True
        self._regroup_if_due()
        return await self._read_more()

    async def finish_regrouping(self) -> None:
        """Wait for the regrouping that is under way, if there is one."""
        if self._regrouping:
            await asyncio.wait([self._regrouping])
            self._reap()

    async def _keep(self) -> None:
        self._understanding.is_needed_always = True
        self._forget_grouping()
        try:
            while True:
                if not await self.look():
                    await asyncio.sleep(LOOK_SECONDS)
        finally:
            self._understanding.is_needed_always = False
            await self._end_regrouping()

    async def _end_regrouping(self) -> None:
        if self._regrouping:
            self._regrouping.cancel()
            await asyncio.gather(self._regrouping, return_exceptions=True)

    def _tell_once(self, trouble: str) -> None:
        """Log what is wrong, unless it was the last thing to be logged: it is tried again every few seconds."""
        if trouble != self._told:
            logger.error("Themes are not kept for now. %s", trouble)
        self._told = trouble

    def _forget_grouping(self) -> None:
        self._of: tuple[int, str] = (0, "")
        self._known: set[int] = set()
        self._late: set[int] = set()
        self._unread: list[Standing] = []
        self._is_grouped, self._is_wanted, self._changed = False, True, 0
        self._is_all_read = False
        self._regrouping: asyncio.Task[None] | None = None
        self._ended_at, self._took = self._clock(), 0.0

    async def _begin_anew(self) -> None:
        """Another model, or a new process: what it holds of the grouping before is what its age says."""
        understanding = self._understanding
        if understanding.age != self._of[0]:
            self._known.clear()
            self._is_grouped = False
        self._of = (understanding.age, understanding.release)
        self._is_wanted, self._is_all_read = True, False
        wanting = await self._store.all_wanting(understanding.encoder, understanding.release)
        self._unread = [one for one in wanting if not one.is_meant]

    async def _see_to(self, changes: Sequence[Change]) -> None:
        late: set[int] = set()
        if self._is_grouped:
            late, self._late = self._late, late
        ids = late | {question for question, _ in changes}
        if not ids:
            return
        async with self._writing:
            standing = await self._standing(ids)
            unread = [one for one in standing if one.is_wanting and not one.is_meant]
            self._is_all_read &= all(one.is_meant or one.is_wanting for one in standing)
            if unread:
                await self._understanding.keep([one.id for one in unread], [one.text for one in unread])
                standing = await self._standing(ids)
            # What the bot has kept with a question just now isn't held yet.
            await self._understanding.ready()
            touched = {theme for _, theme in changes if theme} | {one.theme_id for one in standing if one.theme_id}
            await self._take_out(ids, standing)
            touched |= await self._place([one for one in standing if one.is_wanting])
            await self._entitle(touched, is_regrouped=False)
            await self._store.count(touched)

    async def _standing(self, ids: Iterable[int]) -> list[Standing]:
        return await self._store.standing(ids, self._understanding.encoder, self._understanding.release)

    async def _take_out(self, ids: Collection[int], standing: Sequence[Standing]) -> None:
        """Let questions go that have lost their words, or have been answered."""
        gone = set(ids) - {one.id for one in standing}
        if gone:
            await self._understanding.meaning.forget(sorted(gone))
        answered = [one.id for one in standing if not one.is_wanting and one.theme_id]
        if answered:
            await self._store.take_out(answered)
        left = self._known & (gone | set(answered))
        self._known -= left
        self._changed += len(left)

    async def _place(self, wanting: Sequence[Standing]) -> set[int]:
        """Add new questions to the grouping, and put those into themes that are in none; returns these themes."""
        new = [one for one in wanting if one.is_meant and (one.id not in self._known or not one.theme_id)]
        self._changed += len(new)
        if self._regrouping or not self._is_grouped:
            self._late |= {one.id for one in new}
        if not (new and self._is_grouped):
            return set()
        companies = await self._understanding.meaning.add([Asked(one.id, one.text, one.scores) for one in new])
        self._known |= {one.id for one in new}
        return await self._house(new, companies)

    async def _house(self, new: Sequence[Standing], companies: Sequence[Company]) -> set[int]:
        """Put each into the theme of the most alike question that is in one still, or into a new one."""
        themes = await self._store.theme_of([question for company in companies for question in company.like])
        beside: dict[int, Sequence[int]] = {}
        for one, company in zip(new, companies):
            alike = next((themes[question] for question in company.like if question in themes), 0)
            themes[one.id] = one.theme_id or alike or -1 - len(beside)
            if not (one.theme_id or alike):
                beside[one.id] = company.beside
        houses = await self._begun({one.id: themes[one.id] for one in new})
        await self._store.move([Move(one.id, 0, houses[one.id]) for one in new if not one.theme_id])
        await self._store.join_subjects({houses[first]: questions for first, questions in beside.items() if questions})
        return set(houses.values())

    async def _read_more(self) -> bool:
        """Read some more of the log: first what wants an answer, then what is only searched. Whether there is more."""
        if self._unread:
            some, self._unread = self._unread[-TEXTS:], self._unread[:-TEXTS]
            await self._understanding.keep([one.id for one in some], [one.text for one in some])
            return True
        if self._is_all_read or self._regrouping or not self._is_grouped:
            return False
        more = await self._store.unread(self._understanding.encoder, TEXTS)
        if more:
            await self._understanding.keep([one for one, _ in more], [text for _, text in more])
        self._is_all_read = len(more) < TEXTS
        return not self._is_all_read

    def _reap(self) -> None:
        """Raise what went wrong in a regrouping that has ended."""
        if self._regrouping and self._regrouping.done():
            regrouping, self._regrouping = self._regrouping, None
            regrouping.result()

    def _regroup_if_due(self) -> None:
        if self._regrouping or self._unread:
            return
        is_many = self._changed >= max(CHANGED, CHANGED_SHARE * len(self._known))
        waited = self._clock() - self._ended_at
        is_settled = self._changed > 0 and waited >= SETTLE_SECONDS
        if self._is_wanted or ((is_many or is_settled) and waited >= PAUSE_FACTOR * self._took):
            self._regrouping = asyncio.create_task(self._regroup())

    async def _regroup(self) -> None:
        began = self._clock()
        self._is_wanted, self._changed = False, 0
        try:
            questions = [one for one in await self._scored() if one.is_meant]
            await self._understanding.ready()
            asked = [Asked(one.id, one.text, one.scores) for one in questions]
            labels = await self._understanding.meaning.group(asked)
            async with self._writing:
                await self._apply(dict(zip((one.id for one in questions), zip(labels.themes, labels.subjects))))
                self._known = {one.id for one in questions}
                self._is_grouped = True
        finally:
            self._ended_at, self._took = self._clock(), self._clock() - began

    async def _scored(self) -> list[Standing]:
        """All questions that want an answer, with the scores of the release in use."""
        understanding = self._understanding
        wanting = await self._store.all_wanting(understanding.encoder, understanding.release)
        stale = [one for one in wanting if one.is_meant and not one.is_scored]
        if not stale:
            return wanting
        await understanding.score_anew([one.id for one in stale], [one.text for one in stale])
        return await self._store.all_wanting(understanding.encoder, understanding.release)

    async def _apply(self, labels: dict[int, tuple[int, int]]) -> None:
        """Put every question where the regrouping has it, but for what officials have settled meanwhile or before."""
        standing = [one for one in await self._standing(labels) if one.is_wanting]
        members = [Member(one.id, labels[one.id][0], one.theme_id, one.is_fixed) for one in standing]
        houses = await self._begun(homes(members, await self._store.closed()))
        moves = [
            Move(one.id, one.theme_id, houses[one.id])
            for one in standing
            if houses.get(one.id, one.theme_id) != one.theme_id
        ]
        await self._store.move(moves)
        touched = {theme for move in moves for theme in (move.before, move.theme_id) if theme}
        themes = {one.id: one.theme_id for one in standing} | {move.question_id: move.theme_id for move in moves}
        await self._store.set_subjects(_subjects(themes, labels))
        await self._entitle(touched, is_regrouped=True)
        await self._store.count(touched)
        await self._store.end_empty(common([(move.before, move.theme_id) for move in moves if move.before]))

    async def _begun(self, themes: Mapping[int, int]) -> dict[int, int]:
        """Begin the new themes, those below 0, and put them in their place; returns the theme of each question."""
        new = sorted({theme for theme in themes.values() if theme < 0}, reverse=True)
        # Their titles follow, once the questions are in them.
        begun = dict(zip(new, await self._store.begin_themes([""] * len(new))))
        return {question: begun.get(theme, theme) for question, theme in themes.items()}

    async def _entitle(self, touched: Collection[int], is_regrouped: bool) -> None:
        """Call themes by the question nearest their middle: those without a title, and after a regrouping all new."""
        members = await self._store.members(touched, and_new=is_regrouped)
        if members:
            middles = await self._understanding.meaning.middles(list(members.values()))
            await self._store.set_titles(dict(zip(members, middles)))

    async def _count_recent(self) -> None:
        if self._counted_at is None or self._clock() - self._counted_at >= COUNT_SECONDS:
            self._counted_at = self._clock()
            await self._store.count_recent()


def _subjects(themes: dict[int, int], labels: dict[int, tuple[int, int]]) -> dict[int, int]:
    """The subject of each theme: the one that most of its questions are of, by the number of its first theme."""
    of_theme = common(
        [(theme, labels[question][1]) for question, theme in themes.items() if theme and question in labels]
    )
    firsts: dict[int, int] = {}
    for theme in sorted(of_theme):
        firsts.setdefault(of_theme[theme], theme)
    return {theme: firsts[label] for theme, label in of_theme.items()}
