"""Releases: how good each is, what is being built, and going back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bot.accounts import Role
from bot.console.parts import Parts
from bot.evaluation.verdicts import Verdict
from bot.releases import VERDICTS_FILE
from tests.bot.publishing_bench import FIGURES, Newsroom
from tests.console.drafting import console_over, newsroom
from tests.console.visitor import Visitor
from tests.disk import Disk


@pytest.fixture
def room(tmp_path: Path, disk: Disk) -> Newsroom:
    """A newsroom with one answer live."""
    return newsroom(tmp_path / "checkout", disk)


@pytest.fixture
async def approver(room: Newsroom, made_of: Parts) -> AsyncIterator[Visitor]:
    """An approver who has signed in."""
    async with Visitor(console_over(made_of, room), made_of.accounts) as visitor:
        yield await visitor.signed_in(Role.APPROVER)


async def test_releases_are_listed(room: Newsroom, approver: Visitor) -> None:
    """Newest first, with the one in use marked; a candidate that nobody approved is none of them."""
    await room.approved()
    await room.publishing.publish_due()
    await room.ready("Ask your boss now.")
    await approver.get("/releases")
    assert "0002 (in use)" in approver.text and "0001" in approver.text and "0003" not in approver.text
    assert (await approver.get("/releases/3")).status_code == 404


async def test_an_earlier_release_is_used_with_a_reason(room: Newsroom, approver: Visitor) -> None:
    """One click back; the files still hold the newer text, and the page says so."""
    await room.approved()
    await room.publishing.publish_due()
    await approver.get("/releases/1")
    await approver.post("/releases/1/use", {"reason": ""})
    assert approver.page.status_code == 422 and room.releases.current_number() == 2
    await approver.post("/releases/1/use", {"reason": "The text is wrong."})
    assert room.releases.current_number() == 1 and "0001 (in use)" in approver.text
    assert "The files say something else than the release in use for: pay." in approver.text


async def test_a_damaged_release_is_refused(room: Newsroom, approver: Visitor) -> None:
    """What is live stays live."""
    await room.approved()
    await room.publishing.publish_due()
    (room.releases.get(1).folder / "model.tar.gz").write_text("other")
    await approver.get("/releases/1")
    await approver.post("/releases/1/use", {"reason": "Back."})
    assert approver.page.status_code == 422 and "has been changed since it was built" in approver.text
    assert room.releases.current_number() == 2


async def test_releases_are_compared_question_by_question(room: Newsroom, approver: Visitor) -> None:
    """By the held-out texts that both were judged on; what is worse is said."""
    right = Verdict("how <b>much</b>", "answer", "pay", "pay", "answered", (), 0.9, True)
    wrong = Verdict("how <b>much</b>", "answer", "pay", "dro", "answered", (), 0.9, True)
    same = Verdict("and when", "answer", "pay", "pay", "answered", (), 0.9, True)
    room.builder.figures = {**FIGURES, "wrong": 0.2}
    room.builder.release(room.releases)
    for number, verdicts in ((1, [right, same]), (2, [same, wrong])):
        (room.releases.get(number).folder / VERDICTS_FILE).write_bytes(msgspec.json.encode(verdicts))
    page = await approver.get("/releases/2")
    assert "how <b>much</b> pay right wrong: dro" in approver.text and "<b>much" not in page.text
    assert "questions given a wrong answer: 2.0% before, 20.0% now" in approver.text
    assert "1 held-out questions come to the same, 1 to something else" in approver.text


async def test_a_build_is_shown_as_it_goes(room: Newsroom, approver: Visitor) -> None:
    """On the pages of releases and of its draft, without a script and for one."""
    draft = await room.submitted()
    assert (await approver.get("/releases/progress")).json() == {}
    room.builder.gate.clear()
    building = asyncio.create_task(room.publishing.build_next())
    await room.building()
    for path in ("/releases", f"/drafts/{draft.id}"):
        page = await approver.get(path)
        assert '<progress id="build-progress" max="1" value="0.50">50%</progress>' in page.text
    assert (await approver.get("/releases/progress")).json() == {"step": "Learning", "done": 0.5, "build": 1}
    room.builder.gate.set()
    await building
    await approver.get("/releases")
    assert "Being built" not in approver.text


async def test_without_a_release_the_page_says_so(room: Newsroom, approver: Visitor) -> None:
    """Before the first one is built."""
    (room.releases.get(1).folder).rename(room.root / "gone")
    (room.data / "releases" / "current").unlink()
    await approver.get("/releases")
    assert "There is no release yet." in approver.text
