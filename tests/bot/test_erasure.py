"""Words that have been erased are nowhere in the database's files: no table, no index, no page, no log."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import pytest

from bot.deliveries import Action, Owed
from bot.messages import Message, Outcome, Reply, Response
from bot.places import Place
from bot.storage import erasure as module
from bot.storage.database import DATABASE_FILE, now
from bot.storage.digest_store import DigestStore
from bot.storage.erasure import Erasure
from bot.storage.theme_store import ThemeStore
from tests.disk import ANSWERED, Disk, locked
from tests.waiting import end, until

SECRET = "xylophonebird"
TEXT = f"my {SECRET} is late"
PARENTS, STAFF = Place("discord", "parents", "general"), Place("discord", "parents", "staff")
UNANSWERED = Response(Outcome.UNANSWERED_LOW_CONFIDENCE)


@dataclass
class Log:
    """A log with what others have asked, and what Jo asks in it."""

    disk: Disk
    numbers: int = 0

    async def ask(self, text: str, author: str = "", owed: list[Owed] | None = None, absorbs: int = 0) -> int:
        """Record a question, of somebody new unless it says whose; returns its id."""
        self.numbers += 1
        number = self.numbers
        message = Message("", "discord", "parents", "general", author=author or f"p{number}", message_id=f"m{number}")
        return (await self.disk.log.record(message, text, (), UNANSWERED, owed or [], absorbs)).question_id

    def insert(self, table: str, **row: Any) -> int:
        """Put a row into a table."""
        return self.disk.database.run_now(lambda: self.disk.database.insert(table, row))

    def theme(self, title: str, *questions: int) -> int:
        """A theme of some questions that goes by a title."""
        theme = self.insert("themes", title=title, state="new", created_at=now())
        for question in questions:
            self.insert("theme_questions", question_id=question, theme_id=theme)
        return theme

    def title(self, theme: int) -> str:
        """What a theme goes by."""
        return str(self.disk.rows(f"select title from themes where id = {theme}")[0][0])

    def forget(self) -> Awaitable[int]:
        """Jo asks to be forgotten."""
        return self.disk.records.forget("discord", "jo")

    def is_left(self, secret: bytes = SECRET[3:].encode()) -> bool:
        """Whether Jo's words are in any of the database's files, which may be open. FTS5 shortens their beginnings."""
        return any(secret in path.read_bytes() for path in self.disk.folder.glob(f"{DATABASE_FILE}*"))


@pytest.fixture
async def log(disk: Disk) -> Log:
    """Ten people have asked."""
    made = Log(disk)
    for number in range(10):
        await made.ask(f"how much is benefit number {number}")
    return made


def quoting(place: Place, **changes: Any) -> Owed:
    """Something owed that quotes Jo."""
    moment = datetime.now(timezone.utc)
    return replace(Owed(0, place, Action.POST, Reply(f"You said: {TEXT}"), "m1", created_at=moment), **changes)


async def lived(log: Log) -> None:
    """Let Jo's words get into everything that holds or is made of words."""
    question = await log.ask(TEXT, "jo", [quoting(PARENTS)])
    other = await log.ask("is it late", "al")
    log.theme(TEXT, question, other)
    log.insert("question_vectors", question_id=question, vector=SECRET.encode() * 40, encoder="e", scores="{}")
    log.insert("me_too", question_id=other, asker=log.disk.database.pseudonym("discord", "jo"), asked_at=now())
    await log.disk.log.revise(question, f"{TEXT} again", (), UNANSWERED, [quoting(PARENTS)])
    log.insert("question_vectors", question_id=question, vector=SECRET.encode() * 40, encoder="e", scores="{}")
    log.theme(f"{TEXT} again", question)
    draft = log.insert(
        "drafts", kind="answer", answer="pay", author="ann", edited_by="ann", state="published", version=1,
        created_at=now(), changed_at=now(),
    )  # fmt: skip
    told = [quoting(PARENTS, not_before=datetime.now(timezone.utc))]
    (owed,) = (await log.disk.log.revise(question, f"{TEXT} again", (), UNANSWERED, told)).owed
    log.insert("tellings", draft_id=draft, question_id=question, outbox_id=owed.id, told_at=now())
    await shown_to_staff(log)


async def shown_to_staff(log: Log) -> Owed:
    """Let a digest that quotes Jo be owed."""
    store, moment = DigestStore(log.disk.database), datetime.now(timezone.utc)
    themes = await store.new_themes(STAFF, 9)
    assert await store.owe(STAFF, themes, moment, lambda number: Reply(f"“{TEXT}”"))
    ((owed_id,),) = log.disk.rows("select max(id) from outbox")
    return Owed(owed_id, STAFF, Action.POST)


def tables_with(disk: Disk, word: str) -> set[str]:
    """The tables in which a word stands."""
    return {where.partition(".")[0] for where, value in disk.values() if word in _as_text(value)}


def _as_text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


