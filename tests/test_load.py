"""The connectors' benchmarks, each for a few seconds: nothing is lost, doubled or out of order, however slow it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from bot.app import Project
from bot.releases import Release
from tests.conftest import CHECKOUT

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="The figures of processes are Linux's."),
]


@pytest.mark.parametrize("platform", ["discord", "telegram"])
def test_answers_every_question_of_a_busy_community(platform: str, small_project: Project, release: Release) -> None:
    """One community, on each platform by itself."""
    figures = _run(small_project, "latency", "--platform", platform, "--seconds", "4")
    assert figures["replies_timed"] > 0


def test_sees_to_every_message_of_many_communities(small_project: Project, release: Release) -> None:
    """Both platforms at once, and the limits of Telegram obeyed."""
    figures = _run(small_project, "load", "--communities", "12", "--rate", "15", "--seconds", "6")
    assert figures["messages"] > 0 and figures["heartbeats"] > 0
    assert figures["telegram_limits_broken"]["is"] == 0
    assert all({"bot", "model"} <= set(quarter) for quarter in figures["memory_mb_by_quarter"])


def test_loses_nothing_when_it_is_killed(small_project: Project, release: Release) -> None:
    """SIGKILL of each process, while people go on writing and officials go on working."""
    few = ("--rounds", "1", "--share", "1", "--communities", "16", "--rate", "8", "--longest", "1")
    figures = _run(small_project, "kills", *few)
    killed = {row["killed"]: row["times"] for row in figures["kills"]}
    assert killed["bot"] + killed["bot while it starts"] == killed["console"] == 1
    assert killed["nlu.worker"] == killed["nlu.meaning_worker"] == 1
    assert figures["messages"] > 0 and figures["actions"] > 0


def test_sees_to_everything_that_is_said_at_once(small_project: Project, release: Release) -> None:
    """And holds no more memory than it may."""
    figures = _run(small_project, "at_once", "--messages", "150", "--communities", "20")
    assert figures["messages"] == 300 and figures["bot_mb"]["is"] > 0 and figures["model_mb"]["is"] > 0


def test_delivers_everything_in_order_through_limits_and_lost_connections(
    small_project: Project, release: Release
) -> None:
    """A third of all calls refused, some answered with errors and nonsense, and every connection cut twice."""
    figures = _run(small_project, "adversity", "--seconds", "9", "--drop", "4", "--communities", "6", "--rate", "6")
    assert figures["drops"] > 0 and figures["discord_429"] > 0 and figures["telegram_429"] > 0
    assert figures["telegram_faults"]["flood"] > 0


def test_tells_everybody_while_the_log_is_held(small_project: Project, release: Release) -> None:
    """By another process, for longer than the bot waits."""
    short = ("--set", "question_log.busy_seconds=0.3", "--hold", "3", "--times", "1", "--quiet", "1")
    figures = _run(small_project, "faults", *short, "--communities", "6", "--rate", "8")
    assert figures["told_of_an_error"] > 0


def _run(project: Project, benchmark: str, *options: str) -> dict[str, Any]:
    """What a benchmark prints. It fails, and says why, where anything is not as it must be."""
    command = [sys.executable, str(CHECKOUT / "benchmarks" / f"{benchmark}.py"), "--data", str(project.data), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
