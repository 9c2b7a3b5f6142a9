"""The current at which an electrode fails in a staircase: an interval, never a point; and whether V follows I.

The last level that was held without failure and the first that was not bracket the critical current. Contact loss while
stripping gives a critical stripping current, failure while plating a critical plating current; neither is the critical
current density of a symmetric test, which is the smaller of two interfaces and counts shorts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.schema import check
from alkanode.electrochem.brackets import area_note, bracket
from alkanode.electrochem.failure_classes import BY_CHARGE, BY_CURRENT, of_classes
from alkanode.electrochem.staircases.current_levels import Level
from alkanode.foundation.sources import Estimate
from alkanode.numerics.model_choice import student

Floats = npt.NDArray[np.float64]

AFTER = "after a failure"
CUT_SHORT = "cut short"
VOLTAGE_LIMIT = "voltage limit"
CENSORED = (CUT_SHORT, AFTER, *BY_CHARGE)
"""Verdicts that are neither a pass nor a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRule:
    """When a level counts as failed, and V against I as a straight line.

    Attributes
    ----------
    complete_share
        A level is complete when it lasted this share of the median duration of its staircase, or passed this share of the
        median charge where the levels share their charge; 0.8.
    limit_growth, first_growth
        A level that was cut short or given up reached a voltage limit when the resistance at its end is ``limit_growth``
        times that of the best level before; 2. Where none was complete before, ``first_growth`` times its own start; 5,
        since charging alone doubles it.
    linear_share
        Largest deviation from a straight line over the range of voltages up to which V against I is linear; 0.05.
    """

    complete_share: float = 0.8
    limit_growth: float = 2.0
    first_growth: float = 5.0
    linear_share: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one level: name of the failure (or ``""``), whether it passed, first row that no longer counts."""

    failure: str
    passed: bool
    end_row: int


def judge_levels(
    levels: list[Level], failures: xr.Dataset, time: Floats, over: Floats, rule: LevelRule
) -> list[Verdict]:
    """Pass or failure of each level.

    Parameters
    ----------
    levels
        Of one or several staircases.
    failures
        Record of kind ``failures`` of the same cycling record.
    time
        (row,) s.
    over
        (row,) V - V_rest.
    rule
        Thresholds.
    """
    failures = of_classes(failures, (*BY_CURRENT, *BY_CHARGE))
    rows, names = failures["row"].to_numpy(), failures["failure"].to_numpy()
    verdicts: list[Verdict] = []
    for branch in sorted({level.branch for level in levels}):
        members = [level for level in levels if level.branch == branch]
        durations = np.array([time[level.rows[-1]] - time[level.rows[0]] for level in members])
        charges = durations * np.abs([level.current for level in members])
        same = durations if _spread(durations) <= _spread(charges) else charges
        complete = same >= rule.complete_share * np.median(same)
        failed = False
        held: list[float] = []
        for level, whole in zip(members, complete, strict=True):
            beyond = int(level.rows[-1]) + 1
            inside = np.flatnonzero((rows >= level.rows[0]) & (rows < beyond))
            start, end = _resistance(over, level)
            limit = rule.limit_growth * min(held) if held else rule.first_growth * start
            if failed:
                verdicts.append(Verdict(failure=AFTER, passed=False, end_row=int(level.rows[0])))
            elif inside.size:
                event = inside[np.argmin(rows[inside])]
                verdicts.append(Verdict(failure=str(names[event]), passed=False, end_row=int(rows[event])))
                failed = True
            elif (not whole or level.held) and end > limit:
                verdicts.append(Verdict(failure=VOLTAGE_LIMIT, passed=False, end_row=int(level.rows[-1])))
                failed = True
            elif not whole:
                verdicts.append(Verdict(failure=CUT_SHORT, passed=False, end_row=beyond))
            else:
                held.append(end)
                verdicts.append(Verdict(failure="", passed=True, end_row=beyond))
    return verdicts


def _spread(values: Floats) -> float:
    """Median deviation over the median: which of time and charge the program kept the same."""
    return float(np.median(np.abs(values - np.median(values))) / max(float(np.median(values)), 1e-300))


def _resistance(over: Floats, level: Level) -> tuple[float, float]:
    """|V - V_rest| / |I| at the start of a level (median of five samples) and in its last sample, where a limit is reached."""
    values = np.abs(over[level.rows]) / abs(level.current)
    values = values[np.isfinite(values)]
    if values.size == 0:
        return (np.inf, 0.0)
    return float(np.median(values[:5])), float(values[-1])


def linear_checks(
    current: Floats, over: Floats, branch: npt.NDArray[np.int64], usable: npt.NDArray[np.bool_], rule: LevelRule
) -> dict[str, object]:
    """Straight line of the steady overpotential against the current, per branch.

    Parameters
    ----------
    current, over
        (level,) A, and steady voltage against the rest before, V.
    branch
        (level,) number of the branch.
    usable
        (level,) levels that passed and were steady.
    rule
        Thresholds.
    """
    numbers = np.unique(branch)
    rows = []
    for number in numbers:
        here = (branch == number) & usable & np.isfinite(over)
        rows.append(_line(current[here], over[here]))
    table = np.array(rows, dtype=float)
    dim = ("staircase_branch",)
    return {
        "linear_resistance": (dim, table[:, 0], {"units": "ohm"}),
        "linear_resistance_interval": (("staircase_branch", "bound"), table[:, 1:3], {"units": "ohm"}),
        "linear_offset": (dim, table[:, 3], {"units": "V"}),
        "linear_residual": (dim, table[:, 4], {"units": "V"}),
        "linear_worst": (dim, table[:, 5], {"units": "1"}),
        "linear_levels": (dim, table[:, 6].astype(np.int64)),
        "linear": (dim, table[:, 5] <= rule.linear_share),
    }


def _line(current: Floats, over: Floats) -> tuple[float, ...]:
    count = current.size
    if np.unique(current).size < 3:
        return (*[float("nan")] * 6, count)
    design = np.stack([current, np.ones(count)], axis=1)
    (slope, offset), *_ = np.linalg.lstsq(design, over, rcond=None)
    residual = over - slope * current - offset
    variance = float(residual @ residual) / (count - 2)
    half = student(count, 2) * np.sqrt(variance / np.sum((current - current.mean()) ** 2))
    spread = float(np.ptp(over))
    worst = float(np.max(np.abs(residual))) / spread if spread > 0 else 0.0
    return (slope, slope - half, slope + half, offset, float(np.sqrt(np.mean(residual**2))), worst, count)


def staircase_estimates(levels: xr.Dataset, cell: Cell | None = None) -> dict[str, Estimate]:
    """Headline numbers of a staircase: critical currents and the resistance of the straight line.

    Parameters
    ----------
    levels
        What :func:`alkanode.electrochem.staircase` returned.
    cell
        Gives the area (m2) and its uncertainty, two of which widen an interval; they move both ends together.

    Returns
    -------
    dict
        ``critical_stripping_current`` and ``critical_plating_current`` for the directions that have a staircase: the
        middle of (last level passed, first level failed], which is the interval; current densities (A m-2) where the area
        is known, else currents (A). Without a failure the value is the last level passed and the interval is open above;
        when the first level failed, it begins at zero; ``None`` where a level failed below one that had passed.
        ``stripping_resistance``, ``plating_resistance`` (ohm): slope of steady voltage against current.
    """
    levels = check(levels, "staircase")
    found: dict[str, Estimate] = {}
    for direction, word in (("strip", "stripping"), ("plate", "plating")):
        here = levels.isel(level=np.flatnonzero(levels["direction"].to_numpy() == direction))
        if here.sizes["level"] == 0:
            continue
        found[f"critical_{word}_current"] = _critical(here, cell)
        branch = int(here["branch"].to_numpy()[0])
        if np.isfinite(float(levels["linear_resistance"][branch])):
            low, high = (float(end) for end in levels["linear_resistance_interval"][branch])
            found[f"{word}_resistance"] = Estimate(
                value=float(levels["linear_resistance"][branch]),
                unit="ohm",
                quantity="resistance",
                interval=(low, high),
                label="fitted: slope of the steady voltage over the current; interval: 95 %, scatter of the levels about the line",
            )
    return found


def _critical(here: xr.Dataset, cell: Cell | None) -> Estimate:
    """Critical current of the levels of one direction, over the area where that is known."""
    currents = np.abs(here["current"].to_numpy())
    passed, failure = here["passed"].to_numpy(), here["failure"].to_numpy().astype(str)
    failed = ~passed & ~np.isin(failure, CENSORED)
    low, high = float(currents[passed].max(initial=0.0)), float(currents[failed].min(initial=np.inf))
    basis = "measured, after the charge of the levels before"
    if cell is None or cell.effective_area is None:
        return bracket(low, high, unit="A", quantity="current", basis=basis)
    area, uncertainty = cell.effective_area, cell.effective_area_uncertainty or 0.0
    density = bracket(
        low, high, unit="A m-2", quantity="current_density", basis=basis, size=area, uncertainty=uncertainty
    )
    which = "nominal" if cell.final_area is None else "final"
    return replace(density, label=density.label + area_note(which, uncertainty / area))
