"""Which intent a text has, judged by how near it is to every known question.

Kernel ridge regression: the kernel says how alike two questions are, by meaning (a Gaussian of the distance between
their sentence vectors) and by wording (word and character n-grams). A text that is near nothing known gets no score
for any intent, so that nearness to known questions is part of every confidence. Fitting has a closed form: no
iterations, no random start, the same files give the same model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu.kernel_ridge import factor, held_out_errors, votes_for
from nlu.ngrams import NgramVectorizer, words
from nlu.question_space import Hyperparameters, Matrix, QuestionSpace, likeness

FILE = "question_model.npz"
BLOCK = 1024
"""Known questions that texts are compared with at a time: few enough to stay in the core's cache from text to text."""


@dataclass(frozen=True)
class Scores:
    """What texts score for each intent of a model: one row a text, the columns in the order of its `intents`.

    `scores` are the regression's own: about 1 for the intent of a known question, 0 for what is unlike it. `shares`
    are the scores as probabilities that sum to 1. `nearness` is the cosine to the nearest known question of each
    intent, less where the text holds words that no known question does.
    """

    scores: Matrix
    shares: Matrix
    nearness: Matrix


@dataclass(frozen=True)
class CrossValidated:
    """What some known questions, given by their places, would score with models that had not seen their fold."""

    places: npt.NDArray[np.int64]
    scores: Scores


