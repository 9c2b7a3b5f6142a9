"""What the uncertainty of an assessment does to a result: 95 % intervals over draws of its parameters."""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.posterior import parameter_draws
from alkanode.thermo.conditions import Array
from alkanode.thermo.provenance import mark

DRAWS = 200
"""Default number of draws: the ends of a 95 % interval are then known to about a sixth of its half width."""

DRAWS_BY_METALS = {2: DRAWS, 3: 40}
"""Default number of draws of a path by the number of metals. A ternary path costs some thirty times a binary one; with 40
draws the ends of an interval are known to about a third of its half width."""

FEWEST_DRAWS = 20
"""Fewer draws than these do not reach the ends of a 95 % interval: one of twenty lies beyond either end of a 90 % interval."""

NORMAL_95 = 1.96
"""Half width of a 95 % interval over one standard uncertainty."""

_PROBABILITY = (0.025, 0.975)
_MOST_MISSING = 0.05

Draws = dict[str, Array]


def draw_count(assessment: Assessment, count: int | None) -> int:
    """Number of draws: the one that is asked for, or the default; 0 where the uncertainty is not known.

    Raises
    ------
    PhysicsError
        For a negative count, or one too small for a 95 % interval.
    """
    if count is not None and count != 0 and count < FEWEST_DRAWS:
        raise PhysicsError(
            f"a 95 % interval over an assessment needs 0 draws or more than {FEWEST_DRAWS - 1}",
            found=f"{count} draws",
            todo="Pass draws=0 for no such interval",
        )
    if assessment.uncertainty is None:
        return 0
    return DRAWS_BY_METALS[len(assessment.elements)] if count is None else count


def draws_of(assessment: Assessment, count: int | None, seed: int = 0) -> Draws | None:
    """Draws of the parameters (draw); ``None`` where none are wanted or the uncertainty is not known.

    Raises
    ------
    PhysicsError
        As :func:`draw_count`.
    """
    number = draw_count(assessment, count)
    return parameter_draws(assessment, number, seed) if number else None


def interval_95(samples: Array) -> Array:
    """Bounds (..., 2) that hold 95 % of samples (draw, ...); draws without an answer (NaN) are left out."""
    bounds: Array = np.full((*samples.shape[1:], 2), np.nan)
    known = ~np.isnan(samples).all(axis=0)
    if known.any():
        found = np.nanquantile(samples[:, known], _PROBABILITY, axis=0, method="nearest")
        bounds[known] = np.moveaxis(found, 0, -1)
    return bounds


def put_spread(record: xr.Dataset, name: str, like: str, samples: Array) -> None:
    """Write ``NAME_assessment_interval``: what holds 95 % of the samples (draw, ...) of a field.

    Parameters
    ----------
    record
        Holds the field.
    name, like
        The field, and the quantity of the vocabulary that it is.
    samples
        Values over the draws, each shaped like the field.
    """
    within = f"{name}_assessment_interval"
    record[within] = ((*record[name].dims, "bound"), interval_95(samples))
    of = str(record[name].attrs.get("element", ""))
    mark(record, within, like, "95 % over the parameters of the assessment", element=of)


def warn_of_missing(samples: Array, what: str, *, stacklevel: int) -> None:
    """Say when many draws (draw, ...) have no answer where others do.

    Warns
    -----
    DataQualityWarning
    """
    missing = np.isnan(samples).mean(axis=0)
    worst = float(np.max(missing, initial=0.0, where=missing < 1))
    if worst > _MOST_MISSING:
        warnings.warn(
            f"{100 * worst:.0f} % of the draws of the assessment's parameters give no {what}; its interval leaves them out",
            DataQualityWarning,
            stacklevel=stacklevel + 1,
        )
