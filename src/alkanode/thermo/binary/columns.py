"""Gibbs energies of a solution at fixed compositions, and the way from there to its deepest point below a tangent."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.binary_solution import SolutionTerms

COLUMNS = np.unique(np.concatenate([expit(np.linspace(-28, 28, 57)), np.linspace(0, 1, 51)]))
"""Mole fractions of the second element, even in the log-odds down to 7e-13 and every 0.02 between."""

_INNER = np.linspace(0.02, 0.98, 49)
_NEWTON_STEPS = 8
_STIFF_ENOUGH = 1e-6


@functools.lru_cache(maxsize=8)
def bases(orders: int) -> tuple[Array, Array]:
    """What every coefficient of a solution adds to its energy at the columns and to its stiffness inside (rows)."""
    one_by_one = SolutionTerms.from_coefficients(np.eye(3 + orders)[:, None, :])
    return one_by_one.energy(COLUMNS), one_by_one.potentials(_INNER)[2]


def middle_of_gap(stiffness: Array) -> Array:
    """Least stable composition of each row of a solution; NaN where it is convex."""
    place = _INNER[stiffness.argmin(axis=1)]
    return np.where(stiffness.min(axis=1) < 0, place, np.nan)


def descend(terms: SolutionTerms, column: npt.NDArray[np.intp], mu_1: Array, mu_2: Array) -> tuple[Array, Array]:
    """Height (J mol-1) above a tangent plane, and composition, of a solution's local minimum beside a column."""
    u = logit(COLUMNS[column])
    depth, place = np.full(u.shape, np.inf), np.zeros(u.shape)
    for _ in range(_NEWTON_STEPS):
        x, y = expit(u), expit(-u)
        own_1, own_2, stiffness = terms.potentials(x, y)
        r_1, r_2 = own_1 - mu_1, own_2 - mu_2
        value = y * r_1 + x * r_2
        deeper = value < depth
        depth, place = np.where(deeper, value, depth), np.where(deeper, x, place)
        firm = np.maximum(stiffness, _STIFF_ENOUGH * terms.rt)
        u = u + np.where(stiffness > 0, np.clip((r_1 - r_2) / firm, -1.0, 1.0), 0.1 * np.sign(r_1 - r_2))
    return depth, place
