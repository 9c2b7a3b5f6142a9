"""Instrument steps, half cycles, strip and plate.

Half cycle = maximal run of same-sign current. Rows without current between two runs of the same sign (a pause, an
impedance sweep at rest) do not split one. The sign comes from the set-point where the current is controlled, since a
measured current carries noise and offset; else from the measured current outside a dead band.
"""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DEAD_BAND = 0.02
"""Share of the largest current magnitude below which a measured current counts as none: above the noise and offset of
a potentiostat on a fixed range (8 % offset occurs on the set-point itself, not on zero), below any step of a test."""


def current_sign(record: RecordLike) -> Integers:
    """Direction of the current per row: +1 oxidation at the working electrode, -1 reduction, 0 none.

    Parameters
    ----------
    record
        Cycling record.

    Returns
    -------
    ndarray
        (row,) of -1, 0, 1. From ``current_setpoint`` where that is a number, else from ``current`` outside
        :data:`DEAD_BAND` of its largest magnitude. Rest, and impedance that is not under current control, is 0.
    """
    return _sign(check(record, "cycling"))


def _sign(record: xr.Dataset) -> Integers:
    """(row,) direction of the current of a checked record."""
    demanded = record["current_setpoint"].to_numpy() if "current_setpoint" in record.variables else None
    told = None if demanded is None else np.isfinite(demanded)
    if demanded is not None and told is not None and told.all():
        sign = np.sign(demanded).astype(np.int64)
    else:
        measured = np.nan_to_num(record["current"].to_numpy().astype(float), nan=0.0)
        size = np.abs(measured)
        sign = np.where(size > DEAD_BAND * np.max(size, initial=0.0), np.sign(measured), 0.0).astype(np.int64)
        if demanded is not None and told is not None:
            sign[told] = np.sign(demanded[told])
    if "control_mode" in record.variables:
        mode = record["control_mode"].to_numpy()
        still = (mode == 0) | (mode == 4)
        if "in_sweep" in record.variables:
            still |= record["in_sweep"].to_numpy() & (mode != 3)
        sign[still] = 0
    return np.asarray(sign, dtype=np.int64)


def half_cycle_edges(record: RecordLike) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Integers]:
    """Half cycles as one list of rows and the places where each begins: what vectorised sums need.

    Parameters
    ----------
    record
        Cycling record.

    Returns
    -------
    flowing
        Row numbers where current flows, in order.
    begins
        (half_cycle,) place in ``flowing`` of the first row of each half cycle.
    sign
        (half_cycle,) 1 or -1, as :func:`current_sign`.

    Warns
    -----
    DataQualityWarning
        As :func:`with_half_cycles`.
    """
    record = check(record, "cycling")
    sign = _sign(record)
    _doubt_signs(record, sign)
    return _edges(sign)


def _edges(sign: Integers) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Integers]:
    flowing = np.flatnonzero(sign)
    along = sign[flowing]
    begins = np.flatnonzero(np.concatenate([[flowing.size > 0], along[1:] != along[:-1]]))
    return flowing, begins, along[begins]


def with_half_cycles(record: RecordLike) -> xr.Dataset:
    """Number the half cycles of a record.

    Parameters
    ----------
    record
        Cycling record.

    Returns
    -------
    Dataset
        The record with ``half_cycle`` (row): 0, 1, 2, ... where current flows, -1 where none does. A pause between
        two runs of the same sign does not start a new half cycle.

    Warns
    -----
    DataQualityWarning
        When the measured current runs against its set-point: one of the two has the other sign convention.
    """
    record = check(record, "cycling")
    flowing, begins, _ = half_cycle_edges(record)
    number = np.full(record.sizes["row"], -1, dtype=np.int64)
    number[flowing] = np.repeat(np.arange(begins.size), np.diff(begins, append=flowing.size))
    return label(record.assign(half_cycle=("row", number)), "cycling")


def _doubt_signs(record: xr.Dataset, sign: Integers) -> None:
    along = record["current"].to_numpy() * sign
    if np.count_nonzero(along < 0) > np.count_nonzero(along > 0):
        warnings.warn(
            "the measured current runs against its set-point in most rows: one of them has the other sign convention; "
            "strip and plate follow the set-point, the charge does not",
            DataQualityWarning,
            stacklevel=4,
        )


def rows_by_half_cycle(number: Integers) -> list[npt.NDArray[np.intp]]:
    """Rows of each half cycle, in order.

    Parameters
    ----------
    number
        (row,) as :func:`with_half_cycles` numbers them.

    Returns
    -------
    list of ndarray
        Row numbers of half cycle 0, 1, 2, ...
    """
    flowing = np.flatnonzero(number >= 0)
    edges = np.flatnonzero(np.diff(number[flowing])) + 1
    return [rows for rows in np.split(flowing, edges) if rows.size]


def stripping_sign(cell: Cell | None) -> Literal[1, -1]:
    """Sign of the current that strips the cell's anode (+1 when no cell is given: the anode is the working electrode)."""
    return -1 if cell is not None and cell.anode_role == "counter" else 1


