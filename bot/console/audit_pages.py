"""The audit log, for everybody to read."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Role
from bot.console.page import Page, number, parts, render

PER_PAGE = 50


async def audit_log(request: Request) -> Response:
    """Who did what, newest first."""
    page, query = number(request, "page"), request.query_params
    subject, by = query.get("subject", "")[:200], query.get("by", "")[:255]
    entries = await parts(request).audit.entries(subject, by, PER_PAGE + 1, (page - 1) * PER_PAGE)
    return render(
        request,
        "audit.html",
        entries=entries[:PER_PAGE],
        page=page,
        has_more=len(entries) > PER_PAGE,
        subject=subject,
        by=by,
    )


PAGES = (Page("/audit", audit_log, Role.OFFICIAL),)
