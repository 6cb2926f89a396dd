"""The files that a release is built from, read and changed in place: all of a change is written, or nothing of it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from bot.answers import (
    RATES_FILE,
    SLUG,
    URGENT_FOLDER,
    AnswerBase,
    answer_paths,
    load_answer,
    load_urgent_help,
    urgent_paths,
)
from bot.errors import DraftError
from bot.publishing.question_files import NEW_FILE, add_questions, question_key, questions_in
from bot.rates import load_rates

CONFIG = Path("config.yml")
ANSWERS = Path("answers")
QUESTIONS = Path("nlu", "questions")
HELD_OUT = Path("nlu", "held_out", "questions.jsonl")

Texts = Mapping[Path, str]
"""The new texts of some files, by their path in the checkout."""


class AnswerFiles:
    """A checkout's answers and example questions. All paths are within the checkout."""

    def __init__(self, root: Path) -> None:
        """Read and write the files of a checkout."""
        self.root = root
        self._digests: dict[Path, tuple[tuple[int, int], str]] = {}
        self._read: dict[Path, tuple[str, dict[str, list[str]]]] = {}
        self._claimed: tuple[str, dict[str, str]] = "", {}
        self._base: tuple[str, AnswerBase] | None = None

    def services(self) -> list[str]:
        """The services that there are, by name: each is a folder of answers."""
        folders = (path for path in (self.root / ANSWERS).iterdir() if path.is_dir() and not path.name.startswith("."))
        return sorted(path.name for path in folders if path.name != URGENT_FOLDER)

    def slugs(self) -> dict[str, str]:
        """The service of each answer's slug."""
        return {path.stem: path.parent.name for path in answer_paths(self.root / ANSWERS)}

    def answer_path(self, service: str, slug: str) -> Path:
        """Where an answer stands. Raises DraftError where there is no such service, or the slug can't be one."""
        if service not in self.services():
            raise DraftError("Choose one of the services that there are.")
        if not SLUG.match(slug):
            raise DraftError("The short name must be up to 39 small letters, digits and _, such as smp_amount.")
        if slug in {path.stem for path in urgent_paths(self.root / ANSWERS)}:
            raise DraftError(f"The short name {slug} belongs to an urgent-help message: choose another.")
        if (taken := self.slugs().get(slug, service)) != service:
            raise DraftError(f"The short name {slug} is taken by an answer of {taken}: choose another.")
        return ANSWERS / service / f"{slug}.md"

    def text(self, path: Path, texts: Texts | None = None) -> str:
        """What a file holds, with some changes made, or "" where there is none. Raises DraftError."""
        if texts and path in texts:
            return texts[path]
        try:
            return (self.root / path).read_bytes().decode("utf-8").replace("\r\n", "\n")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise DraftError(f"{path} can't be read: {error}.") from error

    def base(self) -> AnswerBase:
        """Everything under answers/ as it stands now. Raises AnswerError."""
        folder = self.root / ANSWERS
        state = self._digest_of([*sorted(folder.glob("*/*.md")), folder / RATES_FILE], {})
        if self._base is None or self._base[0] != state:
            answers, urgent = map(load_answer, answer_paths(folder)), map(load_urgent_help, urgent_paths(folder))
            self._base = state, AnswerBase(answers, urgent, load_rates(folder / RATES_FILE))
        return self._base[1]

    def questions(self, texts: Texts | None = None) -> dict[str, list[str]]:
        """The example questions of every intent. Raises DraftError."""
        return {
            intent: lines for path in self._question_paths() for intent, lines in self._intents(path, texts).items()
        }

    def claimed(self) -> Mapping[str, str]:
        """The intent that each known question stands under, by the question's key. Raises DraftError."""
        state = self._digest_of([self.root / path for path in self._question_paths()], {})
        if self._claimed[0] != state:
            known = self.questions()
            keys = {question_key(line): intent for intent, lines in known.items() for line in lines}
            self._claimed = state, keys
        return self._claimed[1]

    def with_questions(self, texts: Texts, service: str, intent: str, questions: Iterable[str]) -> Texts:
        """Changes with questions added under an intent: where it stands, or at the end of its service's file."""
        standing = (path for path in self._question_paths() if intent in self._intents(path, texts))
        path = next(standing, QUESTIONS / f"{service}.yml")
        before = self.text(path, texts) or NEW_FILE.format(service=service.replace("_", " "))
        after = add_questions(before, intent, list(questions))
        return texts if after == before else {**texts, path: after}

    def digest(self, texts: Texts | None = None) -> str:
        """What is the same for the same files with the same changes made, and otherwise differs."""
        changes = dict(texts or {})
        return self._digest_of(self._all_paths(), {self.root / path: text for path, text in changes.items()})

    @contextmanager
    def changed(self, texts: Texts, made_of: str | None = None) -> Iterator[None]:
        """Make changes, all or none; where the context is left by an error, every file is put back as it was.

        `made_of` is the digest of the files that the changes were worked out from. Raises DraftError where they can't
        be made, or the files are others by now.
        """
        new = {self.root / path: text for path, text in texts.items() if self.text(path) != text}
        swap = _Swap(new)
        try:
            swap.write()
            if made_of not in (None, self.digest()):
                raise DraftError(
                    "The files were changed by hand while a draft was being published: nothing was overwritten."
                )
            swap.rename()
        except DraftError:
            swap.undo()
            raise
        except OSError as error:
            swap.undo()
            problem = error.strerror or "the disk refused"
            raise DraftError(f"The files in {self.root} can't be written: {problem}. Nothing was changed.") from error
        try:
            yield
        except BaseException:
            swap.undo()
            raise
        swap.clear()

    def stage(self, folder: Path, texts: Texts) -> None:
        """Copy all that a release is built from into a folder, with changes made. Raises OSError."""
        for path in self._all_paths():
            place = folder / path.relative_to(self.root)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        for path, text in texts.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(text.encode("utf-8"))

    def _question_paths(self) -> list[Path]:
        return [path.relative_to(self.root) for path in sorted((self.root / QUESTIONS).glob("*.yml"))]

    def _intents(self, path: Path, texts: Texts | None) -> dict[str, list[str]]:
        """The questions of one file, read again where it has changed."""
        if texts and path in texts:
            return questions_in(texts[path])
        digest = self._file_digest(self.root / path)
        if self._read.get(path, ("", {}))[0] != digest:
            self._read[path] = digest, questions_in(self.text(path))
        return self._read[path][1]

    def _all_paths(self) -> list[Path]:
        answers = self.root / ANSWERS
        single = [self.root / CONFIG, answers / RATES_FILE, self.root / HELD_OUT]
        many = [*sorted(answers.glob("*/*.md")), *(self.root / path for path in self._question_paths())]
        return [path for path in [*single, *many] if path.is_file()]

    def _digest_of(self, paths: Iterable[Path], changes: Texts) -> str:
        digests = {path: self._file_digest(path) for path in paths if path not in changes}
        digests |= {path: hashlib.sha256(text.encode("utf-8")).hexdigest() for path, text in changes.items()}
        lines = (f"{path.relative_to(self.root).as_posix()} {digest}\n" for path, digest in sorted(digests.items()))
        return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()

    def _file_digest(self, path: Path) -> str:
        """The checksum of a file, worked out again where its time or size has changed."""
        found = path.stat()
        state = found.st_mtime_ns, found.st_size
        if self._digests.get(path, ((0, 0), ""))[0] != state:
            content = path.read_bytes().replace(b"\r\n", b"\n")
            self._digests[path] = state, hashlib.sha256(content).hexdigest()
        return self._digests[path][1]


