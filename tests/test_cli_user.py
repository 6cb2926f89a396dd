"""`signpost user`: accounts made where nobody has one yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_first_account_is_an_administrators(tmp_path: Path) -> None:
    """One command, and it says the password; the second account is a viewer's."""
    said = _run("add", "ann.lee@example.gov.uk", data=tmp_path)
    assert "Ann Lee can sign in to the console as administrator" in said.stdout and "Password: " in said.stdout
    assert "as viewer" in _run("add", "bo@example.gov.uk", data=tmp_path).stdout
    listed = _run("list", data=tmp_path).stdout
    assert "ann.lee@example.gov.uk" in listed and "viewer" in listed


def test_a_second_account_for_an_address_is_refused(tmp_path: Path) -> None:
    """In one sentence."""
    _run("add", "ann@example.gov.uk", data=tmp_path)
    said = _run("add", "ANN@example.gov.uk", data=tmp_path)
    assert said.returncode == 1
    assert said.stderr == "signpost: There is an account for ANN@example.gov.uk already.\n"


def test_a_lost_password_is_replaced(tmp_path: Path) -> None:
    """And only for somebody who has an account."""
    _run("add", "ann@example.gov.uk", data=tmp_path)
    assert "Password: " in _run("reset", "ann@example.gov.uk", data=tmp_path).stdout
    assert "There is no account for bo@example.gov.uk" in _run("reset", "bo@example.gov.uk", data=tmp_path).stderr


def _run(*words: str, data: Path) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "bot", "user", *words, "--data", str(data))
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
