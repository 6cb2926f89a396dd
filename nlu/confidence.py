"""How sure to be of the best answer: what the model says of it, calibrated on questions it had not seen.

The share of the best answer alone misleads: 0.4 is much where the next has 0.02, and little where the text is as near
to talk that has no answer. A logistic regression over cross-validated predictions turns five facts into the chance of
being right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FLOOR = 1e-6
LEAST_NEARNESS = 0.05


class Facts(NamedTuple):
    """What is known of the best answer, and of all that has no answer; see nlu.question_model.Scores."""

    share: float
    nearness: float
    score: float
    out_of_scope_nearness: float
    out_of_scope_score: float

    def terms(self) -> tuple[float, float, float, float, float]:
        """The terms of the regression."""
        return (
            math.log(self.share + FLOOR),
            math.log(max(self.nearness, LEAST_NEARNESS)),
            self.score,
            self.out_of_scope_nearness,
            self.out_of_scope_score,
        )


@dataclass(frozen=True)
class Calibration:
    """The weights of the terms, and the constant."""

    weights: tuple[float, ...]
    constant: float

    def as_dict(self) -> dict[str, list[float]]:
        """As a release keeps it."""
        return {"weights": list(self.weights), "constant": [self.constant]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Sequence[float]]) -> Calibration:
        """From what a release has kept."""
        return cls(tuple(kept["weights"]), kept["constant"][0])

    def confidence(self, facts: Facts) -> float:
        """The chance, from 0 to 1, that the best answer is the right one."""
        score = sum(weight * term for weight, term in zip(self.weights, facts.terms()))
        return 1 / (1 + math.exp(-score - self.constant))


UNCALIBRATED = Calibration((1.0, 2.0, 0.0, 0.0, 0.0), 2.0)
"""For a model that knows nothing out of scope: cross-validation can't show what to make of texts unlike any that are
known, so the share is weighed with the square of the nearness, which served best on public data (docs/decisions)."""


def fit_calibration(facts: Sequence[Facts], right: npt.NDArray[np.bool_]) -> Calibration:
    """Learn the weights from facts, one a prediction, and whether its best answer was right."""
    # scikit-learn comes with Rasa; it is imported only here, since it is needed only to build a release.
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    terms = np.array([fact.terms() for fact in facts])
    scaler, fitted = make_pipeline(StandardScaler(), LogisticRegression(C=10.0, max_iter=1000)).fit(terms, right)
    weights = fitted.coef_[0] / scaler.scale_
    return Calibration(tuple(weights.tolist()), float(fitted.intercept_[0] - weights @ scaler.mean_))
