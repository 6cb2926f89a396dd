"""Pausing the bot: everything, a community, a service or an answer; now, or for a time that is set before."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Role
from bot.console.community_names import named, target_named
from bot.console.page import NotFoundError, Page, account, form, noting, parts, render, see_other, text
from bot.errors import PauseError
from bot.front_desk import service_title
from bot.pauses import MAX_REASON
from bot.storage.pause_store import Pause, Scope

HISTORY = 100
FIELDS = ("scope", "community", "service", "answer", "reason")
MOMENTS = ("starts", "ends")
MOMENT_PARTS = ("day", "month", "year", "time")
SAVED = "Saved. Every running bot follows within a few seconds."


async def all_pauses(request: Request) -> Response:
    """What is paused, what will be and what was, and a form to pause something."""
    query = request.query_params
    scope, target = query.get("scope", ""), query.get("target", "")[:200]
    return await _page(request, {"scope": scope, scope: target})


async def pause(request: Request) -> Response:
    """Pause something."""
    data = await form(request)
    entered = {name: text(data, name, MAX_REASON + 1) for name in (*FIELDS, *_moment_fields())}
    choices, errors = await _choices(request), {}
    try:
        scope, target = _target(entered, choices)
    except PauseError as error:
        return await _page(request, entered, {"scope": str(error)})
    moments = {}
    for name in MOMENTS:
        try:
            moments[name] = _moment(data, name)
        except ValueError as error:
            errors[f"{name}-day"] = str(error)
    if errors:
        return await _page(request, entered, errors)
    try:
        with noting(request, "paused", _subject(scope, target), {"reason": entered["reason"]}):
            await parts(request).pauses.pause(
                scope, target, entered["reason"], account(request).name, moments["starts"], moments["ends"]
            )
    except PauseError as error:
        return await _page(request, entered, {_field_of(entered): str(error)})
    return see_other(request, "/pauses", SAVED)


async def end_pause(request: Request) -> Response:
    """End a pause, or call one off."""
    pauses, pause_id = parts(request).pauses, request.path_params["id"]
    found = next((one for one in await pauses.history(1_000) if one.id == pause_id), None)
    if found is None:
        raise NotFoundError
    with noting(request, "ended a pause", _subject(found.scope, found.target), {"pause": pause_id}):
        has_ended = await pauses.end(pause_id, account(request).name)
    return see_other(request, "/pauses", SAVED if has_ended else "That pause had ended already.")


def _subject(scope: Scope, target: str) -> str:
    return f"{scope.value} {target}".strip()


async def _page(request: Request, entered: dict[str, str], errors: dict[str, str] | None = None) -> Response:
    reports, pauses = parts(request).reports, parts(request).pauses
    known, base = await reports.communities.all(), await reports.answers()

    def row(one: Pause) -> dict[str, Any]:
        return {"pause": one, "target": target_named(one.scope, one.target, known, base)}

    active, coming = pauses.active(), pauses.coming()
    unended = {one.id for one in (*active, *coming)}
    return render(
        request,
        "pauses/all.html",
        422 if errors else 200,
        active=[row(one) for one in active],
        coming=[row(one) for one in coming],
        past=[row(one) for one in await pauses.history(HISTORY) if one.id not in unended],
        choices=await _choices(request),
        entered=entered,
        errors=errors or {},
    )


async def _choices(request: Request) -> dict[str, dict[str, str]]:
    """What can be paused: by scope, the targets with their names."""
    reports = parts(request).reports
    known, base = await reports.communities.all(), await reports.answers()
    answers = sorted(base.answers.values(), key=lambda one: (one.service, one.title)) if base else []
    here = {f"{key[0]}:{key[1]}": named(key, known) for key, one in known.items() if one.left_at is None}
    return {
        "community": dict(sorted(here.items(), key=lambda item: item[1].casefold())),
        "service": {one.service: service_title(one.service) for one in answers},
        "answer": {one.slug: f"{service_title(one.service)}: {one.title}" for one in answers},
    }


def _target(entered: dict[str, str], choices: dict[str, dict[str, str]]) -> tuple[Scope, str]:
    try:
        scope = Scope(entered["scope"])
    except ValueError as error:
        raise PauseError("Choose what to pause.") from error
    target = "" if scope is Scope.EVERYTHING else entered[scope.value]
    if scope is not Scope.EVERYTHING and target not in choices[scope.value]:
        raise PauseError(f"Choose the {scope.value} to pause.")
    return scope, target


def _moment_fields() -> list[str]:
    return [f"{name}-{part}" for name in MOMENTS for part in MOMENT_PARTS]


def _moment(data: FormData, name: str) -> datetime | None:
    """A time that was entered in parts, or None where nothing was. Raises ValueError saying what to do."""
    day, month, year, time = (text(data, f"{name}-{part}", 20) for part in MOMENT_PARTS)
    if not any((day, month, year, time)):
        return None
    try:
        hours, _, minutes = (time or "0:00").partition(":")
        return datetime(int(year), int(month), int(day), int(hours), int(minutes or "0"), tzinfo=timezone.utc)
    except (ValueError, OverflowError) as error:
        which = "start" if name == "starts" else "end"
        raise ValueError(
            f"The {which} must be a real date such as 27 3 2027, with a time such as 9:30 if you need one."
        ) from error


def _field_of(entered: dict[str, str]) -> str:
    """The field that the service's complaint is about: the reason if it is missing or too long, else the end."""
    return "reason" if not entered["reason"] or len(entered["reason"]) > MAX_REASON else "ends-day"


PAGES = (
    Page("/pauses", all_pauses, Role.VIEWER),
    Page("/pauses", pause, Role.OFFICIAL, ("POST",)),
    Page("/pauses/{id:int}/end", end_pause, Role.OFFICIAL, ("POST",)),
)
