"""The shape of each half cycle: nucleation spike, plateaus, ramps, arches.

A sodium electrode in a liquid electrolyte shows a spike, then a lower plateau while metal leaves dendrites and a higher
one while it leaves the bulk; a Na-K electrode a spike and a ramp; other cells an arch. The shape is a description of the
trace, chosen among a few simple ones; what it means for the electrode is for the reader to argue.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.control import by_voltage
from alkanode.data.schema import RecordLike, check, label
from alkanode.data.steps import current_sign, rows_by_half_cycle, stripping_sign, with_half_cycles
from alkanode.electrochem.failure_classes import LASTING, of_classes
from alkanode.electrochem.profiles.half_cycle_shape import ProfileRule, Shape, half_cycle_shape
from alkanode.electrochem.profiles.models import MODELS
from alkanode.electrochem.resting_voltage import voltage_before
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.sources import source

__all__ = ["ProfileRule", "profile_shape"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


@source("Wood2017")
def profile_shape(
    record: RecordLike,
    cell: Cell | None = None,
    *,
    failures: xr.Dataset | None = None,
    interfaces: int = 1,
    rule: ProfileRule | None = None,
) -> xr.Dataset:
    """Shape of the voltage trace of each half cycle.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``current`` (A) and ``voltage`` (V).
    cell
        Gives the role of the anode (strip or plate) and the area (m2). Without it the anode is the working electrode and
        areal numbers are NaN.
    failures
        What :func:`alkanode.electrochem.find_failures` returned for this record; rows from a short, a loss of contact or a
        depletion on are left out.
    interfaces
        Equal interfaces that share the overpotential. Default 1: the whole cell. 2 halves it, for a symmetric cell of
        which both electrodes polarise alike; plating and stripping seldom do.
    rule
        Thresholds; default :class:`ProfileRule`.

    Returns
    -------
    Dataset
        Kind ``profile_shape``, dimension ``half_cycle`` (``bound``: lower, upper of 95 % intervals). ``shape``:
        ``plateau``, ``ramp``, ``bent ramp``, ``falling ramp``, ``two plateaus``, ``step down``, ``ramp with a step``,
        ``arch``, ``valley`` or ``cannot say`` with the ``reason``; ``model`` and ``criterion`` (half_cycle, model);
        ``eta_1``, ``eta_2`` (V: first and second plateau, or begin and end of what was fitted; ``eta_2`` is NaN for one
        plateau); ``slope`` (V C-1) and ``areal_slope`` (V m2 C-1) of a straight line; ``transition_charge`` (middle; ``transition_width`` is 0 for a sudden one),
        ``vertex_charge`` (C since the half cycle began), ``vertex_overpotential`` (V); ``spike`` (V over the model),
        whose value there is ``spike_base`` (V), ``spike_charge`` (C),
        ``path_charge`` and ``path_overpotential`` (half_cycle, path): the fitted shape from the end of the spike window to the last
        sample that was used; ``spike_time`` (s), ``spike_seen``, ``spike_coarse``; ``residual_rms`` (V), ``points``, ``effective_points``,
        ``rest_voltage`` (V, taken off), ``current`` (A), ``current_density`` (A m-2), ``charge_passed`` (C),
        ``areal_capacity`` (C m-2), ``start_time`` (s), ``direction``, ``first`` (the first half cycle, which often
        differs).

    Raises
    ------
    SchemaError
        When no current flows in the record, or ``failures`` is of another kind.
    PhysicsError
        When ``interfaces`` is less than 1 or a threshold is no share.

    Warns
    -----
    DataQualityWarning
        When the spike window of half cycles holds fewer than ``least_spike_samples`` samples.

    Notes
    -----
    Overpotential: eta = s (U - U_rest) / interfaces with the sign s of the current and the voltage of the rest before, where
    that lies farther from 0 than ``least_rest``.
    Rows of pauses, of sweeps and under voltage control are left out; the charge of a pause does not move. Samples are
    weighted by the charge they stand for, so that a denser recording does not change the shape. Intervals count
    correlated residuals as the fewer samples that they are worth (:mod:`alkanode.numerics.model_choice`).

    References
    ----------
    :cite:`Wood2017`
    """
    record = check(record, "cycling")
    rule = rule or ProfileRule()
    if interfaces < 1:
        raise PhysicsError("an overpotential is shared by one interface or more", found=repr(interfaces))
    numbered = with_half_cycles(record)
    number = numbered["half_cycle"].to_numpy()
    groups = rows_by_half_cycle(number)
    if not groups:
        raise SchemaError("profile_shape needs a record in which current flows", found="no current in any row")
    time = record["time"].to_numpy().astype(float)
    voltage = record["voltage"].to_numpy().astype(float)
    current = record["current"].to_numpy().astype(float)
    sign = current_sign(record)
    charge, how = passed_charge(record)
    usable = np.isfinite(voltage) & _wanted(record, rule.with_sweeps)
    rest = voltage_before(record, np.array([rows[0] for rows in groups]))
    rest = np.where(np.abs(rest) < rule.least_rest, 0.0, rest)
    ends = _failed_from(failures, groups)
    shapes: list[Shape] = []
    passed = np.zeros(len(groups))
    for index, (rows, end) in enumerate(zip(groups, ends, strict=True)):
        begin = max(int(rows[0]) - 1, 0)
        along = np.abs(charge[rows] - charge[begin])
        passed[index] = along[-1]
        kept = usable[rows] & (rows < end)
        over = sign[rows[0]] * (voltage[rows] - rest[index]) / interfaces
        clock = time[rows] - time[rows[0]]
        before = along[rows < end]
        reach = float(before[-1]) if before.size else 0.0
        shapes.append(half_cycle_shape(along[kept], over[kept], clock[kept], reach, rule))
    coarse = sum(shape.spike.coarse for shape in shapes)
    if coarse:
        warnings.warn(
            f"the first {100 * rule.spike_share:g} % of the charge holds fewer than {rule.least_spike_samples} samples in "
            f"{coarse} of {len(shapes)} half cycles: a nucleation spike may have been missed there",
            DataQualityWarning,
            stacklevel=3,
        )
    direction = np.where(sign[[rows[0] for rows in groups]] == stripping_sign(cell), "strip", "plate")
    area = cell.effective_area if cell is not None and cell.effective_area is not None else np.nan
    first = np.array([rows[0] for rows in groups])
    dim = ("half_cycle",)
    result = xr.Dataset(
        {
            **_fields(shapes, passed, area),
            "first_row": (dim, first),
            "last_row": (dim, np.array([rows[-1] for rows in groups])),
            "start_time": (dim, time[first], {"units": "s"}),
            "direction": (dim, direction.astype(np.str_)),
            "first": (dim, np.arange(len(groups)) == 0),
            "current": (dim, np.array([_mean(current[rows]) for rows in groups])),
            "current_density": (dim, np.array([_mean(current[rows]) for rows in groups]) / area),
            "charge_passed": (dim, passed, {"units": "C"}),
            "areal_capacity": (dim, passed / area),
            "rest_voltage": (dim, rest, {"units": "V"}),
        },
        coords={"bound": ["lower", "upper"], "model": list(MODELS)},
        attrs={"rule": str(rule), "interfaces": interfaces, "charge_from": how},
    )
    return label(result, "profile_shape")


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _wanted(record: xr.Dataset, with_sweeps: bool) -> npt.NDArray[np.bool_]:
    """(row,) true for rows under current control; those of sweeps only on demand."""
    wanted = ~by_voltage(record)
    if "in_sweep" in record.variables and not with_sweeps:
        wanted &= ~record["in_sweep"].to_numpy()
    return wanted


def _failed_from(failures: xr.Dataset | None, groups: list[Rows]) -> list[int]:
    """First row of a failure in each half cycle; beyond its last row where there is none."""
    if failures is None:
        return [int(rows[-1]) + 1 for rows in groups]
    events = np.sort(of_classes(check(failures, "failures"), LASTING)["row"].to_numpy())
    found = []
    for rows in groups:
        inside = events[(events >= rows[0]) & (events <= rows[-1])]
        found.append(int(inside[0]) if inside.size else int(rows[-1]) + 1)
    return found


def _fields(shapes: list[Shape], passed: Floats, area: float) -> dict[str, object]:
    """Columns of the result."""
    dim, pair = ("half_cycle",), ("half_cycle", "bound")
    volt, coulomb = {"units": "V"}, {"units": "C"}

    def numbers(name: str) -> Floats:
        return np.array([getattr(shape, name) for shape in shapes], dtype=float)

    def spikes(name: str) -> list[object]:
        return [getattr(shape.spike, name) for shape in shapes]

    slope, slope_interval = numbers("slope"), numbers("slope_interval")
    eta, etas = numbers("eta"), numbers("eta_intervals")
    return {
        "shape": (dim, np.array([shape.shape for shape in shapes], dtype=np.str_)),
        "reason": (dim, np.array([shape.reason for shape in shapes], dtype=np.str_)),
        "chosen_model": (dim, np.array([shape.model for shape in shapes], dtype=np.str_)),
        "criterion": (("half_cycle", "model"), numbers("criterion"), {"units": "1"}),
        "points": (dim, np.array([shape.points for shape in shapes], dtype=np.int64)),
        "effective_points": (dim, numbers("effective"), {"units": "1"}),
        "eta_1": (dim, eta[:, 0], volt),
        "eta_2": (dim, eta[:, 1], volt),
        "eta_1_interval": (pair, etas[:, 0], volt),
        "eta_2_interval": (pair, etas[:, 1], volt),
        "slope": (dim, slope, {"units": "V C-1"}),
        "slope_interval": (pair, slope_interval, {"units": "V C-1"}),
        "areal_slope": (dim, slope * area, {"units": "V m2 C-1"}),
        "transition_charge": (dim, numbers("transition"), coulomb),
        "transition_interval": (pair, numbers("transition_interval"), coulomb),
        "transition_width": (dim, numbers("transition_width"), coulomb),
        "transition_share": (dim, numbers("transition") / np.where(passed > 0, passed, np.nan), {"units": "1"}),
        "vertex_charge": (dim, numbers("vertex"), coulomb),
        "vertex_interval": (pair, numbers("vertex_interval"), coulomb),
        "vertex_overpotential": (dim, numbers("vertex_eta"), volt),
        "spike_base": (dim, numbers("spike_base"), volt),
        "path_charge": (("half_cycle", "path"), np.array([shape.path[0] for shape in shapes]), coulomb),
        "path_overpotential": (("half_cycle", "path"), np.array([shape.path[1] for shape in shapes]), volt),
        "residual_rms": (dim, numbers("residual"), volt),
        "spike": (dim, np.array(spikes("height"), dtype=float), volt),
        "spike_interval": (pair, np.array(spikes("interval"), dtype=float), volt),
        "spike_charge": (dim, np.array(spikes("charge"), dtype=float), coulomb),
        "spike_time": (dim, np.array(spikes("time"), dtype=float), {"units": "s"}),
        "spike_seen": (dim, np.array(spikes("seen"), dtype=bool)),
        "spike_coarse": (dim, np.array(spikes("coarse"), dtype=bool)),
    }
