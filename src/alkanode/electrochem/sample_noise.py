"""Noise of one sample of a trace, and the step of its rounding."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alkanode.electrochem.shorts import scatter

Floats = npt.NDArray[np.float64]

ROUNDING = 0.3
"""Standard deviation of a rounding error (1/sqrt(12)) over the step of the voltage."""

RESIDUE = 1e-6
"""Share of the largest value below which a step is a residue of arithmetic, not one of the instrument."""

LEAST_STEPS = 10
"""Steps of one size from which they are those of rounding: two edges of one drop are none."""


def sample_noise(values: Floats) -> float:
    """Standard deviation from sample to sample, in the unit of the values.

    Parameters
    ----------
    values
        (sample,) trace.

    Returns
    -------
    float
        Robust scatter of the steps, and no less than what rounding makes; the mean step where both vanish.
    """
    noise = max(scatter(values), ROUNDING * smallest_step(values))
    return noise if noise > 0 else float(np.mean(np.abs(np.diff(values))))


def smallest_step(values: Floats) -> float:
    """Step of the rounding of (sample,) values: the smallest step, where it comes again and again; else 0."""
    steps = np.abs(np.diff(values))
    steps = steps[steps > RESIDUE * float(np.max(np.abs(values), initial=0.0))]
    if steps.size < LEAST_STEPS:
        return 0.0
    smallest = float(steps.min())
    return smallest if np.count_nonzero(steps < 1.5 * smallest) >= LEAST_STEPS else 0.0
