"""Kernel ridge regression in closed form, with what each of some known cases would get from a model without its fold.

For least squares no second fit is needed for that: with the inverse of (kernel + ridge) at hand, the errors e of a
fold that was left out solve (the fold's block of the inverse) e = (the fold's votes). And where the folds that are to
be judged stand last, their part of the inverse is the inverse of the last corner of the Cholesky factor: two
folds in five cost a sixteenth of the whole inverse.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]


def factor(kernel: Matrix, ridge: float) -> Matrix:
    """The lower Cholesky factor of (kernel + ridge), for a kernel of which the upper half is filled in.

    The kernel is overwritten. Raises ValueError where it has no factor.
    """
    # SciPy's linear algebra is needed only to fit, so that the process that answers doesn't load it.
    from scipy.linalg import lapack

    kernel.flat[:: len(kernel) + 1] += np.float32(ridge)
    # Transposed, the upper half is the lower, in the order of columns that LAPACK works in without a copy.
    lower, failed = lapack.spotrf(kernel.T, lower=True, overwrite_a=True, clean=False)
    if failed:
        raise ValueError("The kernel can't be inverted: raise `ridge` in config.yml.")
    result: Matrix = lower
    return result


def votes_for(lower: Matrix, targets: Matrix) -> Matrix:
    """How much each known case speaks for each target: (kernel + ridge)⁻¹ targets."""
    from scipy.linalg import cho_solve

    votes: Matrix = cho_solve((lower, True), targets, check_finite=False)
    return votes


def held_out_errors(lower: Matrix, votes: Matrix, folds: npt.NDArray[np.int64]) -> Matrix:
    """How far the targets of the last cases are from what would be predicted for them without their fold.

    `folds` gives the fold of each of the last cases; the earlier ones are in no fold.
    """
    from scipy.linalg import cho_factor, cho_solve, lapack

    first = len(lower) - len(folds)
    corner, _ = lapack.spotri(lower[first:, first:], lower=True)
    errors = np.empty((len(folds), votes.shape[1]), dtype=np.float32)
    for fold in np.unique(folds):
        held = np.flatnonzero(folds == fold)
        block = cho_factor(corner[np.ix_(held, held)], lower=True, check_finite=False)
        errors[held] = cho_solve(block, votes[first + held], check_finite=False)
    return errors
