"""Drafts: written, checked, approved by somebody else, and published."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Role
from bot.answers import NATIONS
from bot.console.answer_form import fields_in, source_rows
from bot.console.draft_view import MOST_CHANGES, MOST_TRIED, draft_subject, view_of
from bot.console.page import NotFoundError, Page, account, form, noting, number, parts, render, see_other, text
from bot.errors import AnswerError, DraftError
from bot.evaluation.report import FATES
from bot.publishing.answer_fields import fields_of
from bot.publishing.drafts import KINDS, Drafts, StaleDraftError, may_approve, new_answer, slug_of, title_of
from bot.publishing.link_checks import LinkChecker
from bot.publishing.release_quality import WHAT_WORSE_MEANS
from bot.storage.audit_log import Detail
from bot.storage.draft_store import ANSWER, Draft

PER_PAGE = 25
STATES = {
    "draft": "Being written",
    "submitted": "Waiting for approval",
    "approved": "Approved, not live yet",
    "rejected": "Sent back",
    "published": "Published",
    "withdrawn": "Withdrawn",
}
LONGEST_QUESTIONS = 60_000


async def all_drafts(request: Request) -> Response:
    """The drafts in one state, or all that may still be published."""
    store, page = parts(request).drafts.store, number(request, "page")
    state = request.query_params.get("state", "")
    states = (state,) if state in STATES else ("draft", "submitted", "approved", "rejected")
    found, counts = await asyncio.gather(store.in_states(states, PER_PAGE + 1, (page - 1) * PER_PAGE), store.counts())
    rows = [(draft, title_of(draft)) for draft in found[:PER_PAGE]]
    return render(
        request,
        "drafts/all.html",
        rows=rows,
        page=page,
        has_more=len(found) > PER_PAGE,
        state=state if state in STATES else "",
        states=STATES,
        kinds=KINDS,
        counts=counts,
    )


async def new_draft(request: Request) -> Response:
    """A form for the first facts of a new answer."""
    return await _new_form(request, {})


async def create_draft(request: Request) -> Response:
    """Begin a draft of a new answer."""
    data = await form(request)
    entered = {name: text(data, name, 200) for name in ("title", "service", "owner", "slug")}
    drafts = parts(request).drafts
    slug = entered["slug"] or slug_of(entered["title"])
    errors = {"title": "Enter a title of 4 to 70 characters."} if not 4 <= len(entered["title"]) <= 70 else {}
    if not errors and not slug:
        errors = {"slug": "Enter a short name, such as smp_amount."}
    if errors:
        return await _new_form(request, entered, errors)
    content = new_answer(entered["title"], entered["owner"]).content()
    try:
        path = await asyncio.to_thread(drafts.files.answer_path, entered["service"], slug)
        if await asyncio.to_thread(drafts.files.text, path):
            raise DraftError(f"The short name {slug} is taken by an answer that is live: choose another.")
        with noting(request, "began a draft", draft_subject, {"answer": slug}):
            draft = await drafts.create(ANSWER, entered["service"], slug, content, [], None, account(request).email)
    except DraftError as error:
        name = "service" if "services" in str(error) else "slug"
        return await _new_form(request, {**entered, "slug": slug}, {name: str(error)})
    return see_other(request, f"/drafts/{draft.id}/edit")


async def show_draft(request: Request) -> Response:
    """A draft with its difference to what is live, its warnings, its candidate, and what can be done."""
    return await _overview(request, await _draft(request))


async def edit_draft(request: Request) -> Response:
    """The form in which a draft is written."""
    draft = await _draft(request)
    return await _editor(request, draft)


async def save_draft(request: Request) -> Response:
    """Save what was written; a form that somebody else has overtaken is shown with both texts."""
    draft, data = await _draft(request), await form(request)
    drafts = parts(request).drafts
    written = _written(draft, data)
    try:
        with noting(request, "changed a draft", draft_subject(draft.id), lambda version: {"version": version}):
            await drafts.edit(
                draft, _version(data), written.content, written.questions, account(request).email,
                bool(written.is_correction),
            )  # fmt: skip
    except StaleDraftError as error:
        return await _editor(request, error.newest, 409, mine=written, errors={"body": str(error)})
    except DraftError as error:
        return await _editor(request, draft, 422, mine=written, errors={"questions": str(error)})
    if text(data, "then", 10) == "done":
        return see_other(request, f"/drafts/{draft.id}", "Saved.")
    return see_other(request, f"/drafts/{draft.id}/edit#preview", "Saved. See below how it looks.")


async def look_at_draft(request: Request) -> Response:
    """What is to be said of a form as it is typed, as a part of a page; nothing is saved."""
    draft, data = await _draft(request), await form(request)
    view = await view_of(request, _written(draft, data), with_candidate=False)
    return render(request, "drafts/look.html", view=view, nations=NATIONS)


async def submit_draft(request: Request) -> Response:
    """Send a draft for approval."""
    return await _act(
        request, "sent a draft for approval", "Sent. A release is being built to see how good it is.",
        lambda draft, data, by: parts(request).drafts.submit(draft, _version(data), by, text(data, "why", 500)),
    )  # fmt: skip


async def approve_draft(request: Request) -> Response:
    """Approve a draft, for now or for a time."""

    async def approve(draft: Draft, data: FormData, by: str) -> Draft:
        publish_at = _time(text(data, "publish_at", 20)) if text(data, "when", 10) == "later" else None
        approved: Draft = await parts(request).drafts.approve(
            draft, _version(data), by, publish_at, text(data, "worse_reason", 500)
        )
        return approved

    return await _act(request, "approved a draft", "Approved.", approve)


async def reject_draft(request: Request) -> Response:
    """Send a draft back with a reason."""
    return await _act(
        request, "rejected a draft", "Sent back to its author.",
        lambda draft, data, by: parts(request).drafts.reject(draft, by, text(data, "reason", 500)),
        field="reason",
    )  # fmt: skip


async def withdraw_draft(request: Request) -> Response:
    """Give a draft up."""
    return await _act(
        request, "withdrew a draft", "Withdrawn.",
        lambda draft, data, by: parts(request).drafts.withdraw(draft, text(data, "reason", 500)),
    )  # fmt: skip


async def take_back_approval(request: Request) -> Response:
    """Undo an approval before the draft is live."""
    return await _act(
        request, "took back an approval", "The approval is taken back.",
        lambda draft, data, by: parts(request).drafts.take_back(draft),
    )  # fmt: skip


async def replace_live(request: Request) -> Response:
    """Say that a draft replaces the text that went live meanwhile."""
    return await _act(
        request, "let a draft replace a newer text", "The draft now replaces what is live.",
        lambda draft, data, by: parts(request).drafts.rebase(draft, _version(data), by),
    )  # fmt: skip


async def build_again(request: Request) -> Response:
    """Have another try at building a candidate."""
    return await _act(
        request, "had a candidate built again", "The build begins in a moment.",
        lambda draft, data, by: parts(request).publishing.build_again(draft),
    )  # fmt: skip


async def check_links(request: Request) -> Response:
    """Ask for each of a draft's links."""
    draft = await _draft(request)
    urls = [source.url for source in fields_of(draft.content).sources if source.url]
    checker = getattr(request.app.state, "link_checker", None) or LinkChecker()
    checked = await checker.check_all(urls)
    return render(request, "drafts/links.html", draft=draft, title=title_of(draft), checked=checked)


