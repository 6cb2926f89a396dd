"""Publishing: candidates are built of drafts that wait for approval, and what is approved goes live.

Everything that is under way stands on disk, so that any process may carry it on: the drafts' states, the files, and
the candidates with the digest of the files that each was built from.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Protocol

import portalocker

from bot.errors import DraftError, QuestionLogError, ReleaseError, SignpostError, TrainingError
from bot.publishing.answer_files import Texts
from bot.publishing.candidates import BuildLine, OnLine
from bot.publishing.drafts import Drafts
from bot.publishing.release_quality import what_is_worse
from bot.publishing.trial import Logged
from bot.releases import MODEL_FILE, Release
from bot.storage.build_store import BuildStore, months_ago
from bot.storage.draft_store import OUT_OF_SCOPE, Draft

logger = logging.getLogger(__name__)

OnPublished = Callable[[Draft, Release], Awaitable[None]]
"""Told of each draft once it is live. It may be told of one again after a crash."""

LOOK_SECONDS = 1.0
FAILED_SECONDS = 20.0
"""How long to wait after publishing failed, such as for a full disk, before it is tried again."""
TRY_MONTHS = 3
TRY_MOST = 3000
BUILD_LOCK, PUBLISH_LOCK = "build.lock", "publish.lock"


class Builder(Protocol):
    """Builds a candidate of the files with changes made: see bot.publishing.candidates."""

    async def build(self, texts: Texts, asked: Sequence[Logged], on_line: OnLine) -> int: ...


@dataclass(frozen=True)
class _Group:
    """Drafts that go live together, the files with their changes made, and the digest of those.

    `made_of` is the digest of the files as they were before.
    """

    drafts: Sequence[Draft]
    texts: Texts
    digest: str
    made_of: str

    @property
    def candidate(self) -> int | None:
        """The candidate that was built of just these files."""
        first = self.drafts[0]
        return first.candidate if all(draft.candidate_of == self.digest for draft in self.drafts) else None


class Publishing:
    """Carries drafts from approval to what the bots serve."""

    def __init__(
        self,
        drafts: Drafts,
        builds: BuildStore,
        builder: Builder,
        data: Path,
        on_published: Sequence[OnPublished] = (),
    ) -> None:
        """`data` is the folder in which processes agree on whose turn it is."""
        self._drafts = drafts
        self.builds = builds
        self._builder = builder
        self._data = data
        self._on_published = on_published
        self._settled: set[tuple[int, int, str | None, str]] = set()

    async def run(self) -> None:
        """Publish what is due and build candidates, until cancelled."""
        await asyncio.gather(_again(self.publish_due), _again(self.build_next))

    async def publish_due(self) -> None:
        """Publish everything that is approved and due, and tell of what was. Raises SignpostError where that fails."""
        async with self._turn(PUBLISH_LOCK) as is_ours:
            if not is_ours:
                return
            while group := await self._due():
                try:
                    await self._go_on(group)
                except (DraftError, ReleaseError, QuestionLogError) as error:
                    for draft in group.drafts:
                        await self._drafts.store.note_problem(draft, str(error))
                    raise
            await self._announce()

    async def build_next(self) -> None:
        """Build the next candidate of a draft that waits for approval, unless another build is going on."""
        group = await self._waiting()
        if group is None:
            return
        async with self._turn(BUILD_LOCK) as is_ours:
            if is_ours:
                building = asyncio.ensure_future(self._build(group, with_trial=True))
                await self._unless_needed(building)
                await self._remove_unused()

    async def roll_back(self, number: int) -> Release:
        """Let the bots serve an earlier release. Raises ReleaseError."""
        return await asyncio.to_thread(self._drafts.releases.use, number)

    async def build_again(self, draft: Draft) -> None:
        """Have another try at a candidate that couldn't be built."""
        await self._drafts.store.note_candidate([draft], None, "")

    async def _go_on(self, group: _Group) -> None:
        """Take the next step with drafts that are due: build what they need, send them back, or publish them."""
        candidate = self._candidate(group)
        if candidate is None:
            await self._rebuild(group)
            return
        worse = await asyncio.to_thread(lambda: what_is_worse(self._drafts.current(), candidate))
        if all(_is_accepted(worse, draft) for draft in group.drafts):
            await self._publish(group, candidate)
        elif len(group.drafts) > 1:
            # One draft's reason is none for another's change.
            await self._rebuild(await asyncio.to_thread(self._group, group.drafts[:1]))
        else:
            problem = f"With this the release is worse than the one in use ({'; '.join(worse)}): give a reason."
            await self._send_back(group, problem)

    async def _publish(self, group: _Group, candidate: Release) -> None:
        """All of it or nothing: whatever fails, the files and the release in use are as before."""
        releases, before = self._drafts.releases, self._drafts.current()
        live = {draft.answer: self._drafts.live(draft) for draft in group.drafts}
        release = await asyncio.to_thread(self._adopted, candidate)
        try:
            with self._drafts.files.changed(group.texts, group.made_of):
                await asyncio.to_thread(releases.use, release.number)
                try:
                    await self._drafts.store.publish(group.drafts, release.name, live)
                except Exception:
                    if before:
                        releases.use(before.number)
                    raise
        except Exception:
            releases.remove(release.number)
            raise
        logger.info("Release %s is live with drafts %s.", release.name, [draft.id for draft in group.drafts])
        await self._remove_unused()

    def _adopted(self, candidate: Release) -> Release:
        """The candidate as a release; one that a process adopted before it died is taken up again."""
        releases = self._drafts.releases
        same = [release for release in releases.all()[-3:] if _identity(release) == _identity(candidate)]
        return same[0] if same else releases.adopt(candidate)

    async def _announce(self) -> None:
        """Tell of what is live. What fails holds up no other draft, and is tried again."""
        failed: SignpostError | None = None
        for draft in await self._drafts.store.unannounced():
            try:
                await self._tell(draft)
                await self._drafts.store.announced(draft)
            except SignpostError as error:
                failed = error
        if failed:
            raise failed

    async def _tell(self, draft: Draft) -> None:
        try:
            release = self._drafts.releases.get(int(draft.release or 0))
        except ReleaseError:
            # Its release has been taken away since: there is nothing to tell of.
            return
        for told in self._on_published:
            await told(draft, release)

    async def _due(self) -> _Group | None:
        """The drafts to be published next: those that a candidate was built for, or else all that are due."""
        now = datetime.now(timezone.utc)
        approved = await self._drafts.store.in_states(("approved",))
        due = [d for d in approved if not d.publish_at or datetime.fromisoformat(d.publish_at) <= now]
        due = [draft for draft in sorted(due, key=lambda draft: draft.approved_at or "") if await self._fits(draft)]
        due = _first_of_each_answer(due)
        if not due:
            return None
        first = due[0]
        together = [draft for draft in due if draft.candidate and draft.candidate_of == first.candidate_of] or [first]
        group = await asyncio.to_thread(self._group, together)
        return group if self._candidate(group) else await asyncio.to_thread(self._group, due)

    async def _fits(self, draft: Draft) -> bool:
        """Whether a draft's change can still be made; otherwise it goes back."""
        try:
            await asyncio.to_thread(self._drafts.changes, [draft])
        except DraftError as error:
            await self._drafts.send_back(draft, "draft", str(error))
            return False
        return True

    async def _waiting(self) -> _Group | None:
        """The draft that has waited longest for a candidate that fits the files as they are."""
        submitted = await self._drafts.store.in_states(("submitted",))
        files = await asyncio.to_thread(self._drafts.files.digest) if submitted else ""
        for draft in sorted(submitted, key=lambda draft: draft.submitted_at or ""):
            if (draft.id, draft.version, draft.candidate_of, files) in self._settled:
                continue
            try:
                group = await asyncio.to_thread(self._group, [draft])
            except DraftError as error:
                await self._drafts.send_back(draft, "draft", str(error))
                continue
            # What couldn't be built of these files can't be built by trying again.
            if draft.candidate_of != group.digest or (draft.candidate and not self._candidate(group)):
                return group
            self._settled.add((draft.id, draft.version, draft.candidate_of, files))
        return None

    def _group(self, drafts: Sequence[Draft]) -> _Group:
        made_of = self._drafts.files.digest()
        texts = self._drafts.changes(drafts)
        return _Group(drafts, texts, self._drafts.files.digest(texts), made_of)

    def _candidate(self, group: _Group) -> Release | None:
        return self._drafts.candidate(group.drafts[0]) if group.candidate else None

    async def _rebuild(self, group: _Group) -> None:
        """Build what approved drafts need; where that fails for several, the first is tried alone."""
        while True:
            async with self._turn(BUILD_LOCK) as is_ours:
                if is_ours:
                    problem = await self._build(group, with_trial=False)
                    break
            # Whoever is building a candidate that nobody waits for gives way.
            await asyncio.sleep(LOOK_SECONDS)
        if problem and len(group.drafts) > 1:
            await self._rebuild(await asyncio.to_thread(self._group, group.drafts[:1]))
        elif problem:
            await self._send_back(group, problem)

    async def _build(self, group: _Group, with_trial: bool) -> str:
        """Build a candidate and note what came of it; returns what went wrong, or ""."""
        first = group.drafts[0]
        build = await self.builds.start(first.id, first.approved_by or first.edited_by)
        asked = await self._to_try() if with_trial else []

        async def show(line: BuildLine) -> None:
            await self.builds.touch(build, line.step, line.done)

        number, problem = None, ""
        try:
            number = await self._builder.build(group.texts, asked, show)
        except (TrainingError, OSError) as error:
            problem = str(error)
        except asyncio.CancelledError:
            await self.builds.end(build, None, "It gave way to a draft that has been approved.")
            raise
        await self.builds.end(build, number, problem or None)
        await self._drafts.store.note_candidate(group.drafts, number, group.digest, problem)
        return problem

    async def _to_try(self) -> list[Logged]:
        asked = await self.builds.to_try(months_ago(TRY_MONTHS), TRY_MOST)
        return [Logged(question.id, question.text, question.addressed) for question in asked]

    async def _unless_needed(self, building: asyncio.Future[str]) -> None:
        """Wait for a build, which is ended where an approved draft needs one."""
        try:
            while not building.done():
                await asyncio.wait([building], timeout=LOOK_SECONDS)
                if not building.done() and (due := await self._due()) and self._candidate(due) is None:
                    break
        finally:
            if not building.done():
                building.cancel()
            with suppress(asyncio.CancelledError):
                await building

    async def _send_back(self, group: _Group, problem: str) -> None:
        for draft in group.drafts:
            newest = await self._drafts.get(draft.id)
            if newest and newest.state == "approved":
                await self._drafts.send_back(newest, "submitted", problem)

    async def _remove_unused(self) -> None:
        """Take away the candidates that no draft refers to any more."""
        used = await self._drafts.store.candidates_in_use()
        candidates = self._drafts.candidates
        for release in await asyncio.to_thread(candidates.all):
            if release.number not in used:
                await asyncio.to_thread(candidates.remove, release.number)

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[bool]:
        """Whether it is this process's turn, for as long as the context lasts."""
        self._data.mkdir(parents=True, exist_ok=True)
        lock = portalocker.Lock(self._data / name, mode="a", timeout=0, fail_when_locked=True)
        try:
            lock.acquire()
        except portalocker.exceptions.LockException:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()  # type: ignore[no-untyped-call]


def _identity(release: Release) -> tuple[str, str | None]:
    return release.manifest.created_at, release.manifest.files.get(MODEL_FILE)


def _first_of_each_answer(drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts of one answer go live one after the other, as the later ones were not written with the first in mind."""
    first: dict[str, Draft] = {}
    for draft in drafts:
        first.setdefault(f"draft {draft.id}" if draft.kind == OUT_OF_SCOPE else draft.answer, draft)
    return list(first.values())


def _is_accepted(worse: Sequence[str], draft: Draft) -> bool:
    """Whether the reason that a draft was approved with was given for all the measures that are worse."""
    measures, accepted = (
        {phrase.partition(":")[0] for phrase in some} for some in (worse, draft.worse_what.split("\n"))
    )
    return measures <= accepted


async def _again(act: Callable[[], Awaitable[None]]) -> None:
    """Act again and again; what fails is logged, and tried again later."""
    while True:
        try:
            await act()
            await asyncio.sleep(LOOK_SECONDS)
        except (SignpostError, OSError) as error:
            logger.error("%s", error)
            await asyncio.sleep(FAILED_SECONDS)
        except Exception:
            logger.exception("Publishing failed; it is tried again.")
            await asyncio.sleep(FAILED_SECONDS)
