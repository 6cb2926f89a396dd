"""The process that holds the model: `python -m nlu.worker ARCHIVE`.

It reads one JSON string a line from standard input and writes one JSON line for each: the intent ranking as
[[name, share, nearness, score], ...]. Its first line says that it is ready. It writes no text to any log.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import tempfile
import warnings
from pathlib import Path
from typing import BinaryIO

import msgspec

READY = b'"ready"\n'


def main() -> None:
    """Load the model and answer until standard input ends."""
    # Ctrl-C goes to the whole foreground group; the parent decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    # Whatever a library prints must not get between the lines of the protocol.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with tempfile.TemporaryDirectory(prefix="signpost-model-") as folder:
        _serve(Path(sys.argv[1]), Path(folder), answers)


def _serve(archive: Path, folder: Path, answers: BinaryIO) -> None:
    from nlu.trained_model import TrainedModel

    model = TrainedModel.load(archive, folder)
    model.rank("ready")
    answers.write(READY)
    for line in sys.stdin.buffer:
        ranking = model.rank(json.loads(line))
        answers.write(msgspec.json.encode(ranking) + b"\n")


if __name__ == "__main__":
    main()
