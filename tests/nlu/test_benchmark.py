"""The shipped pipeline on other people's data."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from bot.app.training import benchmark_pipeline
from bot.classifier import Judged, Kind
from bot.errors import TrainingError
from nlu.benchmark import read_labelled_file, recommended_bar, score
from tests.factories import judged, prediction

COLOURS = [("what colour is grass", "green"), ("lawns are of which shade", "green"), ("the tint of leaves", "green"),
           ("how tall is the tower", "height"), ("the height of that spire", "height"), ("is the mast high", "height"),
           ("sing me a song", "other"), ("lalala", "other"), ("buy cheap watches", "other")]  # fmt: skip
TEST = [*COLOURS, ("colour of grass and leaves", "green"), ("where is my parcel", "parcel"), ("", "other")]


def _csv(path: Path, rows: list[tuple[str, str]], header: str = "sentence,label") -> Path:
    path.write_text("\n".join([header, *(f'"{text}",{label}' for text, label in rows)]) + "\n", encoding="utf-8")
    return path


def test_pipeline_learns_any_labelled_file(tmp_path: Path) -> None:
    """Known questions are told apart; what the training file doesn't name, and an empty text, are out of scope."""
    figures = benchmark_pipeline(_csv(tmp_path / "a.csv", COLOURS), _csv(tmp_path / "b.csv", TEST), "other")
    assert figures["in_scope_accuracy"] >= figures["in_scope_accuracy_with_rejection"] >= 0.5
    assert (figures["in_scope"], figures["out_of_scope"]) == (7, 5)
    assert set(figures) >= {"out_of_scope_recall", "mcc", "train_seconds", "median_ms"}
    json.dumps(figures)


def test_yaml_is_read_like_csv(tmp_path: Path) -> None:
    """The same texts and labels come out of either format."""
    lines = [f"- intent: {label}\n  examples: |\n    - {text}" for text, label in COLOURS]
    path = tmp_path / "a.yml"
    path.write_text('version: "3.1"\nnlu:\n' + "\n".join(lines) + "\n", encoding="utf-8")
    table = read_labelled_file(_csv(tmp_path / "a.csv", COLOURS), "other")
    assert [(e.text, e.intent, e.kind) for e in read_labelled_file(path, "other")] == [
        (e.text, e.intent, e.kind) for e in table
    ]


@pytest.mark.parametrize("row", ["no label", "text,", '"a\x00",'])
def test_line_without_a_label_is_named(tmp_path: Path, row: str) -> None:
    """A fault is one sentence with the file and the line."""
    path = tmp_path / "a.csv"
    path.write_text(f"sentence,label\nfine,green\n{row}\n", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"a\.csv"):
        read_labelled_file(path, "other")


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """So is a file that isn't there."""
    with pytest.raises(TrainingError, match="read"):
        read_labelled_file(tmp_path / "none.csv", "other")


def test_scores_by_hand() -> None:
    """Two of three questions right, one of them refused; one of two out-of-scope texts let through."""
    labels, bar = ["a", "a", "b", "other", "other"], 0.5
    figures = score(labels, [("a", 0.9), ("a", 0.4), ("a", 0.8), ("b", 0.7), ("b", 0.1)], bar, "other")
    assert figures["in_scope_accuracy"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["in_scope_accuracy_with_rejection"] == pytest.approx(1 / 3, abs=1e-3)
    assert figures["out_of_scope_recall"] == 0.5
    # Gorodkin's R_k for the confusions above: (s c - sum p t) / sqrt((s² - sum p²)(s² - sum t²)), s = 5, c = 2.
    assert figures["mcc"] == pytest.approx((5 * 2 - (2 * 2 + 1 * 1 + 2 * 2)) / math.sqrt((25 - 9) * (25 - 9)), abs=1e-3)


def _case(confidence: float, answer: str, kind: Kind = Kind.ANSWER) -> Judged:
    return judged(prediction((answer, confidence)), expected="pay" if kind is Kind.ANSWER else "", kind=kind)


def test_bar_without_known_out_of_scope_refuses_a_fixed_share() -> None:
    """Fifteen in a hundred unseen questions fall beneath it."""
    cases = [_case(number / 100, "pay") for number in range(100)]
    assert sum(case.confidence < recommended_bar(cases) for case in cases) == 15


def test_bar_with_known_out_of_scope_parts_the_two() -> None:
    """Where all questions are surer than all out-of-scope texts, the bar lies between."""
    cases = [_case(0.6, "pay"), _case(0.7, "pay"), *(_case(c, "leave", Kind.OUT_OF_SCOPE) for c in (0.1, 0.3, 0.5))]
    assert 0.5 < recommended_bar(cases) < 0.6
