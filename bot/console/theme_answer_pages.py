"""From a theme to a draft: it is already answered by…, write the answer, not for us."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Role
from bot.console.page import Page, account, form, noting, parts, render, see_other, text
from bot.console.theme_views import subject_of, theme_of, themes
from bot.errors import SignpostError, ThemeError
from bot.front_desk import service_title
from bot.publishing.drafts import MAX_QUESTIONS, Drafts, new_answer, slug_of
from bot.storage.draft_store import ANSWER, OUT_OF_SCOPE, QUESTIONS, Draft
from bot.storage.theme_lists import Theme
from bot.themes.themes import MAX_REASON

WORDINGS = 50
"""The newest wordings of a theme that are offered; MAX_QUESTIONS is the most that a draft holds."""
NEAR = 5
OUT_OF_SCOPE_KINDS = {
    "near_miss": "People ask us, but it is not for us to answer",
    "community_talk": "It is talk among people, not a question to us",
}


async def already_answered(request: Request) -> Response:
    """Choose the answer that fits."""
    return await _already_page(request, await theme_of(request))


async def add_wordings(request: Request) -> Response:
    """Begin a draft that adds wordings to an answer's questions."""
    theme, data = await theme_of(request), await form(request)
    answer, wordings = text(data, "answer", 100), _wordings(data)
    service = _drafts(request).files.slugs().get(answer, "")
    try:
        if not service:
            raise ThemeError("Choose the answer that fits.")
        if not wordings:
            raise ThemeError("Choose at least one wording to add.")
        draft = await _begin(request, theme, QUESTIONS, service, answer, wordings)
    except SignpostError as error:
        field = "wording" if "wording" in str(error) else "answer"
        return await _already_page(request, theme, {field: str(error)}, answer, wordings)
    return see_other(request, f"/drafts/{draft.id}", "Check the draft, then send it for approval.")


async def write(request: Request) -> Response:
    """What a new answer begins with."""
    theme = await theme_of(request)
    return await _write_page(request, theme, {"title": theme.title[:100], "answer": slug_of(theme.title)})


async def begin_answer(request: Request) -> Response:
    """Begin a draft of a new answer."""
    theme, data = await theme_of(request), await form(request)
    entered = {name: text(data, name, 200) for name in ("title", "service", "answer")}
    wordings, owner = _wordings(data), theme.department or account(request).department
    try:
        if not entered["title"]:
            raise ThemeError("Enter a title, such as: How much Maternity Pay is.")
        slug = entered["answer"] or slug_of(entered["title"])
        if _drafts(request).files.slugs().get(slug):
            raise ThemeError(f"There is an answer {slug} already: choose another short name.")
        content = new_answer(entered["title"], owner).content()
        draft = await _begin(request, theme, ANSWER, entered["service"], slug, wordings, content)
    except SignpostError as error:
        return await _write_page(request, theme, entered, {_field_of(str(error)): str(error)}, wordings)
    return see_other(request, f"/drafts/{draft.id}/edit", "The draft is begun, with the questions of the theme.")


async def not_for_us(request: Request) -> Response:
    """Say that no answer of ours is for a theme."""
    return await _not_for_us_page(request, await theme_of(request), {"kind": "near_miss"})


async def close_as_not_for_us(request: Request) -> Response:
    """Close a theme with a reason, and begin a draft that lets the model know its wordings."""
    theme, data = await theme_of(request), await form(request)
    entered = {name: text(data, name, MAX_REASON + 1) for name in ("kind", "reason", "who", "was")}
    wordings = _wordings(data)
    who = f"Who can help: {entered['who']}" if entered["who"] else ""
    reason = " ".join(part for part in (entered["reason"], who) if part)
    draft = None
    try:
        if wordings and entered["kind"] not in OUT_OF_SCOPE_KINDS:
            raise ThemeError("Choose which kind of question this is.")
        with noting(request, "closed a theme as not for us", subject_of(theme), {"reason": reason}):
            await themes(request).change_state(theme, "out_of_scope", entered["was"], reason)
        if wordings:
            draft = await _begin(request, theme, OUT_OF_SCOPE, "", entered["kind"], wordings)
    except SignpostError as error:
        field = "reason" if "reason" in str(error) else "kind"
        return await _not_for_us_page(request, theme, entered, {field: str(error)}, wordings)
    if draft:
        return see_other(request, f"/drafts/{draft.id}", "The theme is closed. Send the wordings for approval.")
    return see_other(request, f"/themes/{theme.id}", "The theme is closed as not for us.")


