"""The sandbox of the processes that hold a model: what they try is refused by the system, not by us."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from nlu.worker_process import GIVING_BACK, ONE_THREAD, WorkerProcess

if sys.platform != "linux":
    pytest.skip("The sandbox is Linux's.", allow_module_level=True)

import landlockpy

pytestmark = pytest.mark.skipif(not landlockpy.supported(), reason="this kernel has no Landlock")
CHECKOUT = Path(__file__).resolve().parents[2]
REFUSED = {errno.EPERM, errno.EACCES, errno.EXDEV}
"""The last is what Landlock says to a link or a move out of the folder where something may be."""
ESSENTIAL = {"PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", *ONE_THREAD, *GIVING_BACK}
"""What a process may be given of the environment, beside LC_… and PYTHON…; the rest is for libraries' folders."""


CHANGES = ("write", "append", "chmod", "touch", "link", "rename", "remove")


class Prober:
    """tests.nlu.prober in its sandbox."""

    def __init__(self, worker: WorkerProcess) -> None:
        """Speak to a process that is running."""
        self.worker = worker

    async def tries(self, what: str, argument: object = "") -> tuple[int, Any]:
        """The error's number, or 0, and what came of it."""
        number, result = json.loads(await self.worker.exchange(json.dumps([what, str(argument)]).encode()))
        return number, result

    async def is_refused(self, what: str, argument: object = "") -> bool:
        """Whether the system says no, rather than that something isn't there."""
        return (await self.tries(what, argument))[0] in REFUSED


@pytest.fixture
async def prober(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Prober]:
    """A process that may read one folder, in an environment that holds secrets."""
    for name in ("SIGNPOST_DISCORD_TOKEN", "SIGNPOST_TELEGRAM_TOKEN", "SIGNPOST_OIDC_SECRET", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "planted-secret")
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "model").write_text("model", encoding="utf-8")
    (tmp_path / "asker.key").write_text("key", encoding="utf-8")
    worker = WorkerProcess(1 << 20)
    await worker.spawn("tests.nlu.prober", readable=[tmp_path / "given"])
    yield Prober(worker)
    await worker.stop()


async def test_there_is_no_network(prober: Prober, tmp_path: Path) -> None:
    """Neither TCP, UDP nor a socket of the machine's own can be reached, though somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as local:
        local.bind(str(tmp_path / "given" / "socket"))
        port = listener.getsockname()[1]
        assert await prober.is_refused("connect", port)
        assert await prober.is_refused("datagram", port)
        assert await prober.is_refused("unix", tmp_path / "given" / "socket")
    assert await prober.is_refused("listen")
    assert await prober.is_refused("io_uring")
    assert (await prober.tries("look up"))[0] != 0


@pytest.mark.parametrize("what", CHANGES)
async def test_a_file_outside_is_left_alone(prober: Prober, tmp_path: Path, what: str) -> None:
    """What may be read may not be changed, and what is beside it may not either."""
    before = _facts(tmp_path)
    for path in before:
        assert await prober.is_refused(what, path)
    assert before == _facts(tmp_path)


async def test_nothing_is_made_outside(prober: Prober, tmp_path: Path) -> None:
    """It writes in its own folder alone: not beside it, not in the checkout, not in the user's home."""
    assert await prober.tries("own folder") == (0, None)
    for folder in (
        tmp_path,
        tmp_path / "given",
        Path("/tmp"),
        Path("/dev/shm"),
        CHECKOUT,
        CHECKOUT / "nlu",
        Path.home(),
    ):
        assert await prober.is_refused("write", folder / "planted")
        assert await prober.is_refused("make", folder / "planted")
        assert not (folder / "planted").exists()


async def test_no_secret_can_be_read(prober: Prober, tmp_path: Path) -> None:
    """It reads what it was given: no key, no data, no settings, and not the environment of the bot."""
    assert (await prober.tries("read", tmp_path / "given" / "model"))[0] == 0
    for path in (
        tmp_path / "asker.key",
        CHECKOUT / "pyproject.toml",
        "/etc/passwd",
        "/etc/hostname",
        f"/proc/{os.getpid()}/environ",
        f"/proc/{os.getpid()}/cmdline",
    ):
        assert await prober.is_refused("read", path), path
    for folder in (tmp_path, CHECKOUT, Path.home(), "/", "/etc"):
        assert await prober.is_refused("list", folder), folder


async def test_it_is_given_an_allowed_environment(prober: Prober) -> None:
    """Of the environment it has what Python needs: a list of what is allowed, not of what is secret."""
    _, names = await prober.tries("environment")
    others = {name for name in names if name not in ESSENTIAL and not re.match(r"LC_|PYTHON|LD_LIBRARY_PATH$", name)}
    assert set() == others


async def test_no_other_process_is_reached(prober: Prober) -> None:
    """It starts no program, signals nobody and traces nobody, the bot that started it least."""
    received: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: received.append(number))
    try:
        assert await prober.is_refused("kill", os.getpid())
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert await prober.is_refused("trace", os.getpid())
    assert await prober.is_refused("execute", sys.executable)
    assert await prober.is_refused("execute", "/bin/true")
    assert [] == received


async def test_it_gains_nothing_and_leaves_no_dump(prober: Prober) -> None:
    """No set-user-id program would help it, a filter is on, and a crash writes no memory to disk."""
    _, status = await prober.tries("limits")
    assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status
    limits = _limits(prober.worker)
    assert re.search(r"Max core file size\s+0\s+0\s", limits)


async def test_its_folder_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one folder that it may write in is removed when it is ended, with what is in it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    worker = WorkerProcess(1 << 20)
    await worker.spawn("tests.nlu.prober")
    (folder,) = os.listdir(tmp_path)
    (tmp_path / folder / "left").write_text("behind", encoding="utf-8")
    await worker.stop()
    assert [] == os.listdir(tmp_path)


