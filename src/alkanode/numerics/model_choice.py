"""Which of several models a trace supports: the Bayesian information criterion on the effective number of samples.

Samples of a voltage trace are not independent: what a model leaves over drifts. With the correlation r of neighbouring
residuals, n samples count as n (1 - r) / (1 + r). The simplest model that the best one does not beat clearly is taken.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from alkanode.numerics import quantiles

Floats = npt.NDArray[np.float64]

CONFIDENCE = 0.95


def autocorrelation(residual: Floats) -> float:
    """Correlation of neighbouring residuals, 0 to 0.999 (negative ones count as none)."""
    centred = residual - residual.mean()
    power = float(centred @ centred)
    if power == 0 or residual.size < 3:
        return 0.0
    return float(np.clip(centred[1:] @ centred[:-1] / power, 0.0, 0.999))


def effective_samples(residual: Floats, weights: Floats | None = None) -> float:
    """Independent samples that correlated residuals are worth, at least 1.

    Parameters
    ----------
    residual
        (sample,) in order of time.
    weights
        (sample,) weights of the fit; uneven ones count for fewer samples, (sum w)^2 / sum w^2.
    """
    count = float(residual.size) if weights is None else float(weights.sum() ** 2 / (weights @ weights))
    r = autocorrelation(residual)
    return max(count * (1 - r) / (1 + r), 1.0)


def information(square_sums: Floats, parameters: npt.NDArray[np.int64], effective: float, floor: float) -> Floats:
    """Bayesian information criterion of models of one trace; smaller is better.

    Parameters
    ----------
    square_sums
        (model,) mean squared residuals.
    parameters
        (model,) fitted numbers.
    effective
        Effective number of samples.
    floor
        Residual below which models are not told apart: rounding errors of a trace without noise must choose no model.
    """
    floored = np.maximum(square_sums, max(floor, 1e-150) ** 2)
    with np.errstate(divide="ignore"):
        return np.asarray(effective * np.log(floored) + parameters * np.log(effective))


def simplest(criterion: Floats, parameters: npt.NDArray[np.int64], margin: float) -> Sequence[int]:
    """Models with the fewest parameters among those within ``margin`` of the best; more than one is a tie."""
    known = np.nan_to_num(criterion, nan=np.inf, neginf=-1e300)
    near = np.flatnonzero(known <= known.min() + margin)
    return [int(index) for index in near[parameters[near] == parameters[near].min()]]


def profile_limit(effective: float) -> float:
    """Factor on the smallest mean square up to which one parameter stays inside its 95 % profile interval."""
    return float(np.exp(quantiles.chi_square(CONFIDENCE) / effective))


def student(effective: float, parameters: int) -> float:
    """Half width of the 95 % interval in standard errors."""
    return quantiles.student(max(effective - parameters, 1.0), CONFIDENCE)
