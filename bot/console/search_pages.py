"""Searching the question log by words and by meaning, and taking away what was found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.accounts import Role
from bot.console.community_names import named
from bot.console.page import Page, account, number, parts, render
from bot.errors import SignpostError
from bot.front_desk import service_title
from bot.messages import Outcome
from bot.personal_data import scrub
from bot.reporting.exports import as_csv, as_json
from bot.storage.community_reports import Key
from bot.storage.question_search import MAX_COUNTED, FoundQuestion, QuestionSearch, Wanted
from bot.wording import LABELS

PER_PAGE = 25
NEAREST = 100
"""How many questions a search by meaning finds at most."""
LONGEST = 500
COLUMNS = (
    "id", "asked_at", "platform", "community", "community_name", "addressed", "text", "outcome", "answer", "confidence",
    "release", "helpful", "unhelpful",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What somebody searches for. `by_meaning` looks for what means the same, else for the words themselves."""

    wanted: Wanted
    by_meaning: bool
    errors: Mapping[str, str]


async def search(request: Request) -> Response:
    """The questions that are as wanted, a page of them."""
    asked, page = _asked(request), number(request, "page")
    errors = dict(asked.errors)
    found: list[FoundQuestion] = []
    count = 0
    if not errors:
        try:
            found, count = await _found(request, asked, page)
        except SignpostError as error:
            errors["q"] = str(error)
    known = await parts(request).reports.communities.all()
    return render(
        request,
        "search/search.html",
        422 if errors else 200,
        errors=errors,
        query=request.query_params,
        rows=[(one, named((one.platform, one.community), known)) for one in found[:PER_PAGE]],
        count=count,
        most=MAX_COUNTED,
        page=page,
        has_more=len(found) > PER_PAGE,
        labels={outcome.value: label for outcome, label in LABELS.items()},
        choices=await _choices(request),
        by_meaning=asked.by_meaning,
        can_mean=_can_mean(request),
    )


async def export_csv(request: Request) -> Response:
    """What is found, as a file for a spreadsheet."""
    return await _export(request, as_csv, "text/csv; charset=utf-8", "csv")


async def export_json(request: Request) -> Response:
    """What is found, as JSON."""
    return await _export(request, as_json, "application/json", "json")


async def _export(request: Request, form: Any, media_type: str, ending: str) -> Response:
    asked = _asked(request)
    if asked.errors:
        return await search(request)
    rows = _rows(request, asked)
    # The audit log is kept for years: what is looked for may be somebody's number.
    wanted = replace(asked.wanted, words=scrub(asked.wanted.words).text)
    detail = {name: str(value) for name, value in asdict(wanted).items() if value}
    await parts(request).audit.record(account(request).email, f"exported questions as {ending}", "question log", detail)
    headers = {"Content-Disposition": f'attachment; filename="questions.{ending}"'}
    return StreamingResponse(form(COLUMNS, rows), media_type=media_type, headers=headers)


async def _rows(request: Request, asked: Asked) -> AsyncIterator[list[dict[str, Any]]]:
    reports = parts(request).reports
    known = await reports.communities.all()
    batches = _nearest_batch(request, asked) if asked.by_meaning else reports.search.batches(asked.wanted)
    async for batch in batches:
        yield [{**asdict(one), "community_name": named((one.platform, one.community), known)} for one in batch]


async def _nearest_batch(request: Request, asked: Asked) -> AsyncIterator[list[FoundQuestion]]:
    yield await _nearest(request, asked)


async def _found(request: Request, asked: Asked, page: int) -> tuple[list[FoundQuestion], int]:
    """A page of questions and one more, if there is one, and how many there are in all."""
    start = (page - 1) * PER_PAGE
    if asked.by_meaning:
        nearest = await _nearest(request, asked)
        return nearest[start : start + PER_PAGE + 1], len(nearest)
    finder: QuestionSearch = parts(request).reports.search
    found = await finder.find(asked.wanted, PER_PAGE + 1, start)
    is_last = len(found) <= PER_PAGE and (found or page == 1)
    return found, start + len(found) if is_last else await finder.count(asked.wanted)


async def _nearest(request: Request, asked: Asked) -> list[FoundQuestion]:
    near = await parts(request).meaning.nearest(asked.wanted.words, NEAREST)
    ids = [one.id for one in near]
    return list(await parts(request).reports.search.among(ids, replace(asked.wanted, words="")))


def _can_mean(request: Request) -> bool:
    return parts(request).meaning is not None


def _asked(request: Request) -> Asked:
    query, errors = request.query_params, {}
    days: dict[str, date | None] = {}
    for name, label in (("since", "first day"), ("until", "last day")):
        try:
            days[name] = date.fromisoformat(query[name]) if query.get(name) else None
        except ValueError:
            errors[name] = f"Enter the {label} as year, month and day, such as 2026-11-22."
    by_meaning = query.get("by") == "meaning" and bool(query.get("q", "").strip())
    if by_meaning and not _can_mean(request):
        errors["q"] = "Searching by meaning isn't to be had here. Search by words."
    platform, _, community = query.get("community", "").partition(":")
    wanted = Wanted(
        words=query.get("q", "")[:LONGEST],
        since=days.get("since"),
        until=days.get("until"),
        outcome=query.get("outcome", "")[:LONGEST],
        platform=platform[:LONGEST],
        community=community[:LONGEST],
        answer=query.get("answer", "")[:LONGEST],
    )
    return Asked(wanted, by_meaning, errors)


async def _choices(request: Request) -> dict[str, list[dict[str, str]]]:
    """What can be filtered by, as the items of selects."""
    reports = parts(request).reports
    known, base = await reports.communities.all(), await reports.answers()
    platforms = sorted({platform for platform, _ in known})
    communities = {f"{key[0]}:{key[1]}": named(key, known) for key in sorted(known, key=lambda key: _name(key, known))}
    answers = sorted(base.answers.values(), key=lambda one: (one.service, one.title)) if base else []
    return {
        "outcome": _items({one.value: LABELS.get(one, one.value) for one in Outcome if one.keeps_words}),
        "community": _items({**{f"{one}:": f"All of {one.capitalize()}" for one in platforms}, **communities}),
        "answer": _items({one.slug: f"{service_title(one.service)}: {one.title}" for one in answers}),
    }


def _name(key: Key, known: Any) -> str:
    return named(key, known).casefold()


def _items(choices: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": "", "text": "Any"}, *({"value": value, "text": text} for value, text in choices.items())]


PAGES = (
    Page("/search", search, Role.VIEWER),
    Page("/search/questions.csv", export_csv, Role.OFFICIAL),
    Page("/search/questions.json", export_json, Role.OFFICIAL),
)
