"""Staff are shown what people in their community ask that has no answer, and decide about it where they are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot import wording
from bot.deliveries import Action, Button, ButtonKind, Owed, Press
from bot.messages import Message, Outcome, Response
from bot.places import Place
from bot.storage.audit_log import AuditLog
from bot.storage.digest_store import DigestStore
from bot.storage.outbox import Outbox, Pace
from bot.storage.theme_store import ThemeStore
from bot.telling import digest as module
from bot.telling.digest import Digest
from tests.disk import Disk
from tests.waiting import end, until

PARENTS = Place("discord", "parents")
STAFF = Place("discord", "parents", "staff")
UNANSWERED = Response(Outcome.UNANSWERED_LOW_CONFIDENCE)
URL = "https://console.example.org/"


@dataclass
class Desk:
    """A community whose moderators have named a channel for staff."""

    disk: Disk
    numbers: int = 0

    def digest(self, every_seconds: float = 3600, url: str = URL) -> Digest:
        """The digest, as of a fresh start."""
        database = self.disk.database
        return Digest(DigestStore(database), ThemeStore(database), AuditLog(database), url, every_seconds)

    async def theme(self, *asked: str, community: str = "parents", state: str = "new", theme: int = 0) -> int:
        """A theme of questions, each asked by somebody else; or more questions of one. Returns its number."""
        row = {"title": "T", "state": state, "created_at": "2026-11-01"}
        theme = theme or await self.disk.database.run(lambda: self.disk.database.insert("themes", row))
        for text in asked:
            self.numbers += 1
            author = f"person {self.numbers}"
            message = Message(text, "discord", community, "general", author=author, message_id=f"m{self.numbers}")
            recorded = await self.disk.log.record(message, text, (), UNANSWERED)
            member = {"question_id": recorded.question_id, "theme_id": theme}
            await self.disk.database.run(lambda member=member: self.disk.database.insert("theme_questions", member))
        return theme

    async def shown(self) -> list[Owed]:
        """What has been posted to staff, now delivered."""
        outbox = Outbox(self.disk.database, Pace(0, 0, 100), lambda place, slug: False)
        found = list(await outbox.due("discord", ()))
        for owed in found:
            await outbox.delivered(owed, ["d1"])
        return found

    def states(self) -> list[tuple[str, str | None]]:
        """The state of each theme, with the reason."""
        return self.disk.rows("select state, reason from themes order by id")


@pytest.fixture
async def desk(disk: Disk) -> Desk:
    """Nobody has asked yet."""
    await disk.store.write_changes(PARENTS, {"digest_channel": "staff"}, "mod")
    return Desk(disk)


def press(kind: ButtonKind, theme: int, digest: int = 1, **changes: Any) -> Press:
    """A moderator's press of a button under a digest."""
    return replace(Press(STAFF, "d1", "mod", Button(kind, theme=theme, digest=digest), True), **changes)


def body(owed: Owed) -> str:
    """What it says."""
    assert owed.reply is not None
    return owed.reply.body


async def test_new_themes_are_shown(desk: Desk) -> None:
    """The most asked first, in their newest words there, with what can be done about each."""
    await desk.theme("can i get a bus pass")
    most = await desk.theme("how do i vote", "where do i *vote* @everyone [x](http://evil.example)\n# now")
    await desk.disk.log.record_me_too(2, "discord", "presser")
    assert await desk.digest().send() == 1
    (owed,) = await desk.shown()
    assert owed.place == STAFF and owed.action is Action.POST and owed.keeps and owed.reply is not None
    assert owed.reply.title == wording.DIGEST_TITLE
    first, second = owed.reply.body.split("\n\n")
    words = r"where do i \*vote\* \@everyone \[x\]\(http\:\/\/evil\.example\) \# now"
    assert first.startswith(f"**1.** “{words}”\n")
    assert "asked this: 2. Would like to know too: 1." in first and "bus pass" in second
    labels = [action.label for action in owed.reply.actions]
    assert labels[:3] == ["1 Open", "1 Assign to me", "1 Not for us"] and len(labels) == 6
    assert owed.reply.actions[0].url == f"https://console.example.org/themes/{most}"


async def test_once_and_not_too_often(desk: Desk) -> None:
    """A theme is shown once; what is new waits until the next is due; nothing new is no digest."""
    await desk.theme("one")
    assert [await desk.digest().send() for _ in range(2)] == [1, 0]
    await desk.theme("two")
    assert await desk.digest().send() == 0
    assert await desk.digest(0).send() == 1
    assert await desk.digest(0).send() == 0
    assert len(desk.disk.rows("select * from digests")) == 2


async def test_more_than_fit(desk: Desk) -> None:
    """Come with the next."""
    for number in range(7):
        await desk.theme(f"question {number}")
    await desk.digest().send()
    (first,) = await desk.shown()
    assert wording.DIGEST_MORE in body(first)
    await desk.digest(0).send()
    (second,) = await desk.shown()
    assert "question 6" in body(second) and wording.DIGEST_MORE not in body(second)


