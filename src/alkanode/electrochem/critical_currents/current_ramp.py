"""Is a record a ramp of currents? Its half cycles, each with its level, or the reason why it is none.

A ramp passes the same charge (or the same time) back and forth at a current that rises from level to level. A staircase
without return, cycling at one current and a voltammogram are none, and are told so.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import direct_current, passed_charge
from alkanode.data.control import by_voltage, demanded_current, held_current
from alkanode.data.schema import RecordLike, check
from alkanode.data.steps import rows_by_half_cycle, stripping_sign, with_half_cycles
from alkanode.electrochem.hidden_shorts import deviation
from alkanode.electrochem.resting_voltage import voltage_before
from alkanode.foundation.errors import DataQualityWarning

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RampRule:
    """What counts as a ramp.

    Attributes
    ----------
    level_tolerance
        Two demanded currents within this share are one level; 0.02, less than the increment of any ramp.
    measured_tolerance
        The same for measured currents, where the file has no set-point; 0.1, above their noise and offset.
    spread
        Largest robust spread of a measured current over its median within a half cycle; 0.2: beyond, no current was held.
    least_levels
        Fewest levels; 2. A ramp that was stopped within its first level looks like cycling at one current: whoever
        knows better says 1.
    least_levels_of_part
        Fewest levels of the rising part of a record whose current also falls (formation before, recovery after); 3.
    most_half_cycles
        Most half cycles per level; 40. More is cycling, whose failures are those of ageing.
    """

    level_tolerance: float = 0.02
    measured_tolerance: float = 0.1
    spread: float = 0.2
    least_levels: int = 2
    least_levels_of_part: int = 3
    most_half_cycles: int = 40


def current_ramp(record: RecordLike, cell: Cell | None = None, *, rule: RampRule | None = None) -> xr.Dataset:
    r"""Half cycles of a record with the level of each, and whether they make a ramp.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``current`` (A), ``voltage`` (V); ``current_setpoint`` (A) where there is one.
    cell
        Gives the role of the anode; without it the anode is the working electrode.
    rule
        Thresholds; default :class:`RampRule`.

    Returns
    -------
    Dataset
        Dimension ``half_cycle``: ``level`` (0, 1, ...; -1 outside the ramp), ``current`` (A, positive, median),
        ``direction`` (``"strip"`` or ``"plate"`` of the anode), ``first_row``, ``last_row``, ``start_time``, ``duration``
        (s), ``charge_passed`` (C), ``end_voltage`` (V), ``largest_voltage`` (V, magnitude), ``resistance`` (ohm, median of
        \|V - V_rest\| / \|I\|). A half cycle in which the current changes counts as several. ``attrs``: ``is_ramp``; ``reason``, why it is
        none; ``ramped``, which direction rises (``"both"``, ``"strip"``, ``"plate"``); ``left_out``; ``levels_from``.

    Raises
    ------
    SchemaError
        For a record of another kind.

    Warns
    -----
    DataQualityWarning
        When half cycles before or after the rising part are left out.

    Notes
    -----
    A pause or a sweep at rest between two runs of the same sign does not split a half cycle. Half cycles under voltage
    control are left out. Where one direction rises and the other has one current, the rising one makes the levels.
    """
    record = check(record, "cycling")
    rule = rule or RampRule()
    pieces, source = _pieces(record, rule)
    table = _table(record, cell, pieces)
    tolerance = rule.level_tolerance if source == "set-point" else rule.measured_tolerance
    level, ramped, reason, left_out = _levels(table, tolerance, rule)
    if not pieces:
        reason = "no half cycle under current control"
    unsteady = _unsteady(record, pieces, rule) if source != "set-point" and not reason else ""
    if left_out and not unsteady and not reason:
        warnings.warn(left_out, DataQualityWarning, stacklevel=2)
    return table.assign(level=("half_cycle", level)).assign_attrs(
        is_ramp=int(not (reason or unsteady)),
        reason=reason or unsteady,
        ramped=ramped,
        left_out=left_out,
        levels_from=source,
        rule=str(rule),
    )


def _pieces(record: xr.Dataset, rule: RampRule) -> tuple[list[npt.NDArray[np.intp]], str]:
    """Rows of each half cycle under current control, split where the current changes, and what said so."""
    number = with_half_cycles(record)["half_cycle"].to_numpy()
    demanded, free = demanded_current(record), ~by_voltage(record)
    flowing = [rows[free[rows]] for rows in rows_by_half_cycle(number)]
    flowing = [rows for rows in flowing if rows.size]
    stated = all(np.isfinite(demanded[rows]).all() for rows in flowing)
    pieces: list[npt.NDArray[np.intp]] = []
    for rows in flowing:
        if stated:
            size = np.abs(demanded[rows])
            cuts = np.flatnonzero(np.abs(np.diff(size)) > rule.level_tolerance * np.maximum(size[1:], size[:-1])) + 1
        else:
            cuts = _step_cuts(record, rows, rule)
        pieces += [piece for piece in np.split(rows, cuts) if piece.size]
    return pieces, "set-point" if stated else "measured current"


def _step_cuts(record: xr.Dataset, rows: npt.NDArray[np.intp], rule: RampRule) -> npt.NDArray[np.intp]:
    """Where the instrument's step changes and the measured current with it."""
    none = np.zeros(0, dtype=np.intp)
    if "step" not in record.variables:
        return none
    cuts = np.flatnonzero(np.diff(record["step"].to_numpy()[rows])) + 1
    parts = [part[np.isfinite(part)] for part in np.split(direct_current(record)[rows], cuts)]
    sizes = np.array([abs(float(np.median(part))) if part.size else np.nan for part in parts])
    moved = np.abs(np.diff(sizes)) > rule.measured_tolerance * np.maximum(sizes[1:], sizes[:-1])
    return np.asarray(cuts[moved], dtype=np.intp)


