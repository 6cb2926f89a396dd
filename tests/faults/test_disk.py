"""The disk is full, fails or can't be written: everybody gets an outcome, nothing is lost, and the log says it once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.errors import QuestionLogError
from bot.storage.database import Database
from tests.faults.desk import TEXTS
from tests.faults.disk_scenes import AFTER, BEFORE, MEANWHILE

ROOT = Path(__file__).parents[2]
NAMESPACE = ("unshare", "--mount", "--user", "--map-root-user")
"""What lets anybody mount a disk that only they see, where the system allows it."""
MAY_MOUNT = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
on_its_own_disk = pytest.mark.skipif(not MAY_MOUNT, reason="this system lets nobody but root mount a disk")
OUTCOMES = ("answered", "ignored_not_a_question", "urgent_help")


def play(scene: str, folder: Path, answers: Path, mount: str = "") -> Any:
    """What became of a bot on such a disk. `mount` are shell commands that put one at the folder, $0."""
    command = [sys.executable, "-m", "tests.faults.disk_scenes", scene, str(folder), str(answers)]
    if mount:
        command = [*NAMESPACE, "sh", "-c", f'{mount} && exec "$@"', str(folder), *command]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def assert_one_sentence(text: str) -> None:
    """One line, one full stop at its end."""
    assert re.fullmatch(r"[^\n]+[^.]\.", text) and not re.search(r"\. [A-Z]", text), text


def assert_nothing_is_lost(became: Any, line: str) -> None:
    """Each message has one outcome, that which its author knows; each is replied to once; and there is one line."""
    assert became["told"] == became["written"]
    assert len(became["written"]) == len(BEFORE) + len(MEANWHILE) + len(AFTER)
    for number in (*BEFORE, *MEANWHILE, *AFTER):
        usual, outcome = OUTCOMES[number % len(TEXTS)], became["told"][f"m{number}"]
        assert outcome == usual or (usual == "answered" and number in MEANWHILE and outcome == "error_question_log")
        assert became["posted"].get(f"m{number}", 0) == (usual != "ignored_not_a_question")
    assert "error_question_log" in became["told"].values()
    said = [one for one in became["lines"] if "can't be used" in one]
    assert len(said) == 1 and line in said[0]
    assert_one_sentence(said[0])
    (recovered,) = (one for one in became["lines"] if "can be written again" in one)
    assert int(re.findall(r"\d+", recovered)[0]) >= list(became["told"].values()).count("error_question_log")


@on_its_own_disk
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """People are told to try again, emergencies are helped, and all is written once there is room."""
    (tmp_path / "disk").mkdir()
    became = play("full", tmp_path / "disk", tmp_path / "answers", 'mount -t tmpfs -o size=6m signpost "$0"')
    assert_nothing_is_lost(became, "the disk is full; make room")
    (refusal,) = became["refusals"]
    assert "backup.tar.gz can't be written: No space left" in refusal and became["left"] == []
    assert_one_sentence(refusal)


def test_a_disk_with_a_fault_loses_nothing(tmp_path: Path) -> None:
    """The same where writing fails for another reason."""
    became = play("limited", tmp_path / "data", tmp_path / "answers")
    assert_nothing_is_lost(became, "the disk fails; look at the system's log")


def test_files_that_may_not_be_written_are_explained(tmp_path: Path) -> None:
    """Root may write any file, so it becomes somebody else first."""
    # Nobody else may look into the folders of pytest.
    with TemporaryDirectory() as folder:
        said = play("unwritable", Path(folder), tmp_path)
    assert "it is read-only; make it writable" in said
    assert_one_sentence(said)


@on_its_own_disk
def test_a_command_on_a_read_only_disk_says_so(tmp_path: Path) -> None:
    """One sentence and an exit code, no traceback, where the disk was mounted so."""
    Database(tmp_path / "data").close()
    data = f'"{tmp_path / "data"}"'
    mount = f"mount --bind {data} {data} && mount -o remount,ro,bind {data}"
    command = [sys.executable, "-m", "bot", "user", "list", "--data", str(tmp_path / "data")]
    ended = subprocess.run(
        [*NAMESPACE, "sh", "-c", f'{mount} && exec "$@"', "sh", *command],
        cwd=ROOT, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert ended.returncode == 1 and ended.stderr.startswith("signpost: ") and "disk isn't read-only" in ended.stderr
    assert_one_sentence(ended.stderr.strip())


def test_a_half_restored_folder_is_left_alone(tmp_path: Path) -> None:
    """A bot that starts while a backup is being restored would begin a log of its own."""
    (tmp_path / ".restoring").mkdir()
    with pytest.raises(QuestionLogError, match="run `signpost restore` once more") as caught:
        Database(tmp_path)
    assert_one_sentence(str(caught.value))
    assert [path.name for path in tmp_path.iterdir()] == [".restoring"]