async def test_what_is_not_shown(desk: Desk) -> None:
    """Themes of other communities, those decided already, words that are gone; nor anything where nobody wants it."""
    await desk.theme("elsewhere", community="gamers")
    await desk.theme("decided", state="out_of_scope")
    gone = await desk.theme("gone")
    await desk.disk.log.withdraw(gone)
    assert await desk.digest().send() == 0
    await desk.theme("new")
    await desk.disk.store.write_changes(PARENTS, {"digest_channel": ""}, "mod")
    assert await desk.digest().send() == 0
    await desk.disk.store.write_changes(PARENTS, {"digest_channel": "staff"}, "mod")
    await desk.disk.store.joined("discord", "parents", "Parents")
    await desk.disk.store.left("discord", "parents")
    assert await desk.digest().send() == 0


async def test_assign_to_me(desk: Desk) -> None:
    """The theme is in hand, by whom is noted, and the digest shows it; nobody takes it twice."""
    theme = await desk.theme("one")
    await desk.digest(url="").send()
    pressed = await desk.digest().press(press(ButtonKind.ASSIGN, theme))
    assert pressed.word == wording.DIGEST_YOURS and pressed.reply is not None
    assert wording.DIGEST_IN_HAND in pressed.reply.body
    assert [action.label for action in pressed.reply.actions] == ["1 Open"]
    assert (await desk.digest().press(press(ButtonKind.NOT_FOR_US, theme))).word == wording.DIGEST_DECIDED
    assert desk.states() == [("in_hand", "")]
    by = f"discord moderator {desk.disk.log.pseudonym('discord', 'mod')[:8]}"
    assert desk.disk.rows('select "by", text from theme_notes') == [(by, wording.DIGEST_NOTE_MINE)]
    assert desk.disk.rows("select subject from audit") == [(f"theme {theme}",)]
    await desk.disk.records.forget("discord", "mod")
    assert desk.disk.rows('select "by" from theme_notes') == [("discord moderator ",)]


async def test_not_for_us(desk: Desk) -> None:
    """The theme is out of scope, from chat; one that is asked elsewhere too is not theirs to close."""
    mine, shared = await desk.theme("one"), await desk.theme("two")
    await desk.theme("two too", community="gamers", theme=shared)
    await desk.digest().send()
    assert (await desk.digest().press(press(ButtonKind.NOT_FOR_US, mine))).word == wording.DIGEST_NOT_OURS
    assert (await desk.digest().press(press(ButtonKind.NOT_FOR_US, shared))).word == wording.DIGEST_SHARED
    assert desk.states() == [("out_of_scope", "from chat"), ("new", None)]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"author_is_moderator": False}, wording.DIGEST_MODERATORS),
        ({"place": replace(STAFF, channel="general")}, wording.DIGEST_GONE),
        ({"place": replace(STAFF, platform="telegram")}, wording.DIGEST_GONE),
        ({"button": Button(ButtonKind.NOT_FOR_US, theme=2, digest=1)}, wording.DIGEST_GONE),
        ({"button": Button(ButtonKind.NOT_FOR_US, theme=1, digest=9)}, wording.DIGEST_GONE),
    ],
)
async def test_who_may_not_decide(desk: Desk, changes: dict[str, Any], word: str) -> None:
    """Nobody but a moderator, where the digest is, about what it shows; forged presses change nothing."""
    theme = await desk.theme("one")
    await desk.digest().send()
    await desk.theme("two", community="gamers")
    assert (await desk.digest().press(press(ButtonKind.NOT_FOR_US, theme, **changes))).word == word
    assert desk.states() == [("new", None), ("new", None)]


async def test_a_group_that_moves_takes_its_digests_along(desk: Desk) -> None:
    """They go to the supergroup, and the buttons of those that stand work there."""
    await desk.disk.store.write_changes(Place("telegram", "-1"), {"digest_channel": "-1"}, "mod")
    message = Message("q", "telegram", "-1", "-1", author="a", message_id="1")
    recorded = await desk.disk.log.record(message, "q", (), UNANSWERED)
    theme = await desk.theme()
    member = {"question_id": recorded.question_id, "theme_id": theme}
    await desk.disk.database.run(lambda: desk.disk.database.insert("theme_questions", member))
    await desk.digest().send()
    await desk.disk.store.moved("telegram", "-1", "-2")
    here = Place("telegram", "-2", "-2")
    assert (await desk.digest().press(press(ButtonKind.ASSIGN, theme, place=here))).word == wording.DIGEST_YOURS
    due = await DigestStore(desk.disk.database).due(datetime.now(timezone.utc) + timedelta(hours=1))
    assert here in due and Place("telegram", "-1", "-1") not in due


async def test_it_keeps_sending(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong once."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    failures = [RuntimeError("unforeseen")]
    new_themes = DigestStore.new_themes

    async def fails_once(store: DigestStore, place: Place, limit: int) -> object:
        if failures:
            raise failures.pop()
        return await new_themes(store, place, limit)

    monkeypatch.setattr(DigestStore, "new_themes", fails_once)
    await desk.theme("one")
    sending = asyncio.create_task(desk.digest().keep_sending())
    await until(lambda: desk.disk.rows("select 1 from digests"))
    await end(sending)
