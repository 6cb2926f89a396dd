"""Themes: what people ask that has no good answer, in a list and one by one, and all that is done with them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Role
from bot.console import theme_answer_pages
from bot.console.community_names import named
from bot.console.page import Page, account, form, noting, number, parts, render, see_other, text
from bot.console.theme_views import (
    STATES,
    chosen,
    known_communities,
    subject_of,
    theme_context,
    theme_of,
    themes,
)
from bot.errors import ThemeError
from bot.storage.theme_lists import AGAIN, OPEN, SORTS, Sought, Theme
from bot.themes.themes import MAX_DEPARTMENT, MAX_NOTE, MAX_REASON

PER_PAGE = 25
MAX_PAGE = 10_000
SHOWN_STATES = {
    OPEN: "Needs us",
    **{state: name for state, name in STATES.items() if state != "merged"},
    AGAIN: "Answered, and asked again since",
    "all": "All",
}
SORT_NAMES = {"people": "Most people", "growth": "Growing fastest", "newest": "Asked last"}
HEARD = {"": "Asked or overheard", "asked": "Asked of the bot", "overheard": "Overheard only"}
EXAMPLES_ALIKE = 4


async def all_themes(request: Request) -> Response:
    """The themes that are as sought."""
    lists, sought, page = themes(request).lists, _sought(request), number(request, "page", most=MAX_PAGE)
    sort = request.query_params.get("sort", "people")
    sort = sort if sort in SORTS else "people"
    found, total, departments, known = await asyncio.gather(
        lists.find(sought, sort, PER_PAGE, (page - 1) * PER_PAGE),
        lists.count(sought),
        lists.departments(),
        known_communities(request),
    )
    return render(
        request,
        "themes/all.html",
        themes=found,
        total=total,
        sought=sought,
        sort=sort,
        page=page,
        has_more=page * PER_PAGE < total,
        departments=departments,
        communities=sorted((named(key, known), ":".join(key)) for key in known),
        states=STATES,
        shown_states=SHOWN_STATES,
        sorts=SORT_NAMES,
        heard=HEARD,
    )


async def one_theme(request: Request) -> Response:
    """All about one theme, and what can be done with it."""
    theme = await theme_of(request)
    if theme.merged_into:
        return see_other(request, f"/themes/{theme.merged_into}", f"Theme {theme.id} is now part of this one.")
    return await _page(request, theme)


async def assign(request: Request) -> Response:
    """Give a theme to a department or a person."""
    theme, data = await theme_of(request), await form(request)
    department, person = text(data, "department", MAX_DEPARTMENT + 1), text(data, "assigned_to", 15)
    people = {str(one.id): one for one in await parts(request).accounts.all() if one.is_active}
    was_person = text(data, "was_assigned_to", 15)
    was = text(data, "was_department", MAX_DEPARTMENT), int(was_person) if was_person.isdecimal() else None
    name = people[person].email if person in people else ""
    try:
        with noting(request, "assigned a theme", subject_of(theme), {"department": department, "to": name}):
            await themes(request).assign(theme, department, people[person].id if person in people else None, was)
    except ThemeError as error:
        return await _page(request, theme, {"department": str(error)}, {"department": department})
    return see_other(request, f"/themes/{theme.id}", "The theme is assigned.")


async def add_note(request: Request) -> Response:
    """Write something to the other officials."""
    theme, data = await theme_of(request), await form(request)
    note = text(data, "note", MAX_NOTE + 1)
    try:
        with noting(request, "wrote a note", subject_of(theme)):
            await themes(request).note(theme, account(request).name, note)
    except ThemeError as error:
        return await _page(request, theme, {"note": str(error)}, {"note": note})
    return see_other(request, f"/themes/{theme.id}#notes", "The note is saved.")


async def change_state(request: Request) -> Response:
    """Take a theme in hand, close it, or open it again."""
    theme, data = await theme_of(request), await form(request)
    state, was, reason = text(data, "state", 20), text(data, "was", 20), text(data, "reason", MAX_REASON + 1)
    detail = {"from": was, "to": state, "reason": reason}
    try:
        with noting(request, "changed a theme’s state", subject_of(theme), detail):
            await themes(request).change_state(theme, state, was, reason)
    except ThemeError as error:
        field = "reason" if "reason" in str(error) else "state"
        return await _page(request, theme, {field: str(error)}, {"state": state, "reason": reason})
    return see_other(request, f"/themes/{theme.id}", f"The theme’s state is now: {STATES[state].lower()}.")


async def split(request: Request) -> Response:
    """Put chosen questions into a theme of their own."""
    theme, questions = await theme_of(request), chosen(await form(request), "question")
    try:
        with noting(
            request, "split a theme", subject_of(theme), lambda new: {"into": new, "questions": len(questions)}
        ):
            new = await themes(request).split(theme, questions)
    except ThemeError as error:
        return await _page(request, theme, {"questions": str(error)})
    return see_other(
        request, f"/themes/{new}", f"These questions are now a theme of their own, split from theme {theme.id}."
    )


async def alike(request: Request) -> Response:
    """A theme beside the others of its subject, to be merged."""
    return await _alike_page(request, await theme_of(request))


async def merge(request: Request) -> Response:
    """Make other themes part of this one."""
    theme, data = await theme_of(request), await form(request)
    typed = text(data, "number", 15)
    others = [*chosen(data, "theme"), *([int(typed)] if typed.isascii() and typed.isdecimal() else [])]
    numbers = list(dict.fromkeys(other for other in others if other != theme.id))
    try:
        if typed and not typed.isdecimal():
            raise ThemeError("Enter the number of a theme, such as 12.")
        with ExitStack() as lines:
            note = partial(noting, request, "merged themes")
            lines.enter_context(note(subject_of(theme), lambda moved: {"with": numbers, "questions": moved}))
            for other in numbers:
                lines.enter_context(note(f"theme {other}", {"into": theme.id}))
            moved = await themes(request).merge(theme, others)
    except ThemeError as error:
        return await _alike_page(request, theme, {"theme": str(error)}, typed)
    return see_other(request, f"/themes/{theme.id}", f"Merged: {moved} questions have come to this theme.")


async def _page(
    request: Request, theme: Theme, errors: Mapping[str, str] | None = None, entered: Mapping[str, str] | None = None
) -> Response:
    """The page of a theme as it is now, with what was typed where something was wrong with it."""
    if errors:
        theme = await theme_of(request)
    context = await theme_context(request, theme)
    status = 422 if errors else 200
    return render(request, "themes/one.html", status, **context, errors=errors or {}, entered=entered or {})


async def _alike_page(
    request: Request, theme: Theme, errors: Mapping[str, str] | None = None, typed: str = ""
) -> Response:
    lists = themes(request).lists
    others = await lists.alike(theme)
    examples = await lists.examples([theme.id, *(other.id for other in others)], EXAMPLES_ALIKE)
    return render(
        request,
        "themes/alike.html",
        422 if errors else 200,
        theme=theme,
        others=others,
        examples=examples,
        states=STATES,
        errors=errors or {},
        typed=typed,
    )


def _sought(request: Request) -> Sought:
    query = request.query_params
    state = query.get("state", OPEN)
    return Sought(
        state="" if state == "all" else state if state in SHOWN_STATES else OPEN,
        department=query.get("department", "")[:MAX_DEPARTMENT],
        community=query.get("community", "")[:200],
        heard=query.get("heard", "")[:10],
        words=query.get("words", "").strip()[:200],
        assigned_to=account(request).id if query.get("mine") == "yes" else 0,
    )


PAGES = (
    Page("/themes", all_themes, Role.VIEWER),
    Page("/themes/{id:int}", one_theme, Role.VIEWER),
    Page("/themes/{id:int}/assign", assign, Role.OFFICIAL, ("POST",)),
    Page("/themes/{id:int}/note", add_note, Role.OFFICIAL, ("POST",)),
    Page("/themes/{id:int}/state", change_state, Role.OFFICIAL, ("POST",)),
    Page("/themes/{id:int}/split", split, Role.OFFICIAL, ("POST",)),
    Page("/themes/{id:int}/alike", alike, Role.VIEWER),
    Page("/themes/{id:int}/merge", merge, Role.OFFICIAL, ("POST",)),
    *theme_answer_pages.PAGES,
)