async def _act(request: Request, action: str, message: str, act: Any, field: str = "main-content") -> Response:
    """Do something to a draft, note it, and show the draft again; what can't be done is said above it."""
    draft, data = await _draft(request), await form(request)

    def detail(version: int | None) -> Detail:
        return {"answer": draft.answer, "version": version or draft.version}

    try:
        with noting(request, action, draft_subject(draft.id), detail):
            await act(draft, data, account(request).email)
    except StaleDraftError as error:
        return await _overview(request, error.newest, 409, {"main-content": str(error)})
    except DraftError as error:
        return await _overview(request, draft, 422, {field: str(error)}, data)
    return see_other(request, f"/drafts/{draft.id}", message)


async def _overview(
    request: Request, draft: Draft, status: int = 200, errors: dict[str, str] | None = None, data: Any = None
) -> Response:
    view, me = await view_of(request, draft), account(request)
    return render(
        request,
        "drafts/one.html",
        status,
        view=view,
        draft=draft,
        states=STATES,
        kinds=KINDS,
        nations=NATIONS,
        fates=FATES,
        most_tried=MOST_TRIED,
        most_changes=MOST_CHANGES,
        worse_means=WHAT_WORSE_MEANS,
        may_approve=me.role.includes(Role.APPROVER) and may_approve(draft, me.email),
        errors=errors or {},
        entered={name: text(data, name, 500) for name in ("reason", "worse_reason", "publish_at")} if data else {},
    )


