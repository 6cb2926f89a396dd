"""What an official does and its line in the audit log are there together or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.accounts import Role
from bot.console.app import create_app
from bot.console.parts import Parts
from bot.storage.audit_log import AuditLog
from bot.storage.database import Database
from bot.storage.grouping_store import GroupingStore, Move
from tests.bot.publishing_bench import Newsroom
from tests.bot.theme_bench import ask
from tests.console.drafting import console_over, newsroom
from tests.console.visitor import PASSWORD, Visitor
from tests.disk import Disk

NEW_ACCOUNT = {"email": "jo@dwp.gov.uk", "name": "Jo", "role": "viewer", "password": PASSWORD}
NEW_ANSWER = {"title": "Renewing a passport", "service": "maternity", "answer": "passport", "wording": "renew passport"}
ACTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "paused": ("/pauses", {"scope": "everything", "reason": "wrong figures"}),
    "ended a pause": ("/pauses/1/end", {}),
    "assigned a theme": ("/themes/1/assign", {"department": "Home Office"}),
    "wrote a note": ("/themes/1/note", {"note": "I will ask."}),
    "changed a theme’s state": ("/themes/1/state", {"state": "in_hand", "was": "new"}),
    "split a theme": ("/themes/1/split", {"question": "1"}),
    "merged themes": ("/themes/1/merge", {"theme": "2"}),
    "closed a theme as not for us": ("/themes/1/not-for-us", {"was": "new", "reason": "sport"}),
    "added an account": ("/accounts", NEW_ACCOUNT),
    "changed an account": ("/accounts/1", {"role": "editor", "department": "Treasury", "is_active": "yes"}),
    "took away a second factor": ("/accounts/1/second-factor", {}),
    "changed a password": ("/password", {"old": PASSWORD, "new": "four other words here"}),
}
DRAFTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "changed a draft": ("draft", "edit", {"questions": "when is it paid"}),
    "sent a draft for approval": ("draft", "submit", {}),
    "withdrew a draft": ("draft", "withdraw", {}),
    "let a draft replace a newer text": ("draft", "replace-live", {}),
    "had a candidate built again": ("ready", "build", {}),
    "approved a draft": ("ready", "approve", {"when": "now"}),
    "rejected a draft": ("ready", "reject", {"reason": "It is wrong."}),
    "took back an approval": ("approved", "take-back", {}),
}
BEGUN = {
    "/drafts": {"title": "Renewing a passport", "service": "maternity", "slug": "passport"},
    "/answers/smp_amount/draft": {},
    "/themes/1/write": NEW_ANSWER,
    "/themes/1/already-answered": {"answer": "smp_amount", "wording": "how much is mat pay"},
}


@pytest.fixture
async def administrator(made_of: Parts, database: Database) -> AsyncIterator[Visitor]:
    """An administrator who has signed in, beside another one and two themes."""
    await made_of.accounts.add("boss@dwp.gov.uk", "Boss", Role.ADMINISTRATOR, PASSWORD)
    store = GroupingStore(database)
    for theme in await store.begin_themes(["passports", "football"]):
        await store.move([Move(await ask(database, f"a question {one} of {theme}"), 0, theme) for one in range(2)])
        await store.count([theme])
    async with Visitor(create_app(made_of), made_of.accounts) as visitor:
        await visitor.signed_in(Role.ADMINISTRATOR)
        yield visitor


@pytest.fixture
def room(tmp_path: Path, disk: Disk) -> Newsroom:
    """A newsroom with one answer live."""
    return newsroom(tmp_path / "checkout", disk)


async def done_with_its_line(
    database: Database, action: str, visitor: Visitor, path: str, fields: dict[str, Any]
) -> None:
    """Without its line an action is not done either; with it, it is."""
    await visitor.get("/password")
    token = visitor.client.cookies["csrftoken"]
    await database.run(lambda: database.execute(REFUSE))
    before = await everything(database)
    await visitor.post(path, fields, token)
    assert visitor.page.status_code in (422, 500) and await everything(database) == before
    await database.run(lambda: database.execute("drop trigger refuse"))
    await visitor.post(path, fields, token)
    assert visitor.page.status_code == 200, visitor.text
    assert action in {entry.action for entry in await AuditLog(database).entries()}


REFUSE = "create trigger refuse before insert on audit begin select raise(abort, 'The disk is full.'); end"


async def everything(database: Database) -> list[str]:
    """All that is on disk but tries to sign in, which are noted before it is known how they end."""
    dumped = await database.run(lambda: list(database._db.conn.iterdump()))
    return [line for line in dumped if "sign_in_failures" not in line and "sqlite_sequence" not in line]


@pytest.mark.parametrize("action", ACTIONS)
async def test_no_action_without_its_line(administrator: Visitor, database: Database, action: str) -> None:
    """Whatever is done, and whatever with."""
    path, fields = ACTIONS[action]
    if path.startswith("/pauses/"):
        await administrator.post(*ACTIONS["paused"])
    await done_with_its_line(database, action, administrator, path, fields)


@pytest.mark.parametrize("path", BEGUN)
async def test_no_draft_is_begun_without_its_line(
    administrator: Visitor, made_of: Parts, database: Database, path: str
) -> None:
    """Wherever it is begun; the line has its number."""
    await done_with_its_line(database, "began a draft", administrator, path, BEGUN[path])
    (entry,) = await made_of.audit.entries(limit=1)
    assert await made_of.drafts.get(1) and (entry.subject == "draft 1" or entry.detail["draft"] == 1)


@pytest.mark.parametrize("action", DRAFTS)
async def test_nothing_becomes_of_a_draft_without_its_line(
    room: Newsroom, made_of: Parts, disk: Disk, action: str
) -> None:
    """On its way from the first word to live."""
    state, path, fields = DRAFTS[action]
    draft = await getattr(room, state)()
    async with Visitor(console_over(made_of, room), made_of.accounts) as visitor:
        await visitor.signed_in(Role.ADMINISTRATOR)
        here, fields = f"/drafts/{draft.id}/{path}", {**fields, "version": draft.version}
        await done_with_its_line(disk.database, action, visitor, here, fields)


async def test_one_change_has_one_line(disk: Disk) -> None:
    """The first; what changes nothing has none, nor has what is changed once the context is left."""
    audit, execute = AuditLog(disk.database), disk.database.execute
    change = "update themes set department = 'Treasury'"
    with audit.noting("ann@dwp.gov.uk", "wrote a note", "theme 1", lambda count: {"count": count}):
        await disk.database.run(lambda: execute(change).rowcount)
        assert not await audit.entries()
        await disk.database.run(lambda: execute(_ADD).rowcount)
        await disk.database.run(lambda: execute(change).rowcount)
    await disk.database.run(lambda: execute(change).rowcount)
    assert [entry.detail for entry in await audit.entries()] == [{"count": 1}]


_ADD = "insert into themes (title, state, created_at) values ('passports', 'new', '')"
