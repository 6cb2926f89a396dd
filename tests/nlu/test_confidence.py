"""How sure to be of an answer."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.confidence import UNCALIBRATED, Calibration, Facts, fit_calibration

SURE = Facts(share=0.8, nearness=0.9, score=0.9, out_of_scope_nearness=0.3, out_of_scope_score=0.0)
UNSURE = Facts(share=0.2, nearness=0.4, score=0.2, out_of_scope_nearness=0.6, out_of_scope_score=0.4)


@pytest.mark.parametrize(
    "calibration", [UNCALIBRATED, fit_calibration([SURE, UNSURE] * 50, np.array([True, False] * 50))]
)
@pytest.mark.parametrize("weaker", [{"share": 0.3}, {"nearness": 0.4}])
def test_a_smaller_share_and_a_farther_question_make_less_sure(
    calibration: Calibration, weaker: dict[str, float]
) -> None:
    """Calibrated or not, confidence grows with the share and with the nearness."""
    assert calibration.confidence(SURE) > calibration.confidence(SURE._replace(**weaker))


def test_calibration_learns_which_facts_are_right() -> None:
    """After fitting, confidence is high where the facts were of right answers, and low where of wrong ones."""
    calibration = fit_calibration([SURE, UNSURE] * 50, np.array([True, False] * 50))
    assert calibration.confidence(SURE) > 0.9
    assert calibration.confidence(UNSURE) < 0.1


@pytest.mark.parametrize("nearness", [-1.0, 0.0, 1.0])
def test_confidence_is_a_chance_whatever_the_facts(nearness: float) -> None:
    """No share and no nearness, as of a text without words, gives a number between 0 and 1 all the same."""
    assert 0 <= UNCALIBRATED.confidence(Facts(0.0, nearness, 0.0, 0.0, 0.0)) <= 1


def test_a_kept_calibration_is_the_same() -> None:
    """What a release keeps is read back unchanged."""
    calibration = Calibration((1.0, -0.5, -0.5, 2.0, 0.1), 0.0)
    assert calibration == Calibration.from_dict(calibration.as_dict())
