"""The first page: what needs somebody today, and how it is going."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Role
from bot.answers import Answer, AnswerBase
from bot.console.community_names import named
from bot.console.figures import PERIODS, by_community, by_service, days_of, outcomes_by_day, satisfaction_by_day
from bot.console.page import Page, number, parts, render
from bot.reporting.reports import EndingRate, Reports, due_for_review, ending_rates, first_day, today, use_by_service
from bot.storage.database import as_stored
from bot.storage.reports import total

SHOWN = 10
QUIET_HOURS = 24
"""For how long a bot may have heard nothing before it is shown as quiet."""


@dataclass(frozen=True)
class RunsOut:
    """What of the answers runs out; `problem` says why that can't be told."""

    reviews: list[Answer]
    rates: list[EndingRate]
    problem: str = ""


async def home(request: Request) -> Response:
    """What needs me today."""
    reports = parts(request).reports
    base = await reports.answers()
    themes, growing, drafts, counts, bots = await asyncio.gather(
        reports.waiting.new_themes(SHOWN),
        reports.waiting.growing_themes(SHOWN // 2),
        reports.waiting.drafts(SHOWN),
        reports.waiting.counts(),
        reports.health.bots(),
    )
    return render(
        request,
        "home/home.html",
        themes=themes,
        growing=growing,
        drafts=drafts,
        waiting=counts,
        bots=bots,
        quiet_since=as_stored(datetime.now(timezone.utc) - timedelta(hours=QUIET_HOURS)),
        runs_out=_runs_out(base, reports.problem),
        today=today(),
        shown=SHOWN,
        **await _figures(request, reports, base),
    )


async def _figures(request: Request, reports: Reports, base: AnswerBase | None) -> dict[str, Any]:
    period = period_of(request)
    since, days = first_day(period), days_of(period)
    by_day, in_communities, uses, known = await asyncio.gather(
        reports.counts.by_day(since),
        reports.counts.by_community(since),
        reports.counts.by_answer(since),
        reports.communities.all(),
    )
    figures = [
        outcomes_by_day(by_day, days),
        satisfaction_by_day(by_day, days),
        by_service(use_by_service(base, uses)),
        by_community([(named(key, known), counts) for key, counts in in_communities.items()]),
    ]
    return {"period": period, "periods": PERIODS, "figures": figures, "total": total(by_day.values())}


def period_of(request: Request) -> int:
    """How many days a page is to look back."""
    days = number(request, "days", 30)
    return days if days in PERIODS else 30


def _runs_out(base: AnswerBase | None, problem: str) -> RunsOut:
    if base is None:
        return RunsOut([], [], problem)
    return RunsOut(due_for_review(base, today()), ending_rates(base, today()), problem)


PAGES = (Page("/", home, Role.VIEWER),)
