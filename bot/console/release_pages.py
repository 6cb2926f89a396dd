"""Releases: what is served, what was, what is being built, and how good each is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.accounts import Role
from bot.console.page import NotFoundError, Page, account, form, number, parts, render, see_other, text
from bot.errors import ReleaseError
from bot.evaluation.changes import compare_kept
from bot.evaluation.headline_figures import rows_of
from bot.evaluation.report import FATES
from bot.publishing.drafts import Drafts
from bot.publishing.release_quality import HELD_OUT, WHAT_WORSE_MEANS, what_is_worse
from bot.releases import Release, ReleaseStore
from bot.storage.build_store import Build

PER_PAGE = 25
MOST_CHANGES = 200


@dataclass(frozen=True)
class ReleaseRow:
    """A release in the list; shares are of held-out questions that an answer fits, from 0 to 1."""

    release: Release
    is_current: bool
    figures: dict[str, float]


async def all_releases(request: Request) -> Response:
    """Every release, newest first, and what is being built."""
    page, store = number(request, "page"), parts(request).releases
    releases, current, build = await asyncio.gather(
        asyncio.to_thread(lambda: store.all()[::-1]), asyncio.to_thread(_current_number, store), _build(request)
    )
    shown = releases[(page - 1) * PER_PAGE : page * PER_PAGE]
    rows = [ReleaseRow(one, one.number == current, one.manifest.figures.get(HELD_OUT, {})) for one in shown]
    return render(
        request,
        "releases/all.html",
        rows=rows,
        page=page,
        has_more=len(releases) > page * PER_PAGE,
        build=build,
        newer_files=await asyncio.to_thread(_changed_answers, parts(request).drafts),
    )


async def one_release(request: Request) -> Response:
    """One release, beside the one in use."""
    return await _show(request)


async def use_release(request: Request) -> Response:
    """Let the bots serve a release from now on."""
    release, data = await _release(request), await form(request)
    reason = text(data, "reason", 500)
    if not reason:
        return await _show(request, 422, {"reason": "Enter a reason: others will want to know why."})
    try:
        await parts(request).publishing.roll_back(release.number)
    except ReleaseError as error:
        return await _show(request, 422, {"reason": str(error)}, reason)
    await parts(request).audit.record(
        account(request).email, "chose a release", f"release {release.name}", {"reason": reason}
    )
    return see_other(request, "/releases", f"Release {release.name} is in use. The bots have it within 5 seconds.")


async def build_progress(request: Request) -> Response:
    """How far the build that is going on has come, for pages that show it as it goes."""
    build = await _build(request)
    return JSONResponse({"step": build.step, "done": round(build.done, 3), "build": build.id} if build else {})


async def _show(
    request: Request, status: int = 200, errors: dict[str, str] | None = None, reason: str = ""
) -> Response:
    release = await _release(request)
    current = await asyncio.to_thread(parts(request).drafts.current)
    other = current if current and current.number != release.number else None
    comparison = await asyncio.to_thread(compare_kept, other, release) if other else None
    columns = [one.manifest.figures.get(HELD_OUT, {}) for one in (release, other) if one]
    return render(
        request,
        "releases/one.html",
        status,
        release=release,
        current=current,
        is_current=bool(current and current.number == release.number),
        figures=rows_of(columns),
        comparison=comparison,
        most_changes=MOST_CHANGES,
        fates=FATES,
        worse=what_is_worse(other, release),
        worse_means=WHAT_WORSE_MEANS,
        errors=errors or {},
        reason=reason,
    )


async def _release(request: Request) -> Release:
    store = parts(request).releases
    try:
        return await asyncio.to_thread(store.get, request.path_params["number"])
    except ReleaseError as error:
        raise NotFoundError from error


async def _build(request: Request) -> Build | None:
    return await parts(request).publishing.builds.running()


def _current_number(store: ReleaseStore) -> int | None:
    try:
        return store.current_number()
    except ReleaseError:
        return None


def _changed_answers(drafts: Drafts | None) -> list[str]:
    """The answers of which the file says something else than the release in use."""
    current = drafts.current() if drafts else None
    if drafts is None or current is None:
        return []
    folder = drafts.files.root / "answers"
    served = {path.relative_to(current.answers): path.read_bytes() for path in current.answers.glob("*/*.md")}
    filed = {path.relative_to(folder): path.read_bytes() for path in folder.glob("*/*.md")}
    return sorted(path.stem for path in {*served, *filed} if served.get(path) != filed.get(path))


PAGES = (
    Page("/releases", all_releases, Role.VIEWER),
    Page("/releases/progress", build_progress, Role.VIEWER),
    Page("/releases/{number:int}", one_release, Role.VIEWER),
    Page("/releases/{number:int}/use", use_release, Role.APPROVER, ("POST",)),
)
