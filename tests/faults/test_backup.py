"""A backup is made while the bot writes, is checked before it is restored, and never takes anything's place unasked."""

from __future__ import annotations

import asyncio
import io
import os
import re
import shutil
import sqlite3
import stat
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot import backups
from bot.answers import AnswerBase
from bot.backups import make_backup, restore_backup
from bot.cli import main
from bot.errors import BackupError, QuestionLogError
from bot.messages import Message
from bot.releases import MODEL_FILE, ReleaseStore
from bot.storage.database import DATABASE_FILE, KEY_FILE, Database
from bot.storage.migrations import migrations
from tests.bot.test_releases import build
from tests.disk import ANSWERED, Disk
from tests.faults.desk import Desk, assert_sound, outcomes, rows
from tests.votes import vote

ROOT = Path(__file__).parents[2]
ASKED_ONCE = Message("", "discord", "parents", "general", author="jo", message_id="once")


@pytest.fixture
def data(tmp_path: Path, answers: AnswerBase) -> Path:
    """The data folder of a bot that has answered some questions from a release."""
    folder = tmp_path / "data"
    with closing(Desk(folder, answers)) as desk:
        asyncio.run(desk.ask_all(range(9)))
    store = ReleaseStore(folder / "releases")
    store.use(build(store).number)
    (folder / "console.key").write_bytes(b"k" * 32)
    return folder


