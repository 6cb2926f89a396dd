"""Commands, run in this process, which has loaded already what they need: a process of their own takes seconds."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.cli import main


class Run(NamedTuple):
    """How a command ended, and what it printed."""

    code: int | str | None
    output: str
    errors: str


class CommandLine:
    """Runs `signpost` in a folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        monkeypatch.setenv("COLUMNS", "100")
        # The command silences warnings, for good.
        monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)

    def __call__(self, *arguments: str, folder: Path | None = None, typed: str = "") -> Run:
        """Run a command to its end."""
        before, mask = Path.cwd(), os.umask(0o022)
        self._monkeypatch.setattr("sys.argv", ["signpost", *arguments])
        self._monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        os.chdir(folder or before)
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            os.chdir(before)
            os.umask(mask)
        return Run(ended.value.code, *self._capsys.readouterr())
