"""Observed numbers next to what an assessment gives, as a record."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import xarray as xr

from alkanode.data.schema import SCHEMA_VERSION, check
from alkanode.thermo.assessment.data import Assessment, Observation
from alkanode.thermo.assessment.observables import Observer
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.conditions import Array
from alkanode.thermo.provenance import rest_on

_STEP = 0.01


def observation_table(assessment: Assessment | str = "Na-K") -> xr.Dataset:
    """Everything an assessment was fitted to and compared with, next to what it gives.

    Parameters
    ----------
    assessment
        An assessment, or the name of a shipped system. Of a ternary system only the numbers of three elements are
        listed; those of its binaries belong to their own tables.

    Returns
    -------
    Dataset
        Kind ``observation_table``, over ``observation``: ``observed``, ``computed``, ``uncertainty`` (standard, of the
        observation), ``computed_uncertainty`` (standard, of the assessment's parameters; NaN where unknown) and ``pull``
        = (computed - observed) / uncertainty (NaN without one), each in the text of ``unit``; ``fitted`` says whether
        the number helped the fit, so that its agreement is a calibration and no prediction. ``short``, ``quantity``,
        ``trust`` and ``source`` are text.

    Examples
    --------
    >>> table = observation_table("Na-K")
    >>> int(table.fitted.sum()), table.sizes["observation"]
    (12, 15)
    """
    data = load_assessment(assessment)
    listed = own_observations(data)
    return table_of(data, listed, {one for one in listed if one.in_fit})


def own_observations(assessment: Assessment) -> tuple[Observation, ...]:
    """Observations of a binary, or those of a ternary that need all of its elements."""
    if len(assessment.elements) == 2:
        return assessment.observations
    return tuple(one for one in assessment.observations if one.quantity.startswith("solubility"))


def table_of(assessment: Assessment, listed: tuple[Observation, ...], fitted: Collection[Observation]) -> xr.Dataset:
    """Record of some observations, of which some were fitted."""
    observer = Observer(assessment, listed)
    computed = observer(None)[:, 0]
    observed = np.array([one.observed for one in listed])
    uncertainty = np.array([one.uncertainty or np.nan for one in listed])
    numbers = {
        "observed": observed,
        "computed": computed,
        "uncertainty": uncertainty,
        "computed_uncertainty": computed_uncertainty(assessment, observer),
        "pull": (computed - observed) / uncertainty,
        "fitted": np.array([one in fitted for one in listed], dtype=bool),
    }
    text = {
        "short": [one.short for one in listed],
        "quantity": [one.quantity for one in listed],
        "unit": [one.unit for one in listed],
        "trust": [one.trust.value for one in listed],
        "source": [one.source for one in listed],
    }
    record = xr.Dataset({name: ("observation", values) for name, values in numbers.items()})
    record = record.assign({name: ("observation", np.array(values, dtype=np.str_)) for name, values in text.items()})
    record.attrs.update(system=assessment.system)
    rest_on(record, assessment, ())
    check(record, "observation_table")
    record.attrs.update(kind="observation_table", schema_version=SCHEMA_VERSION)
    return record


def computed_uncertainty(assessment: Assessment, observer: Observer) -> Array:
    """Standard uncertainty of each computed number from the covariance of the parameters; NaN where that is unknown."""
    known = assessment.uncertainty
    if known is None:
        return np.full(len(observer.observations), np.nan)
    covariance = np.array(known.covariance)
    step = _STEP * np.sqrt(np.diag(covariance))
    size = len(step)
    centre = np.array([assessment.parameters[name] for name in known.parameters])
    moved = np.concatenate([centre + np.diag(step), centre - np.diag(step)])
    values = observer(dict(zip(known.parameters, moved.T, strict=True)))
    slope = (values[:, :size] - values[:, size:]) / (2 * step)
    uncertainty: Array = np.sqrt(np.einsum("op,pq,oq->o", slope, covariance, slope))
    return uncertainty