async def test_no_byte_is_left_of_who_was_forgotten(log: Log) -> None:
    """Neither in the open file and its log, nor once it is closed."""
    await lived(log)
    held = {"questions", "outbox", "themes", "question_vectors", "questions_fts", "questions_fts_data"}
    assert tables_with(log.disk, SECRET[3:]) >= held and log.is_left()
    assert await log.forget() == 1
    assert tables_with(log.disk, SECRET[3:]) == set() and not log.is_left()
    log.disk.close()
    assert not log.is_left()
    assert {path.name for path in log.disk.folder.glob("questions.db*")} == {DATABASE_FILE}


async def test_no_byte_is_left_of_many_words(log: Log) -> None:
    """However the pages were split and joined, once the file is written anew; what others asked can still be found."""
    words = [f"{number:03}zebrafish" for number in range(300)]
    for number, word in enumerate(words):
        await log.ask(f"{word} {'long ' * (number % 40)}", "jo" if number % 2 else "al")
        log.theme(f"{word} {'long ' * (number % 40)}"[:200], log.numbers)
    await log.forget()
    assert await Erasure(log.disk.database).rewrite()
    content = (log.disk.folder / DATABASE_FILE).read_bytes()
    assert [word for word in words[1::2] if word.encode() in content] == []
    assert [word for word in words[::2] if word.encode() not in content] == []
    find = "select count(*) from questions_fts where questions_fts match ?"
    assert [await log.disk.database.read(find, word) for word in ("zebrafish*", words[0], words[1])] == [
        [(0,)], [(1,)], [(0,)],
    ]  # fmt: skip


async def deleted(log: Log) -> None:
    """Jo's message is deleted on the platform."""
    await log.disk.log.withdraw(await log.ask(TEXT, "jo"))


async def absorbed(log: Log) -> None:
    """Jo's message turns out to be the first half of the next."""
    question = await log.ask(TEXT, "jo")
    await log.ask("and how much is it", "jo", absorbs=question)


async def edited(log: Log) -> None:
    """Jo puts it in other words."""
    await log.disk.log.revise(await log.ask(TEXT, "jo"), "is it late", (), ANSWERED)


@pytest.mark.parametrize("erase", [deleted, absorbed, edited])
async def test_no_byte_is_left_of_a_message_that_went(log: Log, erase: Callable[[Log], Awaitable[None]]) -> None:
    """Soon after."""
    await erase(log)
    assert await Erasure(log.disk.database).finish()
    assert not log.is_left()


async def test_what_was_left_to_do_is_done_after_a_restart(log: Log) -> None:
    """A crash makes none of it forgotten."""
    await deleted(log)
    log.disk.close()
    assert log.is_left()
    with closing(Disk(log.disk.folder)) as later:
        assert await Erasure(later.database).finish()
        assert not log.is_left()


async def test_it_waits_for_who_is_reading(log: Log) -> None:
    """What a reader still sees can't be taken away; it is done later, and holds up nobody."""
    await deleted(log)
    erasure = Erasure(log.disk.database)
    with closing(sqlite3.connect(log.disk.folder / DATABASE_FILE, isolation_level=None)) as other:
        other.execute("begin")
        other.execute("select count(*) from questions").fetchall()
        assert not await erasure.finish()
    assert await erasure.finish() and not log.is_left()


async def test_it_costs_nothing_where_nothing_was_erased(log: Log) -> None:
    """Nothing is written."""
    before = (log.disk.folder / f"{DATABASE_FILE}-wal").stat().st_size
    erasure = Erasure(log.disk.database)
    assert await erasure.finish() and await erasure.rewrite()
    assert (log.disk.folder / f"{DATABASE_FILE}-wal").stat().st_size == before > 0


async def test_questions_may_be_asked_and_erased_meanwhile(log: Log) -> None:
    """The search index stays whole, and what is erased while it is merged is seen to the next time."""
    erasure = Erasure(log.disk.database)

    async def work(name: str) -> None:
        for number in range(20):
            question = await log.ask(f"{name} asks {SECRET} {number}", name)
            await log.disk.log.withdraw(question)
            await erasure.finish()

    await asyncio.gather(*(work(name) for name in ("ann", "ben", "kim")))
    assert await erasure.finish() and not log.is_left()
    check = "insert into questions_fts (questions_fts, rank) values ('integrity-check', 1)"
    await log.disk.database.run(lambda: log.disk.database.execute(check))