def _table(record: xr.Dataset, cell: Cell | None, pieces: list[npt.NDArray[np.intp]]) -> xr.Dataset:
    """One line per half cycle (or part of one with one current)."""
    time = record["time"].to_numpy().astype(float)
    voltage = record["voltage"].to_numpy().astype(float)
    current = held_current(record)
    charge, how = passed_charge(record)
    first = np.array([rows[0] for rows in pieces], dtype=np.int64)
    last = np.array([rows[-1] for rows in pieces], dtype=np.int64)
    middle = np.array([_median(current[rows]) for rows in pieces], dtype=float)
    before = np.maximum(first - 1, 0)
    resting = voltage_before(record, first)
    with np.errstate(divide="ignore", invalid="ignore"):
        ohm = np.array(
            [
                _median(np.abs((voltage[rows] - rest) / current[rows]))
                for rows, rest in zip(pieces, resting, strict=True)
            ],
            dtype=float,
        )
    top = np.array([np.max(np.abs(voltage[rows]), initial=0.0, where=np.isfinite(voltage[rows])) for rows in pieces])
    dim = ("half_cycle",)
    strip = np.sign(middle) == stripping_sign(cell)
    return xr.Dataset(
        {
            "current": (dim, np.abs(middle), {"units": "A"}),
            "direction": (dim, np.where(strip, "strip", "plate").astype("U5")),
            "first_row": (dim, first),
            "last_row": (dim, last),
            "start_time": (dim, time[first], {"units": "s"}),
            "duration": (dim, np.array([_flowing_time(time, rows) for rows in pieces], dtype=float), {"units": "s"}),
            "charge_passed": (dim, np.abs(charge[last] - charge[before]), {"units": "C"}),
            "end_voltage": (dim, voltage[last], {"units": "V"}),
            "largest_voltage": (dim, top.astype(float), {"units": "V"}),
            "resistance": (dim, ohm, {"units": "ohm"}),
        },
        attrs={"kind": "current_ramp", "charge_from": how},
    )


