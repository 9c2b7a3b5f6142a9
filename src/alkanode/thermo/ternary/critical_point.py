"""The critical point of a miscibility gap in a ternary solution at one temperature (the plait point)."""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares

from alkanode.foundation.errors import ConvergenceError
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms
from alkanode.thermo.ternary.newton import logarithmic_slopes

_STEP = 1e-4
_CLOSE = 1e-7


def softest(terms: TernaryTerms, x: Array) -> tuple[Array, Array]:
    """Least stiffness of a solution over RT, and the change of composition that meets it.

    Parameters
    ----------
    terms
        The solution at the states' temperatures.
    x
        Mole fractions (state, element), positive.

    Returns
    -------
    stiffness
        (state): 1 in an ideal solution, 0 on the spinodal, negative inside.
    direction
        (state, element), sums to 0.
    """
    root = np.sqrt(x)
    scaled = logarithmic_slopes(terms, x) * root[:, :, None] / root[:, None, :]
    along = root[:, :, None] * root[:, None, :] / x.sum(axis=-1)[:, None, None]
    across = np.eye(3) - along
    symmetric = across @ ((scaled + np.swapaxes(scaled, -1, -2)) / 2) @ across + 10 * along
    stiffness, vectors = np.linalg.eigh(symmetric)
    return stiffness[:, 0], root * vectors[:, :, 0]


def critical_point(terms: TernaryTerms, start: Array) -> Array:
    """Composition where the spinodal touches the binodal.

    Parameters
    ----------
    terms
        The solution at one temperature (shape 1).
    start
        Mole fractions (element) near it, for example the middle of the shortest tie line known.

    Returns
    -------
    ndarray
        Mole fractions (element).

    Raises
    ------
    ConvergenceError
        When there is none near.

    Notes
    -----
    There the least stiffness is zero, and so is its slope along the soft direction.
    """

    def conditions(u: Array) -> Array:
        x = np.exp(u - np.logaddexp.reduce(u))[None]
        stiffness, direction = softest(terms, x)
        step = _STEP * direction / np.abs(direction / x).max()
        ahead, behind = softest(terms, x + step)[0], softest(terms, x - step)[0]
        return np.array([stiffness[0], (ahead[0] - behind[0]) / (2 * _STEP), u.sum()])

    u = np.log(start)
    found = least_squares(conditions, u - u.mean(), xtol=1e-14, ftol=1e-14, gtol=1e-14)
    if np.abs(found.fun[:2]).max() > _CLOSE:
        raise ConvergenceError(
            "a critical point where the tie lines shrink is needed",
            found=f"none near mole fractions {np.array2string(start, precision=4)}",
        )
    x: Array = np.exp(found.x - np.logaddexp.reduce(found.x))
    return x
