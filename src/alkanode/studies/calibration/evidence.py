"""Variants of a model on the same data: likelihood, BIC and Laplace's evidence, every tuned number counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.schema import label
from alkanode.numerics.gaussian_fit import GaussianFit
from alkanode.studies.calibration.data import read_data
from alkanode.studies.calibration.predictor import Predictor
from alkanode.studies.calibration.priors import Prior
from alkanode.studies.calibration.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A variant of the model: its physics, what of it is fitted, and numbers that differ from the set.

    Attributes
    ----------
    fit
        Name -> prior; may be empty.
    options
        Physics and mesh.
    changes
        Name -> value.
    """

    fit: Mapping[str, Prior]
    options: AlloyAnodeOptions | None = None
    changes: Mapping[str, float] = field(default_factory=dict)


def model_evidence(
    data: Sequence[Any], variants: Mapping[str, Variant], *, parameters: str | ParameterSet = "Wu2025"
) -> xr.Dataset:
    """Fit each variant to the same data and compare.

    Parameters
    ----------
    data
        As :func:`~alkanode.studies.calibration.calibrate`.
    variants
        Name -> variant.
    parameters
        The set.

    Returns
    -------
    Dataset
        Kind ``model_evidence`` over ``variant``. A difference of ``bic`` below 2, or of ``log_evidence`` below 1, is none.
        ``log_evidence`` depends on the widths of the priors; a variant with as many tuned numbers as data has shown nothing.
    """
    given = load_parameters(parameters)
    measured = read_data(data)
    rows = []
    for name, one in variants.items():
        problem = Problem(Predictor(measured, given.replace(one.changes), one.options), one.fit)
        rows.append(evidence_row(name, problem, problem.fit()))
    return evidence_record(rows)


def evidence_row(name: str, problem: Problem, best: GaussianFit) -> dict[str, Any]:
    """One variant."""
    predicted = problem.predictor.predict(problem.values(best.best))
    errors = np.concatenate(
        [np.abs(value / one.si - 1) for one, value in zip(problem.predictor.data, predicted, strict=True)]
    )
    values = problem.values(best.best)
    return {
        "variant": name,
        "tuned_names": ", ".join(problem.names),
        "remark": ", ".join(f"{key} = {value:.4g}" for key, value in values.items()),
        "tuned": len(problem.names),
        "data": best.residuals.size,
        "log_likelihood": best.log_likelihood(problem.log_errors),
        "bic": best.bic(problem.log_errors),
        "log_evidence": best.log_evidence(problem.log_errors, problem.log_prior(best.best)),
        "mean_error": float(errors.mean()),
        "largest_error": float(errors.max()),
    }


def evidence_record(rows: Sequence[Mapping[str, Any]]) -> xr.Dataset:
    """Rows as a record."""
    texts = ("tuned_names", "remark")
    numbers = ("tuned", "data", "log_likelihood", "bic", "log_evidence", "mean_error", "largest_error")
    record = xr.Dataset(
        {name: ("variant", np.array([row[name] for row in rows], dtype=np.str_)) for name in texts}
        | {name: ("variant", np.array([row[name] for row in rows], dtype=np.float64)) for name in numbers},
        coords={"variant": np.array([row["variant"] for row in rows], dtype=np.str_)},
    )
    return label(record, "model_evidence")
