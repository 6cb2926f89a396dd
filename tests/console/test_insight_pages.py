"""What content teams learn about their answers."""

from __future__ import annotations

import pytest

from bot.accounts import Role
from bot.app import Project
from bot.storage.database import Database
from tests.console.visitor import Visitor
from tests.logged import Logged, ago, release_of

DAY = 24 * 60


@pytest.fixture
def logged(database: Database, project: Project) -> Logged:
    """The log, with answers to be counted."""
    release_of(project)
    return Logged(database)


@pytest.fixture
async def viewer(stranger: Visitor) -> Visitor:
    """Somebody who may only look."""
    return await stranger.signed_in(Role.VIEWER)


async def test_an_empty_log_teaches_nothing(viewer: Visitor) -> None:
    """Each part says so."""
    page = await viewer.get("/insights")
    assert page.status_code == 200
    for words in ("Nobody asked again.", "There are none.", "No theme grew.", "No theme has been answered yet."):
        assert words in viewer.text


async def test_who_asks_again_was_not_helped(viewer: Visitor, logged: Logged) -> None:
    """The same person in the same channel within ten minutes; anything else says nothing."""
    logged.question("how much is it", asker="jo", minutes_ago=30)
    logged.question("but how much <b>exactly</b>", asker="jo", minutes_ago=25, outcome="clarify")
    logged.question("something else", asker="jo", minutes_ago=5)
    logged.question("in another channel", asker="jo", minutes_ago=4, channel="12")
    logged.question("somebody else", asker="sam", minutes_ago=4)
    logged.question("thanks", asker="sam", minutes_ago=3, outcome="small_talk")
    await viewer.get("/insights")
    assert "How much the pay is See the questions after How much the pay is 1 4 25%" in viewer.text
    page = await viewer.get("/insights/after/pay?days=30")
    assert "how much is it but how much <b>exactly</b>" in viewer.text and "<b>exactly" not in page.text
    assert "something else" not in viewer.text
    await viewer.get("/insights/after/dro")
    assert "Nobody asked again." in viewer.text
    assert (await viewer.get("/insights/after/nothing")).status_code == 404


async def test_words_that_answers_lack(viewer: Visitor, logged: Logged) -> None:
    """In three questions or more, in any ending, and neither in an answer nor in a known question."""
    for text in ("are bairns covered", "my bairn is ill", "two bairns", "bairns bairns bairns", "week week", "my week"):
        logged.question(text)
    logged.question("once only: gallimaufry")
    await viewer.get("/insights")
    assert "bairns are bairns covered" in viewer.text or "bairns bairns bairns bairns" in viewer.text
    assert "gallimaufry" not in viewer.text
    words = viewer.text.partition("Words that our answers don’t use")[2].partition("Rising this week")[0]
    assert " 4 " in words and "week week" not in words


async def test_votes_against_an_answer_are_counted(viewer: Visitor, logged: Logged) -> None:
    """The most first, also where the answer was picked; few votes make no share."""
    logged.question(up=2, down=7)
    offered = logged.question(outcome="clarify", down=3)
    logged.choose(offered, "dro")
    await viewer.get("/insights")
    assert "How much the pay is 7 2 22% Debt relief orders 3 0 too few votes" in viewer.text


async def test_what_rises_is_shown(viewer: Visitor, logged: Logged) -> None:
    """Answers and open themes that came more this week than the week before."""
    for days in (1, 1, 9):
        logged.question(minutes_ago=days * DAY)
    for days in (1, 9, 9):
        logged.question(answer="dro", minutes_ago=days * DAY)
    logged.theme("bus passes", this_week=6, last_week=2)
    logged.theme("parking", this_week=2, last_week=6)
    await viewer.get("/insights")
    rising = viewer.text.partition("Rising this week")[2]
    assert "How much the pay is 2 1" in rising and "Debt relief orders" not in rising
    assert "bus passes 6 2" in rising and "parking" not in rising


async def test_waiting_is_told_by_month(viewer: Visitor, logged: Logged) -> None:
    """From the first question to the answer, as medians."""
    for first, closed in (("2026-03-01", "2026-03-03"), ("2026-03-01", "2026-03-05"), ("2026-01-01", "2026-03-31")):
        times = {"first_asked_at": f"{first}T00:00:00.000+00:00", "closed_at": f"{closed}T12:00:00.000+00:00"}
        logged.theme("answered", state="answered", **times)
    logged.theme("open", first_asked_at=ago(days=9))
    await viewer.get("/insights")
    assert "March 2026 3 4.5" in viewer.text
