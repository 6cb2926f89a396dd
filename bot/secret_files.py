"""Secrets that are made once and kept in a file that its owner alone can read."""

from __future__ import annotations

import os
from pathlib import Path

BYTES = 32


def secret_in(path: Path) -> bytes:
    """The secret in a file, made first where there is none. Raises OSError.

    It is linked into its place when it is complete, so that of two processes that make it at once both get the same.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        scratch = path.with_suffix(f".{os.getpid()}")
        with open(os.open(scratch, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(os.urandom(BYTES))
        try:
            os.link(scratch, path)
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    return path.read_bytes()
