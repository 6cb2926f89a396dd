"""How sure to be: of the best answer, and that somebody needs help now. Calibrated on texts the model had not seen.

The share of the best answer alone misleads: 0.4 is much where the next has 0.02, and little where the text is as near
to talk that has no answer. Logistic regressions over cross-validated predictions turn what the model says of a text
into the chance that the best answer is right, and into the chance that the text is an emergency.
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


class UrgencyFacts(NamedTuple):
    """What is known of the urgent-help intents, beside the answers and all that has no answer.

    Scores are sums over intents of a kind but for those of the best; see nlu.question_model.Scores.
    """

    score: float
    best_score: float
    nearness: float
    answers_score: float
    best_answer_score: float
    answer_nearness: float
    out_of_scope_score: float
    out_of_scope_nearness: float

    def terms(self) -> tuple[float, ...]:
        """The terms of the regression."""
        return tuple(self)


AnyFacts = Facts | UrgencyFacts


@dataclass(frozen=True)
class Regression:
    """The weights of the terms, and the constant."""

    weights: tuple[float, ...]
    constant: float

    def chance(self, facts: AnyFacts) -> float:
        """The chance, from 0 to 1, that the facts speak of."""
        score = sum(weight * term for weight, term in zip(self.weights, facts.terms())) + self.constant
        return 1 / (1 + math.exp(-score)) if score > -700 else 0.0


@dataclass(frozen=True)
class Calibration:
    """How sure to be of the best answer, and of an emergency."""

    confidence: Regression
    urgency: Regression

    def as_dict(self) -> dict[str, list[float]]:
        """As a release keeps it: the constant of each regression, then its weights."""
        return {name: [part.constant, *part.weights] for name, part in vars(self).items()}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Sequence[float]]) -> Calibration:
        """From what a release has kept."""
        return cls(**{name: Regression(tuple(numbers[1:]), numbers[0]) for name, numbers in kept.items()})


UNCALIBRATED = Regression((1.0, 2.0, 0.0, 0.0, 0.0), 2.0)
"""For a model that knows nothing out of scope: cross-validation can't show what to make of texts unlike any that are
known, so the share is weighed with the square of the nearness, which served best on public data (docs/decisions)."""

NEVER_URGENT = Regression((0.0,) * len(UrgencyFacts._fields), -1000.0)
"""For a model that knows no emergencies."""


def fit_regression(facts: Sequence[AnyFacts], holds: npt.NDArray[np.bool_]) -> Regression:
    """Learn the weights from facts, one a prediction, and whether each was what the chance is of."""
    # scikit-learn comes with Rasa; it is imported only here, since it is needed only to build a release.
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    terms = np.array([fact.terms() for fact in facts])
    scaler, fitted = make_pipeline(StandardScaler(), LogisticRegression(C=10.0, max_iter=1000)).fit(terms, holds)
    weights = fitted.coef_[0] / scaler.scale_
    return Regression(tuple(weights.tolist()), float(fitted.intercept_[0] - weights @ scaler.mean_))
