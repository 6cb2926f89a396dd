"""The sentence encoder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from nlu.encoder import DIMENSIONS, Encoder, load_tokenizer
from nlu.encoder_file import CALIBRATION_FILE, _model_source, _tokenizer_source, cached_encoder, install_encoder
from nlu.kept_vectors import encode_known

HELD_OUT = Path(__file__).parents[2] / "nlu" / "held_out" / "questions.jsonl"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The quantized encoder."""
    folder: Path = tmp_path_factory.mktemp("encoder")
    install_encoder(folder)
    return Encoder(folder)


def test_a_vector_has_length_one(encoder: Encoder) -> None:
    """Every text gives a vector of the model's size and of length 1."""
    vector = encoder.encode("how much is smp")
    assert (DIMENSIONS,) == vector.shape
    assert pytest.approx(1.0, abs=1e-5) == float(np.linalg.norm(vector))


def test_meaning_counts_more_than_words(encoder: Encoder) -> None:
    """Two ways of asking the same thing are nearer than two things asked alike."""
    asked, same, other = (
        encoder.encode(t) for t in ("can bailiffs take my car", "will they seize my vehicle", "can i take my cat")
    )
    assert asked @ same > asked @ other


def test_a_vector_hangs_on_its_text_alone(encoder: Encoder) -> None:
    """Texts encoded together, of whatever lengths, have the very vectors that they have alone."""
    texts = CALIBRATION_FILE.read_text("utf-8").splitlines()
    told: list[int] = []
    together = encoder.encode_all([*texts, "", "a" * 5000], told.append)
    assert np.array_equal(together[: len(texts)], np.stack([encoder.encode(text) for text in texts]))
    assert told[-1] == len(together)
    assert encoder.encode_all([]).shape == (0, DIMENSIONS)


def test_int8_arithmetic_keeps_the_meaning(encoder: Encoder) -> None:
    """Vectors stay near those of the published model in floats, on messages that the scales were not measured on."""
    published = onnxruntime.InferenceSession(str(_model_source()), providers=["CPUExecutionProvider"])
    tokenizer = load_tokenizer(_tokenizer_source())
    for line in HELD_OUT.read_text("utf-8").splitlines()[:50]:
        text = json.loads(line)["text"]
        ids = np.array([tokenizer.encode(text).ids])
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        original = published.run(None, feed)[0].mean(axis=1)[0]
        assert encoder.encode(text) @ original / np.linalg.norm(original) > 0.99


def test_vectors_of_an_earlier_training_are_used_again(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only new texts are encoded; a cache that can't be read is as good as none."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "signpost").mkdir()
    told: list[int] = []
    first = encode_known(encoder, ["how much is smp", "what is a dro"], told.append)
    again = encode_known(encoder, ["what is a dro", "who can get a dro"], told.append)
    assert np.array_equal(first[1], again[0])
    assert told[-1] == 2
    cached_encoder().with_suffix(".vectors.npz").write_bytes(b"broken")
    assert encode_known(encoder, ["what is a dro"]).shape == (1, DIMENSIONS)
