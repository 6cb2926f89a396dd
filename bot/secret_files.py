"""Secrets that are kept in files which their owner alone can read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bot.disk import put_on_disk
from bot.errors import ConfigurationError

BYTES = 32


def secret_in(path: Path) -> bytes:
    """The secret in a file, made first where there is none. Raises OSError.

    It is linked into its place when it is complete, so that of two processes that make it at once both get the same.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        scratch = _written_beside(path, os.urandom(BYTES))
        try:
            os.link(scratch, path)
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
        put_on_disk(path.parent)
    return path.read_bytes()


def replace_secret(path: Path, content: bytes) -> None:
    """Put another secret into a file: whoever reads it finds the old one or the new one, whole. Raises OSError."""
    _written_beside(path, content).replace(path)
    put_on_disk(path.parent)


def secret_given(name: str, environment: Mapping[str, str]) -> str:
    """A secret that an operator has set as a variable, or in the file that the variable with `_FILE` names; or "".

    Raises ConfigurationError where that file can't be read. A file is what systemd and containers hand over, and it
    stands in no process's environment.
    """
    path = environment.get(f"{name}_FILE", "")
    if not path:
        return environment.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}_FILE: {path} can't be read: name a file that holds the secret.") from error


def _written_beside(path: Path, content: bytes) -> Path:
    scratch = path.with_suffix(f".{os.getpid()}")
    with open(os.open(scratch, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return scratch
