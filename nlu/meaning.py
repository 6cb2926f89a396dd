"""What questions mean, by the model of a release: vectors, scores, groups and neighbours."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tarsafe import TarSafe

from bot.themes.meaning import Asked, Company, Labels, Near, Understood
from nlu.encoder import MODEL_FILE, Encoder, encoder_name
from nlu.grouping import Groups
from nlu.held_vectors import HeldVectors
from nlu.predictions import KNOWN_FROM
from nlu.question_features import Matrix
from nlu.question_model import FILE, QuestionModel

BLOCK = 256
"""Questions that are scored at a time."""
MAX_CHARACTERS = 2000
"""What is read of a text; the encoder reads the first 128 tokens of it anyway."""


@dataclass(frozen=True)
class Reader:
    """The parts of a trained model that tell what a text means. Rasa isn't needed to read them."""

    encoder: Encoder
    model: QuestionModel
    name: str
    answers: frozenset[str]

    @classmethod
    def load(cls, archive: Path, answers: Sequence[str]) -> Reader:
        """Read an archive that Rasa has packed. Raises OSError, ValueError or tarfile.TarError where it is broken."""
        with tempfile.TemporaryDirectory(prefix="signpost-meaning-") as unpacked:
            folder = Path(unpacked)
            with TarSafe.open(archive, "r:gz") as tar:
                tar.extractall(folder)
            (encoder,), (model,) = (list(folder.glob(f"components/*/{file}")) for file in (MODEL_FILE, FILE))
            name = encoder_name(encoder.parent)
            return cls(Encoder(encoder.parent), QuestionModel.load(model.parent), name, frozenset(answers))

    def understand(self, texts: Sequence[str]) -> list[Understood]:
        """The vectors and scores of texts."""
        texts = [text[:MAX_CHARACTERS] for text in texts]
        vectors = self.vectors(texts)
        return [
            Understood(vector.astype(np.float16).tobytes(), scores)
            for vector, scores in zip(vectors, self.scores(vectors, texts))
        ]

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """The sentence vectors of texts, one a row."""
        return self.encoder.encode_all([text[:MAX_CHARACTERS] for text in texts])

    def scores(self, vectors: Matrix, texts: Sequence[str]) -> list[dict[str, float]]:
        """What the model scores for answers, where it is enough to be of use in grouping."""
        found: list[dict[str, float]] = []
        for start in range(0, len(texts), BLOCK):
            block = slice(start, start + BLOCK)
            for row in self.model.scores_together(vectors[block], texts[block]):
                known = [(self.model.intents[place], float(row[place])) for place in np.flatnonzero(row > KNOWN_FROM)]
                found.append({name: round(score, 3) for name, score in known if name in self.answers})
        return found


class GroupedQuestions:
    """Questions with ids in their groups."""

    def __init__(self, questions: Sequence[Asked], held: Matrix) -> None:
        """Group questions, given their vectors."""
        self._columns = {name: place for place, name in enumerate(sorted({n for q in questions for n in q.scores}))}
        self._ids = [question.id for question in questions]
        self._groups = Groups(held, [question.text for question in questions], self._rows(questions))

    def labels(self) -> Labels:
        """The theme and the subject of each question."""
        grouping = self._groups.grouping()
        return Labels(grouping.themes.tolist(), grouping.subjects.tolist())

    def add(self, questions: Sequence[Asked], held: Matrix) -> list[Company]:
        """Add questions, given their vectors, and tell what each belongs with."""
        scores = self._rows(questions)
        placed = self._groups.add(held, [question.text for question in questions], scores)
        self._ids += [question.id for question in questions]
        return [Company(self._ids_of(one.like), self._ids_of(one.beside)) for one in placed]

    def _ids_of(self, places: Sequence[int]) -> tuple[int, ...]:
        return tuple(self._ids[place] for place in places)

    def _rows(self, questions: Sequence[Asked]) -> Matrix:
        """Questions' scores in the columns of those that the questions of the grouping have."""
        rows = np.zeros((len(questions), len(self._columns)), dtype=np.float32)
        for row, question in zip(rows, questions):
            for name, score in question.scores.items():
                if name in self._columns:
                    row[self._columns[name]] = score
        return rows


def middle_of(ids: Sequence[int], held: HeldVectors) -> int:
    """The question that is nearest to the mean of all."""
    vectors = held.of(ids)
    return ids[int(np.argmax(vectors @ vectors.mean(axis=0)))]


def nearest(text: str, count: int, reader: Reader, held: HeldVectors) -> list[Near]:
    """The held questions nearest to a text."""
    return [Near(question, likeness) for question, likeness in held.nearest(reader.vectors([text])[0], count)]
