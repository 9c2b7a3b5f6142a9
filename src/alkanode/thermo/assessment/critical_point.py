r"""Critical point of a solution's miscibility gap: the highest temperature at which its Gibbs energy stops being convex.

With interactions that are linear in temperature, L = a + b T, the spinodal is known in closed form. For

.. math:: s(x, T) = x(1-x)\,g'' = RT + q_a(x) + T q_b(x)

it is T(x) = -q_a / (R + q_b), and the critical point is its maximum.
"""

from __future__ import annotations

import numpy as np

from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.model import Parameters, gibbs_model

_GRID = np.linspace(0.001, 0.999, 999)
_REFERENCE = (500.0, 600.0)
_REFINEMENTS = 4
_POINTS = 21


def critical_point(assessment: Assessment, phase: str, parameters: Parameters, count: int) -> tuple[Array, Array]:
    """Temperature and composition of the critical point of a binary solution.

    Parameters
    ----------
    assessment
        A binary assessment.
    phase
        A solution.
    parameters
        Other values of parameters, each of shape (count,) or a number.
    count
        Number of parameter sets.

    Returns
    -------
    tuple of ndarray
        Temperature (K) and mole fraction of the second element, shape (count,) each; NaN without a gap. The maximum
        is found to 1e-7 in composition.
    """
    x = np.broadcast_to(_GRID, (count, _GRID.size))
    spinodal = _spinodal(assessment, phase, parameters, x)
    best = spinodal.argmax(axis=1)
    width = _GRID[1] - _GRID[0]
    centre = _GRID[best]
    for _ in range(_REFINEMENTS):
        x = centre[:, None] + width * np.linspace(-1, 1, _POINTS)
        spinodal = _spinodal(assessment, phase, parameters, np.clip(x, 0.0, 1.0))
        best = np.clip(spinodal.argmax(axis=1), 1, _POINTS - 2)
        centre = np.take_along_axis(x, best[:, None], axis=1)[:, 0]
        width *= 2.0 / (_POINTS - 1)
    temperature = spinodal.max(axis=1)
    exists = temperature > 0
    return np.where(exists, temperature, np.nan), np.where(exists, centre, np.nan)


def _spinodal(assessment: Assessment, phase: str, parameters: Parameters, x: Array) -> Array:
    """Temperature (set, point) at which s = 0; negative or huge where there is none becomes 0."""
    low, high = (_excess_stiffness(assessment, phase, parameters, x, t) for t in _REFERENCE)
    slope = (high - low) / (_REFERENCE[1] - _REFERENCE[0])
    constant = low - slope * _REFERENCE[0]
    rise = assessment.gas_constant + slope
    with np.errstate(divide="ignore", invalid="ignore"):
        temperature = -constant / rise
    return np.where((rise > 0) & (constant < 0), temperature, 0.0)


def _excess_stiffness(assessment: Assessment, phase: str, parameters: Parameters, x: Array, kelvin: float) -> Array:
    model = gibbs_model(assessment)
    t = np.full((x.shape[0], 1), kelvin)
    sets = {name: np.reshape(value, (-1, 1)) for name, value in parameters.items()}
    z = 1 - 2 * x
    series = np.polynomial.Polynomial
    total: Array = np.zeros_like(x)
    for order, coefficient in enumerate(model.interactions(phase, assessment.elements, t, sets)):
        power = series([0] * order + [1])
        curved = (series([0.25, 0, -0.25]) * power).deriv(2) * 4  # second derivative of x (1-x) z^v by x
        total = total + coefficient * curved(z)
    stiffness: Array = x * (1 - x) * total
    return stiffness
