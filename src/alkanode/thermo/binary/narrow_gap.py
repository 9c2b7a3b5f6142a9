"""A miscibility gap just below its consolute point, where it is narrower than any grid.

There the stiffness s = x(1-x) g'' is a parabola with a slightly negative minimum, s = s_m + c (x - x_m)^2. The spinodal lies
at x_m -+ w with w^2 = -s_m/c, and the two phases, to first order in w, at x_m -+ sqrt(3) w (Landau's quartic).
"""

from __future__ import annotations

import numpy as np

from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.binary_solution import SolutionTerms

_STEPS = (0.02, 0.005, 1e-3, 1e-3, 2e-4, 2e-4)
_WIDEST = 0.05


def narrow_gap(terms: SolutionTerms, x: Array) -> tuple[Array, Array]:
    """Ends of a narrow gap near compositions, accurate to its width squared.

    Parameters
    ----------
    terms
        The solution at n temperatures.
    x
        Compositions near the least stable one (shape n).

    Returns
    -------
    tuple of ndarray
        Both ends; NaN where the solution has no gap near the composition, or one wider than 0.1.
    """
    place = x.copy()
    least, bend = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    for step in _STEPS:
        place = np.clip(place, 2 * step, 1 - 2 * step)
        below, here, above = (terms.potentials(place + shift)[2] for shift in (-step, 0.0, step))
        slope, bend = (above - below) / (2 * step), (above - 2 * here + below) / step**2
        bowl = np.where(bend > 0, bend, np.nan)
        move = np.clip(-slope / bowl, -4 * step, 4 * step)
        least = here + slope * move + bowl * move**2 / 2
        place = np.where(np.isnan(move), place, place + move)
    with np.errstate(invalid="ignore"):
        half = np.sqrt(3 * np.where(least < 0, -2 * least / bend, np.nan))
    half = np.where((half < _WIDEST) & (np.abs(x - place) < _WIDEST), half, np.nan)
    return place - half, place + half
