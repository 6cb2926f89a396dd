"""Answers: what there is, how it is used, and every text that it has had."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Role
from bot.answers import NATIONS, Answer, AnswerBase
from bot.console.draft_view import draft_subject
from bot.console.page import NotFoundError, Page, account, noting, number, parts, render, see_other
from bot.console.previews import previews_of
from bot.errors import AnswerError, DraftError, ReleaseError
from bot.publishing.drafts import Drafts
from bot.reporting.reports import RATES_WITHIN, REVIEW_WITHIN
from bot.storage.draft_store import ANSWER, Version
from bot.storage.reports import Use
from bot.word_diff import word_difference

PER_PAGE = 50
USE_DAYS = 90
SORTS = {
    "title": "Title",
    "review": "Next review",
    "checked": "Longest unchecked",
    "use": "Use",
    "helpful": "Least helpful first",
}
DUE = {"": "Any time", "overdue": "Overdue", "soon": f"Within {REVIEW_WITHIN.days} days"}


@dataclass(frozen=True)
class AnswerRow:
    """An answer in the list."""

    answer: Answer
    use: Use
    is_overdue: bool
    is_due: bool


async def all_answers(request: Request) -> Response:
    """The answers that fit the filters."""
    query, page = request.query_params, number(request, "page")
    base, uses = await asyncio.gather(_base(request), _uses(request))
    rows = [_row(answer, uses) for answer in base.answers.values()] if base else []
    chosen = {name: query.get(name, "")[:100] for name in ("service", "owner", "nation", "due", "words", "sort")}
    shown = sorted(filter(lambda row: _is_wanted(row, chosen), rows), key=_order(chosen["sort"]))
    return render(
        request,
        "answers/all.html",
        rows=shown[(page - 1) * PER_PAGE : page * PER_PAGE],
        count=len(shown),
        page=page,
        has_more=len(shown) > page * PER_PAGE,
        chosen=chosen,
        services=sorted({row.answer.service for row in rows}),
        owners=sorted({row.answer.matter.owner for row in rows}),
        nations=NATIONS,
        sorts=SORTS,
        dues=DUE,
        days=USE_DAYS,
    )


async def one_answer(request: Request) -> Response:
    """One answer: its texts as they are shown, where they come from, and its history."""
    drafts = parts(request).drafts
    base, answer = await _found(request)
    questions, versions, open_drafts, uses = await asyncio.gather(
        asyncio.to_thread(drafts.files.questions),
        drafts.store.versions(answer.slug),
        drafts.store.of_answer(answer.slug),
        _uses(request),
    )
    live = await asyncio.to_thread(drafts.files.text, drafts.files.answer_path(answer.service, answer.slug))
    return render(
        request,
        "answers/one.html",
        row=_row(answer, uses),
        answer=answer,
        nations=NATIONS,
        previews=previews_of(request, base, answer),
        outdated=_outdated(base, answer),
        questions=questions.get(answer.slug, []),
        versions=versions,
        changed_by_hand=bool(versions and versions[0].content != live),
        is_served=await asyncio.to_thread(_is_served, drafts, answer.service, answer.slug, live),
        drafts=open_drafts,
        days=USE_DAYS,
    )


async def one_version(request: Request) -> Response:
    """A text that an answer had, beside the one before it."""
    version, before = await _versions(request)
    return render(
        request,
        "answers/version.html",
        version=version,
        before=before,
        pieces=word_difference(before.content if before else "", version.content),
    )


async def begin_draft(request: Request) -> Response:
    """Begin to change an answer."""
    _, answer = await _found(request)
    with noting(request, "began a draft", draft_subject, {"answer": answer.slug}):
        draft = await parts(request).drafts.create(ANSWER, answer.service, answer.slug, author=account(request).email)
    return see_other(request, f"/drafts/{draft.id}/edit")


async def go_back(request: Request) -> Response:
    """Begin a draft with an earlier text."""
    version, _ = await _versions(request)
    _, answer = await _found(request)
    with noting(request, "began a draft", draft_subject, {"answer": answer.slug, "goes_back_to": version.id}):
        draft = await parts(request).drafts.create(
            ANSWER, answer.service, answer.slug, version.content, author=account(request).email, is_correction=True
        )
    return see_other(request, f"/drafts/{draft.id}", "A draft with the earlier text is begun. Check it, then send it.")


async def _base(request: Request) -> AnswerBase | None:
    drafts = parts(request).drafts
    try:
        return await asyncio.to_thread(drafts.files.base)
    except AnswerError as error:
        raise AnswerError(f"The answers can't be shown: {error}") from error


async def _found(request: Request) -> tuple[AnswerBase, Answer]:
    base = await _base(request)
    answer = base.answers.get(request.path_params["slug"]) if base else None
    if base is None or answer is None:
        raise NotFoundError
    return base, answer


async def _versions(request: Request) -> tuple[Version, Version | None]:
    """The version in the address, and the one before it."""
    versions = await parts(request).drafts.store.versions(request.path_params["slug"])
    places = [place for place, version in enumerate(versions) if version.id == request.path_params["id"]]
    if not places:
        raise NotFoundError
    (place,) = places
    return versions[place], versions[place + 1] if place + 1 < len(versions) else None


async def _uses(request: Request) -> dict[str, Use]:
    reports = parts(request).reports
    return await reports.answer_use(USE_DAYS) if reports else {}


def _row(answer: Answer, uses: dict[str, Use]) -> AnswerRow:
    left = answer.matter.review_by - date.today()
    return AnswerRow(answer, uses.get(answer.slug, Use()), left < timedelta(), left <= REVIEW_WITHIN)


def _is_wanted(row: AnswerRow, chosen: dict[str, str]) -> bool:
    answer = row.answer
    covered = {*answer.matter.nations, *answer.variants}
    words = chosen["words"].casefold().split()
    return (
        chosen["service"] in ("", answer.service)
        and chosen["owner"] in ("", answer.matter.owner)
        and (not chosen["nation"] or chosen["nation"] in covered)
        and {"overdue": row.is_overdue, "soon": row.is_due}.get(chosen["due"], True)
        and all(word in f"{answer.title} {answer.slug}".casefold() for word in words)
    )


def _order(sort: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- a key for `sorted`
    keys = {
        "review": lambda row: (row.answer.matter.review_by, row.answer.title),
        "checked": lambda row: (row.answer.matter.reviewed, row.answer.title),
        "use": lambda row: (-row.use.uses, row.answer.title),
        "helpful": lambda row: (2.0 if row.use.helpful_rate is None else row.use.helpful_rate, row.answer.title),
    }
    return keys.get(sort, lambda row: row.answer.title.casefold())


def _outdated(base: AnswerBase, answer: Answer) -> list[str]:
    """The rates of an answer that have no figure now, or none some weeks from now."""
    days = (date.today(), date.today() + RATES_WITHIN)
    found = (base.outdated_rates(answer, day, nation) for day in days for nation in answer.sections)
    return sorted({name for names in found for name in names})


def _is_served(drafts: Drafts, service: str, slug: str, live: str) -> bool:
    """Whether the bots serve the text that stands in the files."""
    current = drafts.current()
    try:
        return current is not None and (current.answers / service / f"{slug}.md").read_text(encoding="utf-8") == live
    except (OSError, ReleaseError, DraftError):
        return False


PAGES = (
    Page("/answers", all_answers, Role.VIEWER),
    Page("/answers/{slug}", one_answer, Role.VIEWER),
    Page("/answers/{slug}/versions/{id:int}", one_version, Role.VIEWER),
    Page("/answers/{slug}/draft", begin_draft, Role.OFFICIAL, ("POST",)),
    Page("/answers/{slug}/versions/{id:int}/draft", go_back, Role.OFFICIAL, ("POST",)),
)
