"""The sentence encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlu.encoder import DIMENSIONS, Encoder, _cached, encode_known, install_encoder


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


def test_texts_encoded_together_are_as_good_as_alone(encoder: Encoder) -> None:
    """Encoding in batches keeps each text's vector within what quantization moves it by."""
    texts = ["how much is smp", "what is kit day", "hello", "who can get a dro", "is there help with nursery fees"]
    for text, vector in zip(texts, encoder.encode_all(texts)):
        assert encoder.encode(text) @ vector > 0.97


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
    _cached().with_suffix(".vectors.npz").write_bytes(b"broken")
    assert encode_known(encoder, ["what is a dro"]).shape == (1, DIMENSIONS)
