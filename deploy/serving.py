"""Which packages the bot needs to serve and to train: `uv run python deploy/serving.py > deploy/serving.txt`.

Signpost asks for Rasa, and Rasa for TensorFlow and much else that a pipeline of our own never imports (decision 2). So
of what Rasa asks for, only `SEEN` is kept: what has been seen being imported by the model's process, by a training and
by `signpost ask` (tests/test_deployment.py looks again). What all others ask for is followed. Versions and checksums
are those of uv.lock.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import tomli
from packaging.markers import Marker

CHECKOUT = Path(__file__).resolve().parent.parent
PROJECT, NOT_FOLLOWED = "signpost", "rasa"
SEEN = (
    *("cloudpickle", "dask", "greenlet", "joblib", "jsonpickle", "jsonschema", "pykwalify", "pyrsistent"),
    *("redis", "safetensors", "scikit-learn", "scipy", "structlog", "tarsafe", "threadpoolctl", "toolz", "ujson"),
)
IMAGE = {"sys_platform": "linux", "platform_machine": "x86_64", "platform_system": "Linux", "os_name": "posix"}
HEADER = "# Made by deploy/serving.py of uv.lock: all that the image installs.\n"
EXPORT = ("uv", "export", "--frozen", "--no-dev", "--no-emit-project", "--no-header", "--no-annotate", "--quiet")


def needed(lock: Path) -> set[str]:
    """The names of all packages that are needed, by a file of uv's."""
    packages = {one["name"]: one for one in tomli.loads(lock.read_text(encoding="utf-8"))["package"]}
    found: set[tuple[str, str]] = set()
    waiting = [(PROJECT, ""), *((name, "") for name in SEEN)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        waiting += [(name, "")] if extra else []
        if name != NOT_FOLLOWED:
            waiting += [pair for one in _asked_for(packages[name], extra) for pair in _pairs(one)]
    return {name for name, _ in found} - {PROJECT}


def requirements(lock: Path) -> str:
    """The lines of deploy/serving.txt."""
    names = needed(lock)
    exported = subprocess.run(EXPORT, cwd=lock.parent, capture_output=True, check=True, text=True).stdout
    # A requirement goes on over the lines of its checksums.
    blocks = re.split(r"\n(?=\S)", exported.strip())
    kept = [block for block in blocks if block.partition("==")[0] in names]
    return HEADER + "\n".join(re.sub(r" ;[^\\\n]*", " ", block, count=1).rstrip() for block in kept) + "\n"


def _asked_for(package: dict[str, Any], extra: str) -> list[dict[str, Any]]:
    asked = package.get("optional-dependencies", {}).get(extra, []) if extra else package.get("dependencies", [])
    return [one for one in asked if "marker" not in one or Marker(one["marker"]).evaluate(IMAGE)]


def _pairs(asked: dict[str, Any]) -> list[tuple[str, str]]:
    return [(asked["name"], extra) for extra in asked.get("extra", [""])]


if __name__ == "__main__":
    print(requirements(CHECKOUT / "uv.lock"), end="")
