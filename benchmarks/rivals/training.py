"""Training a system, timed. What a Rasa has learnt is kept, since it may take an hour."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from rivals.systems import System

KEPT = "training.json"
TAIL = 3000

Training = Mapping[str, float | str]
"""What a training took: seconds on the clock, seconds of processor time in all its processes, and when it was."""


def kept_training(model: Path) -> Training | None:
    """What the training took whose model is kept in a folder, or None where there is none."""
    with suppress(OSError):
        training: Training = json.loads((model / KEPT).read_text(encoding="utf-8"))
        return training
    return None


def train(system: System, staged: Path, model: Path) -> Training:
    """Train a system into a folder, which is emptied first: what an earlier training has cached is left out."""
    print(f"Training {system.title}.", file=sys.stderr)
    shutil.rmtree(model, ignore_errors=True)
    model.mkdir(parents=True)
    command = system.training(staged, model)
    log = model / "training.log"
    with log.open("wb") as output:
        began, used = time.monotonic(), _processor_seconds()
        done = subprocess.run(
            command.arguments, cwd=command.folder, env=command.environment, stdout=output, stderr=output, check=False
        )
        training = {"seconds": time.monotonic() - began, "processor_seconds": _processor_seconds() - used}
    if done.returncode != 0:
        raise SystemExit(f"{system.title} could not be trained:\n{log.read_text(errors='replace')[-TAIL:]}")
    rounded = {name: round(value, 1) for name, value in training.items()}
    dated = {**rounded, "at": datetime.now(timezone.utc).isoformat(timespec="minutes")}
    (model / KEPT).write_text(json.dumps(dated), encoding="utf-8")
    return dated


def _processor_seconds() -> float:
    """That of all processes that have been started here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
