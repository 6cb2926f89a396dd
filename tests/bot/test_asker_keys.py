"""The key of people's names can be changed: everybody is known by both, counts once, and an old key goes in the end."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.answers import AnswerBase
from bot.deliveries import Action, Button, ButtonKind, Owed, Press
from bot.errors import QuestionLogError
from bot.messages import Given, Reply
from bot.presses import Presses
from bot.settings import RetentionSettings
from bot.storage.asker_keys import DROPPED, AskerKeys, rotate
from bot.storage.database import DATABASE_FILE, KEY_FILE, Database, as_stored
from bot.storage.digest_store import DigestStore
from bot.storage.grouping_store import GroupingStore
from bot.storage.key_rotation import drop_unused_keys, forget_dropped, rows_under
from bot.storage.retention import Retention
from bot.storage.theme_store import ThemeStore
from tests.command_line import CommandLine
from tests.disk import ASKED, Disk
from tests.votes import vote

KEY = 32
DAY = 86_400
DROP = ("keys", "rotate", "--drop-old", "--yes")


@dataclass
class Log:
    """A log in which people ask and press while its key is changed."""

    disk: Disk

    @property
    def path(self) -> Path:
        """The keys' file."""
        return self.disk.folder / KEY_FILE

    def rotate(self) -> None:
        """Change the key, as another process would."""
        rotate(self.path, drop_old=False)
        self.disk.database.keys.look_again()

    async def ask(self, author: str = "jo", text: str = "how much") -> int:
        """Ask in the community."""
        return (await self.disk.record(message=replace(ASKED, author=author), text=text)).question_id

    async def theme(self, *questions: int) -> int:
        """A theme of some questions, counted."""
        store = GroupingStore(self.disk.database)
        (theme,) = await store.begin_themes(["t"])
        for question in questions:
            row = {"question_id": question, "theme_id": theme}
            await self.disk.database.run(lambda row=row: self.disk.database.insert("theme_questions", row))  # type: ignore[misc]
        return theme

    async def people(self, theme: int) -> int:
        """How many people a theme is asked by."""
        await GroupingStore(self.disk.database).count([theme])
        ((count,),) = self.disk.rows(f"select people from themes where id = {theme}")
        return int(count)

    def settle(self, days: float = 2) -> None:
        """Let the key have been changed a while ago."""
        then = self.path.stat().st_mtime - days * DAY
        os.utime(self.path, (then, then))


@pytest.fixture
def log(disk: Disk) -> Log:
    """Nothing has been asked."""
    return Log(disk)


# The file


def test_names_of_a_new_key_differ(log: Log) -> None:
    """A running process uses it at once, and knows people by the old one too; names tell their key and nothing else."""
    (before,) = log.disk.database.keys.names("discord", "jo")
    log.rotate()
    log.rotate()
    newest, middle, oldest = log.disk.database.keys.names("discord", "jo")
    assert oldest == before and log.disk.database.pseudonym("discord", "jo") == newest
    assert re.fullmatch(r"3-[0-9a-f]{32}", newest) and re.fullmatch(r"2-[0-9a-f]{32}", middle)
    assert len({name[-32:] for name in (newest, middle, oldest)}) == 3


def test_the_file_is_the_owners_alone(log: Log) -> None:
    """After a change too; and a scratch file is not left, nor a key anywhere else."""
    log.rotate()
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    content = log.path.read_bytes()
    assert len(content) == 2 * KEY and content[:KEY] != content[KEY:]
    assert {path.name for path in log.disk.folder.glob("asker*")} == {KEY_FILE, "asker.lock"}
    for path in log.disk.folder.glob(f"{DATABASE_FILE}*"):
        assert content[:KEY] not in path.read_bytes() and content[KEY:] not in path.read_bytes()


async def test_a_lost_key_is_told(log: Log) -> None:
    """In a sentence with both ways on; a bot that runs goes on with what it has read, and none is made in its place."""
    await log.ask()
    log.path.unlink()
    assert (await log.ask()) and not log.path.exists()
    log.disk.close()
    with pytest.raises(QuestionLogError, match=r"is missing: put it back.*keys rotate --drop-old") as caught:
        Database(log.disk.folder)
    assert str(caught.value).count(".") <= 3 and not log.path.exists()


@pytest.mark.parametrize("content", [b"", b"short", bytes(40), DROPPED])
def test_a_damaged_key_is_told(tmp_path: Path, content: bytes) -> None:
    """In a sentence."""
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(QuestionLogError, match="is damaged: put it back"):
        AskerKeys(tmp_path / KEY_FILE)


