"""Levels of constant current with the rests after them, and whether they make a staircase.

A level is a run of rows with one current: the set-point where the current was controlled, else the measured current.
A rest, a hold of the voltage or another current ends it. A staircase climbs at least three levels in one direction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.ndimage import median_filter

from alkanode.data.charge import direct_current
from alkanode.data.control import by_voltage, demanded_current
from alkanode.data.steps import current_sign
from alkanode.foundation.errors import SchemaError

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

_SMOOTHED = 5  # rows of the running median of a measured current
_FEWEST_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level.

    Attributes
    ----------
    rows
        Row numbers.
    current
        A, as measured rows' or set-points' median; positive = oxidation at the working electrode.
    rest
        Row numbers of the rest that follows, sweeps at rest included; empty where none follows.
    branch
        Number of the staircase the level belongs to.
    held
        Whether a hold of the voltage follows: the current was given up.
    """

    rows: Rows
    current: float
    rest: Rows
    branch: int = 0
    held: bool = False


def find_levels(record: xr.Dataset, *, level_tolerance: float, measured_tolerance: float) -> list[Level]:
    """Levels of constant current in order of time.

    Parameters
    ----------
    record
        Cycling record.
    level_tolerance, measured_tolerance
        Share by which two set-points, or two measured currents, may differ and be one level.
    """
    sign = current_sign(record)
    controlled = ~by_voltage(record)
    flowing = np.flatnonzero((sign != 0) & controlled)
    if flowing.size == 0:
        return []
    value, known = _values(record)
    starts = np.concatenate([[True], np.diff(flowing) > 1]) | np.concatenate([[False], np.diff(sign[flowing]) != 0])
    pair = np.maximum(np.abs(value[flowing][1:]), np.abs(value[flowing][:-1]))
    same = np.where(known[flowing][1:] & known[flowing][:-1], level_tolerance, measured_tolerance)
    starts[1:] |= np.abs(np.diff(value[flowing])) > same * pair
    groups = np.split(flowing, np.flatnonzero(starts)[1:])
    merged: list[Rows] = []
    for group in groups:
        adjacent = bool(merged) and group[0] == merged[-1][-1] + 1
        together = adjacent and _alike(value, known, merged[-1], group, level_tolerance, measured_tolerance)
        if together:
            merged[-1] = np.concatenate([merged[-1], group])
        else:
            merged.append(group)
    kept = [rows for rows in merged if rows.size >= _FEWEST_ROWS or known[rows].all()]
    ends = [int(rows[0]) for rows in kept] + [sign.size]
    levels = []
    for rows, end in zip(kept, ends[1:], strict=True):
        after = np.arange(rows[-1] + 1, end)
        held = after.size > 0 and not controlled[after[0]]
        levels.append(
            Level(rows=rows, current=float(np.median(value[rows])), rest=after[(sign[after] == 0)], held=bool(held))
        )
    return levels


def staircases(levels: list[Level], *, least_levels: int, least_rise: float) -> list[Level]:
    """The levels that belong to staircases, numbered by branch.

    Parameters
    ----------
    levels
        Of :func:`find_levels`.
    least_levels
        Levels that must rise one after the other.
    least_rise
        Ratio of neighbouring currents that counts as a rise.

    Raises
    ------
    SchemaError
        Says why the levels are no staircase.
    """
    if not levels:
        raise SchemaError("a staircase needs levels of constant current", found="no controlled current in any row")
    signs = np.sign([level.current for level in levels])
    edges = np.flatnonzero(np.diff(signs)) + 1
    branches = [list(part) for part in np.split(np.arange(len(levels)), edges)]
    climbs = [_climb([abs(levels[index].current) for index in part], least_rise) for part in branches]
    chosen = [part for part, climb in zip(branches, climbs, strict=True) if climb >= least_levels]
    if not chosen:
        raise SchemaError(
            f"a staircase needs {least_levels} levels of rising current in one direction",
            found=_why_not(levels, branches, max(climbs)),
        )
    return [replace(levels[int(index)], branch=number) for number, part in enumerate(chosen) for index in part]


def _values(record: xr.Dataset) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(row,) the current that defines the level, and whether it is a set-point."""
    measured = np.nan_to_num(direct_current(record))
    measured = np.asarray(median_filter(measured, size=_SMOOTHED, mode="nearest"))
    demanded = demanded_current(record)
    known = np.isfinite(demanded)
    return np.where(known, demanded, measured), known


def _alike(
    value: Floats,
    known: npt.NDArray[np.bool_],
    first: Rows,
    second: Rows,
    level_tolerance: float,
    measured_tolerance: float,
) -> bool:
    a, b = abs(float(np.median(value[first]))), abs(float(np.median(value[second])))
    same = level_tolerance if known[first].all() and known[second].all() else measured_tolerance
    return value[first[0]] * value[second[0]] > 0 and abs(a - b) <= same * max(a, b)


def _climb(currents: list[float], least_rise: float) -> int:
    """Most levels that rise one after the other; repeats of a level neither count nor end the climb."""
    best = count = 1
    for before, after in pairwise(currents):
        if after > least_rise * before:
            count += 1
        elif before > least_rise * after:
            count = 1
        best = max(best, count)
    return best


def _why_not(levels: list[Level], branches: list[list[int]], climb: int) -> str:
    if len(levels) == 1:
        return "one level of constant current"
    if len(branches) > 1 and max(map(len, branches)) < 3:
        return f"{len(levels)} levels whose direction alternates, as in a symmetric test"
    return f"{len(levels)} levels, of which at most {climb} rise one after the other"
