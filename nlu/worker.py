"""The process that holds the model: `python -m nlu.worker ARCHIVE`.

It speaks JSON, one value a line. The first line that it reads is its Setup; each later one is a list of texts, and is
answered with the list of their predictions. The first line that it writes says that it is ready. It writes no text to
any log.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from bot.classifier import Kind, Prediction
from nlu.confidence import Calibration
from nlu.predictions import as_prediction, meant

if TYPE_CHECKING:
    from nlu.trained_model import Read

READY = b'"ready"\n'
NICENESS = 2
"""While texts wait for the model, presses and heartbeats don't wait behind it."""


class Setup(msgspec.Struct, frozen=True):
    """What a release knows of its model beside the archive: what the intents are, and how sure to be of them."""

    kinds: dict[str, Kind]
    calibration: Calibration


def main() -> None:
    """Load the model and answer until standard input ends."""
    os.nice(NICENESS)
    _serve(Path(sys.argv[1]), be_quiet())


def be_quiet() -> BinaryIO:
    """Let nothing be logged or printed, and return where the lines of the protocol go."""
    # Ctrl-C goes to the whole foreground group; the parent decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    # Whatever a library prints must not get between the lines of the protocol.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _serve(archive: Path, answers: BinaryIO) -> None:
    from nlu.trained_model import TrainedModel

    # Once loaded, the files are not read again; gone this early, they aren't left behind when the process is killed.
    with tempfile.TemporaryDirectory(prefix="signpost-model-") as folder:
        model = TrainedModel.load(archive, Path(folder))
    setup = msgspec.json.decode(sys.stdin.buffer.readline(), type=Setup)
    model.rank("ready")
    send(answers, READY)
    texts = msgspec.json.Decoder(list[str])
    for line in sys.stdin.buffer:
        predictions = [_predicted(read, model.encoder, setup) for read in model.read_all(texts.decode(line))]
        send(answers, msgspec.json.encode(predictions) + b"\n")


def _predicted(read: Read, encoder: str, setup: Setup) -> Prediction:
    prediction = as_prediction(read.ranking, setup.kinds, setup.calibration)
    return replace(prediction, meant=meant(read.vector, read.ranking, setup.kinds, encoder))


def send(answers: BinaryIO, line: bytes) -> None:
    """Write a line at once."""
    answers.write(line)
    answers.flush()


if __name__ == "__main__":
    main()
