"""A prediction and a measurement through the same analysis, number by number."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, StudyError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.studies.blocks import Circuit
from alkanode.studies.comparison.numbers import Numbers, numbers_of, paired_spectra
from alkanode.studies.comparison.status import status_of
from alkanode.studies.impedance.circuits import circuit_part

NORMAL_95 = 1.959963984540054
"""Half width of a 95 % interval in standard deviations."""

ROUNDING = 1e-9
"""Relative half width below which an interval is taken as none: a model without noise has no scatter of its own."""

OWN_RESOLUTION = ("failures.",)
"""Parts whose interval is the spacing of samples, which a prediction has as well as a measurement."""

CUTOFFS = ("0.5 V", "1 V", "2 V")


def compare(
    prediction: xr.DataTree,
    measurement: xr.DataTree,
    cell: Cell | None = None,
    *,
    cutoffs: Sequence[QuantityLike] = CUTOFFS,
    circuit: str | Circuit | None = None,
    spectra: int = 2,
    intervals: Mapping[str, tuple[float, float]] | None = None,
    as_measured: bool = True,
) -> xr.Dataset:
    """Compare a simulated history with a measured one: the same analysis on both, residuals in units of uncertainty.

    Parameters
    ----------
    prediction
        What :func:`alkanode.simulate` returned.
    measurement
        What a reader returned, :func:`alkanode.io.open_history` for example.
    cell
        Gives area, mass and the role of the anode to both analyses.
    cutoffs
        V, or texts, at which stripped charges are compared.
    circuit
        Circuit that is fitted to spectra of both at equal charges, as a text or as the block of a study.
    spectra
        How many of these pairs.
    intervals
        Relative interval of predicted numbers by the parameters, low and high over the value, by name: what
        :func:`~alkanode.studies.comparison.influence.interval_of` gives. A capacity has that of its charge.
    as_measured
        Whether the prediction first goes through a potentiostat without noise, which takes samples and sweeps as a real one
        does: a late sweep then drifts in both, where the simulation kept its states (``keep_states=True``).

    Returns
    -------
    Dataset
        Kind ``comparison``; per ``number``: ``name`` (``part.name``), ``measured`` and ``predicted`` with 95 % ``_lower`` and
        ``_upper`` (NaN where none is known), ``standardised_residual`` (predicted less measured, over the standard deviation of the difference;
        NaN where neither has an interval), ``status`` (``"calibrated"`` or ``"predicted"``), ``status_reason``, ``quantity``,
        ``unit`` (SI). Numbers that only one of the two gave have NaN for the other. ``attrs["left_out"]`` (JSON) says which
        analyses fitted neither, ``attrs["parameter_set"]`` on what the prediction rests.

    Raises
    ------
    StudyError
        When no analysis gave a number for both.

    Notes
    -----
    The interval of a measured number covers what its analysis says (sampling, area, mass). The interval of a predicted
    number covers the stated intervals of the parameters only, not the error of the model itself: a large residual is a
    finding about the model. An uncertain area or mass is shared by both and makes residuals of areal numbers a little small.
    """
    wanted = tuple(float(to_si(one, "voltage")) for one in cutoffs)
    seen = quiet_measurement(prediction) if as_measured else prediction
    mine, theirs = (numbers_of(one, cell, wanted) for one in (seen, measurement))
    for name, left in _spectra_numbers(seen, measurement, cell, circuit, spectra, mine, theirs).items():
        mine.left_out[name] = theirs.left_out[name] = left
    names = list(dict.fromkeys([*theirs.estimates, *mine.estimates]))
    common = [name for name in names if name in mine.estimates and name in theirs.estimates]
    if not common:
        reasons = "; ".join(f"{name}: {why}" for name, why in theirs.left_out.items())
        raise StudyError("a comparison needs numbers of both", found=reasons or "none")
    parameters = prediction["parameters"].to_dataset() if "parameters" in prediction.children else None
    rows = [
        _row(name, theirs.estimates.get(name), mine.estimates.get(name), _relative(name, intervals or {}))
        for name in names
    ]
    statuses = [status_of(name, parameters) for name in names]
    record = xr.Dataset(
        {
            "name": ("number", np.array(names, dtype=str)),
            **{key: ("number", np.array([row[key] for row in rows], dtype=np.float64)) for key in _NUMBERS},
            "status": ("number", np.array([one for one, _ in statuses], dtype=str)),
            "status_reason": ("number", np.array([why for _, why in statuses], dtype=str)),
            "quantity": ("number", np.array([_any(name, theirs, mine).quantity for name in names], dtype=str)),
            "unit": ("number", np.array([_any(name, theirs, mine).unit for name in names], dtype=str)),
        }
    )
    left_out = {name: why for name, why in theirs.left_out.items() if name in mine.left_out}
    record.attrs.update(
        {
            "left_out": json.dumps(left_out),
            "model": str(prediction.attrs.get("model", "")),
            "parameter_set": str(prediction.attrs.get("parameter_set", "")),
            "rested_on": str(prediction.attrs.get("rested_on", "{}")),
            "sources": str(prediction.attrs.get("sources", "")),
        }
    )
    return label(record, "comparison")


_NUMBERS = (
    "measured",
    "measured_lower",
    "measured_upper",
    "predicted",
    "predicted_lower",
    "predicted_upper",
    "standardised_residual",
)


def quiet_measurement(prediction: xr.DataTree) -> xr.DataTree:
    """A simulated history as a potentiostat without noise records it."""
    from alkanode.virtual import Noise, PotentiostatSettings, measure_history

    quiet = PotentiostatSettings(noise=Noise(**{one.name: 0.0 for one in fields(Noise)}))
    return measure_history(prediction, seed=0, settings=quiet)


def _any(name: str, first: Numbers, second: Numbers) -> Estimate:
    return first.estimates.get(name) or second.estimates[name]


def _relative(name: str, intervals: Mapping[str, tuple[float, float]]) -> tuple[float, float] | None:
    """Relative interval of a number; capacities share that of their charge."""
    if name in intervals:
        return intervals[name]
    for word in ("areal_capacity_at_", "specific_capacity_at_"):
        if word in name:
            return intervals.get(name.replace(word, "charge_at_"))
    return None


def _row(
    name: str, measured: Estimate | None, predicted: Estimate | None, relative: tuple[float, float] | None
) -> dict[str, float]:
    row = dict.fromkeys(_NUMBERS, math.nan)
    for word, one in (("measured", measured), ("predicted", predicted)):
        if one is None or one.value is None:
            continue
        row[word] = float(one.value)
        ends = one.interval
        if word == "predicted" and not name.startswith(OWN_RESOLUTION):
            ends = None if relative is None else (one.value * relative[0], one.value * relative[1])
        if ends is not None:
            row[f"{word}_lower"], row[f"{word}_upper"] = sorted(float(end) for end in ends)
    row["standardised_residual"] = residual(row)
    return row


def residual(row: Mapping[str, float]) -> float:
    """Predicted less measured over the standard deviation of the difference.

    Each deviation comes from the side of an interval that faces the other number; from both sides where that side is empty,
    as that of a charge whose cut-off fell between two rows.
    """
    low, high = ("measured", "predicted") if row["measured"] <= row["predicted"] else ("predicted", "measured")
    scale = max(abs(row[low]), abs(row[high]))
    widths = [
        facing if facing > ROUNDING * scale else whole / 2
        for facing, whole in (
            (row[f"{low}_upper"] - row[low], row[f"{low}_upper"] - row[f"{low}_lower"]),
            (row[high] - row[f"{high}_lower"], row[f"{high}_upper"] - row[f"{high}_lower"]),
        )
        if math.isfinite(facing) and math.isfinite(whole)
    ]
    deviation = math.hypot(*widths) / NORMAL_95
    if deviation <= ROUNDING * scale or not math.isfinite(scale):
        return math.nan
    return (row["predicted"] - row["measured"]) / deviation


def _spectra_numbers(
    prediction: xr.DataTree,
    measurement: xr.DataTree,
    cell: Cell | None,
    circuit: str | Circuit | None,
    spectra: int,
    mine: Numbers,
    theirs: Numbers,
) -> dict[str, str]:
    """Add the parameters of a circuit at equal charges to both; what could not be done, with its reason."""
    if circuit is None or spectra == 0:
        return {}
    settings = circuit if isinstance(circuit, Circuit) else Circuit.of(circuit=circuit)
    try:
        pair = paired_spectra(prediction, measurement, most=spectra)
    except StudyError as reason:
        return {"circuit": str(reason)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        for numbers, record in zip((mine, theirs), pair, strict=True):
            found = circuit_part(record, cell, settings).estimates
            numbers.estimates |= {f"circuit.{name}": one for name, one in found.items()}
    return {}