class _Swap:
    """Files that take others' places together. What they replace is kept beside them, so that renaming puts it back."""

    def __init__(self, texts: Texts) -> None:
        mark = f".signpost-{token_hex(4)}"
        self._texts = texts
        self._new = {path: path.with_name(f".{path.name}{mark}.new") for path in texts}
        self._old = {path: path.with_name(f".{path.name}{mark}.old") for path in texts}
        self._replaced: list[Path] = []

    def write(self) -> None:
        """Write the new texts beside the files. Raises OSError; `undo` then takes them away."""
        for path, text in self._texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(self._new[path], text)
            if path.exists():
                shutil.copymode(path, self._new[path])
                _keep(path, self._old[path])

    def rename(self) -> None:
        """Let them take the files' places. Raises OSError; `undo` then puts everything back."""
        for path, new in self._new.items():
            new.replace(path)
            self._replaced.append(path)

    def undo(self) -> None:
        """Put back what was replaced; what wasn't there before goes."""
        for path in self._replaced:
            if self._old[path].exists():
                self._old[path].replace(path)
            else:
                path.unlink(missing_ok=True)
        self.clear()

    def clear(self) -> None:
        """Leave nothing beside the files."""
        for path in (*self._new.values(), *self._old.values()):
            path.unlink(missing_ok=True)


def _keep(path: Path, kept: Path) -> None:
    """A second name for a file, or a copy where the disk knows no second names."""
    try:
        os.link(path, kept)
    except OSError:
        shutil.copy2(path, kept)


def _write(path: Path, text: str) -> None:
    with path.open("wb") as file:
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
