"""Draws by refitting: observations are moved at random by their uncertainties, and the coefficients fitted again.

With as many observations as coefficients every set then gives its own observations exactly: numbers that are known well
stay known well, however strongly the coefficients hang together and however curved their dependence is. It takes a fit for
each draw, which is why the sets of Li-Na are shipped.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from alkanode.foundation.errors import ConvergenceError, PhysicsError
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.least_squares import Problem
from alkanode.thermo.conditions import Array

_MOST_ATTEMPTS = 2.0
_FEWEST_ATTEMPTS = 10
_EXACT = 1e-3


def refit_draws(assessment: Assessment, count: int, rng: np.random.Generator) -> tuple[dict[str, Array], int]:
    """Coefficients of refits of randomly moved observations.

    Parameters
    ----------
    assessment
        A binary assessment whose fitted observations have uncertainties.
    count
        Number of sets.
    rng
        Random numbers.

    Returns
    -------
    dict, int
        Name of a parameter -> values (draw,), and how many moved observations had no fit and were drawn again. Where there
        are as many observations as parameters, a fit must also meet them, to a thousandth of their uncertainties: beyond
        some compositions no coefficients do.

    Raises
    ------
    PhysicsError
        Without fitted observations of known uncertainty.
    ConvergenceError
        When more than half of the refits fail.
    """
    used = [one for one in assessment.observations if one.in_fit]
    if not used or not all(one.uncertainty > 0 for one in used):
        raise PhysicsError("fitted observations, each with an uncertainty above 0, are needed", found=assessment.name)
    exact = len(used) <= len(assessment.parameters)
    sets: list[Array] = []
    failed = 0
    while len(sets) < count:
        if failed > max(_FEWEST_ATTEMPTS, count / _MOST_ATTEMPTS):
            raise ConvergenceError("most refits of moved observations must succeed", found=f"{failed} failed")
        noise = rng.standard_normal(len(used))
        moved = [
            dataclasses.replace(one, observed=one.observed + one.uncertainty * z)
            for one, z in zip(used, noise, strict=True)
        ]
        try:
            problem = Problem(assessment, moved)
            best, _ = problem.solve()
        except ConvergenceError:
            failed += 1
            continue
        if exact and np.abs(problem.residuals(best[None])).max() > _EXACT:
            failed += 1
            continue
        sets.append(best * problem.scale)
    return dict(zip(assessment.parameters, np.array(sets).T, strict=True)), failed
