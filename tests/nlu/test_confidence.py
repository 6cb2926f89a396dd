"""How sure to be of an answer."""

from __future__ import annotations

import numpy as np

from nlu.confidence import Calibration, facts, fit_calibration

CALIBRATION = Calibration((1.0, -0.5, -0.5, 2.0), 0.0)


def test_a_near_rival_makes_less_sure() -> None:
    """The same share is worth less beside a strong rival."""
    assert CALIBRATION.confidence(0.4, 0.02, 0.1, 0.8) > CALIBRATION.confidence(0.4, 0.35, 0.1, 0.8)


def test_likeness_of_the_nearest_question_makes_surer() -> None:
    """The same shares are worth more where a known question is near."""
    assert CALIBRATION.confidence(0.4, 0.1, 0.1, 0.9) > CALIBRATION.confidence(0.4, 0.1, 0.1, 0.3)


def test_calibration_learns_which_shares_are_right() -> None:
    """After fitting, confidence is high where the share was high and right, and low where it was low and wrong."""
    rows = [facts(0.8, 0.05, 0.05, 0.9), facts(0.2, 0.18, 0.4, 0.4)] * 50
    calibration = fit_calibration(np.array(rows), np.array([True, False] * 50))
    assert calibration.confidence(0.8, 0.05, 0.05, 0.9) > 0.9
    assert calibration.confidence(0.2, 0.18, 0.4, 0.4) < 0.1


def test_a_kept_calibration_is_the_same() -> None:
    """What a release keeps is read back unchanged."""
    assert CALIBRATION == Calibration.from_dict(CALIBRATION.as_dict())
