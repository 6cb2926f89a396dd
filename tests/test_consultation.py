"""The consultation and the growth in short forms: everything adds up, and nothing is left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.app import Project
from bot.releases import Release
from tests.conftest import CHECKOUT

pytestmark = [
    pytest.mark.timeout(580),
    pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="The figures of processes are Linux's."),
]
OF_A_LONGER_RUN = ("memory_growth_", "seconds_until_in_themes", "slowest_page_median_ms")


def test_a_consultation_adds_up(small_project: Project, release: Release) -> None:
    """Every message has one outcome and every vote counts once a person: in the log, the metrics and the exports."""
    done = _run("consultation", "--data", str(small_project.data), "--messages", "120", "--votes", "600")
    assert done.stdout, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    barred = {name: figure for name, figure in figures.items() if isinstance(figure, dict) and "bar" in figure}
    missed = {name for name, figure in barred.items() if figure["is"] > figure["bar"]}
    # Only where it takes more than a minute has it grown since the first one, and these few messages are its beginning.
    assert not {name for name in missed if not name.startswith(OF_A_LONGER_RUN)}, f"{done.stdout}\n{done.stderr}"
    assert sum(figures["outcomes"].values()) == 120
    assert figures["votes"] == 600 < figures["presses"]
    assert figures["pages_read"] > 0
    assert {f"memory_mb_{name}" for name in ("bot", "console", "model", "themes")} <= set(figures)


def test_growth_is_measured_side_by_side(small_project: Project, release: Release, tmp_path: Path) -> None:
    """Each size of log and each number of answers is asked, in tables and a picture; the bars are for a longer run."""
    picture = tmp_path / "growth.svg"
    short = ("--questions", "1000", "--votes", "3000", "--answers", "120", "--each", "4", "--picture", str(picture))
    done = _run("growth", "--data", str(small_project.data), *short)
    assert "{" in done.stdout, done.stderr
    tables, _, figures = done.stdout.partition("\n{")
    measured: dict[str, Any] = json.loads("{" + figures)
    assert list(measured["by_log"]) == ["1000", "2000", "4000"]
    assert list(measured["by_answers"]) == ["120"]
    assert all(value >= 0 for row in measured["by_log"].values() for value in row.values())
    assert "| 4,000 |" in tables and "Questions in the log" in picture.read_text(encoding="utf-8")


def _run(benchmark: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(CHECKOUT / "benchmarks" / f"{benchmark}.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=560, check=False)
