"""What a control cell takes off: the resistance of an interface as a difference of two cells.

A control cell holds everything but the interface in question. The difference carries the variance of both cells, and a
small difference of large resistances says so by itself: its interval reaches zero.
"""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.sources import add_sources
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.impedance.circuits.process_resistance import resistance_record
from alkanode.impedance.validity.findings import name_spectra
from alkanode.numerics.quantiles import NORMAL_95

Floats = npt.NDArray[np.float64]


def subtract_control(
    cell: RecordLike,
    control: RecordLike,
    *,
    pairing: Literal["mean", "each"] = "mean",
    area: QuantityLike | None = None,
    control_area: QuantityLike | None = None,
    thickness: QuantityLike | None = None,
    control_thickness: QuantityLike | None = None,
    scale: bool = False,
    tolerance: float = 0.01,
) -> xr.Dataset:
    """Resistance of a cell minus that of a control cell, with the variance of both.

    Parameters
    ----------
    cell, control
        Records of kind ``process_resistance`` (:func:`process_resistance`), for example all resistances but the series
        resistance of both cells.
    pairing
        ``"mean"`` (default): the mean of all spectra of the control is taken off each spectrum of the cell; its variance
        is that of the mean or that which the control's own scatter gives, whichever is larger. ``"each"``: spectrum by
        spectrum, for two cells measured at the same moments.
    area, control_area
        Electrode areas (m2, or text). Resistances of cells of different area are not subtracted unless ``scale`` is set.
    thickness, control_thickness
        Thickness of the electrolyte (m, or text), where its resistance is part of what is subtracted.
    scale
        Scale the control to the cell: times its area over that of the cell, times the thickness of the cell over its own.
        Only right where all of the resistance scales so: an interface scales with area alone, so give no thickness then.
    tolerance
        Relative difference of areas or thicknesses that counts as none; 0.01, about what a punch and a gauge give.

    Returns
    -------
    Dataset
        Kind ``process_resistance``: ``resistance`` (ohm) of the difference, ``standard_deviation``, ``lower_95``,
        ``upper_95`` (ohm, normal: a difference may be negative), and beside them ``cell_resistance`` and
        ``control_resistance`` (ohm), whose sizes tell how small a difference of how large numbers it is.

    Raises
    ------
    SchemaError
        For records of another kind, a control without any resistance, or ``"each"`` with different numbers of spectra.
    PhysicsError
        When areas or thicknesses differ (or only one of a pair is known) and ``scale`` is not set.

    Warns
    -----
    DataQualityWarning
        Where the difference is not told apart from zero at 95 %.

    Notes
    -----
    ``R = R_cell - k R_control`` and ``var R = var R_cell + k^2 var R_control``: two cells are fitted apart and share no
    error. The variance of a sum of parameters of one fit includes their covariance (:func:`process_resistance`).
    """
    cell, control = check(cell, "process_resistance"), check(control, "process_resistance")
    if pairing not in ("mean", "each"):
        raise SchemaError("pairing is 'mean' or 'each'", found=repr(pairing))
    sizes = [None if value is None else to_si(value, "area") for value in (area, control_area)]
    depths = [None if value is None else to_si(value, "thickness") for value in (thickness, control_thickness)]
    factor = _factor("areas", sizes[1], sizes[0], scale, tolerance)
    factor *= _factor("thicknesses", depths[0], depths[1], scale, tolerance)
    taken, spread = _control(control, cell.sizes["spectrum"], pairing)
    whole = cell["resistance"].to_numpy()
    resistance = whole - factor * taken
    deviation = np.hypot(cell["standard_deviation"].to_numpy(), factor * spread)
    record = resistance_record(
        cell, resistance, deviation, resistance - NORMAL_95 * deviation, resistance + NORMAL_95 * deviation
    )
    record["cell_resistance"] = ("spectrum", whole, {"units": "ohm"})
    record["control_resistance"] = ("spectrum", np.broadcast_to(factor * taken, whole.shape), {"units": "ohm"})
    record.attrs.update(
        process=f"{cell.attrs.get('process', 'cell')} minus {control.attrs.get('process', 'control')} of the control",
        pairing=pairing,
        control_factor=factor,
        control_spectra=control.sizes["spectrum"],
    )
    add_sources(record, str(control.attrs.get("sources", "")).split())
    lost = np.flatnonzero(np.abs(resistance) < NORMAL_95 * deviation)
    if lost.size:
        message = f"{name_spectra(lost.tolist())} of {whole.size}: the difference to the control cell is not told apart from zero"
        warnings.warn(message, DataQualityWarning, stacklevel=2)
    return label(record, "process_resistance")


def _factor(what: str, above: float | None, below: float | None, scale: bool, tolerance: float) -> float:
    """What the control is multiplied by; 1 where both are equal or neither is known."""
    if above is None and below is None:
        return 1.0
    if above is None or below is None:
        raise PhysicsError(f"the {what} of both cells are needed, or none", found="one of them")
    if not (above > 0 and below > 0):
        raise PhysicsError(f"the {what} must be positive", found=f"{above:g} and {below:g}")
    if scale:
        return above / below
    if abs(above / below - 1) > tolerance:
        raise PhysicsError(
            f"resistances of cells with different {what} are not subtracted",
            found=f"a ratio of {above / below:.4g}",
            todo="Set scale=True where all of the resistance scales so, or use a control of the same size",
        )
    return 1.0


def _control(control: xr.Dataset, count: int, pairing: str) -> tuple[Floats, Floats]:
    """Resistance of the control and its standard deviation, for each spectrum of the cell."""
    resistance, deviation = control["resistance"].to_numpy(), control["standard_deviation"].to_numpy()
    if pairing == "each":
        if resistance.size != count:
            raise SchemaError(
                "pairing spectrum by spectrum needs as many spectra of the control as of the cell",
                found=f"{resistance.size} and {count}",
                todo="Use pairing='mean'",
            )
        return resistance, deviation
    known = np.isfinite(resistance) & np.isfinite(deviation)
    n = int(known.sum())
    if n == 0:
        raise SchemaError("the control needs a resistance with its standard deviation", found="none")
    values = resistance[known]
    within = float(np.sqrt((deviation[known] ** 2).sum()) / n)
    between = float(values.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    return np.full(count, values.mean()), np.full(count, max(within, between))