async def _begin(
    request: Request,
    theme: Theme,
    kind: str,
    service: str,
    answer: str,
    wordings: list[str],
    content: str | None = None,
) -> Draft:
    """Begin a draft, and take the theme in hand."""
    about = subject_of(theme)
    with noting(request, "began a draft", about, lambda number: {"draft": number, "kind": kind, "answer": answer}):
        draft = await _drafts(request).create(
            kind=kind,
            service=service,
            answer=answer,
            content=content,
            questions=wordings,
            theme_id=theme.merged_into or theme.id,
            author=account(request).email,
        )
    await themes(request).take_in_hand(theme)
    return draft


async def _already_page(
    request: Request,
    theme: Theme,
    errors: Mapping[str, str] | None = None,
    answer: str = "",
    picked: list[str] | None = None,
) -> Response:
    near, base = await asyncio.gather(
        themes(request).lists.near_answers(theme.id, NEAR), asyncio.to_thread(_drafts(request).files.base)
    )
    by_service: dict[str, list[tuple[str, str]]] = {}
    for one in sorted(base.answers.values(), key=lambda one: (one.service, one.title)):
        by_service.setdefault(service_title(one.service), []).append((one.slug, one.title))
    context = {"near": [(one, base.answers[one.answer]) for one in near if one.answer in base.answers]}
    return await _render(request, "already.html", theme, errors, picked, services=by_service, answer=answer, **context)


async def _write_page(
    request: Request,
    theme: Theme,
    entered: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    picked: list[str] | None = None,
) -> Response:
    services = [(name, service_title(name)) for name in _drafts(request).files.services()]
    if "service" not in entered:
        entered = {**entered, "service": await _likely_service(request, theme)}
    return await _render(request, "write.html", theme, errors, picked, services=services, entered=entered)


async def _not_for_us_page(
    request: Request,
    theme: Theme,
    entered: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    picked: list[str] | None = None,
) -> Response:
    return await _render(request, "not_for_us.html", theme, errors, picked, entered=entered, kinds=OUT_OF_SCOPE_KINDS)


async def _render(
    request: Request,
    template: str,
    theme: Theme,
    errors: Mapping[str, str] | None,
    picked: list[str] | None,
    **context: Any,
) -> Response:
    """A page with the theme's wordings to tick: all of them, or those that were ticked before."""
    wordings = (await themes(request).lists.examples([theme.id], WORDINGS))[theme.id]
    if errors:
        theme = await theme_of(request)
    return render(
        request,
        f"themes/{template}",
        422 if errors else 200,
        theme=theme,
        wordings=wordings,
        picked=wordings if picked is None else picked,
        errors=errors or {},
        **context,
    )


async def _likely_service(request: Request, theme: Theme) -> str:
    """The service of the answer that came nearest."""
    slugs = _drafts(request).files.slugs()
    near = await themes(request).lists.near_answers(theme.id, NEAR)
    return next((slugs[one.answer] for one in near if one.answer in slugs), "")


def _wordings(data: FormData) -> list[str]:
    """The wordings that were ticked, and those that were typed, one a line."""
    ticked = [value for value in data.getlist("wording") if isinstance(value, str)][:MAX_QUESTIONS]
    return [*ticked, *text(data, "more").splitlines()]


def _field_of(problem: str) -> str:
    """The field that a problem is about."""
    if "short name" in problem:
        return "answer"
    return "title" if "title" in problem else "service"


def _drafts(request: Request) -> Drafts:
    return parts(request).drafts


PAGES = (
    Page("/themes/{id:int}/already-answered", already_answered, Role.OFFICIAL),
    Page("/themes/{id:int}/already-answered", add_wordings, Role.OFFICIAL, ("POST",)),
    Page("/themes/{id:int}/write", write, Role.OFFICIAL),
    Page("/themes/{id:int}/write", begin_answer, Role.OFFICIAL, ("POST",)),
    Page("/themes/{id:int}/not-for-us", not_for_us, Role.OFFICIAL),
    Page("/themes/{id:int}/not-for-us", close_as_not_for_us, Role.OFFICIAL, ("POST",)),
)