WITHOUT = """
import ctypes, json, sys
sys.modules["pyseccomp"] = None
if {landlock}:
    import landlockpy._syscall as calls
    def old_kernel(*_):
        raise landlockpy.UnsupportedError(38, "Function not implemented")
    import landlockpy
    calls.create_ruleset = old_kernel
from pathlib import Path
from nlu.sandbox import confine
print(json.dumps(confine([], [Path("/nowhere")])))
print(json.dumps(next(l for l in open("/proc/self/status") if l.startswith("NoNewPrivs"))))
"""


@pytest.mark.parametrize(
    ("landlock", "missing"),
    [(False, ["libseccomp"]), (True, ["Landlock", "libseccomp"])],
)
def test_what_is_not_there_is_told(landlock: bool, missing: list[str]) -> None:
    """Without what a sandbox is made of, the process goes on with no new privileges and says what it lacks."""
    command = [sys.executable, "-c", WITHOUT.format(landlock=landlock)]
    told, privileges = subprocess.run(command, capture_output=True, check=True, cwd=CHECKOUT).stdout.splitlines()
    assert [any(name in clause for clause in json.loads(told)) for name in missing] == [True] * len(missing)
    assert len(json.loads(told)) == len(missing)
    assert "NoNewPrivs:\t1\n" == json.loads(privileges)


async def test_what_is_not_there_is_logged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for whoever is on call, not one for each start."""
    (tmp_path / "pyseccomp.py").write_text("raise RuntimeError('Unable to find libseccomp')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    worker = WorkerProcess(1 << 20)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            await worker.spawn("tests.nlu.prober")
    # Landlock alone refuses TCP.
    assert await Prober(worker).is_refused("write", tmp_path / "planted")
    await worker.stop()
    lines = [record.getMessage() for record in caplog.records]
    assert 1 == len(lines) and "libseccomp is not installed" in lines[0] and "docs/deployment.md" in lines[0]


BUILD = """
import json, os, socket, sys, tempfile
from pathlib import Path
from bot.app import open_project
from bot.app.training import confine_build
data, staged, secret = map(Path, sys.argv[1:])
confine_build(open_project(data, staged))
tries = {
    "network": lambda: socket.socket(),
    "key": lambda: (data / "asker.key").read_bytes(),
    "log": lambda: (data / "questions.db").write_bytes(b"planted"),
    "release": lambda: (data / "releases" / "current").write_text("9"),
    "elsewhere": lambda: secret.write_text("planted"),
    "parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "draft": lambda: (staged / "config.yml").read_bytes(),
    "live": lambda: (data / "releases" / "current").read_bytes(),
    "candidate": lambda: (data / "candidates" / "0001").mkdir(),
    "scratch": lambda: tempfile.TemporaryDirectory().cleanup(),
    "program": lambda: os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", "import nlu.sandbox") and 1 / 0,
}
for name, attempt in tries.items():
    try:
        attempt()
    except OSError as error:
        print(json.dumps([name, error.errno]))
    else:
        print(json.dumps([name, 0]))
"""


def test_a_build_is_kept_in_too(tmp_path: Path) -> None:
    """What builds a candidate of a draft has no network, no key and no log, and leaves releases alone."""
    data, staged = tmp_path / "data", tmp_path / "data" / ".staging-1"
    (data / "releases").mkdir(parents=True)
    staged.mkdir()
    for path in (data / "asker.key", data / "questions.db", data / "releases" / "current"):
        path.write_text("1", encoding="utf-8")
    shutil.copy(CHECKOUT / "config.yml", staged)
    command = [sys.executable, "-c", BUILD, data, staged, tmp_path / "secret"]
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(command, capture_output=True, check=True, cwd=CHECKOUT, env={**os.environ, **cache})
    said = dict(json.loads(line) for line in done.stdout.splitlines())
    may = {"draft", "live", "candidate", "scratch", "program"}
    assert dict.fromkeys(may, 0) == {name: said[name] for name in may}
    assert REFUSED >= {number for name, number in said.items() if name not in may} and len(said) == 11


def test_without_a_sandbox_all_of_it_can_be_done(tmp_path: Path) -> None:
    """What the tests above see refused is refused by the sandbox, and by nothing else."""
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    received: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: received.append(number))
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as local:
        local.bind(str(tmp_path / "socket"))
        port = str(listener.getsockname()[1])
        tries = [("connect", port), ("datagram", port), ("unix", str(tmp_path / "socket")), ("listen", "")]
        tries += [*((what, str(file)) for what in ("read", *CHANGES)), ("make", str(tmp_path / "made"))]
        tries += [("read", f"/proc/{os.getpid()}/environ"), ("list", "/etc"), ("kill", str(os.getpid()))]
        lines = "\n".join(json.dumps(one) for one in tries if one[0] not in ("rename", "remove"))
        lines += "\n" + json.dumps(["rename", str(file)]) + "\n" + json.dumps(["remove", f"{file}.moved"])
        done = subprocess.run(
            [sys.executable, "-m", "tests.nlu.prober"],
            input=lines.encode(),
            capture_output=True,
            check=True,
            cwd=CHECKOUT,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
    signal.signal(signal.SIGUSR1, before)
    answers = [json.loads(line)[0] for line in done.stdout.splitlines()]
    assert [0] * len(tries) == answers and [signal.SIGUSR1] == received


def _facts(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """When each file was written, who may use it and how many names it has."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.stat().st_mode, path.stat().st_nlink) for path in files}


def _limits(worker: WorkerProcess) -> str:
    return Path(f"/proc/{worker.pid}/limits").read_text(encoding="utf-8")
