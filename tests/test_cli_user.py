"""`signpost user`: accounts made where nobody has one yet."""

from __future__ import annotations

from pathlib import Path

from bot.storage.database import DATABASE_FILE
from tests.command_line import CommandLine


def test_the_first_account_is_an_administrators(signpost: CommandLine, tmp_path: Path) -> None:
    """One command, and it says the password; the second account is a viewer's."""
    said = signpost("user", "add", "ann.lee@example.gov.uk", "--data", str(tmp_path))
    assert "Ann Lee can sign in to the console as administrator" in said.output and "Password: " in said.output
    assert "as viewer" in signpost("user", "add", "bo@example.gov.uk", "--data", str(tmp_path)).output
    listed = signpost("user", "list", "--data", str(tmp_path)).output
    assert "ann.lee@example.gov.uk" in listed and "viewer" in listed


def test_a_second_account_for_an_address_is_refused(signpost: CommandLine, tmp_path: Path) -> None:
    """In one sentence."""
    signpost("user", "add", "ann@example.gov.uk", "--data", str(tmp_path))
    said = signpost("user", "add", "ANN@example.gov.uk", "--data", str(tmp_path))
    assert said == (1, "", "signpost: There is an account for ANN@example.gov.uk already.\n")


def test_a_lost_password_is_replaced(signpost: CommandLine, tmp_path: Path) -> None:
    """And only for somebody who has an account."""
    signpost("user", "add", "ann@example.gov.uk", "--data", str(tmp_path))
    assert "Password: " in signpost("user", "reset", "ann@example.gov.uk", "--data", str(tmp_path)).output
    nobody = signpost("user", "reset", "bo@example.gov.uk", "--data", str(tmp_path))
    assert "There is no account for bo@example.gov.uk" in nobody.errors


def test_the_files_are_their_owners_alone(signpost: CommandLine, tmp_path: Path) -> None:
    """Nobody else on the machine reads what people have asked."""
    signpost("user", "add", "ann@example.gov.uk", "--data", str(tmp_path))
    assert (tmp_path / DATABASE_FILE).stat().st_mode & 0o077 == 0
