"""What all tests share: a database, and a small project with a real trained model, made once a session."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.app import Project, open_project
from bot.app.training import train_release
from bot.releases import Release
from tests.command_line import CommandLine
from tests.disk import Disk

# What tests/fuzz tries with `--hypothesis-profile=long`.
settings.register_profile("long", max_examples=3000, deadline=None)
# Without a profile the same is tried each time, however slow the machine is: what is found fails every run, or none.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

CHECKOUT = Path(__file__).resolve().parent.parent
SLUGS = ("smp_amount", "kit_days", "healthy_start", "ccj", "dro", "tax_free_childcare")
QUESTIONS_EACH = 40


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A new database."""
    with closing(Disk(tmp_path)) as made:
        yield made


@pytest.fixture
def signpost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Runs commands in this process."""
    return CommandLine(monkeypatch, capsys)


@pytest.fixture(scope="session")
def small_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with a few of the project's own answers and questions, so that a model is trained in seconds."""
    root = tmp_path_factory.mktemp("project")
    shutil.copy(CHECKOUT / "config.yml", root)
    for path in (CHECKOUT / "answers").glob("*/*.md"):
        if path.stem in SLUGS or path.parent.name == "urgent":
            (root / "answers" / path.parent.name).mkdir(parents=True, exist_ok=True)
            (root / "answers" / path.parent.name / path.name).write_text(_never_due(path), encoding="utf-8")
    (root / "answers" / "rates.csv").write_text(_never_due(CHECKOUT / "answers" / "rates.csv"), encoding="utf-8")
    (root / "nlu" / "questions").mkdir(parents=True)
    for path in (CHECKOUT / "nlu" / "questions").glob("*.yml"):
        (root / "nlu" / "questions" / path.name).write_text(_some_of(path), encoding="utf-8")
    _copy_held_out(root)
    return root


@pytest.fixture(scope="session")
def small_project(small_root: Path) -> Project:
    """The small project with a data folder of its own."""
    return open_project(small_root / "var", small_root)


@pytest.fixture(scope="session")
def release(small_project: Project) -> Release:
    """A release of the small project: a real model, trained the way that `signpost train` does."""
    return train_release(small_project, lambda step, share: None)


def _never_due(path: Path) -> str:
    """A file whose reviews are due, and whose figures end, in 2099: no test fails by the date alone."""
    text = re.sub(r"^(review_by|check_by): \d{4}", r"\1: 2099", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.sub(r",2027-(\d\d-\d\d),(?=https:)", r",2099-\1,", text)


def _some_of(path: Path) -> str:
    """The first questions of each intent that the small project keeps."""
    kept = []
    wanted, count = True, 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("- intent: "):
            intent = line.removeprefix("- intent: ")
            is_service = (CHECKOUT / "answers" / path.stem).is_dir() and path.stem != "urgent"
            wanted, count = not is_service or intent in SLUGS, 0
        elif line.startswith("    - "):
            count += 1
        if wanted and count <= QUESTIONS_EACH:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _copy_held_out(root: Path) -> None:
    lines = (CHECKOUT / "nlu" / "held_out" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    mine = [line for line in lines if json.loads(line)["answer"] in (*SLUGS, None, "suicide")]
    (root / "nlu" / "held_out").mkdir(parents=True)
    (root / "nlu" / "held_out" / "questions.jsonl").write_text("\n".join(mine[:200]) + "\n", encoding="utf-8")
