"""Data beside what the posterior gives for them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import label
from alkanode.studies.calibration.data import Datum
from alkanode.studies.calibration.predictor import Predictor
from alkanode.studies.calibration.problem import Problem

Floats = npt.NDArray[np.float64]


def predictive(problem: Problem, best: Floats, places: Floats, held_out: Predictor | None, *, seed: int) -> xr.Dataset:
    """Measured and computed data.

    Parameters
    ----------
    problem
        The problem.
    best
        (coordinate,) best place.
    places
        (draw, coordinate) draws of the posterior; few suffice for an interval.
    held_out
        Data that the fit did not see.
    seed
        Of the errors that are drawn onto the computed data.

    Returns
    -------
    Dataset
        Kind ``predictive`` over ``datum`` (points of curves one by one): ``measured``, ``best``, ``median`` and ``interval`` (95 % of
        new measurements: parameters and standard error), ``standardised_residual`` (measured less best over the standard error, or
        of logarithms), ``role`` (``fitted`` or ``predicted``).
    """
    random = np.random.default_rng(seed)
    columns: dict[str, list[Floats]] = {
        name: [] for name in ("measured", "error", "best", "median", "low", "high", "residual")
    }
    names: list[str] = []
    observables: list[str] = []
    roles: list[str] = []
    for predictor, role in ((problem.predictor, "fitted"), (held_out, "predicted")):
        if predictor is None:
            continue
        at_best = predictor.predict(problem.values(best))
        drawn = [predictor.predict(problem.values(place)) for place in places]
        for number, datum in enumerate(predictor.data):
            spread = np.stack([one[number] for one in drawn])
            seen = _with_errors(datum, spread, random)
            low, median, high = np.nanquantile(seen, (0.025, 0.5, 0.975), axis=0)
            parts = (datum.si, _absolute(datum), at_best[number], median, low, high, -datum.residual(at_best[number]))
            for name, part in zip(columns, parts, strict=True):
                columns[name].append(part)
            single = datum.si.size == 1
            names += [datum.label if single else f"{datum.label} {k + 1}" for k in range(datum.si.size)]
            observables += [datum.observable] * datum.si.size
            roles += [role] * datum.si.size
    whole = {name: np.concatenate(parts) for name, parts in columns.items()}
    record = xr.Dataset(
        {
            "observable": ("datum", np.array(observables)),
            "role": ("datum", np.array(roles)),
            "measured": ("datum", whole["measured"]),
            "standard_error": ("datum", whole["error"]),
            "best": ("datum", whole["best"]),
            "median": ("datum", whole["median"]),
            "interval": (("datum", "bound"), np.stack([whole["low"], whole["high"]], axis=1)),
            "standardised_residual": ("datum", whole["residual"]),
        },
        coords={"datum": np.array(names), "bound": ["lower", "upper"]},
    )
    return label(record, "predictive")


def _absolute(datum: Datum) -> Floats:
    return datum.error * datum.si if datum.logarithmic else datum.error


def _with_errors(datum: Datum, spread: Floats, random: np.random.Generator) -> Floats:
    noise = datum.error * random.standard_normal(spread.shape)
    return np.asarray(spread * np.exp(noise) if datum.logarithmic else spread + noise)
