"""What somebody sees first: what waits for them, and how it goes."""

from __future__ import annotations

import re

import pytest

from bot.accounts import Role
from bot.app import Project
from bot.storage.database import Database
from tests.console.visitor import Visitor
from tests.logged import Logged, ago, release_of


@pytest.fixture
def logged(database: Database) -> Logged:
    """The log, empty."""
    return Logged(database)


@pytest.fixture
async def viewer(stranger: Visitor) -> Visitor:
    """Somebody who may only look."""
    return await stranger.signed_in(Role.VIEWER)


async def test_an_empty_service_has_a_home_page(viewer: Visitor) -> None:
    """Before the first release and the first question, the page says so."""
    page = await viewer.get("/")
    assert page.status_code == 200
    for words in ("There are no new themes.", "No draft is waiting.", "No bot has heard a message yet."):
        assert words in viewer.text
    assert "signpost train" in viewer.text


async def test_what_needs_somebody_is_listed(viewer: Visitor, project: Project, logged: Logged) -> None:
    """New themes by size, growing ones, drafts, reviews and rates."""
    release_of(project, review_by="2020-01-01", valid_to="2020-05-05")
    logged.theme("warm home discount", people=40, this_week=9, last_week=2)
    logged.theme("bus passes", people=90)
    logged.theme("parking", people=500, state="out_of_scope", this_week=9)
    logged.draft("smp_amount")
    logged.draft("kit_days", state="draft")
    await viewer.get("/")
    assert viewer.text.index("bus passes") < viewer.text.index("warm home discount")
    assert "2 new themes 1 draft to approve 1 answer to review 1 rate that runs out" in viewer.text
    assert "smp amount (answer), by Ann" in viewer.text and "kit days" not in viewer.text
    assert "How much the pay is : overdue since 1 January 2020" in viewer.text
    assert "Weekly rate (weekly): there is no figure for today" in viewer.text
    assert "parking" not in viewer.text


async def test_bots_that_are_unwell_show_it(viewer: Visitor, logged: Logged) -> None:
    """What waits, what was dropped and what failed in a day; what somebody asked to be dropped is no trouble."""
    question = logged.question(minutes_ago=3 * 24 * 60)
    logged.owed(question)
    logged.owed(question, dropped_at=ago(hours=1), drop_reason="too_old")
    logged.owed(question, dropped_at=ago(hours=1), drop_reason="forgotten")
    logged.owed(question, dropped_at=ago(days=2), drop_reason="too_old")
    logged.question(outcome="error_timeout", platform="telegram")
    await viewer.get("/")
    assert re.search(r"Discord \d.*? \(quiet for a day or more\) 1, the oldest since .*? 1 0 Telegram", viewer.text)
    assert re.search(r"Telegram [^(]*? 0 0 1 ", viewer.text)


async def test_figures_are_drawn_and_told(viewer: Visitor, project: Project, logged: Logged) -> None:
    """Charts have a name and a description, and the same figures stand in tables."""
    release_of(project)
    logged.community()
    logged.question(up=3, down=1)
    logged.question(outcome="unanswered_low_confidence")
    logged.question(outcome="ignored_cooldown")
    logged.question(answer="dro", minutes_ago=20 * 24 * 60)
    page = await viewer.get("/?days=7")
    assert "2 questions 50% answered 75% of 4 votes" in viewer.text
    assert page.text.count('role="img"') == 4
    assert "Maternity 1 3 1 75%" in viewer.text and "Debt" not in viewer.text
    assert "Parents of Leeds 2 1 1 75%" in viewer.text
    await viewer.get("/?days=30")
    assert "Debt 1 0 0 no votes" in viewer.text


@pytest.mark.parametrize("days", ["", "0", "31", "-7", "x", "9" * 40, "٧"])
async def test_another_period_is_a_month(viewer: Visitor, days: str) -> None:
    """Only the periods that are offered can be chosen."""
    page = await viewer.get(f"/?days={days}")
    assert page.status_code == 200 and ">30 days</strong>" in page.text


async def test_a_theme_cannot_write_the_page(viewer: Visitor, logged: Logged) -> None:
    """Words of people are text."""
    logged.theme("<script>alert(1)</script>")
    logged.community(name="<b>bold</b>")
    logged.question()
    page = await viewer.get("/")
    assert "<script>alert" not in page.text and "<b>bold" not in page.text
    assert "&lt;b&gt;bold&lt;/b&gt;" in page.text