@pytest.fixture
def backup(data: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    return make_backup(data, tmp_path / "backup.tar.gz").file


def assert_one_sentence(text: str) -> None:
    """One line, one full stop at its end."""
    assert re.fullmatch(r"[^\n]+[^.]\.", text), text


def packed(file: Path) -> dict[str, bytes]:
    """What an archive holds."""
    with tarfile.open(file) as archive:
        return {name: archive.extractfile(name).read() for name in archive.getnames()}  # type: ignore[union-attr]


def pack(file: Path, *members: tuple[tarfile.TarInfo, bytes]) -> None:
    """Write an archive with just these."""
    with tarfile.open(file, "w:gz") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def pack_files(file: Path, files: dict[str, bytes]) -> None:
    """Write an archive of plain files."""
    pack(file, *((tarfile.TarInfo(name), content) for name, content in files.items()))


# Making


async def test_a_backup_is_made_while_the_bot_answers(tmp_path: Path, answers: AnswerBase) -> None:
    """It holds all that was handled before it was asked for, and each reply's question; nobody waits for it."""
    with closing(Desk(tmp_path / "data", answers, busy_seconds=0.3)) as desk:
        handled = 0
        for _ in range(3):
            making = asyncio.create_task(asyncio.to_thread(make_backup, tmp_path / "data", tmp_path / f"{handled}.gz"))
            before = handled
            while not making.done():
                assert not (await desk.ask(handled)).outcome.value.startswith("error")
                handled += 1
            copy = tmp_path / f"copy {handled}"
            restore_backup((await making).file, copy)
            assert set(outcomes(copy)) >= {f"m{number}" for number in range(before)}
            assert_sound(copy)
    assert len(outcomes(tmp_path / "data")) == handled


def test_a_backup_is_its_owners_alone(data: Path, tmp_path: Path) -> None:
    """In a folder it is named by the time; nothing else is left there."""
    (tmp_path / "backups").mkdir()
    file = make_backup(data, tmp_path / "backups").file
    assert re.fullmatch(r"signpost-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz", file.name)
    assert list((tmp_path / "backups").iterdir()) == [file]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_holds_no_more_than_is_needed(backup: Path) -> None:
    """The log, the askers' key and the release in use; the console's key is made anew."""
    assert set(packed(backup)) == {
        "backup.json", DATABASE_FILE, KEY_FILE, "releases/current", "releases/0001/manifest.json",
        f"releases/0001/{MODEL_FILE}", "releases/0001/answers/debt/dro.md",
    }  # fmt: skip


async def test_what_was_erased_is_in_no_backup(tmp_path: Path) -> None:
    """Not in the free space of the file either, where words that were erased may stand until the night."""
    with closing(Disk(tmp_path / "data")) as disk:
        recorded = await disk.log.record(ASKED_ONCE, "zanzibar " * 300, (), ANSWERED)
        await disk.log.withdraw(recorded.question_id)
        file = make_backup(tmp_path / "data", tmp_path / "b.gz").file
    assert b"zanzibar zanzibar" not in packed(file)[DATABASE_FILE]


def test_a_backup_overwrites_nothing(data: Path, backup: Path) -> None:
    """Neither an earlier one nor anything else."""
    before = backup.read_bytes()
    with pytest.raises(BackupError, match="is there already") as caught:
        make_backup(data, backup)
    assert_one_sentence(str(caught.value))
    assert backup.read_bytes() == before


def test_a_release_that_is_broken_does_not_keep_the_log_from_being_saved(data: Path, tmp_path: Path) -> None:
    """That is when one is wanted; it says that the release is missing."""
    (data / "releases" / "0001" / MODEL_FILE).unlink()
    made = make_backup(data, tmp_path / "b.gz")
    assert "is missing" in made.release_problem and not [name for name in packed(made.file) if "releases" in name]
    restore_backup(made.file, tmp_path / "new")
    assert len(outcomes(tmp_path / "new")) == 9


def test_nothing_to_back_up_is_explained(tmp_path: Path) -> None:
    """A folder without a log, and a place that can't be written; nothing is left behind."""
    with pytest.raises(BackupError, match="no question log in") as caught:
        make_backup(tmp_path, tmp_path / "b.gz")
    assert_one_sentence(str(caught.value))
    Database(tmp_path / "data").close()
    with pytest.raises(BackupError, match="can't be written: No such file") as caught:
        make_backup(tmp_path / "data", tmp_path / "nowhere" / "b.gz")
    assert_one_sentence(str(caught.value))
    (tmp_path / "data" / DATABASE_FILE).write_bytes(b"no database " * 1000)
    with pytest.raises(QuestionLogError, match="not a question log"):
        make_backup(tmp_path / "data", tmp_path / "b.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


# Restoring


async def test_all_is_as_it_was(data: Path, backup: Path, tmp_path: Path, answers: AnswerBase) -> None:
    """In another folder: the same log, people known by the same names, the same release; and the bot goes on."""
    restored = restore_backup(backup, tmp_path / "new")
    assert (restored.set_aside, restored.erased) == (None, None)
    for sql in ("select * from questions", "select * from outbox", "select * from posts", "select * from audit"):
        assert rows(tmp_path / "new", sql) == rows(data, sql)
    assert ReleaseStore(tmp_path / "new" / "releases").current().name == "0001"
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [KEY_FILE, DATABASE_FILE, "releases"]
    with closing(Desk(tmp_path / "new", answers)) as desk, closing(Database(data)) as before:
        await desk.resume()
        await desk.ask_all(range(12))
        assert desk.bench.database.pseudonym("discord", "jo") == before.pseudonym("discord", "jo")
    assert len(outcomes(tmp_path / "new")) == 12 and not set(desk.posted) & {f"m{number}" for number in range(9)}


def test_a_folder_that_holds_something_is_left_alone(data: Path, backup: Path) -> None:
    """Unless it is said that it may be put aside; then all of it is kept there."""
    before = {path.relative_to(data): path.read_bytes() for path in data.rglob("*") if path.is_file()}
    with pytest.raises(BackupError, match=r"is not empty.*--replace") as caught:
        restore_backup(backup, data)
    assert_one_sentence(str(caught.value))
    assert {path.relative_to(data): path.read_bytes() for path in data.rglob("*") if path.is_file()} == before
    aside = restore_backup(backup, data, replace=True).set_aside
    assert aside is not None and stat.S_IMODE(aside.stat().st_mode) == 0o700
    assert before.items() <= {p.relative_to(aside): p.read_bytes() for p in aside.rglob("*") if p.is_file()}.items()
    assert_sound(data)
    # Another time, it stays where it is.
    assert restore_backup(backup, data, replace=True).set_aside
    assert (aside / KEY_FILE).is_file()


async def test_a_folder_in_use_is_left_alone(data: Path, backup: Path, answers: AnswerBase) -> None:
    """A bot that runs there goes on as if nothing had been."""
    with closing(Desk(data, answers)) as desk:
        with pytest.raises(BackupError, match="is in use: stop the bot") as caught:
            restore_backup(backup, data, replace=True)
        assert_one_sentence(str(caught.value))
        await desk.ask_all(range(9, 15))
    assert len(outcomes(data)) == 15
    assert {name for name in os.listdir(data) if "." not in name} == {"releases"}


@pytest.mark.parametrize("damage", ["noise", "gone"])
def test_a_damaged_log_can_be_replaced(data: Path, backup: Path, damage: str) -> None:
    """That is what backups are for: what is left of it is put aside."""
    file = data / DATABASE_FILE
    file.unlink() if damage == "gone" else file.write_bytes(b"noise" * 5000)
    restored = restore_backup(backup, data, replace=True)
    assert restored.erased is None and restored.set_aside
    assert len(outcomes(data)) == 9


def test_a_restore_that_is_cut_off_can_be_done_again(data: Path, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it was killed: no bot starts on half of it, and nothing of what was there is gone."""
    calls = iter(range(3))

    def killed(path: Path, goal: Path) -> Path:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return rename(path, goal)

    rename = Path.rename
    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        restore_backup(backup, data, replace=True)
    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(QuestionLogError, match="run `signpost restore` once more"):
        Database(data)
    restore_backup(backup, data, replace=True)
    Database(data).close()
    assert len(outcomes(data)) == 9
    assert {path.name for aside in data.glob("replaced-*") for path in aside.iterdir()} >= {
        DATABASE_FILE, KEY_FILE, "console.key", "releases"
    }  # fmt: skip


async def test_what_has_been_erased_since_is_erased_again(data: Path, tmp_path: Path) -> None:
    """Whoever was forgotten, and whose message was deleted, after the backup was made; others are as before."""
    message = replace(ASKED_ONCE, author="al", message_id="al1")
    with closing(Disk(data)) as disk:
        recorded = await disk.log.record(message, "zanzibar", (), ANSWERED)
        deleted = await disk.log.record(replace(message, message_id="al2"), "timbuktu", (), ANSWERED)
        kept = await disk.log.record(replace(message, author="mo", message_id="mo1"), "stays", (), ANSWERED)
        await vote(disk.log, kept.question_id, "discord", "al", True)
        await vote(disk.log, kept.question_id, "discord", "jo", True)
        file = make_backup(data, tmp_path / "later.gz").file
        await disk.log.withdraw(deleted.question_id)
        await disk.records.forget("discord", "al")
        await vote(disk.log, kept.question_id, "discord", "jo", False)
    assert restore_backup(file, data, replace=True).erased == 2
    stored = (data / DATABASE_FILE).read_bytes()
    assert b"timbuktu" not in stored.replace(b"\0", b"")
    texts = dict(rows(data, "select id, text from questions"))
    assert (texts[recorded.question_id], texts[deleted.question_id], texts[kept.question_id]) == (None, None, "stays")
    assert rows(data, f"select helpful from feedback where question_id = {kept.question_id}") == [(1,)]
    with closing(Disk(data)) as disk:
        held = await disk.records.held_about("discord", "al")
        assert (held.questions, held.votes) == ((), 0)
    assert_sound(data)


def test_a_key_that_was_dropped_stays_dropped(data: Path, backup: Path) -> None:
    """Otherwise people could be known again who no longer should be; another folder's keys are another's."""
    later = bytes(32) + b"n" * 32
    (data / KEY_FILE).write_bytes(later)
    restore_backup(backup, data, replace=True)
    assert (data / KEY_FILE).read_bytes() == later
    (data / KEY_FILE).write_bytes(b"o" * 32)
    restore_backup(backup, data, replace=True)
    assert (data / KEY_FILE).read_bytes() == packed(backup)[KEY_FILE]


# What isn't fit to be restored


def without_a_byte(file: Path) -> None:
    """A byte of the log has changed."""
    files = packed(file)
    log = bytearray(files[DATABASE_FILE])
    log[5000] ^= 1
    pack_files(file, {**files, DATABASE_FILE: bytes(log)})


def without_the_key(file: Path) -> None:
    """A file is missing."""
    pack_files(file, {name: content for name, content in packed(file).items() if name != KEY_FILE})


def with_another_file(file: Path) -> None:
    """A file that it doesn't speak of is there."""
    pack_files(file, {**packed(file), "releases/0001/more.txt": b"more"})


def cut_off(file: Path) -> None:
    """The end is missing."""
    file.write_bytes(file.read_bytes()[:-2000])


def of_later_times(file: Path) -> None:
    """A later version has made it."""
    files = packed(file)
    files["backup.json"] = files["backup.json"].replace(b'"format": 1', b'"format": 2')
    pack_files(file, files)


def no_archive(file: Path) -> None:
    """It is something else."""
    file.write_bytes(b"Dear diary")


def an_archive_of_something(file: Path) -> None:
    """It is somebody's archive."""
    pack_files(file, {"holiday.jpg": b"sun"})


DAMAGES = (
    without_a_byte,
    without_the_key,
    with_another_file,
    cut_off,
    of_later_times,
    no_archive,
    an_archive_of_something,
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_backup_that_is_not_whole_is_refused(backup: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """In one sentence, and nothing is left of the attempt."""
    damage(backup)
    with pytest.raises(BackupError) as caught:
        restore_backup(backup, tmp_path / "new")
    assert_one_sentence(str(caught.value))
    assert list((tmp_path / "new").iterdir()) == []


def link(name: str, kind: bytes, target: str) -> tuple[tarfile.TarInfo, bytes]:
    """A member that is no file."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member, b""


MEMBERS = {
    "up": (tarfile.TarInfo("../evil"), b"evil"),
    "up from within": (tarfile.TarInfo("releases/0001/../../../evil"), b"evil"),
    "absolute": (tarfile.TarInfo("/tmp/evil"), b"evil"),
    "symbolic link": link("releases/0001", tarfile.SYMTYPE, "/tmp"),
    "hard link": link("asker.key", tarfile.LNKTYPE, "/etc/passwd"),
    "device": link("questions.db", tarfile.CHRTYPE, ""),
    "pipe": link("questions.db", tarfile.FIFOTYPE, ""),
    "folder": link("releases/0001", tarfile.DIRTYPE, ""),
    "another file": (tarfile.TarInfo("console.key"), b"k" * 32),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_a_backup_writes_nowhere_else(backup: Path, tmp_path: Path, name: str) -> None:
    """Whatever an archive calls its members, and whatever they are."""
    pack(backup, MEMBERS[name])
    before = {path for path in tmp_path.rglob("*") if path.name != "new"}
    with pytest.raises(BackupError, match="which no backup of Signpost does") as caught:
        restore_backup(backup, tmp_path / "new")
    assert_one_sentence(str(caught.value))
    assert {path for path in tmp_path.rglob("*") if path.name != "new"} == before


def remade(backup: Path, change: Callable[[Path], object]) -> None:
    """Change what a backup holds, and let its checksums be right."""
    folder = backup.with_name("unpacked")
    for name, content in packed(backup).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / backups.BACKUP_FILE).unlink()
    change(folder)
    backup.unlink()
    backups._pack(folder, backup)
    shutil.rmtree(folder)


def run_sql(folder: Path, sql: str) -> None:
    """Change the log."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as db:
        db.execute("pragma writable_schema = on")
        db.execute(sql)
        db.commit()


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "later steps": (
        lambda folder: run_sql(folder, "insert into _sqlite_migrations values (999, 'signpost', 'later', 'now')"),
        "a later version",
    ),
    "a broken index": (
        lambda folder: run_sql(folder, "delete from sqlite_master where name = 'questions_by_asker'"), "is damaged"
    ),
    "a reply without a question": (
        lambda folder: run_sql(folder, "insert into posts values ('d', 'c', 'm', 999, '', '', 1)"), "is damaged"
    ),
    "no log": (lambda folder: (folder / DATABASE_FILE).write_bytes(b"no log" * 1000), "is damaged"),
    "a changed model": (lambda folder: (folder / "releases/0001" / MODEL_FILE).write_text("!"), "has been changed"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_backup_is_tried_before_it_takes_its_place(backup: Path, tmp_path: Path, name: str) -> None:
    """It may have been made of something broken, or by a version that knows more."""
    change, said = CHANGES[name]
    remade(backup, change)
    with pytest.raises(BackupError, match=said):
        restore_backup(backup, tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_backup_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """It has fewer tables, and gets the others."""
    (tmp_path / "data").mkdir()
    from sqlite_utils import Database as Plain

    with closing(Plain(tmp_path / "data" / DATABASE_FILE)) as db:
        migrations.apply(db, stop_before="create_accounts")
    (tmp_path / "data" / KEY_FILE).write_bytes(b"k" * 32)
    restore_backup(make_backup(tmp_path / "data", tmp_path / "b.gz").file, tmp_path / "new")
    with closing(Plain(tmp_path / "new" / DATABASE_FILE)) as db:
        assert migrations.pending(db) == []


def test_the_commands(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """There and back, and a fault as one sentence with an exit code."""

    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["signpost", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code, *capsys.readouterr())

    code, out, errors = run("backup", str(tmp_path / "b.gz"), "--data", str(data))
    assert (code, out[:13], errors) == (0, "Backed up to ", "")
    code, out, errors = run("restore", str(tmp_path / "b.gz"), "--data", str(tmp_path / "new"))
    assert code == 0 and "forgotten again" in out
    code, out, errors = run("restore", str(tmp_path / "b.gz"), "--data", str(tmp_path / "new"))
    assert code == 1 and errors.startswith("signpost: ")
    assert_one_sentence(errors.strip())
