"""What a theme's pages show, gathered from everywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request

from bot import wording
from bot.answers import AnswerBase
from bot.console.charts import Line, line_chart
from bot.console.community_names import named
from bot.console.figures import Figure
from bot.console.page import NotFoundError, as_date, number, parts
from bot.storage.community_reports import KnownCommunity
from bot.storage.theme_lists import Theme
from bot.themes.themes import Themes

EXAMPLES = 25
WEEKS = 12
NEAR = 5
HISTORY = 30
MAX_ID = 1 << 53

STATES = {
    "new": "New",
    "in_hand": "In hand",
    "answered": "Answered",
    "out_of_scope": "Not for us",
    "wont_answer": "Won’t answer",
    "merged": "Part of another theme",
}
"""How the states are called."""


async def theme_of(request: Request) -> Theme:
    """The theme that the address names. Raises NotFoundError."""
    asked = request.path_params["id"]
    theme = await themes(request).get(asked) if asked < MAX_ID else None
    if theme is None:
        raise NotFoundError
    return theme


def themes(request: Request) -> Themes:
    """The themes."""
    return parts(request).themes


async def theme_context(request: Request, theme: Theme) -> dict[str, Any]:
    """All that the page of one theme shows."""
    page, lists = number(request, "page", most=10_000), themes(request).lists
    examples, communities, weeks, near = await asyncio.gather(
        lists.questions(theme.id, EXAMPLES + 1, (page - 1) * EXAMPLES),
        lists.communities(theme.id),
        lists.weeks(theme.id, WEEKS),
        lists.near_answers(theme.id, NEAR),
    )
    notes, drafts, alike, entries = await asyncio.gather(
        lists.notes(theme.id),
        lists.drafts(theme.id),
        lists.alike(theme),
        parts(request).audit.entries(subject_of(theme), limit=HISTORY),
    )
    people, departments, known, base = await asyncio.gather(
        parts(request).accounts.all(), lists.departments(), known_communities(request), answers(request)
    )
    return {
        "theme": theme,
        "states": STATES,
        "outcomes": {outcome.value: label for outcome, label in wording.LABELS.items()},
        "examples": examples[:EXAMPLES],
        "page": page,
        "has_more": len(examples) > EXAMPLES,
        "communities": [(named(key, known), count) for key, count in communities],
        "places": known,
        "named": named,
        "trend": _trend(weeks),
        "near": [(one, _title(base, one.answer)) for one in near],
        "notes": notes,
        "drafts": drafts,
        "alike": alike,
        "history": entries,
        "people": [person for person in people if person.is_active],
        "departments": departments,
    }


async def known_communities(request: Request) -> dict[tuple[str, str], KnownCommunity]:
    """Every community that the bot was ever in."""
    found: dict[tuple[str, str], KnownCommunity] = await parts(request).reports.communities.all()
    return found


async def answers(request: Request) -> AnswerBase | None:
    """The answers of the current release, where there is one."""
    base: AnswerBase | None = await parts(request).reports.answers()
    return base


def subject_of(theme: Theme) -> str:
    """What the audit log calls a theme."""
    return f"theme {theme.id}"


def chosen(data: FormData, name: str) -> list[int]:
    """The numbers of the boxes that were ticked."""
    values = (value for value in data.getlist(name) if isinstance(value, str))
    return [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 16]


def _trend(weeks: Sequence[tuple[date, int]]) -> Figure:
    labels = [as_date(monday.isoformat()) for monday, _ in weeks]
    line = Line("Questions", [count for _, count in weeks])
    rows = [(label, str(count)) for label, (_, count) in zip(labels, weeks)]
    short = [f"{monday.day} {monday:%b}" for monday, _ in weeks]
    title = "Questions by week"
    return Figure(title, line_chart("trend", title, short, [line]), Markup(""), ("Week from", "Questions"), rows)


def _title(base: AnswerBase | None, slug: str) -> str:
    answer = base.answers.get(slug) if base else None
    return answer.title if answer else slug.replace("_", " ")