def _flowing_time(time: Floats, rows: npt.NDArray[np.intp]) -> float:
    """Time (s) over which current flowed: pauses inside and before a half cycle do not count."""
    steps = time[rows] - time[np.maximum(rows - 1, 0)]
    usual = float(np.median(steps))
    inner = np.concatenate([[False], np.diff(rows) == 1])
    return float(np.sum(np.where(inner, steps, np.minimum(steps, usual))))


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _unsteady(record: xr.Dataset, pieces: list[npt.NDArray[np.intp]], rule: RampRule) -> str:
    """Why measured currents give no levels: they were not held."""
    current = np.abs(direct_current(record))
    for index, rows in enumerate(pieces):
        known = current[rows][np.isfinite(current[rows])]
        if known.size and deviation(known) > rule.spread * np.median(known):
            return f"the current is not held in half cycle {index}, and the file has no set-point"
    return ""


def _levels(table: xr.Dataset, tolerance: float, rule: RampRule) -> tuple[Integers, str, str, str]:
    """(half_cycle,) level, which direction rises, why it is no ramp, and what is left out."""
    size = table["current"].to_numpy()
    strip = table["direction"].to_numpy() == "strip"
    outside = np.full(size.size, -1, dtype=np.int64)
    if size.size == 0:
        return outside, "", "no half cycle under current control", ""
    if strip.all() or not strip.any():
        return outside, "", "current flows in one direction only: a staircase without return, or a single run", ""
    both, begin, end = _rising(size, tolerance)
    if end - begin == size.size:
        return _accepted(both, "both", size, rule)
    for name, chosen in (("strip", strip), ("plate", ~strip)):
        groups, start, stop = _rising(size[chosen], tolerance)
        if stop - start == chosen.sum() and groups.max() > 0:
            other = _rising(size[~chosen], tolerance)[0]
            at = np.searchsorted(np.flatnonzero(chosen), np.arange(size.size), side="right") - 1
            level = np.where(at >= 0, groups[np.maximum(at, 0)], -1)
            return _accepted(level, "both" if other.max() > 0 else name, size[chosen], rule)
    part = np.full(size.size, -1, dtype=np.int64)
    part[begin:end] = np.unique(both[begin:end], return_inverse=True)[1]
    if part.max() + 1 < rule.least_levels_of_part:
        falls = int(np.flatnonzero(np.diff(both) < 0)[0]) + 1 if (np.diff(both) < 0).any() else end
        return outside, "", f"the current does not rise from level to level: it falls at half cycle {falls}", ""
    told = (
        f"the current rises over half cycles {begin} to {end - 1} of {size.size} only; the others, before or after a fall "
        "of the current, are left out of the ramp"
    )
    level, ramped, reason, _ = _accepted(part, "both", size[begin:end], rule)
    return level, ramped, reason, told


def _accepted(level: Integers, ramped: str, size: Floats, rule: RampRule) -> tuple[Integers, str, str, str]:
    """The levels, unless they are too few or too long."""
    count = int(level.max()) + 1
    if count < rule.least_levels:
        amount = f"{count} level" + ("" if count == 1 else "s")
        return level, ramped, f"{amount} only, at {1e3 * size[0]:.4g} mA: cycling at constant current", ""
    most = int(np.bincount(level[level >= 0]).max())
    if most > rule.most_half_cycles:
        return level, ramped, f"{most} half cycles at one level: cycling, in which cells also fail by ageing", ""
    return level, ramped, "", ""


def _rising(size: Floats, tolerance: float) -> tuple[Integers, int, int]:
    """Level of each current (rank among the distinct ones), and the ends of the longest part in which it never falls.

    Currents that agree within the tolerance with the smallest of their level are one level.
    """
    order = np.argsort(size)
    rank = np.zeros(size.size, dtype=np.int64)
    base, number = size[order[0]], 0
    for place in order:
        if size[place] > base * (1 + tolerance):
            base, number = size[place], number + 1
        rank[place] = number
    falls = np.flatnonzero(np.diff(rank) < 0) + 1
    edges = np.concatenate([[0], falls, [size.size]])
    levels = [np.unique(rank[a:b]).size for a, b in pairwise(edges)]
    best = int(np.argmax(levels))
    return rank, int(edges[best]), int(edges[best + 1])
