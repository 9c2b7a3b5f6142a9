"""What a fitted number rests on: how far it moves when a number that was not fitted lies at an end of its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.numerics.gaussian_fit import GaussianFit
from alkanode.studies.calibration.problem import Problem

Floats = npt.NDArray[np.float64]

NOTICED = 0.01
"""Share of a standard error by which the data must move for a parameter to be listed."""

REFITTED = 0.1
"""Share of the width of the posterior from which a move is found by a new fit, and not by one step of Gauss and Newton."""

_HALVINGS = 3


def confounders(problem: Problem) -> tuple[str, ...]:
    """Parameters of the set that have an interval and are not fitted."""
    return tuple(
        name
        for name, one in problem.predictor.parameters.entries.items()
        if name not in problem.names and one.interval is not None and isinstance(one.value, float)
    )


def confounding(problem: Problem, fit: GaussianFit, names: Sequence[str] | None) -> xr.Dataset:
    """How fitted parameters move with those that are not.

    Parameters
    ----------
    problem, fit
        The problem and its best place.
    names
        Parameters to look at; by default all that have an interval. Those that do not move the data are left out.

    Returns
    -------
    Dataset
        Kind ``confounding`` over ``confounder``: both ``end`` values of its interval, and the ``factor`` (of a parameter with a linear
        prior: the change) by which each fitted parameter then moves. An end at which the model cannot be run is moved towards the
        value until it can; NaN where that does not help.

    Notes
    -----
    Moves above :data:`REFITTED` widths of the posterior come from a new fit, smaller ones from one step of Gauss and Newton.
    """
    wanted = confounders(problem) if names is None else [problem.predictor.parameters.full_name(one) for one in names]
    logarithmic = np.array([one.logarithmic for one in problem.priors])
    kept, ends, factors = [], [], []
    for name in wanted:
        given = problem.predictor.parameters[name]
        if given.interval is None or not isinstance(given.value, float):
            continue
        found = [_moves(problem, fit, name, given.value, end) for end in given.interval]
        if names is None and not any(np.abs(moved).max() >= NOTICED for _, moved, _ in found):
            continue
        kept.append(name)
        ends.append([end for end, _, _ in found])
        factors.append([np.where(logarithmic, np.exp(shift), shift) for _, _, shift in found])
    count = len(problem.names)
    record = xr.Dataset(
        {
            "end": (("confounder", "bound"), np.array(ends, dtype=float).reshape(-1, 2)),
            "factor": (("confounder", "bound", "parameter"), np.array(factors, dtype=float).reshape(-1, 2, count)),
        },
        coords={
            "confounder": np.array(kept, dtype=np.str_),
            "bound": ["lower", "upper"],
            "parameter": np.array(problem.names, dtype=np.str_),
        },
    )
    return label(record, "confounding")


def _moves(problem: Problem, fit: GaussianFit, name: str, value: float, end: float) -> tuple[float, Floats, Floats]:
    """End at which the model runs, moves of the data in standard errors, and moves of the fitted coordinates."""
    base = problem.values(fit.best)
    for _ in range(_HALVINGS + 1):
        moved = problem.predictor.residuals({**base, name: end}) - fit.residuals
        if np.isfinite(moved).all():
            break
        end = (end + value) / 2
    else:
        return end, np.full_like(fit.residuals, np.inf), np.full_like(fit.best, np.nan)
    shift = -fit.covariance @ (fit.jacobian.T @ moved)
    width = np.sqrt(np.clip(np.diag(fit.covariance), 1e-300, None))
    if np.isfinite(shift).all() and (np.abs(shift) < REFITTED * width).all():
        return end, moved, shift
    return end, moved, problem.fit(start=fit.best, changes={name: end}).best - fit.best


def widened(record: xr.Dataset, problem: Problem, low: Floats, high: Floats, best: Floats) -> Floats:
    """(parameter, bound) coordinates of an interval to which the moves were added in quadrature, side by side."""
    found = []
    for k, prior in enumerate(problem.priors):
        factor = record["factor"].to_numpy()[:, :, k]
        moves = np.nan_to_num(np.log(factor) if prior.logarithmic else factor)
        down = np.minimum(moves, 0).min(axis=1, initial=0.0)
        up = np.maximum(moves, 0).max(axis=1, initial=0.0)
        below = np.hypot(best[k] - low[k], np.sqrt((down**2).sum()))
        above = np.hypot(high[k] - best[k], np.sqrt((up**2).sum()))
        found.append((best[k] - below, best[k] + above))
    return np.array(found)
