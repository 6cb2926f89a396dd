"""The shipped pipeline on a public benchmark: trained on one file, scored on another that holds out-of-scope texts."""

from __future__ import annotations

import csv
import statistics
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.classifier import Judged, Kind
from bot.errors import TrainingError
from nlu.questions import Example, read_examples
from nlu.trainer import RasaTrainer, TrainedRelease

Guess = tuple[str, float]
"""The best answer to a text, and the confidence in it."""

REFUSED_IF_UNSEEN = 0.15
"""Where nothing out of scope is known: the share of known questions, unseen, that the bar refuses."""


def run_benchmark(config: Path, training: Path, test: Path, out_of_scope: str) -> dict[str, Any]:
    """Train the pipeline of config.yml on one file and score another.

    Everything that the training file doesn't name is out of scope in the test file, as is the label `out_of_scope`
    itself; texts of that label in the training file are learnt as such. The bar for confidence comes from the training
    file alone. Times are in seconds and, for the median text, in milliseconds. Raises TrainingError for bad files.
    """
    known, asked = read_labelled_file(training, out_of_scope), read_labelled_file(test, out_of_scope)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        trainer = RasaTrainer(config, known)
        with trainer.train(Path(folder) / "model.tar.gz", lambda done: None) as trained:
            bar = recommended_bar(trained.cross_validated())
            seconds = time.perf_counter() - started
            guesses, times = _ask(trained, [example.text for example in asked])
    labels = [example.intent if trainer.kinds.get(example.intent) is Kind.ANSWER else out_of_scope for example in asked]
    scores = score(labels, guesses, bar, out_of_scope)
    return {**scores, "train_seconds": round(seconds, 1), "median_ms": round(statistics.median(times), 2)}


def recommended_bar(judged: Sequence[Judged]) -> float:
    """The bar for confidence, from cross-validation alone, where nobody has said which mistakes are allowed.

    Where out-of-scope texts are known, it is the one at which the mean of two shares is highest: of questions answered
    rightly, and of out-of-scope texts refused.
    """
    questions = [case for case in judged if case.kind is Kind.ANSWER]
    others = sorted(case.confidence for case in judged if case.kind is Kind.OUT_OF_SCOPE)
    if not others:
        return sorted(case.confidence for case in questions)[int(REFUSED_IF_UNSEEN * len(questions))]
    right = sorted(case.confidence for case in questions if case.is_right)

    def balance(bar: float) -> float:
        return bisect_left(others, bar) / len(others) - bisect_left(right, bar) / len(questions)

    return max((confidence + 1e-6 for confidence in others), key=balance)


def score(labels: Sequence[str], guesses: Sequence[Guess], bar: float, out_of_scope: str) -> dict[str, Any]:
    """Accuracies and recall as shares, and Matthews correlation over all labels with out-of-scope as one of them."""
    from sklearn.metrics import matthews_corrcoef

    right = np.array([label == answer for label, (answer, _) in zip(labels, guesses)])
    sure = np.array([confidence >= bar for _, confidence in guesses])
    outside = np.array([label == out_of_scope for label in labels])
    given = [answer if is_sure else out_of_scope for (answer, _), is_sure in zip(guesses, sure)]
    return {
        "in_scope_accuracy": _share(right[~outside]),
        "in_scope_accuracy_with_rejection": _share((right & sure)[~outside]),
        "out_of_scope_recall": _share(~sure[outside]),
        "mcc": round(float(matthews_corrcoef(labels, given)), 4),
        "bar": round(bar, 4),
        "in_scope": int((~outside).sum()),
        "out_of_scope": int(outside.sum()),
    }


def read_labelled_file(path: Path, out_of_scope: str) -> list[Example]:
    """Texts and labels of a Rasa NLU file, or of a CSV file with a header, the text first and the label second.

    Raises TrainingError naming the file and the line.
    """
    is_yaml = path.suffix in (".yml", ".yaml")
    rows = [(e.text, e.intent, e.line) for e in read_examples(path)] if is_yaml else list(_csv_rows(path))
    if not rows:
        raise TrainingError(f"{path} holds no labelled texts.")
    return [Example(text, label, _kind(label, out_of_scope), path, line) for text, label, line in rows]


def _csv_rows(path: Path) -> Iterator[tuple[str, str, int]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            next(reader, None)
            for row in reader:
                if len(row) < 2 or not row[1].strip():
                    raise TrainingError(f"{path}:{reader.line_num}: A line needs a text and a label.")
                yield row[0].strip(), row[1].strip(), reader.line_num
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{path} can't be read: {error}.") from error


def _kind(label: str, out_of_scope: str) -> Kind:
    return Kind.OUT_OF_SCOPE if label == out_of_scope else Kind.ANSWER


def _ask(trained: TrainedRelease, texts: Sequence[str]) -> tuple[list[Guess], list[float]]:
    """The best answer to each text, one after the other, and how long each took in milliseconds."""
    guesses, times = [], []
    for text in texts:
        started = time.perf_counter()
        ranking = trained.predict(text).ranking if text else ()
        times.append((time.perf_counter() - started) * 1000)
        guesses.append((ranking[0].answer, ranking[0].confidence) if ranking else ("", -1.0))
    return guesses, times


def _share(holds: npt.NDArray[np.bool_]) -> float:
    return round(float(holds.mean()), 4) if len(holds) else 0.0
