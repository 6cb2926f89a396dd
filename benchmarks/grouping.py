"""How well questions are grouped into themes, and how long it takes.

Run it on a file of labelled questions: uv run python benchmarks/grouping.py FILE [--data var] [--subset SEED]

FILE is CSV with a header (text, label: BANKING77's test.csv), or held-out JSON lines. Adjusted mutual information and
the share of pairs within a group that belong together are printed for themes and for subjects, with and without the
scores of the current release's model.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.metrics.cluster import pair_confusion_matrix

from bot.app import open_project
from bot.classifier import Kind
from nlu.encoder import Encoder
from nlu.encoder_file import install_encoder
from nlu.grouping import Groups, group
from nlu.linkage import Labels
from nlu.question_features import Matrix
from nlu.questions import kinds_of, load_examples
from nlu.trained_model import TrainedModel

ADDED = 100


def read(path: Path) -> tuple[list[str], list[str]]:
    """Texts and labels."""
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            rows = [(row[0], row[1]) for row in list(csv.reader(file))[1:]]
        else:
            lines = [json.loads(line) for line in file]
            rows = [(line["text"], line["answer"]) for line in lines if line["answer"] and line["group"] == "question"]
    return [text for text, _ in rows], [label for _, label in rows]


def scores_of(texts: Sequence[str], data: Path) -> Matrix:
    """What the current release's model scores for each of its answers."""
    project = open_project(data)
    kinds = kinds_of(load_examples(project.root / "nlu" / "questions"))
    with tempfile.TemporaryDirectory() as folder:
        model = TrainedModel.load(project.releases.current().model, Path(folder))
    tables = [{intent.name: intent.score for intent in model.rank(text)} for text in texts]
    answers = sorted(name for name in tables[0] if kinds.get(name) is Kind.ANSWER)
    return np.array([[table[name] for name in answers] for table in tables], dtype=np.float32)


def row(title: str, labels: Sequence[str], found: Labels) -> None:
    """Print a line of the table."""
    confusion = pair_confusion_matrix(labels, found).astype(float)
    within, apart, right = confusion[0, 1] + confusion[1, 1], confusion[1, 0], confusion[1, 1]
    precision, recall = right / max(within, 1), right / max(right + apart, 1)
    sizes = np.bincount(found)
    figures = f"{adjusted_mutual_info_score(labels, found):.3f} | {precision:.1%} | {recall:.1%}"
    print(f"| {title} | {figures} | {len(sizes)} | {(sizes == 1).sum()} |")


def measure(title: str, vectors: Matrix, texts: list[str], labels: list[str], scores: Matrix | None) -> None:
    """Group all at once, then all but some and these one after the other."""
    started = time.perf_counter()
    whole = group(vectors, texts, scores)
    seconds = time.perf_counter() - started
    row(f"{title}: themes", labels, whole.themes)
    row(f"{title}: subjects", labels, whole.subjects)
    held = min(ADDED, len(texts) // 10)
    groups = Groups(vectors[:-held], texts[:-held], None if scores is None else scores[:-held])
    started = time.perf_counter()
    for place in range(len(texts) - held, len(texts)):
        groups.add(vectors[[place]], [texts[place]], None if scores is None else scores[[place]])
    each = (time.perf_counter() - started) / held
    row(f"{title}: themes, the last {held} added one by one", labels, groups.grouping().themes)
    agreement = adjusted_mutual_info_score(whole.themes[-held:], groups.grouping().themes[-held:])
    same = _same_company(whole.themes, groups.grouping().themes, held)
    print(f"\n{len(texts)} grouped in {seconds:.1f} s, one added in {each * 1000:.0f} ms;")
    print(f"of those added, {same:.0%} have the company that regrouping gives them (AMI {agreement:.2f}).\n")


def _same_company(whole: Labels, added: Labels, held: int) -> float:
    """The share of the last questions that are with others, or alone, as they are after a regrouping."""
    agreed = 0
    for place in range(len(whole) - held, len(whole)):
        one, other = whole == whole[place], added == added[place]
        one[place] = other[place] = False
        agreed += bool((one & other).any()) if one.any() or other.any() else True
    return agreed / held


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, default=Path("var"))
    parser.add_argument("--subset", type=int, help="half of the labels, chosen by this seed")
    parser.add_argument("--no-model", action="store_true", help="leave out the release's scores")
    arguments = parser.parse_args()
    rows = [pair for file in arguments.files for pair in zip(*read(file))]
    if arguments.subset is not None:
        names = sorted({label for _, label in rows})
        chosen = set(np.random.RandomState(arguments.subset).permutation(names)[: len(names) // 2].tolist())
        rows = [(text, label) for text, label in rows if label in chosen]
    rows = [rows[place] for place in np.random.RandomState(0).permutation(len(rows))]
    texts, labels = [text for text, _ in rows], [label for _, label in rows]
    with tempfile.TemporaryDirectory() as folder:
        install_encoder(Path(folder))
        vectors = Encoder(Path(folder)).encode_all(texts, lambda done: None)
    print(
        "| what | AMI | pairs right | pairs found | groups | of one question |\n| --- | --- | --- | --- | --- | --- |"
    )
    measure("meaning and wording", vectors, texts, labels, None)
    if not arguments.no_model:
        measure("with the model's scores", vectors, texts, labels, scores_of(texts, arguments.data))


if __name__ == "__main__":
    main()
