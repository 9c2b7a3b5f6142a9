"""Differential capacity dQ/dU of each charge and discharge, on one grid of voltages.

The charge passed below each voltage is a monotonic function of it, also on a plateau with noise: no point is dropped to make it so,
and its slope, a Savitzky-Golay filter of stored width, holds the charge. Stretches in which the voltage runs backward by
more than its noise (after a pause) and holds at constant voltage are left out, and how much is said.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check, label
from alkanode.electrochem.full_cells.charge_and_discharge import CellVoltageRule, half_cycles
from alkanode.electrochem.full_cells.cycles import CycleRule, full_cell
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import source
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.numerics.robust_line import scatter

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BRANCHES = ("charge", "discharge")


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentialRule:
    """Widths of the differentiation; each default in units of what the record can tell.

    Attributes
    ----------
    least_width
        V; narrowest window, 0.005: a fifth of RT/F, below which no equilibrium peak of one electron is.
    noise_widths
        The window is at least this many standard deviations of the voltage wide, 10: a plateau smeared by noise then still lies
        inside one window.
    sample_widths
        ... and this many of the usual distance of samples, 5.
    points_per_window
        Points of the grid in one window, 10.
    backward
        Standard deviations of the voltage by which it may run backward, 5, but always one window: nearer charge is smeared anyway.
    most_points
        Largest number of points of the grid, 20 000.
    """

    least_width: float = 0.005
    noise_widths: float = 10.0
    sample_widths: float = 5.0
    points_per_window: int = 10
    backward: float = 5.0
    most_points: int = 20_000


@source("SavitzkyGolay1964")
def differential_capacity(
    record: RecordLike,
    cell: Cell | None = None,
    *,
    width: QuantityLike | None = None,
    cycles: xr.Dataset | None = None,
    rule: DifferentialRule | None = None,
    cycle_rule: CycleRule | None = None,
    voltages: CellVoltageRule | None = None,
) -> xr.Dataset:
    """Differentiate the charge of every half cycle by the voltage.

    Parameters
    ----------
    record
        Cycling record of a full cell or a half cell.
    cell
        Gives the role of the metal.
    width
        V, or text: window of the filter. Default from the noise and the sampling of the voltage (see
        :class:`DifferentialRule`), the widest that any half cycle of a complete cycle needs, so that all are smoothed alike.
    cycles
        The ``full_cell_cycles`` record of it, to spare its repetition.
    rule, cycle_rule, voltages
        Thresholds; stored in ``attrs``.

    Returns
    -------
    Dataset
        Kind ``differential_capacity``: coordinates ``branch`` (``"charge"``, ``"discharge"``), ``cycle`` and ``voltage`` (V,
        uniform; magnitudes where the working electrode is the anode); ``differential_capacity`` (F, that is C V-1; positive in
        both branches, NaN outside the voltages of a half cycle and where there is none), ``left_out`` (share of the charge in the step from the rest,
        holds and where the voltage ran backward), ``complete``, ``comparable`` (as in :func:`full_cell`). ``attrs``: ``width``, ``width_is``, ``noise`` (V).

    Raises
    ------
    SchemaError
        As :func:`full_cell`; when no cycle is complete, or the width is below three points of the grid it asks for.

    Notes
    -----
    The filter fits a line to each window: its slope is a weighted mean of the increments with positive weights, so the result is
    never negative, and its integral is the charge up to half a window at both ends.

    References
    ----------
    :cite:`SavitzkyGolay1964`
    """
    record = check(record, "cycling")
    rule = rule or DifferentialRule()
    table = (
        full_cell(record, cell, rule=cycle_rule, voltages=voltages)
        if cycles is None
        else check(cycles, "full_cell_cycles")
    )
    halves = half_cycles(record, cell, voltages or CellVoltageRule())
    charge, _ = passed_charge(record)
    voltage = np.abs(record["voltage"].to_numpy().astype(float))
    whole = table["complete"].to_numpy()
    if not whole.any():
        raise SchemaError("differential capacity needs a complete cycle", found="none")
    rows = {
        branch: list(zip(table[f"{branch}_first_row"].to_numpy(), table[f"{branch}_last_row"].to_numpy(), strict=True))
        for branch in BRANCHES
    }
    traces = {
        branch: [_trace(voltage, charge, halves.held, int(a), int(b)) if a >= 0 else None for a, b in rows[branch]]
        for branch in BRANCHES
    }
    judged = [trace for branch in BRANCHES for trace, full in zip(traces[branch], whole, strict=True) if full and trace]
    if not judged:
        raise SchemaError(
            "differential capacity needs a half cycle of four or more samples at constant current",
            found="fewer in every half cycle of a complete cycle",
        )
    noise = float(np.median([scatter(trace.voltage) for trace in judged]))
    spacing = float(np.median([trace.spacing for trace in judged]))
    if width is None:
        window = max(rule.least_width, rule.noise_widths * noise, rule.sample_widths * spacing)
    else:
        window = to_si(width, "voltage")
    low = min(float(trace.voltage.min()) for trace in judged)
    high = max(float(trace.voltage.max()) for trace in judged)
    step = max(window / rule.points_per_window, (high - low) / rule.most_points)
    points = 2 * round(window / step / 2) + 1
    if points < 3 or high - low < 2 * window:
        raise SchemaError(
            "a window holds three points of the grid, and fits into the voltages twice",
            found=f"{window:.3g} V of {high - low:.3g} V",
        )
    grid = np.arange(low - window, high + window + step, step)
    values = np.full((2, whole.size, grid.size), np.nan)
    left_out = np.full((2, whole.size), np.nan)
    for side, branch in enumerate(BRANCHES):
        for place, trace in enumerate(traces[branch]):
            if trace is not None:
                falling = branch == "discharge"
                values[side, place], left_out[side, place] = _slope(
                    trace, grid, points, max(rule.backward * noise, window), falling=falling
                )
    result = xr.Dataset(
        {
            "differential_capacity": (("branch", "cycle", "voltage"), values),
            "left_out": (("branch", "cycle"), left_out),
            "complete": (("cycle",), whole),
            "comparable": (("cycle",), table["comparable"].to_numpy()),
        },
        coords={"branch": list(BRANCHES), "cycle": table["cycle"].to_numpy(), "voltage": grid},
        attrs={
            "width": points * step,
            "width_is": "given"
            if width is not None
            else f"the largest of {rule.least_width:g} V, {rule.noise_widths:g} times the "
            f"noise ({noise:.3g} V) and {rule.sample_widths:g} times the distance of samples ({spacing:.3g} V)",
            "step": step,
            "noise": noise,
            "samples": float(np.median([trace.voltage.size for trace in judged])),
            "rule": str(asdict(rule)),
        },
    )
    return label(result, "differential_capacity")


@dataclass(frozen=True, slots=True)
class _Trace:
    """One half cycle without its hold: voltage, charge since its begin (both per row), and the whole charge."""

    voltage: Floats
    charge: Floats
    whole: float
    spacing: float


def _trace(voltage: Floats, charge: Floats, held: Flags, first: int, last: int) -> _Trace | None:
    """Rows of a half cycle; ``None`` where fewer than four are no hold and of known voltage (in a pause it may be lost)."""
    rows = np.arange(first, last + 1)
    free = rows[~held[rows] & np.isfinite(voltage[rows])]
    if free.size < 4:
        return None
    passed = np.abs(charge[free] - charge[max(first - 1, 0)])
    jumps = np.flatnonzero(np.diff(passed) != 0) + 1
    if 4 <= jumps.size < 0.5 * free.size:  # a rounded counter: between two of its jumps nothing is known
        kept = np.unique(np.concatenate([[0], jumps]))
        free, passed = free[kept], passed[kept]
    moves = np.abs(np.diff(voltage[free]))
    weights = np.diff(np.maximum.accumulate(passed))
    order = np.argsort(moves)
    gathered = np.cumsum(weights[order])
    middle = moves[order][np.searchsorted(gathered, 0.5 * gathered[-1])] if gathered[-1] > 0 else 0.0
    return _Trace(voltage[free], passed, float(abs(charge[last] - charge[max(first - 1, 0)])), float(middle))


def _slope(trace: _Trace, grid: Floats, points: int, slack: float, *, falling: bool) -> tuple[Floats, float]:
    """(voltage,) dQ/dU on the grid, and the share of the charge that was left out."""
    from scipy.signal import savgol_filter  # loaded where it is used: most of a second

    side = -1.0 if falling else 1.0
    along = side * trace.voltage
    ahead = np.maximum.accumulate(along)
    gains = np.maximum(np.diff(trace.charge), 0.0)
    forward = along[1:] >= ahead[1:] - slack
    taken = np.where(forward, gains, 0.0)
    below = _charge_below(along[:-1], along[1:], taken, grid=np.sort(side * grid), step=grid[1] - grid[0])
    slope = savgol_filter(below, points, polyorder=1, deriv=1, delta=float(grid[1] - grid[0]))
    if falling:
        slope = slope[::-1]
    reach = 0.5 * (points - 1) * (grid[1] - grid[0])
    inside = (grid >= trace.voltage.min() - reach) & (grid <= trace.voltage.max() + reach)
    return np.where(inside, np.maximum(slope, 0.0), np.nan), 1.0 - float(
        taken.sum()
    ) / trace.whole if trace.whole else np.nan


def _charge_below(begin: Floats, end: Floats, gain: Floats, *, grid: Floats, step: float) -> Floats:
    """(voltage,) charge passed below each voltage, each step's charge spread evenly between its two voltages."""
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    thin = high - low < 1e-3 * step
    low, high = np.where(thin, low - 5e-4 * step, low), np.where(thin, high + 5e-4 * step, high)
    density = gain / (high - low)
    corners = np.concatenate([low, high])
    order = np.argsort(corners)
    corners = corners[order]
    level = np.cumsum(np.concatenate([density, -density])[order])
    passed = np.concatenate([[0.0], np.cumsum(level[:-1] * np.diff(corners))])
    return np.asarray(np.interp(grid, corners, passed))
