"""The files that every system learns from: a project's, or the first example questions of each intent."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from bot.app.project import ANSWERS_FOLDER, CONFIG_FILE, HELD_OUT_FILE, QUESTIONS_FOLDER
from nlu.questions import question_paths

INTENT, EXAMPLE = "- intent:", "    - "


def stage(root: Path, folder: Path, each: int) -> None:
    """Copy a project's files, with the first `each` example questions of each intent, or all where it is 0."""
    shutil.copy(root / CONFIG_FILE, folder)
    shutil.copytree(root / ANSWERS_FOLDER, folder / ANSWERS_FOLDER)
    (folder / HELD_OUT_FILE).parent.mkdir(parents=True)
    shutil.copy(root / HELD_OUT_FILE, folder / HELD_OUT_FILE)
    (folder / QUESTIONS_FOLDER).mkdir(parents=True)
    for path in question_paths(root / QUESTIONS_FOLDER):
        text = path.read_text(encoding="utf-8")
        (folder / QUESTIONS_FOLDER / path.name).write_text(_first(text, each) if each else text, encoding="utf-8")


def digest_of(folder: Path, *more: str) -> str:
    """What tells training data from others: a digest of the staged questions and of anything more."""
    digest = hashlib.sha256()
    for path in question_paths(folder / QUESTIONS_FOLDER):
        digest.update(path.read_bytes())
    for part in more:
        digest.update(part.encode())
    return digest.hexdigest()[:16]


def _first(text: str, each: int) -> str:
    kept, count = [], 0
    for line in text.splitlines():
        count = 0 if line.startswith(INTENT) else count + line.startswith(EXAMPLE)
        if count <= each or not line.startswith(EXAMPLE):
            kept.append(line)
    return "\n".join(kept) + "\n"
