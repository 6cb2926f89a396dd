"""How sure to be of the best answer: the model's shares, calibrated on questions it had not seen.

The share of the best answer alone misleads: 0.4 is much where the next has 0.02, and little where out of scope has
0.3. A logistic regression over cross-validated predictions turns four facts (the shares of the best answer, of its
nearest rival and of out of scope, and the likeness of the nearest known question) into the chance of being right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FLOOR = 1e-6

Facts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """The weights of the facts, and the constant."""

    weights: tuple[float, float, float, float]
    constant: float

    def as_dict(self) -> dict[str, list[float]]:
        """As a release keeps it."""
        return {"weights": list(self.weights), "constant": [self.constant]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Sequence[float]]) -> Calibration:
        """From what a release has kept."""
        first, second, third, fourth = kept["weights"]
        return cls((first, second, third, fourth), kept["constant"][0])

    def confidence(self, best: float, rival: float, out_of_scope: float, similarity: float) -> float:
        """The chance, from 0 to 1, that the best answer is the right one."""
        score = sum(weight * fact for weight, fact in zip(self.weights, facts(best, rival, out_of_scope, similarity)))
        return 1 / (1 + math.exp(-score - self.constant))


def facts(best: float, rival: float, out_of_scope: float, similarity: float) -> tuple[float, float, float, float]:
    """What the confidence is drawn from."""
    return math.log(best + FLOOR), math.log(rival + FLOOR), math.log(out_of_scope + FLOOR), similarity


def fit_calibration(rows: Facts, right: npt.NDArray[np.bool_]) -> Calibration:
    """Learn the weights from facts, one row a prediction, and whether the best answer was right."""
    # scikit-learn comes with Rasa; it is imported only here, since it is needed only to build a release.
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=10.0, max_iter=1000).fit(rows, right)
    first, second, third, fourth = (float(weight) for weight in fitted.coef_[0])
    return Calibration((first, second, third, fourth), float(fitted.intercept_[0]))
