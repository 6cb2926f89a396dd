"""The answers, each with its history, and the way back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.accounts import Role
from bot.console.parts import Parts
from tests.bot.publishing_bench import Newsroom
from tests.console.drafting import console_over, newsroom
from tests.console.visitor import Visitor
from tests.disk import Disk
from tests.factories import answer_file


@pytest.fixture
def room(tmp_path: Path, disk: Disk) -> Newsroom:
    """A newsroom with one answer live, and another on file."""
    room = newsroom(tmp_path / "checkout", disk)
    answer_file(
        room.root / "answers", "dro", service="debt", title="Debt relief orders", owner="Insolvency Service",
        nations="[england, wales]", review_by="2026-11-23",
        body="It lasts a year.\n\n## Scotland\n\nIt is another thing.",
    )  # fmt: skip
    return room


@pytest.fixture
async def official(room: Newsroom, made_of: Parts) -> AsyncIterator[Visitor]:
    """An official who has signed in."""
    async with Visitor(console_over(made_of, room), made_of.accounts) as visitor:
        yield await visitor.signed_in(Role.OFFICIAL)


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("service=debt", 1), ("owner=Insolvency+Service", 1), ("nation=scotland", 2), ("nation=wales", 2),
     ("nation=northern-ireland", 1),
     ("words=relief+DEBT", 1), ("words=nothing", 0), ("service=../..", 0), ("sort=use", 2), ("sort=review", 2),
     ("sort=helpful", 2), ("sort=x&due=y", 2), ("page=99", 2)],
)  # fmt: skip
async def test_answers_are_filtered(official: Visitor, query: str, count: int) -> None:
    """By service, department, nation, review and words."""
    assert (await official.get(f"/answers?{query}")).status_code == 200
    assert f"{count} answer" in official.text


async def test_an_answer_shows_all_its_texts(official: Visitor) -> None:
    """With sources, questions, and what is to be done about it."""
    page = await official.get("/answers/dro")
    for words in (
        "It lasts a year.",
        "It is another thing.",
        "Insolvency Service",
        "Pay",
        "not been changed in the console",
    ):
        assert words in official.text
    assert "/pauses?scope=answer&amp;target=dro" in page.text
    assert "The bots don't serve this text" in official.text
    await official.get("/answers/pay")
    assert "The bots don't serve this text" not in official.text and "how much do i get" in official.text


async def test_the_history_leads_back(room: Newsroom, official: Visitor) -> None:
    """Each text is there with its difference to the one before; one click begins a draft with it."""
    old = room.live()
    await room.approved()
    await room.publishing.publish_due()
    await official.get("/answers/pay")
    assert "As it was before its first change in the console." in official.text
    new, before = await room.store.versions("pay")
    await official.get(f"/answers/pay/versions/{new.id}")
    assert "[removed: boss ]" in official.text and "[added: manager ]" in official.text
    await official.get(f"/answers/pay/versions/{before.id}")
    await official.post(f"/answers/pay/versions/{before.id}/draft")
    assert "A draft with the earlier text is begun." in official.text
    (draft,) = await room.store.of_answer("pay")
    assert (draft.content, draft.base_content, draft.is_correction) == (old, room.live(), 1)


async def test_a_change_by_hand_is_noticed(room: Newsroom, official: Visitor) -> None:
    """In the history, and by the next draft."""
    await room.approved()
    await room.publishing.publish_due()
    (room.root / "answers" / "maternity" / "pay.md").write_text(room.rewritten("By hand."))
    await official.get("/answers/pay")
    assert "changed by hand since the last version" in official.text
    await room.approved("And on.")
    await room.publishing.publish_due()
    assert [version.reason for version in await room.store.versions("pay")][1] == "Changed by hand in the files."


async def test_an_answer_is_edited_in_a_draft(room: Newsroom, official: Visitor) -> None:
    """Which begins with the text that is live."""
    await official.get("/answers/pay")
    await official.post("/answers/pay/draft")
    (draft,) = await room.store.of_answer("pay")
    assert draft.content == draft.base_content == room.live()
    assert official.page.url.path == f"/drafts/{draft.id}/edit"


@pytest.mark.parametrize(
    "path", ["/answers/nothing", "/answers/..%2f..%2fetc", "/answers/no_food", "/answers/pay/versions/9"]
)
async def test_what_is_not_there_is_not_found(official: Visitor, path: str) -> None:
    """Nor is what is no answer."""
    assert (await official.get(f"/answers/{path}")).status_code == 404
