"""`signpost run` as an operator runs it: started, looked at, told to stop, and told what is wrong."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from bot.app import Project
from bot.app.platforms import DISCORD_TOKEN, TELEGRAM_TOKEN
from bot.releases import Release
from bot.storage.database import DATABASE_FILE
from tests.factories import with_two_releases

CHECKOUT = Path(__file__).resolve().parent.parent
TOKENS = {DISCORD_TOKEN: "discord-secret-zanzibar", TELEGRAM_TOKEN: "4242:telegram-secret-zanzibar"}
UNREACHABLE = (
    "connectors.telegram.api_base=http://127.0.0.1:9",
    "connectors.discord.api_base=http://127.0.0.1:9/api/v10",
)
SECONDS = 280
"""More than anything here takes on any machine."""
pytestmark = pytest.mark.usefixtures("release")


@contextmanager
def running(project: Project, *settings: str, tokens: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """`signpost run` in a process of its own, with tokens if any are given, and health on any free port."""
    arguments = [argument for setting in ("health.port=0", *settings) for argument in ("--set", setting)]
    environment = {name: value for name, value in os.environ.items() if name not in TOKENS}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--data", str(project.data), *arguments],
        cwd=project.root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, **(tokens or {}), "PYTHONPATH": str(CHECKOUT)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def address_in(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The address of the health pages, once the bot has started, and what was said before."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if found := re.search(r"Health and metrics: (http://\S+)/metrics", line):
            return found[1], said
    raise AssertionError(said)


def assert_in_time(stopping: float, starting: float) -> None:
    """It stopped before a service manager would lose its patience; where it takes long to start, it may take longer."""
    assert stopping < max(10, 2 * starting)


def test_without_tokens_the_terminal_runs(small_project: Project) -> None:
    """It says how to join communities, answers in the terminal meanwhile, and ends with its input."""
    with running(small_project) as process:
        out, said = process.communicate("how much is statutory maternity pay\n", timeout=SECONDS)
    assert process.returncode == 0, said
    assert "No token is set" in said and DISCORD_TOKEN in said and TELEGRAM_TOKEN in said
    assert "Answering from release 0001" in said and "www.gov.uk/maternity-pay-leave" in out
    assert "Traceback" not in said


def test_a_signal_stops_it_in_time(small_project: Project) -> None:
    """SIGTERM ends it in good order, though somebody still sits at the terminal."""
    began = time.monotonic()
    with running(small_project) as process:
        address_in(process)
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=SECONDS)
    assert (process.returncode, said) == (0, "")
    assert_in_time(time.monotonic() - started, started - began)


def test_a_release_chosen_by_another_process_is_served(
    small_project: Project, release: Release, tmp_path: Path
) -> None:
    """The bot that runs goes on to it, and says so to who watches it; the next question is answered from it."""
    project = with_two_releases(small_project, release, tmp_path)
    with running(project) as process:
        address, _ = address_in(process)
        assert "signpost_release 1.0" in httpx.get(f"{address}/metrics", timeout=SECONDS).text
        use = [sys.executable, "-m", "bot", "use", "2", "--data", str(project.data)]
        subprocess.run(use, cwd=CHECKOUT, check=True, capture_output=True)
        while "signpost_release 2.0" not in httpx.get(f"{address}/metrics", timeout=SECONDS).text:
            time.sleep(0.05)
        out, said = process.communicate("how much is statutory maternity pay\n", timeout=SECONDS)
    assert "www.gov.uk/maternity-pay-leave" in out and "Answering from release 0002." in said
    with closing(sqlite3.connect(project.data / DATABASE_FILE)) as database:
        assert database.execute("select release, outcome from questions").fetchall() == [("0002", "answered")]


def test_platforms_that_cannot_be_reached_are_waited_for(small_project: Project, release: Release) -> None:
    """It is healthy but not ready, gives up no platform, tells nobody its tokens, and still stops in time."""
    began = time.monotonic()
    with running(small_project, *UNREACHABLE, tokens=TOKENS) as process:
        address, before = address_in(process)
        starting = time.monotonic() - began
        time.sleep(1)  # Long enough to fail to connect, and to say so.
        assert httpx.get(f"{address}/healthz", timeout=SECONDS).status_code == 200
        readiness = httpx.get(f"{address}/readyz", timeout=SECONDS)
        assert (readiness.status_code, readiness.json()["ready"]) == (503, False)
        assert set(readiness.json()) == {"ready", "discord", "telegram"}
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, after = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert_in_time(time.monotonic() - started, starting)
    assert "No token is set" not in before and "Traceback" not in after
    assert "zanzibar" not in out + before + after


def test_a_port_that_is_taken_keeps_nobody_from_an_answer(small_project: Project) -> None:
    """Two bots with the same configuration get in each other's way; the second says so, and answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with running(small_project, f"health.port={port}") as process:
            _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert f"can't be served: The address 127.0.0.1:{port} can't be had; choose another port." in said
    assert "Traceback" not in said and "Health and metrics: nowhere" in said


def test_a_setting_that_does_not_exist_is_named(small_project: Project) -> None:
    """A typing error on the command line is told before anything is started."""
    with running(small_project, "connectors.telegram.pool_seconds=3") as process:
        _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 1 and "pool_seconds" in said and said.count("\n") == 1
