"""The sentence encoder: all-MiniLM-L6-v2 as one ONNX file, in int8 arithmetic (nlu/encoder_graph.py)."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]
Tokens = list[list[int]]
"""Of texts that have the same number of tokens."""

DIMENSIONS = 384
MAX_TOKENS = 128
BATCH = 8
FEW = 8
MODEL_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"


class Encoder:
    """Turns a text into a vector of length 1: the same to the last bit, whatever else is encoded with it."""

    def __init__(self, folder: Path) -> None:
        """Load the model and the tokenizer from a folder that `install_encoder` has filled."""
        self._tokenizer = load_tokenizer(folder / TOKENIZER_FILE)
        self._session = load_session(folder / MODEL_FILE)

    def encode(self, text: str) -> Vectors:
        """The vector of one text: the mean of its tokens' vectors, as the model was trained to be used."""
        vector: Vectors = self._run([self._tokenizer.encode(text).ids])[0]
        return vector

    def encode_all(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """The vectors of texts, one a row. Many go on all cores, unless OMP_NUM_THREADS keeps the process to one.

        Texts with the same number of tokens go together, a few at a time, which takes two thirds of the time.
        `on_progress` is told how many texts are done.
        """
        ids = [tokens.ids for tokens in self._tokenizer.encode_batch(list(texts))]
        batches = _batches(ids)
        vectors = np.empty((len(ids), DIMENSIONS), dtype=np.float32)
        done = 0
        for batch, rows in zip(batches, _on_all_cores(self._run, [[ids[i] for i in batch] for batch in batches])):
            vectors[batch] = rows
            done += len(batch)
            if on_progress:
                on_progress(done)
        return vectors

    def _run(self, ids: Tokens) -> Vectors:
        (states,) = self._session.run(None, {"input_ids": np.array(ids, dtype=np.int64)})
        means = states.mean(axis=1)
        vectors: Vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        return vectors


def load_tokenizer(path: Path) -> Tokenizer:
    """A tokenizer that cuts a text off after `MAX_TOKENS`."""
    tokenizer = Tokenizer.from_file(str(path))
    # The file as published pads every text to 128 tokens, which costs six times the work.
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def load_session(model: Path | bytes) -> onnxruntime.InferenceSession:
    """A model that runs on one thread, since one process is one core's worth of work."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def encoder_name(folder: Path) -> str:
    """What tells encoders apart whose vectors can't be compared, of one in a folder."""
    return f"{zlib.crc32((folder / MODEL_FILE).read_bytes()):08x}"


def _batches(ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """The places of texts that can go together."""
    by_length = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    runs = (list(run) for _, run in groupby(by_length, key=lambda place: len(ids[place])))
    return [run[start : start + BATCH] for run in runs for start in range(0, len(run), BATCH)]


def _on_all_cores(run: Callable[[Tokens], Vectors], batches: Sequence[Tokens]) -> Iterator[Vectors]:
    if len(batches) < FEW or os.environ.get("OMP_NUM_THREADS") == "1":
        yield from map(run, batches)
        return
    # ONNX Runtime lets go of the interpreter's lock while it works, so threads are enough.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(run, batches)