def test_a_damaged_key_stops_no_running_bot(log: Log) -> None:
    """It goes on with what it has read."""
    (before,) = log.disk.database.keys.names("discord", "jo")
    log.path.write_bytes(b"short")
    assert log.disk.database.keys.names("discord", "jo") == (before,)


# People


async def test_a_person_is_known_across_keys(log: Log) -> None:
    """What they asked before is shown and erased with what they asked since."""
    await log.ask(text="before the change")
    log.rotate()
    assert len((await log.disk.records.held_about("discord", "jo")).questions) == 1
    await log.ask(text="after the change")
    log.rotate()
    assert len((await log.disk.records.held_about("discord", "jo")).questions) == 2
    assert await log.disk.records.forget("discord", "jo") == 2
    assert not log.disk.rows("select 1 from questions where text is not null")


async def test_a_person_has_one_vote(log: Log) -> None:
    """A later one takes the place of an earlier one; others' stand."""
    question = await log.ask()
    for author in ("jo", "al"):
        await vote(log.disk.log, question, "discord", author, True)
    log.rotate()
    await vote(log.disk.log, question, "discord", "jo", False)
    assert log.disk.rows("select helpful, unhelpful from questions") == [(1, 1)]
    assert log.disk.rows("select count(*) from feedback") == [(2,)]


async def test_two_votes_of_one_person_become_the_later(log: Log) -> None:
    """Where a process had not seen the change yet, and so wrote under both."""
    question, author = await log.ask(), "jo"
    old = log.disk.database.pseudonym("discord", author)
    log.rotate()
    await vote(log.disk.log, question, "discord", author, False)
    late = {"question_id": question, "asker": old, "helpful": 1, "given_at": "2026-11-22"}
    await log.disk.database.run(lambda: log.disk.database.insert("feedback", late))
    assert log.disk.rows("select helpful, unhelpful from questions") == [(1, 1)]
    await log.ask(author)
    assert log.disk.rows("select helpful, unhelpful from questions where helpful + unhelpful") == [(0, 1)]


async def test_a_person_joins_once(log: Log) -> None:
    """And is told so."""
    question = await log.ask("al")
    assert await log.disk.log.record_me_too(question, "discord", "jo")
    log.rotate()
    assert not await log.disk.log.record_me_too(question, "discord", "jo")
    assert log.disk.rows("select count(*) from me_too") == [(1,)]


async def test_a_theme_counts_a_person_once(log: Log) -> None:
    """Who asked before and asks again since, and who joined another's question of it."""
    first, other = await log.ask("jo"), await log.ask("al")
    await log.disk.log.record_me_too(other, "discord", "kim")
    log.rotate()
    theme = await log.theme(first, other, await log.ask("jo"))
    await log.disk.log.record_me_too(first, "discord", "kim")
    assert await log.people(theme) == 3


async def test_an_askers_buttons_go_on_working(log: Log, served_answers: AnswerBase) -> None:
    """Under a question of before the change, for its asker alone."""
    owed = Owed(0, ASKED.place, Action.POST, Reply("which?"), "m1")
    recorded = await log.disk.record([owed], replace(ASKED, author="jo"))
    await log.disk.outbox.delivered(recorded.owed[0], ["p1"])
    log.rotate()
    presses = Presses(lambda: served_answers, log.disk.log)

    async def press(author: str) -> Any:
        return (await presses.press(Press(ASKED.place, "p1", author, Button(ButtonKind.PICK, answer="pay")))).reply

    assert await press("al") is None and await press("jo")


async def test_a_moderators_decision_is_theirs(log: Log) -> None:
    """It is shown and erased after a change too."""
    theme = await log.theme()
    by = DigestStore(log.disk.database).named("discord", "mo")
    await ThemeStore(log.disk.database).add_note(theme, by, "mine")
    log.rotate()
    assert (await log.disk.records.held_about("discord", "mo")).notes == 1
    await log.disk.records.forget("discord", "mo")
    assert log.disk.rows('select "by" from theme_notes') == [("discord moderator ",)]


async def test_two_bots_use_the_new_key_at_once(log: Log) -> None:
    """Each process looks for itself."""
    with closing(Disk(log.disk.folder)) as other:
        log.rotate()
        names = {disk.database.pseudonym("discord", "jo") for disk in (log.disk, other)}
        await other.record(message=replace(ASKED, author="jo"))
        await log.ask()
    assert log.disk.rows("select distinct asker from questions") == [(*names,)]


