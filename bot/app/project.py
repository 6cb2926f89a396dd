"""A checkout with its settings, and the folder where its data live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.releases import ReleaseStore
from bot.settings import Settings, load_settings
from bot.storage.database import Database

if TYPE_CHECKING:
    from bot.messages import Reply

CONFIG_FILE = "config.yml"
ANSWERS_FOLDER = "answers"
QUESTIONS_FOLDER = Path("nlu", "questions")
HELD_OUT_FILE = Path("nlu", "held_out", "questions.jsonl")
RELEASES_FOLDER = "releases"
CANDIDATES_FOLDER = "candidates"


@dataclass(frozen=True)
class Project:
    """A checkout, and the folder where its data lives."""

    root: Path
    data: Path
    settings: Settings

    @property
    def releases(self) -> ReleaseStore:
        """The releases that have been built."""
        return ReleaseStore(self.data / RELEASES_FOLDER)

    @property
    def candidates(self) -> ReleaseStore:
        """Releases that have been built of drafts, and that nobody has approved yet."""
        return ReleaseStore(self.data / CANDIDATES_FOLDER)


def open_project(data: Path, root: Path | None = None, overrides: Sequence[str] = ()) -> Project:
    """The project in a folder: by default the current one where it holds config.yml, else this checkout.

    An override is KEY=VALUE and stands before what config.yml says.
    """
    here, checkout = Path.cwd(), Path(__file__).resolve().parents[2]
    root = root or (here if (here / CONFIG_FILE).is_file() else checkout)
    return Project(root, data, load_settings(root / CONFIG_FILE, overrides))


@contextmanager
def opened_database(project: Project) -> Iterator[Database]:
    """The database of a project, for as long as the context lasts. Raises QuestionLogError."""
    database = Database(project.data, project.settings.question_log.busy_seconds)
    try:
        yield database
    finally:
        database.close()


def as_text(reply: Reply) -> str:
    """A reply as the plainest platform posts it."""
    from connectors import plain_text

    return plain_text.as_text(reply)