class QuestionModel:
    """A fitted model: the known questions, and how much each speaks for each intent."""

    def __init__(self, parts: _Parts, vectorizer: NgramVectorizer, hyperparameters: Hyperparameters) -> None:
        """Use `fit` or `load`."""
        self._parts = parts
        self._vectorizer = vectorizer
        self._hyper = hyperparameters
        # Kept at half the size, used at the full: arithmetic on half-precision numbers is slow.
        self._points = _in_blocks(parts.points)
        self._votes = _in_blocks(parts.votes)
        self._squares = np.square(self._points).sum(axis=1)
        # What fills up the last block is infinitely far from everything.
        self._squares.flat[len(parts.points) :] = np.inf
        self._seen = frozenset(parts.seen)
        self.intents: list[str] = parts.intents.tolist()

    @classmethod
    def fit(
        cls,
        vectors: Matrix,
        texts: Sequence[str],
        intents: Sequence[str],
        hyper: Hyperparameters,
        folds: npt.NDArray[np.int64],
    ) -> tuple[QuestionModel, CrossValidated]:
        """Learn from known questions, and judge those in a fold (0 or more) by what the model would be without it."""
        # Those to be judged come last, as `held_out_errors` needs them.
        order = np.argsort(folds >= 0, kind="stable")
        judged = order[len(folds) - int((folds >= 0).sum()) :]
        space = QuestionSpace.of(vectors[order], [texts[place] for place in order])
        names, labels = np.unique(np.array(intents)[order], return_inverse=True)
        targets = np.eye(len(names), dtype=np.float32)[labels]
        prior = targets.mean(axis=0)
        lower = factor(space.kernel(hyper), hyper.ridge)
        votes = votes_for(lower, targets - prior)
        scores = targets[-len(judged) :] - held_out_errors(lower, votes, folds[judged]) if len(judged) else targets[:0]
        model = cls(_parts(space, votes, prior, names, labels, texts, hyper), space.vectorizer, hyper)
        nearness = _nearest_outside_fold(space, labels, folds[order]) * _familiarity(texts, folds)[judged, None]
        return model, CrossValidated(judged, Scores(scores, softmax(hyper.sharpness * scores), nearness))

    def predict(self, vectors: Matrix, texts: Sequence[str]) -> Scores:
        """What texts score, one row each, given their sentence vectors: to the last bit the same alone as together."""
        parts, hyper = self._parts, self._hyper
        distances = self._distances(vectors)
        by_text = distances.swapaxes(0, 1).reshape(len(texts), -1)
        nearest = likeness(np.minimum.reduceat(by_text, parts.starts, axis=1), float(parts.scale))
        alike = np.exp(np.multiply(distances, np.float32(-hyper.width), out=distances), out=distances)
        scores = parts.prior + _each(alike, self._votes.swapaxes(1, 2)).sum(axis=0) + self._wording(texts)
        familiar = np.array([self._familiarity(text) for text in texts], dtype=np.float32)
        return Scores(scores, softmax(hyper.sharpness * scores), nearest * familiar[:, None])

    def scores_together(self, vectors: Matrix, texts: Sequence[str]) -> Matrix:
        """The `scores` of many texts, in a small part of the time that `predict` takes.

        They are rounded otherwise, by less than 1e-3: enough to group questions by, not to answer them by.
        """
        parts = self._parts
        points = (vectors - parts.centre) @ parts.axes / parts.scale
        scores = np.tile(parts.prior, (len(texts), 1)) + self._wording(texts)
        for block, votes, squares in zip(self._points, self._votes, self._squares):
            distances = squares - 2 * (points @ block) + np.square(points).sum(axis=1)[:, None]
            scores += np.exp(-self._hyper.width * np.maximum(distances, 0)) @ votes.T
        together: Matrix = scores.astype(np.float32)
        return together

    def _distances(self, vectors: Matrix) -> Matrix:
        """The squared distance of each text to every known question, by block of questions, text and question."""
        parts = self._parts
        points = _each(vectors - parts.centre, parts.axes) / parts.scale
        distances = _each(-2 * points, self._points)
        distances += self._squares[:, None]
        distances += np.square(points).sum(axis=1)[:, None]
        return np.maximum(distances, 0, out=distances)

    def _wording(self, texts: Sequence[str]) -> Matrix:
        """What the n-grams of each text say for each intent."""
        votes, found = self._parts.ngram_votes, [self._vectorizer.transform(text) for text in texts]
        return np.array([weights @ votes[indices].astype(np.float32) for indices, weights in found])

    def _familiarity(self, text: str) -> float:
        """What nearness is multiplied by for the words of a text that no known question holds."""
        known = [word in self._seen for word in words(text)]
        return _discount(sum(known), len(known))

    def save(self, folder: Path) -> None:
        """Write the model as plain arrays."""
        arrays = {field.name: getattr(self._parts, field.name) for field in fields(self._parts)}
        arrays |= {name: _packed(arrays[name]) for name in ("vocabulary", "seen")}
        hyper = {f"hyper_{field.name}": getattr(self._hyper, field.name) for field in fields(self._hyper)}
        np.savez(folder / FILE, **arrays, **hyper)

    @classmethod
    def load(cls, folder: Path) -> QuestionModel:
        """Read what `save` wrote."""
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            lists = {name: _unpacked(arrays[name]) for name in ("vocabulary", "seen")}
            parts = _Parts(**{**{field.name: arrays[field.name] for field in fields(_Parts)}, **lists})
            hyper = Hyperparameters(**{f.name: float(arrays[f"hyper_{f.name}"]) for f in fields(Hyperparameters)})
        return cls(parts, NgramVectorizer(parts.vocabulary, parts.idf), hyper)


def _in_blocks(rows: npt.NDArray[np.float16]) -> Matrix:
    """What belongs to each known question, as a column at full precision, in blocks of which zeros fill up the last."""
    starts = range(0, len(rows), BLOCK)
    blocks = np.empty((len(starts), rows.shape[1], BLOCK), dtype=np.float32)
    blocks[-1] = 0
    for block, start in zip(blocks, starts):
        part = rows[start : start + BLOCK]
        block[:, : len(part)] = part.T
    return blocks


def _each(rows: Matrix, matrices: Matrix) -> Matrix:
    """`rows @ matrices`, one row after the other.

    All at once they would be rounded otherwise than one alone, enough to move a share by 1e-4: what is made of a text
    would depend on what else is asked.
    """
    products: Matrix = (rows[..., None, :] @ matrices[..., None, :, :])[..., 0, :]
    return products