async def _editor(
    request: Request, draft: Draft, status: int = 200, mine: Draft | None = None, errors: dict[str, str] | None = None
) -> Response:
    """The form; `mine` is what somebody typed that could not be saved."""
    drafts = parts(request).drafts
    shown = mine or draft
    fields, view = fields_of(shown.content), await view_of(request, shown, with_candidate=False)
    known = (await asyncio.to_thread(drafts.files.questions)).get(draft.answer, [])
    return render(
        request,
        "drafts/edit.html",
        status,
        draft=draft,
        shown=shown,
        newest=draft if mine and status == 409 else None,
        fields=fields,
        sources=source_rows(fields),
        view=view,
        nations=NATIONS,
        rates=await asyncio.to_thread(_rates, drafts),
        known=len(known),
        errors=errors or {},
    )


def _rates(drafts: Drafts) -> list[tuple[str, str, str]]:
    """The name, the meaning and the figure of each rate that has one today."""
    try:
        table = drafts.files.base().rates
    except AnswerError:
        return []
    today = ((name, table.on(name, date.today())) for name in sorted(table.names()))
    return [(name, rate.label, str(rate)) for name, rate in today if rate]


async def _new_form(request: Request, entered: dict[str, str], errors: dict[str, str] | None = None) -> Response:
    drafts = parts(request).drafts
    base = await asyncio.to_thread(drafts.files.base)
    owners = sorted({answer.matter.owner for answer in base.answers.values()})
    services = await asyncio.to_thread(drafts.files.services)
    status = 422 if errors else 200
    return render(
        request, "drafts/new.html", status, entered=entered, services=services, owners=owners, errors=errors or {}
    )


def _written(draft: Draft, data: FormData) -> Draft:
    """A draft as a form has it, not saved."""
    content = fields_in(data).content(draft.content) if draft.kind == ANSWER else draft.content
    questions = text(data, "questions", LONGEST_QUESTIONS)
    return replace(
        draft, content=content, questions=questions, is_correction=int(text(data, "is_correction", 5) == "yes")
    )


async def _draft(request: Request) -> Draft:
    draft: Draft | None = await parts(request).drafts.get(request.path_params["id"])
    if draft is None:
        raise NotFoundError
    return draft


def _version(data: FormData) -> int:
    value = text(data, "version", 10)
    return int(value) if value.isascii() and value.isdecimal() else -1


def _time(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise DraftError("Enter the day and the time at which it is to be published.") from error


PAGES = (
    Page("/drafts", all_drafts, Role.VIEWER),
    Page("/drafts/new", new_draft, Role.OFFICIAL),
    Page("/drafts", create_draft, Role.OFFICIAL, ("POST",)),
    Page("/drafts/{id:int}", show_draft, Role.VIEWER),
    Page("/drafts/{id:int}/edit", edit_draft, Role.OFFICIAL),
    Page("/drafts/{id:int}/edit", save_draft, Role.OFFICIAL, ("POST",)),
    Page("/drafts/{id:int}/look", look_at_draft, Role.OFFICIAL, ("POST",)),
    Page("/drafts/{id:int}/links", check_links, Role.OFFICIAL),
    Page("/drafts/{id:int}/submit", submit_draft, Role.EDITOR, ("POST",)),
    Page("/drafts/{id:int}/withdraw", withdraw_draft, Role.EDITOR, ("POST",)),
    Page("/drafts/{id:int}/replace-live", replace_live, Role.EDITOR, ("POST",)),
    Page("/drafts/{id:int}/build", build_again, Role.EDITOR, ("POST",)),
    Page("/drafts/{id:int}/approve", approve_draft, Role.APPROVER, ("POST",)),
    Page("/drafts/{id:int}/reject", reject_draft, Role.APPROVER, ("POST",)),
    Page("/drafts/{id:int}/take-back", take_back_approval, Role.APPROVER, ("POST",)),
)
