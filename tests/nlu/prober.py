"""A worker that tries what a model's process must not be able to do: it is asked for one thing a line."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PTRACE_ATTACH = 16
libc = ctypes.CDLL(None, use_errno=True)


def _connect(kind: int, port: str) -> None:
    with socket.socket(socket.AF_INET, kind) as caller:
        caller.connect(("127.0.0.1", int(port)))
        caller.send(b"?")


def _connect_unix(path: str) -> None:
    """By a socket of a pair, which needs no `socket`."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with one, other:
        one.sendto(b"?", path)


def _listen(_: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))


def _ptrace(pid: str) -> None:
    if libc.ptrace(PTRACE_ATTACH, int(pid), 0, 0):
        raise OSError(ctypes.get_errno(), "ptrace")


def _io_uring(_: str) -> None:
    if libc.syscall(425, 1, ctypes.create_string_buffer(120)) < 0:
        raise OSError(ctypes.get_errno(), "io_uring_setup")


def _own_folder(_: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "file").write_text("mine", encoding="utf-8")


TRIES: dict[str, Callable[[str], object]] = {
    "connect": lambda port: _connect(socket.SOCK_STREAM, port),
    "datagram": lambda port: _connect(socket.SOCK_DGRAM, port),
    "unix": _connect_unix,
    "listen": _listen,
    "look up": lambda _: socket.getaddrinfo("localhost", 80),
    "write": lambda path: Path(path).write_text("planted", encoding="utf-8"),
    "append": lambda path: open(path, "ab").close(),
    "make": lambda path: Path(path).mkdir(),
    "remove": lambda path: Path(path).unlink(),
    "rename": lambda path: os.rename(path, f"{path}.moved"),
    "link": lambda path: os.link(path, Path(tempfile.gettempdir(), "linked")),
    "chmod": lambda path: os.chmod(path, 0o777),  # noqa: S103
    "touch": lambda path: os.utime(path),
    "read": lambda path: Path(path).read_bytes(),
    "list": os.listdir,
    "execute": lambda path: os.execv(path, [path]),  # noqa: S606
    "kill": lambda pid: os.kill(int(pid), signal.SIGUSR1),
    "trace": _ptrace,
    "io_uring": _io_uring,
    "own folder": _own_folder,
    "environment": lambda _: sorted(os.environ),
    "limits": lambda _: Path("/proc/self/status").read_text(encoding="utf-8"),
}


def main() -> None:
    """Answer each [what, argument] with [errno or 0, what came of it]."""
    for line in sys.stdin:
        what, argument = json.loads(line)
        try:
            result = TRIES[what](argument)
            answer = [0, result if isinstance(result, list | str) else None]
        except OSError as error:
            answer = [error.errno, str(error)]
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