def _packed(strings: list[str]) -> npt.NDArray[np.uint8]:
    """Strings without line breaks as one array of bytes: NumPy would give each the room of the longest."""
    return np.frombuffer("\n".join(strings).encode("utf-8"), dtype=np.uint8)


def _unpacked(packed: npt.NDArray[np.uint8]) -> list[str]:
    return packed.tobytes().decode("utf-8").split("\n")


def softmax(scores: Matrix) -> Matrix:
    """Scores as probabilities that sum to 1, row by row."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True)) if scores.size else scores
    shares: Matrix = powers / powers.sum(axis=-1, keepdims=True)
    return shares


@dataclass(frozen=True)
class _Parts:
    """The arrays of a fitted model. The known questions stand by intent, each intent's from its place in `starts`."""

    points: npt.NDArray[np.float16]
    centre: Matrix
    axes: Matrix
    scale: Matrix
    votes: npt.NDArray[np.float16]
    prior: Matrix
    intents: npt.NDArray[np.str_]
    starts: npt.NDArray[np.int64]
    vocabulary: list[str]
    idf: Matrix
    ngram_votes: npt.NDArray[np.float16]
    seen: list[str]


def _parts(
    space: QuestionSpace,
    votes: Matrix,
    prior: Matrix,
    names: npt.NDArray[np.str_],
    labels: npt.NDArray[np.int64],
    texts: Sequence[str],
    hyper: Hyperparameters,
) -> _Parts:
    by_intent = np.argsort(labels, kind="stable")
    # The wording part of the kernel is linear in the n-grams: what the questions say of each n-gram can be summed up
    # once, so that a text needs only the rows of its own n-grams.
    ngram_votes = np.float32(hyper.wording_weight(len(votes))) * (space.ngrams.T @ votes)
    return _Parts(
        points=space.points[by_intent].astype(np.float16),
        centre=space.centre,
        axes=space.axes,
        scale=np.array(space.scale, dtype=np.float32),
        votes=votes[by_intent].astype(np.float16),
        prior=prior,
        intents=names,
        starts=np.searchsorted(labels[by_intent], np.arange(len(names))),
        vocabulary=space.vectorizer.vocabulary,
        idf=space.vectorizer.idf,
        ngram_votes=ngram_votes.astype(np.float16),
        seen=sorted({word for text in texts for word in words(text)}),
    )


def _nearest_outside_fold(space: QuestionSpace, labels: npt.NDArray[np.int64], folds: npt.NDArray[np.int64]) -> Matrix:
    """The cosine between each question that is in a fold and the nearest of each intent outside the fold."""
    by_intent = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[by_intent], np.arange(labels.max() + 1))
    points, squares = space.points[by_intent], np.square(space.points[by_intent]).sum(axis=1)
    nearest = np.empty((len(labels), len(starts)), dtype=np.float32)
    for fold in np.unique(folds[folds >= 0]):
        held = folds == fold
        distances = squares - 2 * (space.points[held] @ points.T)
        distances += np.square(space.points[held]).sum(axis=1)[:, None]
        distances[:, held[by_intent]] = np.inf
        nearest[held] = np.minimum.reduceat(distances, starts, axis=1)
    return likeness(nearest[folds >= 0], space.scale)


def _familiarity(texts: Sequence[str], folds: npt.NDArray[np.int64]) -> Matrix:
    """The discount of each question for words that no question outside its fold holds."""
    held_by: dict[str, set[int]] = {}
    for text, fold in zip(texts, folds.tolist()):
        for word in words(text):
            held_by.setdefault(word, set()).add(fold)
    counts = [(sum(held_by[w] != {fold} for w in words(text)), len(words(text))) for text, fold in zip(texts, folds)]
    return np.array([_discount(known, total) for known, total in counts], dtype=np.float32)


def _discount(known: int, total: int) -> float:
    """What nearness is multiplied by where only some of a text's words are known: the fourth root of their share."""
    return float((known / total) ** 0.25) if total else 0.0
