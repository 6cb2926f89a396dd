"""The script of a scene: who does what."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
from ruamel.yaml import YAML

SCENE_FILE = Path(__file__).parent / "scene.yml"


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that somebody does, or a note to who watches; see scene.yml. `soon` leaves no pause before it."""

    note: str = ""
    on: Literal["discord", "telegram"] = "discord"
    who: str = ""
    asks: str = ""
    says: str = ""
    replies: str = ""
    edits: str = ""
    deletes: bool = False
    presses: str = ""
    sets: str = ""
    private: str = ""
    soon: bool = False


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole scene."""

    moderators: tuple[str, ...]
    steps: tuple[Step, ...]


def read_script(path: Path = SCENE_FILE) -> Script:
    """Read a script. Raises msgspec.ValidationError where it has a fault."""
    return msgspec.convert(YAML(typ="safe").load(path.read_text(encoding="utf-8")), Script)
