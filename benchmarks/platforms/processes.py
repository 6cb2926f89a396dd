"""What Linux knows of processes (man 5 proc). Elsewhere there are no figures of memory and processor time."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and its children, as far as they are there."""
    children: list[str] = []
    for path in PROC.glob(f"{pid}/task/*/children"):
        with suppress(OSError):
            children += path.read_text().split()
    return [pid, *map(int, children)] if (PROC / str(pid)).exists() else []


def command_of(pid: int) -> str:
    """How a process was started; "" where it has ended."""
    return _read(pid, "cmdline").replace("\0", " ")


def resident_mb(pid: int) -> float:
    """Its resident memory in megabytes."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", _read(pid, "status"), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def cpu_seconds(pid: int) -> float:
    """The processor time that it has used, its threads' too."""
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _read(pid: int, name: str) -> str:
    try:
        return (PROC / str(pid) / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
