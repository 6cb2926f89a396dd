"""For content teams: where the answers miss what citizens mean, say or come back for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Role
from bot.answers import AnswerBase
from bot.console.figures import PERIODS
from bot.console.home_pages import period_of
from bot.console.page import NotFoundError, Page, parts, render
from bot.reporting.reports import HELD_MINUTES, first_day
from bot.storage.reports import FOLLOW_MINUTES, Use, rate

SHOWN = 20
EXAMPLES = 50
MONTHS = 12
MIN_VOTES = 5
"""Votes below which the share that is helpful says nothing."""


@dataclass(frozen=True)
class AnswerRow:
    """An answer with how it does; `again` counts who asked something else right after it."""

    slug: str
    title: str
    use: Use
    again: int = 0

    @property
    def again_rate(self) -> float | None:
        """The share of its uses after which the same person soon asked again."""
        return rate(self.again, self.use.uses - self.again) if self.use.uses else None


async def insights(request: Request) -> Response:
    """All insights on one page."""
    reports = parts(request).reports
    period = period_of(request)
    since = first_day(period)
    base = await reports.answers()
    words, again, uses, rising, growing, months = await asyncio.gather(
        reports.missing_words(period),
        reports.asked_again(period),
        reports.counts.by_answer(since),
        reports.rising(SHOWN),
        reports.waiting.growing_themes(SHOWN),
        reports.waiting.time_to_answer(MONTHS),
    )
    rows = [AnswerRow(slug, title_of(base, slug), use, again.get(slug, 0)) for slug, use in uses.items()]
    return render(
        request,
        "insights/insights.html",
        period=period,
        periods=PERIODS,
        minutes=FOLLOW_MINUTES,
        words=words,
        held_minutes=HELD_MINUTES,
        again=sorted((row for row in rows if row.again), key=lambda row: -row.again)[:SHOWN],
        unhelpful=sorted((row for row in rows if row.use.unhelpful), key=lambda row: -row.use.unhelpful)[:SHOWN],
        min_votes=MIN_VOTES,
        rising=[(one, title_of(base, one.answer)) for one in rising],
        growing=growing,
        months=[(month_name(one.month), one) for one in months],
    )


async def asked_after(request: Request) -> Response:
    """The questions that came right after one answer."""
    reports = parts(request).reports
    slug, period = request.path_params["answer"], period_of(request)
    base = await reports.answers()
    examples = await reports.counts.asked_again_examples(first_day(period), slug, EXAMPLES)
    if not examples and (base is None or slug not in base.answers):
        raise NotFoundError
    return render(
        request,
        "insights/asked_after.html",
        title=title_of(base, slug),
        slug=slug,
        examples=examples,
        period=period,
        periods=PERIODS,
        minutes=FOLLOW_MINUTES,
    )


def title_of(base: AnswerBase | None, slug: str) -> str:
    """An answer's title, or its name where it is there no more."""
    answer = base.answers.get(slug) if base else None
    return answer.title if answer else slug.replace("_", " ")


def month_name(month: str) -> str:
    """A month such as 2026-11 in words."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


PAGES = (
    Page("/insights", insights, Role.VIEWER),
    Page("/insights/after/{answer}", asked_after, Role.VIEWER),
)
