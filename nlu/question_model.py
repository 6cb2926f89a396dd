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
from scipy import sparse

from nlu.ngrams import NgramVectorizer

Matrix = npt.NDArray[np.float32]

FILE = "question_model.npz"
AXES = 256


@dataclass(frozen=True)
class Hyperparameters:
    """How the kernel weighs nearness, and how much it is smoothed. Chosen by cross-validation (docs/decisions)."""

    width: float = 1.0
    wording: float = 1.5
    ridge: float = 0.15
    sharpness: float = 8.0


@dataclass(frozen=True)
class CrossValidated:
    """What the known questions would be taken for by models that had not seen them, one row a question.

    `shares` and `nearest` are as `QuestionModel.predict` gives them, in the order of the model's intents.
    """

    shares: Matrix
    nearest: Matrix


class QuestionModel:
    """A fitted model: the known questions, and how much each speaks for each intent."""

    def __init__(self, parts: _Parts, vectorizer: NgramVectorizer, hyperparameters: Hyperparameters) -> None:
        """Use `fit` or `load`."""
        self._parts = parts
        self._vectorizer = vectorizer
        self._hyper = hyperparameters
        # Kept at half the size, used at the full: arithmetic on half-precision numbers is slow.
        self._points = parts.points.astype(np.float32)
        self._ngram_weights = parts.ngram_weights.astype(np.float32)
        self._squares = np.square(self._points).sum(axis=1)
        self.intents: list[str] = parts.intents.tolist()

    @classmethod
    def fit(
        cls,
        vectors: Matrix,
        texts: Sequence[str],
        intents: Sequence[str],
        hyperparameters: Hyperparameters,
        folds: npt.NDArray[np.int64],
    ) -> tuple[QuestionModel, CrossValidated]:
        """Learn from known questions, and predict each by what the model would be without the question's fold.

        The questions must be sorted by intent.
        """
        space = _Space.of(vectors, texts)
        names, starts = np.unique(np.array(intents), return_index=True)
        targets = (np.array(intents)[:, None] == names).astype(np.float32)
        prior = targets.mean(axis=0)
        inverse = _inverse(space.kernel(hyperparameters), hyperparameters.ridge)
        votes = _times(inverse, targets - prior)
        held_out = targets - _held_out_errors(inverse, votes, folds)
        columns = space.ngrams.tocsc()
        parts = _Parts(
            points=space.points.astype(np.float16),
            centre=space.centre,
            axes=space.axes,
            scale=np.array(space.scale, dtype=np.float32),
            votes=votes,
            prior=prior,
            intents=names,
            starts=starts,
            vocabulary=np.array(space.vectorizer.vocabulary),
            idf=space.vectorizer.idf,
            ngram_weights=columns.data.astype(np.float16),
            ngram_rows=columns.indices,
            ngram_starts=columns.indptr,
        )
        nearest = _likeness(_nearest_outside_fold(space.points, starts, folds), space.scale)
        cross_validated = CrossValidated(softmax(hyperparameters.sharpness * held_out), nearest)
        return cls(parts, space.vectorizer, hyperparameters), cross_validated

    def predict(self, vector: Matrix, text: str) -> tuple[Matrix, Matrix]:
        """The probability of each intent, and the cosine to the nearest known question of each.

        Both are in the order of `intents`; the probabilities sum to 1.
        """
        parts, hyper = self._parts, self._hyper
        point = (vector - parts.centre) @ parts.axes / parts.scale
        distances = np.maximum(self._squares + np.float32(point @ point) - 2 * (self._points @ point), 0)
        kernel = np.exp(-hyper.width * distances) + hyper.wording * self._wording(text)
        scores = parts.prior + kernel @ parts.votes
        nearest = np.minimum.reduceat(distances, parts.starts)
        return softmax(hyper.sharpness * scores), _likeness(nearest, float(parts.scale))

    def _wording(self, text: str) -> Matrix:
        """The n-gram likeness of a text to every known question."""
        parts, (indices, weights) = self._parts, self._vectorizer.transform(text)
        if not len(indices):
            return np.zeros(len(self._squares), dtype=np.float32)
        spans = [slice(parts.ngram_starts[index], parts.ngram_starts[index + 1]) for index in indices]
        rows = np.concatenate([parts.ngram_rows[span] for span in spans])
        shares = np.concatenate([self._ngram_weights[span] for span in spans])
        shares *= np.repeat(weights, parts.ngram_starts[indices + 1] - parts.ngram_starts[indices])
        return np.bincount(rows, weights=shares, minlength=len(self._squares)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the model as plain arrays."""
        arrays = {field.name: getattr(self._parts, field.name) for field in fields(self._parts)}
        hyper = {f"hyper_{field.name}": getattr(self._hyper, field.name) for field in fields(self._hyper)}
        np.savez(folder / FILE, **arrays, **hyper)

    @classmethod
    def load(cls, folder: Path) -> QuestionModel:
        """Read what `save` wrote."""
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            parts = _Parts(**{field.name: arrays[field.name] for field in fields(_Parts)})
            hyper = Hyperparameters(**{f.name: float(arrays[f"hyper_{f.name}"]) for f in fields(Hyperparameters)})
        return cls(parts, NgramVectorizer(parts.vocabulary.tolist(), parts.idf), hyper)


def softmax(scores: Matrix) -> Matrix:
    """Scores as probabilities that sum to 1, row by row."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=-1, keepdims=True)
    return shares


@dataclass(frozen=True)
class _Parts:
    """The arrays of a fitted model."""

    points: npt.NDArray[np.float16]
    centre: Matrix
    axes: Matrix
    scale: Matrix
    votes: Matrix
    prior: Matrix
    intents: npt.NDArray[np.str_]
    starts: npt.NDArray[np.int64]
    vocabulary: npt.NDArray[np.str_]
    idf: Matrix
    ngram_weights: npt.NDArray[np.float16]
    ngram_rows: npt.NDArray[np.int32]
    ngram_starts: npt.NDArray[np.int32]


@dataclass(frozen=True)
class _Space:
    """Known questions as points around 0 with a mean square length of 1, and as n-grams.

    The points are the sentence vectors along the directions in which they differ most: a third of the numbers, with
    which a text is compared in half the time, for no loss that cross-validation shows.
    """

    points: Matrix
    centre: Matrix
    axes: Matrix
    scale: float
    ngrams: sparse.csr_matrix
    vectorizer: NgramVectorizer

    @classmethod
    def of(cls, vectors: Matrix, texts: Sequence[str]) -> _Space:
        centre = vectors.mean(axis=0)
        _, directions = np.linalg.eigh(np.cov((vectors - centre).T))
        axes = np.ascontiguousarray(directions[:, ::-1][:, :AXES], dtype=np.float32)
        points = (vectors - centre) @ axes
        scale = float(np.sqrt(np.square(points).sum(axis=1).mean())) or 1.0
        vectorizer, ngrams = NgramVectorizer.fit_transform(texts)
        return cls(points / np.float32(scale), centre, axes, scale, ngrams, vectorizer)

    def kernel(self, hyper: Hyperparameters) -> Matrix:
        """How alike every two questions are."""
        squares = np.square(self.points).sum(axis=1)
        distances = squares[:, None] + squares - 2 * (self.points @ self.points.T)
        wording = (self.ngrams @ self.ngrams.T).toarray()
        alike: Matrix = np.exp(-hyper.width * np.maximum(distances, 0)) + hyper.wording * wording
        return alike


def _inverse(kernel: Matrix, ridge: float) -> Matrix:
    """The lower half of the inverse of (kernel + ridge), which a ridge above 0 makes positive definite."""
    # SciPy's linear algebra is needed only to fit, so that the process that answers doesn't load it.
    from scipy.linalg import lapack

    np.fill_diagonal(kernel, kernel.diagonal() + ridge)
    factor, _ = lapack.spotrf(kernel, lower=True, overwrite_a=True)
    inverse, failed = lapack.spotri(factor, lower=True, overwrite_c=True)
    if failed:
        raise ValueError("The kernel can't be inverted: raise `ridge` in config.yml.")
    # Only the lower half is filled in; what reads it knows.
    lower: Matrix = inverse
    return lower


def _times(lower: Matrix, columns: Matrix) -> Matrix:
    """The product of a symmetric matrix, of which only the lower half is filled in, and some columns."""
    from scipy.linalg import blas

    product: Matrix = blas.ssymm(1.0, lower, columns, lower=True)
    return product


def _solve(lower: Matrix, columns: Matrix) -> Matrix:
    """Solve for a positive definite matrix, of which only the lower half is filled in."""
    from scipy.linalg import cho_factor, cho_solve

    solution: Matrix = cho_solve(cho_factor(lower, lower=True, check_finite=False), columns, check_finite=False)
    return solution


def _held_out_errors(inverse: Matrix, votes: Matrix, folds: npt.NDArray[np.int64]) -> Matrix:
    """How far each question's target is from what would be predicted for it without its fold.

    For least squares this needs no second fit: the errors e of a fold solve (its block of the inverse) e = its votes.
    """
    errors = np.zeros_like(votes)
    for fold in np.unique(folds):
        held = np.flatnonzero(folds == fold)
        errors[held] = _solve(inverse[np.ix_(held, held)], votes[held])
    return errors


def _nearest_outside_fold(points: Matrix, starts: npt.NDArray[np.int64], folds: npt.NDArray[np.int64]) -> Matrix:
    """The squared distance between each question and the nearest of each intent outside its fold."""
    nearest = np.empty((len(points), len(starts)), dtype=np.float32)
    squares = np.square(points).sum(axis=1)
    for fold in np.unique(folds):
        held = folds == fold
        distances = squares[held][:, None] + squares - 2 * (points[held] @ points.T)
        distances[:, held] = np.inf
        nearest[held] = np.minimum.reduceat(distances, starts, axis=1)
    return nearest


def _likeness(distances: Matrix, scale: float) -> Matrix:
    """Squared distances between points as cosines: sentence vectors have length 1, so that d² = 2 - 2 cos."""
    cosines: Matrix = np.maximum(1 - np.float32(scale * scale / 2) * distances, -1)
    return cosines
