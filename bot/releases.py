"""Releases: immutable, numbered bundles of answers, trained model and evaluation, with checksums."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import msgspec

from bot.classifier import Kind
from bot.decision import Thresholds
from bot.errors import ReleaseError

MANIFEST_FILE = "manifest.json"
CURRENT_FILE = "current"
MODEL_FILE = "model.tar.gz"
EVALUATION_FILE = "evaluation.json"
VERDICTS_FILE = "verdicts.json"
TRIED_FILE = "tried.json"
ANSWERS_FOLDER = "answers"


class Manifest(msgspec.Struct, frozen=True):
    """What a release is made of, and how good it was when it was built.

    `figures` holds the shares that bot.evaluation.scoring names, by the questions they were measured on. `files` holds
    the SHA-256 of every file but this one.
    """

    created_at: str
    thresholds: Thresholds
    calibration: dict[str, list[float]]
    kinds: dict[str, Kind]
    figures: dict[str, dict[str, float]]
    answers: int
    questions: int
    rasa_version: str
    files: dict[str, str] = {}


class Release(msgspec.Struct, frozen=True):
    """A release on disk."""

    number: int
    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        """The number as it is shown and as its folder is called."""
        return f"{self.number:04d}"

    @property
    def model(self) -> Path:
        """Rasa's model archive."""
        return self.folder / MODEL_FILE

    @property
    def answers(self) -> Path:
        """The answers as they were when the release was built."""
        return self.folder / ANSWERS_FOLDER

    def verify(self) -> None:
        """Raises ReleaseError unless every file is there and as it was built."""
        if not self.manifest.files:
            raise ReleaseError(
                f"The manifest of release {self.name} names no files: choose another with `signpost use`."
            )
        for name, digest in self.manifest.files.items():
            path = self.folder / name
            if not path.is_file() or _digest(path) != digest:
                problem = "is missing" if not path.is_file() else "has been changed since it was built"
                raise ReleaseError(
                    f"In release {self.name}, {name} {problem}: choose another with `signpost use`, "
                    "or build a new one with `signpost train`."
                )


class ReleaseStore:
    """All releases under one folder, and which of them is current."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which needs not exist yet."""
        self._folder = folder

    def all(self) -> list[Release]:
        """Every release that can be read, oldest first."""
        return [self._read(path) for path in self._numbered() if (path / MANIFEST_FILE).is_file()]

    def current_number(self) -> int | None:
        """The number of the current release, or None where there is none yet."""
        try:
            return int((self._folder / CURRENT_FILE).read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ReleaseError(
                f"{self._folder / CURRENT_FILE} can't be read: choose a release with `signpost use`."
            ) from error

    def last_choice(self) -> object:
        """What differs each time that a release is chosen, be it the same one again."""
        try:
            status = (self._folder / CURRENT_FILE).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def current(self) -> Release:
        """The current release, checked. Raises ReleaseError."""
        number = self.current_number()
        if number is None:
            raise ReleaseError(f"There is no release in {self._folder}: build one with `signpost train`.")
        release = self.get(number)
        release.verify()
        return release

    def get(self, number: int) -> Release:
        """One release. Raises ReleaseError where there is none of that number."""
        path = self._folder / f"{number:04d}"
        if not (path / MANIFEST_FILE).is_file():
            known = ", ".join(str(release.number) for release in self.all()) or "none"
            raise ReleaseError(f"There is no release {number} in {self._folder} (there is: {known}).")
        return self._read(path)

    def use(self, number: int) -> Release:
        """Make a release current, once it has been checked."""
        release = self.get(number)
        release.verify()
        scratch = self._folder / f".{CURRENT_FILE}-{os.getpid()}"
        try:
            scratch.write_text(f"{number}\n", encoding="ascii")
            scratch.replace(self._folder / CURRENT_FILE)
        except OSError as error:
            scratch.unlink(missing_ok=True)
            raise ReleaseError(f"{self._folder / CURRENT_FILE} can't be written: {error.strerror}.") from error
        return release

    @contextmanager
    def building(self) -> Iterator[Path]:
        """A folder to build a release in; it is removed again unless `add` has taken it."""
        folder = self._folder / f".building-{secrets.token_hex(8)}"
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise ReleaseError(f"{self._folder} can't be written: {error.strerror}.") from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def add(self, folder: Path, manifest: Manifest) -> Release:
        """Give a folder that is complete the next number, in one step."""
        files = {str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}
        manifest = msgspec.structs.replace(manifest, files=files)
        (folder / MANIFEST_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        number = max((int(path.name) for path in self._numbered()), default=0) + 1
        while True:
            try:
                folder.rename(self._folder / f"{number:04d}")
                return self.get(number)
            except OSError as error:
                if not (self._folder / f"{number:04d}").exists():
                    raise ReleaseError(f"{self._folder} can't be written: {error.strerror}.") from error
                # Another process has taken the number.
                number += 1

    def adopt(self, release: Release) -> Release:
        """Give a release of another store, once it has been checked, a number here; it stays where it was, too.

        What it made of logged questions is left behind. Raises ReleaseError.
        """
        release.verify()
        with self.building() as folder:
            try:
                for name in release.manifest.files:
                    if name != TRIED_FILE:
                        _link(release.folder / name, folder / name)
            except OSError as error:
                raise ReleaseError(f"{self._folder} can't be written: {error.strerror}.") from error
            return self.add(folder, release.manifest)

    def remove(self, number: int) -> None:
        """Take a release away for good, unless it is the current one. Nothing happens where there is none."""
        if number != self.current_number():
            shutil.rmtree(self._folder / f"{number:04d}", ignore_errors=True)

    def clear_scratch(self) -> None:
        """Take away what builds that were killed have left. Only where nobody is building."""
        for folder in self._folder.glob(".building-*"):
            shutil.rmtree(folder, ignore_errors=True)

    def _numbered(self) -> list[Path]:
        """What has a number for a name, lowest first; anything else in the folder is none of ours."""
        numbered = (path for path in self._folder.glob("[0-9]*") if path.name.isdecimal())
        return sorted(numbered, key=lambda path: int(path.name))

    def _read(self, path: Path) -> Release:
        try:
            manifest = msgspec.json.decode((path / MANIFEST_FILE).read_bytes(), type=Manifest)
            _refuse_other_places(manifest.files)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise ReleaseError(
                f"Release {path.name} can't be read: remove {path} or choose another with `signpost use`."
            ) from error
        return Release(int(path.name), path, manifest)


def _refuse_other_places(names: Iterable[str]) -> None:
    """Raises ValueError where a name leads out of its folder."""
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\0" in name:
            raise ValueError(f"{name!r} is no file of a release.")


def _link(path: Path, place: Path) -> None:
    """A second name for a file, which is never changed, or a copy where the disk knows no second names."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, place)
    except OSError:
        shutil.copyfile(path, place)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
