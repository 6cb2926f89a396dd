"""Vectors of known questions, kept from one training to the next."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from nlu.encoder import Encoder, Vectors
from nlu.encoder_file import cached_encoder

MAX_KEPT = 40_000
"""Vectors that are kept, twice as many as one training has."""


def encode_known(encoder: Encoder, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
    """As `Encoder.encode_all`, but texts that an earlier training has encoded are taken from the user's cache folder.

    Encoding is a third of a training's time, and from one to the next few questions change. Those used last are kept
    longest.
    """
    path = cached_encoder().with_suffix(".vectors.npz")
    known = _read_vectors(path)
    keys = {text: _key(text) for text in texts}
    new = [text for text, key in keys.items() if key not in known]
    done = len(texts) - len(new)
    fresh = encoder.encode_all(new, lambda count: on_progress(done + count) if on_progress else None)
    known |= {keys[text]: vector for text, vector in zip(new, fresh)}
    if on_progress:
        on_progress(len(texts))
    used = {key: known.pop(key) for key in keys.values()}
    _write_vectors(path, dict([*known.items(), *used.items()][-MAX_KEPT:]))
    return np.stack([used[keys[text]] for text in texts])


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _read_vectors(path: Path) -> dict[str, Vectors]:
    """What was kept, or nothing where it can't be read: it can always be worked out again."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            return dict(zip(kept["keys"].tolist(), kept["vectors"]))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}


def _write_vectors(path: Path, vectors: dict[str, Vectors]) -> None:
    scratch = path.with_suffix(f".{os.getpid()}.npz")
    try:
        np.savez(scratch, keys=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
        scratch.replace(path)
    except OSError:
        # A full or read-only cache costs time, nothing else.
        scratch.unlink(missing_ok=True)
