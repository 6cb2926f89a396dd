"""Backups of a data folder: one file each, made while the bot runs, and restored whole or not at all.

A backup holds the question log with all that officials have made, the askers' key and the release in use. It is as
confidential as the data folder: whoever has the key can tell whether somebody they know has asked something.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, mkdtemp
from typing import IO

import msgspec

from bot.disk import put_on_disk
from bot.errors import BackupError, QuestionLogError, ReleaseError
from bot.releases import CURRENT_FILE, MANIFEST_FILE, ReleaseStore
from bot.secret_files import BYTES
from bot.storage.asker_keys import DROPPED
from bot.storage.backup import check_copy, copy_database, erase_again, out_of_use
from bot.storage.database import DATABASE_FILE, KEY_FILE, RESTORING_FOLDER, Database

FORMAT = 1
BACKUP_FILE = "backup.json"
RELEASES_FOLDER = "releases"
NAME = "signpost-{:%Y-%m-%dT%H%M%SZ}.tar.gz"
SET_ASIDE = "replaced-{:%Y-%m-%dT%H%M%SZ}-"
PACKING = ".signpost-backup-"
SCRATCH = ".unpacked-"
"""How the names of folders begin in which a backup is put together, or unpacked; a killed process leaves one behind."""
BLOCK = 1 << 20


class Contents(msgspec.Struct, frozen=True):
    """What a backup says of itself: `files` holds the SHA-256 of each."""

    format: int
    made_at: str
    files: dict[str, str]


@dataclass(frozen=True)
class Made:
    """A backup that was made; `release_problem` says why it holds no release, where it holds none."""

    file: Path
    release_problem: str = ""


@dataclass(frozen=True)
class Restored:
    """What has been restored: from when it is, and where what was there before has been put aside, if anything was.

    `erased` is how many questions were erased again, since they had been after the backup was made; None where that
    can't be known.
    """

    made_at: str
    set_aside: Path | None
    erased: int | None


def make_backup(data: Path, target: Path) -> Made:
    """Back up a data folder to a new file, or to one named by the time in a folder. The bots may go on.

    Raises BackupError and QuestionLogError.
    """
    if not (data / DATABASE_FILE).is_file():
        raise BackupError(f"There is no question log in {data}: choose a folder with --data.")
    file = target / NAME.format(datetime.now(timezone.utc)) if target.is_dir() else target
    if file.exists():
        raise BackupError(f"{file} is there already: choose another name.")
    try:
        # Readable by its owner alone, like all that is made in it.
        with TemporaryDirectory(prefix=PACKING, dir=file.parent) as scratch:
            problem = _gather(data, Path(scratch))
            _pack(Path(scratch), file)
    except OSError as error:
        raise BackupError(f"{file} can't be written: {error.strerror or error}.") from error
    return Made(file, problem)


def restore_backup(file: Path, data: Path, replace: bool = False) -> Restored:
    """Check a backup, and put it in the place of a data folder, which must be empty unless `replace` is given.

    What was there is put aside, not deleted. Raises BackupError; then the folder is as it was.
    """
    if _present(data) and not replace:
        raise BackupError(
            f"{data} is not empty: choose another folder with --data, or put what it holds aside with --replace."
        )
    try:
        data.mkdir(parents=True, exist_ok=True)
        # In the folder itself, which may be a disk of its own.
        for left in data.glob(f"{SCRATCH}*"):
            shutil.rmtree(left, ignore_errors=True)
        with TemporaryDirectory(prefix=SCRATCH, dir=data) as scratch:
            contents = _unpack(file, Path(scratch))
            _check(Path(scratch))
            _keep_later_keys(Path(scratch) / KEY_FILE, data / KEY_FILE)
            erased = _erase_again(Path(scratch), data)
            set_aside = _put_in_place(Path(scratch), data)
    except OSError as error:
        raise BackupError(f"{data} can't be written: {error.strerror or error}.") from error
    return Restored(contents.made_at, set_aside, erased)


def _gather(data: Path, scratch: Path) -> str:
    """Copy what a backup holds, and return why there is no release in it."""
    copy_database(data, scratch / DATABASE_FILE)
    shutil.copyfile(data / KEY_FILE, scratch / KEY_FILE)
    (scratch / RELEASES_FOLDER).mkdir()
    try:
        release = ReleaseStore(data / RELEASES_FOLDER).current()
        folder = scratch / RELEASES_FOLDER / release.name
        for name in (MANIFEST_FILE, *release.manifest.files):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(release.folder / name, folder / name)
    except ReleaseError as error:
        return str(error)
    (scratch / RELEASES_FOLDER / CURRENT_FILE).write_text(f"{release.number}\n", encoding="ascii")
    return ""


def _pack(folder: Path, file: Path) -> None:
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    made_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    contents = Contents(FORMAT, made_at, {name: _digest(folder / name) for name in names})
    (folder / BACKUP_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(contents)))
    packed = folder / "packed"
    with open(os.open(packed, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as written:
        # A release is packed already, and the log is packed well enough at once.
        with tarfile.open(fileobj=written, mode="w:gz", compresslevel=1) as archive:
            for name in (BACKUP_FILE, *names):
                archive.add(folder / name, name)
        written.flush()
        os.fsync(written.fileno())
    _rename_new(packed, file)
    put_on_disk(file.parent)


def _unpack(file: Path, folder: Path) -> Contents:
    """Write what a backup holds into a folder, and nothing anywhere else. Raises BackupError."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            for member in archive:
                if not member.isreg() or not _may_hold(member.name) or (folder / member.name).exists():
                    raise BackupError(f"{file} holds {member.name!r}, which no backup of Signpost does.")
                content = archive.extractfile(member)
                assert content is not None
                _write(content, folder / member.name)
        contents = msgspec.json.decode((folder / BACKUP_FILE).read_bytes(), type=Contents)
    except FileNotFoundError as error:
        what = "no backup of Signpost" if file.exists() else "not there"
        raise BackupError(f"{file} is {what}: choose another file.") from error
    except (tarfile.TarError, EOFError, OSError, ValueError, msgspec.MsgspecError) as error:
        raise BackupError(f"{file} is damaged, or no backup of Signpost: choose another file.") from error
    _compare(file, folder, contents)
    return contents


