"""Everything that a draft's page shows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
from starlette.requests import Request

from bot.console.page import parts
from bot.console.previews import shown_on_platforms
from bot.evaluation.changes import Comparison, compare_kept
from bot.evaluation.headline_figures import rows_of
from bot.publishing.drafts import title_of
from bot.publishing.release_quality import HELD_OUT, what_is_worse
from bot.publishing.trial import Moved, Tried
from bot.publishing.warnings import Review
from bot.releases import TRIED_FILE, Release
from bot.storage.build_store import Asked, Build
from bot.storage.draft_store import ANSWER, Draft
from bot.word_diff import Piece, word_difference

MOST_TRIED = 50
MOST_CHANGES = 50


@dataclass(frozen=True)
class TriedQuestions:
    """What would become of logged questions: each with what it gets now and would get. The counts are of all."""

    asked: int
    gained: Sequence[tuple[Asked, Moved]]
    gained_count: int
    lost: Sequence[tuple[Asked, Moved]]
    lost_count: int
    others: Sequence[tuple[Asked, Moved]]
    others_count: int


@dataclass(frozen=True)
class Candidate:
    """The release that would hold a draft, beside the one in use.

    `also_changed` are answers that would change besides the draft's: the files were changed by hand, or somebody has
    gone back to an earlier release.
    """

    rows: Sequence[Sequence[str]]
    worse: Sequence[str]
    comparison: Comparison | None
    tried: TriedQuestions | None
    also_changed: Sequence[str]


@dataclass(frozen=True)
class DraftView:
    """A draft, and all that there is to know about it."""

    draft: Draft
    title: str
    review: Review
    live: str
    has_conflict: bool
    pieces: Sequence[Piece]
    previews: Mapping[str, Mapping[str, str]]
    others: Sequence[Draft]
    build: Build | None
    candidate: Candidate | None


def draft_subject(draft_id: int) -> str:
    """What the audit log calls a draft."""
    return f"draft {draft_id}"


async def view_of(request: Request, draft: Draft, with_candidate: bool = True) -> DraftView:
    """Put together what a page shows of a draft."""
    drafts, builds = parts(request).drafts, parts(request).publishing.builds
    review, live, others, build, candidate = await asyncio.gather(
        asyncio.to_thread(drafts.reviewer.review, draft, date.today()),
        asyncio.to_thread(drafts.live, draft),
        drafts.others_of(draft),
        builds.of_draft(draft.id),
        _candidate(request, draft) if with_candidate else _nothing(),
    )
    return DraftView(
        draft=draft,
        title=title_of(draft),
        review=review,
        live=live,
        has_conflict=draft.is_open and draft.kind == ANSWER and live not in (draft.base_content, draft.content),
        pieces=await asyncio.to_thread(word_difference, _before(draft, live), draft.content),
        previews={nation: shown_on_platforms(request, reply) for nation, reply in review.replies.items()},
        others=others,
        build=build,
        candidate=candidate,
    )


async def _nothing() -> None:
    return None


def _before(draft: Draft, live: str) -> str:
    """What a draft is compared with: what is live or, once it is published, what was."""
    return live if draft.is_open else draft.base_content


async def _candidate(request: Request, draft: Draft) -> Candidate | None:
    drafts = parts(request).drafts
    candidate, current = await asyncio.to_thread(lambda: (drafts.candidate(draft), drafts.current()))
    if candidate is None:
        return None
    comparison = await asyncio.to_thread(compare_kept, current, candidate) if current else None
    columns = [release.manifest.figures.get(HELD_OUT, {}) for release in (current, candidate) if release]
    return Candidate(
        rows=rows_of(columns),
        worse=what_is_worse(current, candidate),
        comparison=comparison,
        tried=await _tried(request, draft, candidate),
        also_changed=_also_changed(draft, current, candidate),
    )


def _also_changed(draft: Draft, current: Release | None, candidate: Release) -> list[str]:
    """The slugs of answers that two releases hold in different words, but for the draft's own."""
    if current is None:
        return []
    kept, new = (
        {name: sum_ for name, sum_ in one.manifest.files.items() if name.endswith(".md")}
        for one in (current, candidate)
    )
    changed = {Path(name).stem for name in {*kept, *new} if kept.get(name) != new.get(name)}
    return sorted(changed - {draft.answer})


async def _tried(request: Request, draft: Draft, candidate: Release) -> TriedQuestions | None:
    try:
        kept = await asyncio.to_thread((candidate.folder / TRIED_FILE).read_bytes)
        tried = msgspec.json.decode(kept, type=Tried)
    except (OSError, msgspec.MsgspecError):
        return None
    gained = [one for one in tried.moved if one.became == draft.answer and not one.was]
    lost = [one for one in tried.moved if one.was and draft.answer in (one.was, one.became)]
    others = [one for one in tried.moved if draft.answer not in (one.was, one.became)]
    shown = [one.id for group in (gained, lost, others) for one in group[:MOST_TRIED]]
    texts = await parts(request).publishing.builds.texts_of(shown)
    lists = [_with_texts(group, texts) for group in (gained, lost, others)]
    return TriedQuestions(tried.asked, lists[0], len(gained), lists[1], len(lost), lists[2], len(others))


def _with_texts(moved: Sequence[Moved], texts: Mapping[int, Asked]) -> list[tuple[Asked, Moved]]:
    """Those of which the words are still kept."""
    return [(texts[one.id], one) for one in moved[:MOST_TRIED] if one.id in texts]
