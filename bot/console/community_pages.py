"""Where the bot is a guest, and how it goes there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from starlette.requests import Request
from starlette.responses import Response

from bot.accounts import Role
from bot.console.community_names import named, trouble_named
from bot.console.figures import PERIODS, days_of, outcomes_by_day, satisfaction_by_day
from bot.console.home_pages import period_of
from bot.console.page import NotFoundError, Page, number, parts, render
from bot.places import Mode
from bot.reporting.reports import first_day
from bot.storage.bot_health import Trouble
from bot.storage.community_reports import Key, KnownCommunity, SettledChange
from bot.storage.pause_store import Pause, Scope
from bot.storage.reports import Counts, total

DAYS = 30
PER_PAGE = 50
CHANGES = 50


@dataclass(frozen=True)
class CommunityRow:
    """A community in the list; `mode` is "" where nobody can settle one, as in direct messages."""

    key: Key
    name: str
    mode: str
    counts: Counts
    trouble: Trouble | None
    is_gone: bool
    has_page: bool


async def all_communities(request: Request) -> Response:
    """Every community, those with most questions first."""
    page, reports = number(request, "page"), parts(request).reports
    known, counts, troubles, modes = await asyncio.gather(
        reports.communities.all(),
        reports.counts.by_community(first_day(DAYS)),
        reports.health.troubles(_month_ago()),
        reports.communities.modes(),
    )
    keys = sorted({*known, *counts}, key=lambda key: (-counts.get(key, Counts()).asked, key))
    shown = keys[(page - 1) * PER_PAGE : page * PER_PAGE]
    rows = [_row(key, known, modes.get(key), counts.get(key, Counts()), troubles.get(key)) for key in shown]
    return render(
        request,
        "communities/all.html",
        rows=rows,
        page=page,
        has_more=len(keys) > page * PER_PAGE,
        there=sum(one.left_at is None for one in known.values()),
        gone=sum(one.left_at is not None for one in known.values()),
    )


async def one_community(request: Request) -> Response:
    """One community: how it goes there, and what its moderators have settled."""
    reports = parts(request).reports
    key = request.path_params["platform"], request.path_params["community"]
    known = await reports.communities.all()
    if key not in known:
        raise NotFoundError
    period = period_of(request)
    by_day, troubles, modes, changes = await asyncio.gather(
        reports.counts.by_day(first_day(period), key),
        reports.health.troubles(_month_ago()),
        reports.communities.modes(),
        reports.communities.changes(key, CHANGES),
    )
    days = days_of(period)
    return render(
        request,
        "communities/one.html",
        row=_row(key, known, modes.get(key), total(by_day.values()), troubles.get(key)),
        community=known[key],
        period=period,
        periods=PERIODS,
        figures=[outcomes_by_day(by_day, days), satisfaction_by_day(by_day, days)],
        changes=[_change(change) for change in changes],
        target=f"{key[0]}:{key[1]}",
        is_paused=(Scope.COMMUNITY, f"{key[0]}:{key[1]}") in {(one.scope, one.target) for one in _active(request)},
    )


def _row(
    key: Key, known: Mapping[Key, KnownCommunity], mode: Mode | None, counts: Counts, trouble: Trouble | None
) -> CommunityRow:
    found = known.get(key)
    return CommunityRow(
        key=key,
        name=named(key, known),
        mode=mode.value if mode else "",
        counts=counts,
        trouble=trouble and Trouble(trouble.at, trouble_named(trouble.what)),
        is_gone=bool(found and found.left_at),
        has_page=found is not None,
    )


def _active(request: Request) -> list[Pause]:
    pauses = parts(request).pauses
    return list(pauses.active()) if pauses else []


def _change(change: SettledChange) -> tuple[str, str, str, str]:
    """When, what, where and to what something was changed."""
    where = f"Channel {change.channel}" if change.channel else "Everywhere in it"
    return change.changed_at, change.name.replace("_", " "), where, _as_words(change.value)


def _as_words(value: object) -> str:
    if value is None:
        return "no longer set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value).replace("_", " ") or "none"


def _month_ago() -> datetime:
    return datetime.now(timezone.utc) - timedelta(days=DAYS)


PAGES = (
    Page("/communities", all_communities, Role.VIEWER),
    Page("/communities/{platform}/{community}", one_community, Role.VIEWER),
)