def _compare(file: Path, folder: Path, contents: Contents) -> None:
    """Raises BackupError unless every file is there and as it was."""
    if contents.format > FORMAT:
        raise BackupError(f"{file} was made by a later version of Signpost: update this one first.")
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {BACKUP_FILE}
    wrong = found ^ set(contents.files) or {
        name for name, digest in contents.files.items() if _digest(folder / name) != digest
    }
    if wrong or not {DATABASE_FILE, KEY_FILE} <= found:
        raise BackupError(
            f"{file} is damaged ({', '.join(sorted(wrong)) or 'files are missing'}): choose another file."
        )


def _check(folder: Path) -> None:
    """Raises BackupError unless a bot could start from the folder. An older log is brought up to date."""
    check_copy(folder / DATABASE_FILE)
    try:
        Database(folder).close()
        releases = ReleaseStore(folder / RELEASES_FOLDER)
        if releases.current_number() is not None:
            releases.current()
    except (QuestionLogError, ReleaseError) as error:
        raise BackupError(f"The backup can't be used. {error}") from error
    (folder / BACKUP_FILE).unlink()


def _erase_again(folder: Path, data: Path) -> int | None:
    if not (data / DATABASE_FILE).is_file():
        return None
    with out_of_use(data):
        pass
    return erase_again(folder / DATABASE_FILE, data)


def _keep_later_keys(restored: Path, present: Path) -> None:
    """Where the keys that are there are those of the backup some time later, they stay: a dropped key is gone."""
    if not present.is_file():
        return
    before, after = (_keys(path.read_bytes()) for path in (restored, present))
    if len(after) >= len(before) and all(new in (old, DROPPED) for old, new in zip(before, after)):
        shutil.copyfile(present, restored)


def _keys(content: bytes) -> list[bytes]:
    return [content[place : place + BYTES] for place in range(0, len(content), BYTES)]


def _put_in_place(folder: Path, data: Path) -> Path | None:
    """Put what was there aside, and what is in the folder into its place.

    Until all is done, no bot can start there (see Database): cut off, it is to be done again.
    """
    mark = data / RESTORING_FOLDER
    # Its owner's alone.
    set_aside = Path(mkdtemp(prefix=SET_ASIDE.format(datetime.now(timezone.utc)), dir=data))
    mark.mkdir(exist_ok=True)
    try:
        with _held(data):
            for path in _present(data):
                path.rename(set_aside / path.name)
            for path in list(folder.iterdir()):
                path.rename(data / path.name)
            put_on_disk(data)
    except BackupError:
        mark.rmdir()
        set_aside.rmdir()
        raise
    mark.rmdir()
    if any(set_aside.iterdir()):
        return set_aside
    set_aside.rmdir()
    return None


@contextmanager
def _held(data: Path) -> Iterator[None]:
    """Let nobody use the log that is there, if there is one."""
    if not (data / DATABASE_FILE).is_file():
        yield
        return
    with out_of_use(data):
        yield


def _present(data: Path) -> list[Path]:
    """What a data folder holds of its own. What was put aside before stays where it is."""
    if not data.exists():
        return []
    hidden = (RESTORING_FOLDER, SCRATCH, PACKING, SET_ASIDE.partition("{")[0], "lost+found")
    return sorted(path for path in data.iterdir() if not path.name.startswith(hidden))


def _may_hold(name: str) -> bool:
    """Whether a backup may hold a file of that name: none that leads anywhere else."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        return False
    return name in (BACKUP_FILE, DATABASE_FILE, KEY_FILE) or (path.parts[0] == RELEASES_FOLDER and len(path.parts) > 1)


def _write(content: IO[bytes], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        shutil.copyfileobj(content, file, BLOCK)
        file.flush()
        os.fsync(file.fileno())


def _rename_new(path: Path, place: Path) -> None:
    """Rename a file, over none that is there, where the disk knows how to."""
    with suppress(PermissionError, NotImplementedError):
        os.link(path, place)
        return
    path.rename(place)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