def half_cycle_table(record: RecordLike, cell: Cell | None = None) -> xr.Dataset:
    """One line per half cycle.

    Parameters
    ----------
    record
        Cycling record.
    cell
        Gives the role of the anode (strip or plate), the area and the mass; without it the anode is the working
        electrode and areal and specific capacities are NaN.

    Returns
    -------
    Dataset
        Dimension ``half_cycle``: ``first_row``, ``last_row``, ``start_time`` and ``duration`` (s), ``charge_passed``
        (C, magnitude), ``areal_capacity`` (C m-2), ``specific_capacity`` (C kg-1), ``mean_current`` (A),
        ``start_voltage``, ``end_voltage`` (V), ``direction`` (``"strip"`` or ``"plate"``).
    """
    record = check(record, "cycling")
    flowing, begins, sign = half_cycle_edges(record)
    time = record["time"].to_numpy().astype(float)
    voltage = record["voltage"].to_numpy().astype(float)
    current = record["current"].to_numpy().astype(float)
    charge, how = passed_charge(record)
    count = begins.size
    first = flowing[begins].astype(np.int64)
    last = flowing[np.append(begins, flowing.size)[1:] - 1].astype(np.int64)
    before = np.maximum(first - 1, 0)
    passed = np.abs(charge[last] - charge[before]) if count else np.zeros(0)
    area = np.nan if cell is None or cell.effective_area is None else cell.effective_area
    mass = np.nan if cell is None or cell.anode.mass is None else cell.anode.mass
    strip = sign == stripping_sign(cell)
    dim = ("half_cycle",)
    return xr.Dataset(
        {
            "first_row": (dim, first),
            "last_row": (dim, last),
            "start_time": (dim, time[first], {"units": "s"}),
            "duration": (dim, time[last] - time[first], {"units": "s"}),
            "charge_passed": (dim, passed, {"units": "C"}),
            "areal_capacity": (dim, passed / area, {"units": "C m-2"}),
            "specific_capacity": (dim, passed / mass, {"units": "C kg-1"}),
            "mean_current": (dim, _means(current[flowing], begins), {"units": "A"}),
            "start_voltage": (dim, voltage[first], {"units": "V"}),
            "end_voltage": (dim, voltage[last], {"units": "V"}),
            "direction": (dim, np.where(strip, "strip", "plate").astype("U5")),
        },
        attrs={"kind": "half_cycles", "charge_from": how},
    )


def _means(values: Floats, begins: npt.NDArray[np.intp]) -> Floats:
    """Mean of each group of values that begins at a place, blind to NaN; NaN where nothing is known."""
    if begins.size == 0:
        return np.zeros(0)
    known = np.isfinite(values)
    sums = np.add.reduceat(np.where(known, values, 0.0), begins)
    counts = np.add.reduceat(known.astype(np.int64), begins)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


def step_table(record: RecordLike) -> xr.Dataset:
    """One line per step of the instrument's program.

    A step begins where the instrument's step number changes; where the file has none, where the set-point changes by
    more than 2 % or the control mode changes; where it has neither, where the sign of the measured current changes.

    Parameters
    ----------
    record
        Cycling record.

    Returns
    -------
    Dataset
        Dimension ``step_index``: ``first_row``, ``last_row``, ``start_time``, ``duration`` (s), ``setpoint`` (A, NaN
        without one), ``mean_current`` (A), ``start_voltage``, ``end_voltage`` (V). ``attrs["boundaries_from"]`` says
        which rule was used.
    """
    record = check(record, "cycling")
    rows = record.sizes["row"]
    change, rule = _step_changes(record)
    first = np.flatnonzero(np.concatenate([[rows > 0], change])) if rows else np.zeros(0, dtype=np.int64)
    last = np.concatenate([first[1:] - 1, [rows - 1]]) if first.size else first
    time = record["time"].to_numpy().astype(float)
    voltage = record["voltage"].to_numpy().astype(float)
    current = record["current"].to_numpy().astype(float)
    demanded = (
        record["current_setpoint"].to_numpy() if "current_setpoint" in record.variables else np.full(rows, np.nan)
    )
    dim = ("step_index",)
    return xr.Dataset(
        {
            "first_row": (dim, first),
            "last_row": (dim, last),
            "start_time": (dim, time[first], {"units": "s"}),
            "duration": (dim, time[last] - time[first], {"units": "s"}),
            "setpoint": (dim, _means(demanded.astype(float), first), {"units": "A"}),
            "mean_current": (dim, _means(current, first), {"units": "A"}),
            "start_voltage": (dim, voltage[first], {"units": "V"}),
            "end_voltage": (dim, voltage[last], {"units": "V"}),
        },
        attrs={"kind": "steps", "boundaries_from": rule},
    )


def _step_changes(record: xr.Dataset) -> tuple[npt.NDArray[np.bool_], str]:
    """(row - 1,) true where a step begins, and the rule that said so."""
    if "step" in record.variables and (record["step"].to_numpy() >= 0).any():
        return np.diff(record["step"].to_numpy()) != 0, "the instrument's step numbers"
    if "current_setpoint" in record.variables and np.isfinite(record["current_setpoint"].to_numpy()).any():
        demanded = np.nan_to_num(record["current_setpoint"].to_numpy().astype(float), nan=0.0)
        scale = np.maximum(np.abs(demanded[1:]), np.abs(demanded[:-1]))
        change = np.abs(np.diff(demanded)) > 0.02 * scale
        if "control_mode" in record.variables:
            change |= np.diff(record["control_mode"].to_numpy()) != 0
        return change, "changes of the set-point"
    return np.diff(current_sign(record)) != 0, "changes of the sign of the measured current"
