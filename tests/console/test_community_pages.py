"""Where the bot is a guest, and pausing it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.accounts import Role
from bot.app import Project
from bot.console.parts import Parts
from bot.storage.pause_store import Scope
from tests.console.visitor import Visitor
from tests.logged import MODERATOR, Logged, ago, release_of


async def test_communities_are_listed_by_volume(official: Visitor, logged: Logged) -> None:
    """Name, platform, mode, questions, helpful rate and last trouble; direct messages too."""
    logged.change("mode", '"questions"')
    logged.community("20", "Renters", left_at=ago(days=1))
    logged.question(up=1, down=3)
    logged.question(outcome="unanswered_ambiguous")
    logged.question(outcome="error_timeout", minutes_ago=5)
    logged.question(community="", platform="telegram")
    await official.get("/communities")
    assert "The bot is in 1 community, and was in 1 more" in official.text
    assert "Parents of Leeds Discord questions 3 1 25%" in official.text
    assert "Error: the model took too long" in official.text
    assert "Direct messages on Telegram Telegram – 1 1 no votes none" in official.text
    assert "Renters (the bot has left) Discord mention only 0 0 no votes none" in official.text


async def test_the_last_trouble_is_shown(official: Visitor, logged: Logged) -> None:
    """The newest of errors and dropped replies counts, and what people asked to be dropped does not."""
    logged.owed(logged.question(), dropped_at=ago(hours=1), drop_reason="forbidden")
    logged.owed(logged.question(), dropped_at=ago(minutes=1), drop_reason="withdrawn")
    logged.question(outcome="error_internal", minutes_ago=3 * 60)
    await official.get("/communities")
    assert "A reply was dropped: the bot may not post there" in official.text


async def test_many_communities_are_paged(official: Visitor, logged: Logged) -> None:
    """Fifty a page."""
    for number in range(100, 160):
        logged.community(str(number), f"Group {number}")
    first = await official.get("/communities")
    second = await official.get("/communities?page=2")
    assert first.text.count("/communities/discord/") == 50 and second.text.count("/communities/discord/") == 11


async def test_a_community_has_a_page(official: Visitor, logged: Logged) -> None:
    """Its figures alone, and what was settled there, without who settled it."""
    logged.question(up=1)
    logged.question(community="20")
    logged.change("mode", '"off"', channel="77")
    logged.change("services_off", '["debt", "housing"]')
    logged.change("mode", "null")
    page = await official.get("/communities/discord/10?days=90")
    assert "1 questions 1 answered 100%" in official.text
    assert "mode Channel 77 off" in official.text and "services off Everywhere in it debt, housing" in official.text
    assert "mode Everywhere in it no longer set" in official.text
    assert MODERATOR not in page.text
    assert "Mode mention only" in official.text


@pytest.mark.parametrize("path", ["discord/11", "matrix/10", "discord/%00", "discord/' or 1=1 --"])
async def test_an_unknown_community_has_none(official: Visitor, logged: Logged, path: str) -> None:
    """There is no such page."""
    assert (await official.get(f"/communities/{path}")).status_code == 404


async def test_everything_is_paused_in_one_step(official: Visitor, made_of: Parts, logged: Logged) -> None:
    """The pause is on at once, stands in the audit log, and is shown on every page until it is ended."""
    await official.get("/pauses")
    assert "Nothing is paused now." in official.text
    await official.post("/pauses", {"scope": "everything", "reason": "Wrong <b>figures</b>"})
    assert "Saved." in official.text and "End the pause of everything" in official.text
    assert [pause.scope for pause in made_of.pauses.active()] == [Scope.EVERYTHING]
    page = await official.get("/communities")
    assert "Paused: everything" in official.text and "Wrong &lt;b&gt;figures&lt;/b&gt;" in page.text
    (entry,) = await made_of.audit.entries(subject="everything")
    assert (entry.action, entry.by) == ("paused", "official@example.gov.uk")
    await official.get("/pauses")
    await official.post(f"/pauses/{made_of.pauses.active()[0].id}/end")
    assert not made_of.pauses.active()
    assert "Nothing is paused now." in official.text and "ended by Official" in official.text


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"scope": "community", "community": "discord:10"}, "the community Parents of Leeds"),
        ({"scope": "service", "service": "debt"}, "all answers about debt"),
        ({"scope": "answer", "answer": "dro"}, "the answer “Debt relief orders”"),
    ],
)
async def test_a_part_is_paused(
    official: Visitor, project: Project, logged: Logged, fields: dict[str, str], shown: str
) -> None:
    """One community, service or answer, by the name that people know."""
    release_of(project)
    await official.get("/pauses")
    await official.post("/pauses", {**fields, "reason": "Being checked"})
    assert f"Paused: {shown}" in official.text


async def test_a_pre_election_period_is_set_beforehand(official: Visitor, made_of: Parts, logged: Logged) -> None:
    """It has a start and an end, and is not shown as paused before it starts."""
    year = datetime.now(timezone.utc).year + 1
    fields = {
        "scope": "everything", "reason": "Pre-election period", "starts-day": "27", "starts-month": "3",
        "starts-year": str(year), "starts-time": "9:30", "ends-day": "8", "ends-month": "5", "ends-year": str(year),
    }  # fmt: skip
    await official.get("/pauses")
    await official.post("/pauses", fields)
    (pause,) = made_of.pauses.coming()
    assert pause.starts_at == datetime(year, 3, 27, 9, 30, tzinfo=timezone.utc)
    assert pause.ends_at == datetime(year, 5, 8, tzinfo=timezone.utc)
    assert "To come" in official.text and "Paused:" not in official.text


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "Choose what to pause."),
        ({"scope": "everything' --"}, "Choose what to pause."),
        ({"scope": "community"}, "Choose the community to pause."),
        ({"scope": "answer", "answer": "nothing"}, "Choose the answer to pause."),
        ({"scope": "everything", "reason": ""}, "reason"),
        ({"scope": "everything", "reason": "x" * 600}, "500 characters or fewer"),
        ({"scope": "everything", "starts-day": "31", "starts-month": "2", "starts-year": "2099"}, "The start must be"),
        ({"scope": "everything", "ends-day": "9" * 400}, "The end must be a real date"),
        ({"scope": "everything", "ends-day": "1", "ends-month": "1", "ends-year": "2020"}, "after its start"),
    ],
)
async def test_a_faulty_pause_is_shown_again(
    official: Visitor, made_of: Parts, logged: Logged, fields: dict[str, str], problem: str
) -> None:
    """With one sentence that says what to do, and what was typed kept."""
    await official.get("/pauses")
    page = await official.post("/pauses", {"reason": "Being <checked>", **fields})
    assert page.status_code == 422 and "There is a problem " in official.text and problem in official.text
    assert "reason" in fields or "Being &lt;checked&gt;" in page.text
    assert not made_of.pauses.active()


async def test_a_pause_that_has_ended_stays_ended(official: Visitor, made_of: Parts, logged: Logged) -> None:
    """Two people may press the button."""
    soon = datetime.now(timezone.utc) + timedelta(days=1)
    pause = await made_of.pauses.pause(Scope.EVERYTHING, "", "Why", "Ann", None, soon)
    await official.get("/pauses")
    await made_of.pauses.end(pause, "Bob")
    await official.post(f"/pauses/{pause}/end")
    assert "That pause had ended already." in official.text and "ended by Bob" in official.text
    assert (await official.post("/pauses/999/end")).status_code == 404


async def test_a_viewer_pauses_nothing(stranger: Visitor, made_of: Parts, logged: Logged) -> None:
    """They see what is paused, and no form."""
    await made_of.pauses.pause(Scope.SERVICE, "debt", "Being checked", "Ann")
    viewer = await stranger.signed_in(Role.VIEWER)
    page = await viewer.get("/pauses")
    assert "all answers about debt" in viewer.text and "<textarea" not in page.text
    assert (await viewer.post("/pauses", {"scope": "everything", "reason": "x"})).status_code == 403