# The end of a key


async def test_a_key_that_nothing_needs_is_dropped(log: Log) -> None:
    """Once its rows have gone or have been moved to the new one, and not on the day of the change."""
    await log.ask("jo")
    await log.ask("al")
    log.rotate()
    database = log.disk.database
    await log.ask("jo")
    assert [await rows_under(database, number) for number in (1, 2)] == [1, 2]
    log.settle()
    assert await drop_unused_keys(database) == []
    await database.run(lambda: database.execute("update questions set asked_at = ?", _ago(100)))
    log.rotate()
    await Retention(database, RetentionSettings(), rest_factor=0).run()
    assert len(database.keys.names("discord", "jo")) == 3
    log.settle()
    await Retention(database, RetentionSettings(), rest_factor=0).run()
    database.keys.look_again()
    (name,) = database.keys.names("discord", "jo")
    assert name.startswith("3-") and log.path.read_bytes()[: 2 * KEY] == DROPPED * 2
    log.rotate()
    assert database.pseudonym("discord", "jo").startswith("4-")


async def test_a_key_is_kept_while_a_note_bears_its_name(log: Log) -> None:
    """A moderator can still be shown and forgotten."""
    theme = await log.theme()
    await ThemeStore(log.disk.database).add_note(theme, DigestStore(log.disk.database).named("discord", "mo"), "mine")
    log.rotate()
    log.settle()
    assert await drop_unused_keys(log.disk.database) == []


async def _much(log: Log) -> None:
    theme = await log.theme(await log.ask("jo"))
    for author in ("jo", "al"):
        await vote(log.disk.log, 1, "discord", author, True)
        await log.disk.log.record_me_too(1, "discord", author)
        await log.disk.log.record_choice(1, "discord", author, Given("pay"), "p")
    await ThemeStore(log.disk.database).add_note(theme, DigestStore(log.disk.database).named("discord", "mo"), "mine")


async def test_dropping_forgets_who_it_was(log: Log, signpost: CommandLine) -> None:
    """At once and everywhere, with one command; questions, votes and words stay."""
    await _much(log)
    done = await asyncio.to_thread(signpost, *DROP, "--data", str(log.disk.folder))
    assert "Key 2 is in use" in done.output and "rows: 8" in done.output
    names = log.disk.rows(
        "select asker from questions union all select asker from feedback union all select asker from choices "
        "union all select asker from me_too"
    )
    assert not [name for (name,) in names if re.match("[0-9a-f]", name)]
    assert log.disk.rows('select "by" from theme_notes') == [("discord moderator ",)]
    assert log.disk.rows("select text, helpful from questions") == [("how much", 2)]
    held = await log.disk.records.held_about("discord", "jo")
    assert (len(held.questions), held.votes, held.notes) == (0, 0, 0)
    assert (await log.ask("jo")) and len((await log.disk.records.held_about("discord", "jo")).questions) == 1


async def test_dropping_is_the_way_on_from_a_lost_key(log: Log, signpost: CommandLine) -> None:
    """No name of before is taken for one of the new key's."""
    log.rotate()
    await _much(log)
    log.path.unlink()
    done = await asyncio.to_thread(signpost, *DROP, "--data", str(log.disk.folder))
    assert "Key 3 is in use" in done.output and done.code == 0
    with closing(Disk(log.disk.folder)) as later:
        assert (await later.records.held_about("discord", "jo")).questions == ()
        assert later.database.pseudonym("discord", "jo").startswith("3-")
        assert await forget_dropped(later.database) == 0


def test_keys_are_listed_and_changed(log: Log, signpost: CommandLine) -> None:
    """By number, with what bears names of them; no key is ever printed."""
    data = ("--data", str(log.disk.folder))
    assert "Key 1, in use: 0 rows." in signpost("keys", "list", *data).output
    assert "Key 2 is in use from now on." in signpost("keys", "rotate", *data).output
    listed = signpost("keys", "list", *data).output
    assert listed.splitlines() == ["Key 1: 0 rows.", "Key 2, in use: 0 rows."]
    signpost("keys", "rotate", "--drop-old", *data, typed="n\n")
    assert len(log.path.read_bytes()) == 2 * KEY


def _ago(days: float) -> str:
    return as_stored(datetime.now(timezone.utc) - timedelta(days=days))
