"""An environment with nothing but Rasa, made once and kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

VERSION = "3.6.21"
# Rasa 3.6 imports pkg_resources, which later versions of setuptools no longer bring.
PACKAGES = (f"rasa=={VERSION}", "setuptools<81")
PYTHON = "3.10"
DEFAULTS = "lib/python*/site-packages/rasa/engine/recipes/config_files/default_config.yml"
QUIET = {"SQLALCHEMY_SILENCE_UBER_WARNING": "1", "RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"}


def rasa_in(folder: Path) -> Path:
    """The `rasa` command of the environment in a folder, which is made where it isn't there or wasn't finished."""
    home = folder.resolve() / f"rasa-{VERSION}"
    finished = home / "finished"
    if not finished.exists():
        print(f"Installing Rasa {VERSION} in {home}: this takes some minutes, once.", file=sys.stderr)
        _uv("venv", "--clear", "--python", PYTHON, str(home))
        _uv("pip", "install", "--python", str(home / "bin" / "python"), *PACKAGES)
        finished.touch()
    return home / "bin" / "rasa"


def default_pipeline(rasa: Path) -> list[dict[str, object]]:
    """The pipeline that Rasa ships as its default, read from the package behind a `rasa` command."""
    found = next(rasa.parent.parent.glob(DEFAULTS))
    pipeline: list[dict[str, object]] = YAML(typ="safe").load(found)["pipeline"]
    return pipeline


def quiet_environment() -> dict[str, str]:
    """The variables for Rasa's processes: without what points at this project's own environment."""
    ours = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    return {**{name: value for name, value in os.environ.items() if name not in ours}, **QUIET}


def _uv(*arguments: str) -> None:
    # `uv run` names the uv that it is in UV.
    command = os.environ.get("UV") or shutil.which("uv")
    if command is None:
        raise SystemExit("uv was not found: run `pip install uv`, or name a Rasa of your own with --rasa.")
    subprocess.run([command, *arguments], check=True, stdout=sys.stderr)
