"""Connectors run side by side: one that fails leaves the others, and a signal ends them all in time."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import pytest

from bot import running
from bot.errors import ConnectorError
from bot.running import run_connectors, stop_signals
from connectors.base import Connector, Desk
from tests.waiting import until

ROOT = Path(__file__).parents[2]
DESK = cast("Desk", None)
"""These connectors ask the bot for nothing."""


async def nothing() -> None:
    """Do nothing."""


class Scripted(Connector):
    """A connector that listens and stops as it is told."""

    def __init__(
        self,
        name: str = "discord",
        listens: Callable[[], Awaitable[object]] = nothing,
        stops: Callable[[], Awaitable[object]] = nothing,
    ) -> None:
        """`listens` and `stops` are what it does then."""
        self.name = name
        self.events: list[str] = []
        self._listens = listens
        self._stops = stops

    async def listen(self, desk: Desk) -> None:
        """Note how it ended."""
        self.events.append("listening")
        try:
            await self._listens()
            self.events.append("ended")
        except asyncio.CancelledError:
            self.events.append("cancelled")
            raise

    async def stop(self) -> None:
        """Note that it was told."""
        self.events.append("told to stop")
        await self._stops()


class Attentive(Scripted):
    """A connector that listens until it is told to stop."""

    def __init__(self, name: str = "telegram") -> None:
        """Listen well."""
        told = asyncio.Event()
        super().__init__(name, told.wait, lambda: _set(told))


async def _set(event: asyncio.Event) -> None:
    event.set()


def fails(error: Exception) -> Callable[[], Awaitable[None]]:
    """Something that fails."""

    async def fail() -> None:
        raise error

    return fail


async def run(*connectors: Scripted) -> list[str]:
    """Run connectors until a signal comes; returns what went wrong."""
    with stop_signals() as stopping:
        return [str(error) for error in await run_connectors(connectors, DESK, stopping)]


async def signalled(*connectors: Scripted, sign: signal.Signals = signal.SIGTERM) -> list[str]:
    """Run connectors, and send this process a signal once all listen; returns what went wrong."""
    running_now = asyncio.create_task(run(*connectors))
    await until(lambda: all(connector.events for connector in connectors))
    signal.raise_signal(sign)
    return await running_now


async def test_it_ends_when_all_have_ended() -> None:
    """A terminal whose person has left needs no signal."""
    connectors = Scripted(), Scripted("terminal")
    assert await run(*connectors) == []
    assert [connector.events for connector in connectors] == [["listening", "ended"]] * 2


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_every_connector(sign: signal.Signals) -> None:
    """Each is told, ends by itself, and nothing has gone wrong."""
    connectors = Attentive("discord"), Attentive("telegram")
    assert await signalled(*connectors, sign=sign) == []
    assert [connector.events for connector in connectors] == [["listening", "told to stop", "ended"]] * 2


async def test_one_that_fails_leaves_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """Its sentence is logged at once, since the others may go on for weeks, and returned in the end."""
    other = Attentive()
    failing = Scripted("discord", fails(ConnectorError("Discord refuses the token: check it.")))
    running_now = asyncio.create_task(run(failing, other))
    await until(lambda: "refuses the token" in caplog.text)
    await asyncio.sleep(0.01)
    assert other.events == ["listening"] and not running_now.done()
    signal.raise_signal(signal.SIGTERM)
    assert await running_now == ["Discord refuses the token: check it."]
    assert "told to stop" not in failing.events and other.events[-1] == "ended"


async def test_what_nobody_foresaw_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    """The log has the traceback, and who started the bot a sentence."""
    (error,) = await run(Scripted("discord", fails(KeyError("unforeseen"))))
    assert "discord connector has failed (KeyError)" in error and "unforeseen" not in error
    assert "Traceback" in caplog.text and "unforeseen" in caplog.text


async def test_all_that_fail_are_told() -> None:
    """In the order in which they were started."""
    errors = await run(Scripted("a", fails(ValueError())), Scripted("b", fails(ConnectorError("B."))))
    assert [error[:7] for error in errors] == ["The a c", "B."]


async def test_one_that_does_not_stop_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one that doesn't listen to being told, nor one whose stopping hangs, takes longer than it may."""
    by_itself = running.STOP_SECONDS
    monkeypatch.setattr(running, "STOP_SECONDS", 0.5)
    forever = asyncio.Event().wait
    deaf, hanging, good = Scripted("deaf", forever), Scripted("hanging", forever, forever), Attentive()
    started = time.monotonic()
    assert await signalled(deaf, hanging, good) == []
    assert time.monotonic() - started < by_itself
    assert deaf.events[-1] == hanging.events[-1] == "cancelled" and good.events[-1] == "ended"


async def test_one_that_clears_up_for_ever_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even being cut off has a limit."""
    monkeypatch.setattr(running, "STOP_SECONDS", 0.1)
    monkeypatch.setattr(running, "CANCEL_SECONDS", 0.1)
    over = asyncio.Event()

    async def cling() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await over.wait()

    assert await asyncio.wait_for(signalled(Scripted("clinging", cling)), 60) == []
    over.set()
    await asyncio.sleep(0)


async def test_stopping_that_fails_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The others stop in good order all the same."""
    monkeypatch.setattr(running, "STOP_SECONDS", 0.5)
    broken, good = Scripted("broken", asyncio.Event().wait, fails(KeyError("unforeseen"))), Attentive()
    assert await signalled(broken, good) == []
    assert good.events[-1] == "ended" and broken.events[-1] == "cancelled" and "unforeseen" in caplog.text


async def test_an_error_while_stopping_is_told() -> None:
    """A connector that fails on its way out says so."""
    told = asyncio.Event()

    async def listen() -> None:
        await told.wait()
        raise ConnectorError("Something could not be closed; look at the log.")

    failing = Scripted("discord", listen, lambda: _set(told))
    assert await signalled(failing) == ["Something could not be closed; look at the log."]


async def test_signals_are_left_as_they_were() -> None:
    """After the end a signal does again what it did before."""
    before = signal.getsignal(signal.SIGTERM)
    await run(Scripted())
    assert signal.getsignal(signal.SIGTERM) in (before, signal.SIG_DFL)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_process_ends_by_itself(sign: signal.Signals) -> None:
    """A process that is told to stop lets its connectors finish, cuts off the one that won't, and exits with 0."""
    command = [sys.executable, "-m", "tests.bot.running_script", "good", "slow", "deaf"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(3)] == [f"listening {n}\n" for n in ("good", "slow", "deaf")]
        started = time.monotonic()
        process.send_signal(sign)
        lines = process.communicate()[0].splitlines()
    assert process.returncode == 0 and time.monotonic() - started < 10
    assert lines == ["ended good", "ended slow", "cancelled deaf", "errors []"]
