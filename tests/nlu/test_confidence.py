"""How sure to be of an answer."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.confidence import NEVER_URGENT, UNCALIBRATED, Calibration, Facts, Regression, UrgencyFacts, fit_regression

SURE = Facts(share=0.8, nearness=0.9, score=0.9, out_of_scope_nearness=0.3, out_of_scope_score=0.0)
UNSURE = Facts(share=0.2, nearness=0.4, score=0.2, out_of_scope_nearness=0.6, out_of_scope_score=0.4)


@pytest.mark.parametrize(
    "calibration", [UNCALIBRATED, fit_regression([SURE, UNSURE] * 50, np.array([True, False] * 50))]
)
@pytest.mark.parametrize("weaker", [{"share": 0.3}, {"nearness": 0.4}])
def test_a_smaller_share_and_a_farther_question_make_less_sure(
    calibration: Regression, weaker: dict[str, float]
) -> None:
    """Calibrated or not, confidence grows with the share and with the nearness."""
    assert calibration.chance(SURE) > calibration.chance(SURE._replace(**weaker))


def test_calibration_learns_which_facts_are_right() -> None:
    """After fitting, confidence is high where the facts were of right answers, and low where of wrong ones."""
    calibration = fit_regression([SURE, UNSURE] * 50, np.array([True, False] * 50))
    assert calibration.chance(SURE) > 0.9
    assert calibration.chance(UNSURE) < 0.1


@pytest.mark.parametrize("nearness", [-1.0, 0.0, 1.0])
def test_confidence_is_a_chance_whatever_the_facts(nearness: float) -> None:
    """No share and no nearness, as of a text without words, gives a number between 0 and 1 all the same."""
    assert 0 <= UNCALIBRATED.chance(Facts(0.0, nearness, 0.0, 0.0, 0.0)) <= 1


def test_a_kept_calibration_is_the_same() -> None:
    """What a release keeps is read back unchanged."""
    calibration = Calibration(UNCALIBRATED, Regression((1.0, -0.5), 0.25))
    assert calibration == Calibration.from_dict(calibration.as_dict())


def test_a_model_without_emergencies_sees_none() -> None:
    """Whatever the facts, the chance is nought."""
    assert NEVER_URGENT.chance(UrgencyFacts(*[1.0] * 8)) == 0.0