async def test_it_is_kept_up_whatever_happens(
    log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that is held by another process is told of, and tried again."""
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(module, "REST_FACTOR", 0)
    await deleted(log)
    keeping = asyncio.create_task(Erasure(log.disk.database).keep_finishing())
    with locked(log.disk.folder):
        await until(lambda: "another process holds it" in caplog.text)
    await until(lambda: not log.is_left())
    await end(keeping)


@pytest.mark.parametrize(("hour", "is_rewritten"), [(3, True), (14, False)])
async def test_the_file_is_written_anew_at_night(
    log: Log, monkeypatch: pytest.MonkeyPatch, hour: int, is_rewritten: bool
) -> None:
    """Messages wait behind it. Where somebody reads at that moment, it is tried again."""
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(module, "REST_FACTOR", 0)
    await deleted(log)
    moment = datetime(2026, 11, 22, hour, tzinfo=timezone.utc)
    keeping = asyncio.create_task(Erasure(log.disk.database, lambda: moment).keep_finishing())
    await until(lambda: log.disk.rows("select 1 from erasures where done = asked"))
    await log.disk.database.run(lambda: None)
    assert log.disk.rows("select rewritten = asked from erasures") == [(int(is_rewritten),)]
    assert not log.is_left()
    await end(keeping)


async def test_forgetting_stands_where_the_rest_has_to_wait(log: Log) -> None:
    """Who is forgotten is told so, though somebody is reading: the rest follows."""
    await log.ask(TEXT, "jo")
    with closing(sqlite3.connect(log.disk.folder / DATABASE_FILE, isolation_level=None)) as other:
        other.execute("begin")
        other.execute("select count(*) from questions").fetchall()
        assert await log.forget() == 1
        assert tables_with(log.disk, SECRET[3:]) == set()
    assert await Erasure(log.disk.database).finish() and not log.is_left()


# Titles of themes


async def test_a_theme_goes_by_another_question_at_once(log: Log) -> None:
    """The newest of the others; and by none where there is none."""
    mine = [await log.ask(TEXT, "jo"), await log.ask(f"{TEXT} again", "jo")]
    theme = log.theme(TEXT, await log.ask("is it late", "al"), await log.ask("when does it come", "kim"), *mine)
    alone = log.theme(TEXT, await log.ask(TEXT, "jo"))
    assert await log.forget() == 3
    assert (log.title(theme), log.title(alone)) == ("when does it come", "")


async def test_a_title_goes_wherever_its_question_has_gone(log: Log) -> None:
    """A theme that was merged, and one that the question was taken out of, may still go by it."""
    question, other = await log.ask(TEXT, "jo"), await log.ask("is it late", "al")
    before, after = log.theme(TEXT), log.theme("when does it come", question, other)
    left = log.theme(TEXT, await log.ask("is it late yet", "kim"))
    await ThemeStore(log.disk.database).merge(after, [before])
    await log.disk.log.withdraw(question)
    assert [log.title(theme) for theme in (before, after, left)] == ["", "when does it come", "is it late yet"]


async def test_a_long_title_goes_too(log: Log) -> None:
    """It holds as much of the question as there is room for."""
    text = f"{SECRET} " * 40
    theme = log.theme(text[:200], await log.ask(text, "jo"), await log.ask("is it late", "al"))
    await log.forget()
    assert log.title(theme) == "is it late"


async def test_the_same_words_of_another_stay(log: Log) -> None:
    """They are that person's."""
    theme = log.theme(TEXT, await log.ask(TEXT, "jo"), await log.ask(TEXT, "al"))
    await log.forget()
    assert log.title(theme) == TEXT


# What staff are shown


async def test_what_staff_were_shown_is_not_kept(log: Log) -> None:
    """Nor what was given up."""
    log.theme("T", await log.ask(TEXT, "jo"))
    first = await shown_to_staff(log)
    await log.disk.outbox.delivered(first, ["d1"])
    second = await shown_to_staff(log)
    await log.disk.outbox.dropped(second, "too_old")
    assert log.disk.rows("select reply from outbox where question_id is null") == [("",), ("",)]


async def test_what_waits_for_staff_is_made_anew(log: Log) -> None:
    """Without the words; what another community's staff wait for stands."""
    question = await log.ask(TEXT, "jo")
    log.theme("T", question, await log.ask("is it late", "al"))
    waiting = await shown_to_staff(log)
    await log.disk.log.withdraw(question)
    where = f"where id = {waiting.id}"
    assert log.disk.rows(f"select reply, drop_reason from outbox {where}") == [("", "forgotten")]
    assert log.disk.rows("select * from digests") == [] == log.disk.rows("select * from digest_themes")
    (theme,) = await DigestStore(log.disk.database).new_themes(STAFF, 9)
    assert theme.words == "is it late"


async def test_other_staff_are_shown_what_waits_for_them(log: Log) -> None:
    """And what was shown before counts as shown."""
    question = await log.ask(TEXT, "jo")
    log.theme("T", question)
    await log.disk.outbox.delivered(await shown_to_staff(log), ["d1"])
    elsewhere = Place("discord", "tenants", "staff")
    await DigestStore(log.disk.database).owe(elsewhere, [], datetime.now(timezone.utc), lambda number: Reply("new"))
    await log.disk.log.withdraw(question)
    assert log.disk.rows("select community from digests order by id") == [("parents",), ("tenants",)]
    assert log.disk.rows("select count(*) from outbox where dropped_at is null and delivered_at is null") == [(1,)]
