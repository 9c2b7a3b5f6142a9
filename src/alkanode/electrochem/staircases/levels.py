"""Current staircases with rests: what each level of current shows, and at which level the electrode fails.

Levels of rising current in one direction, with or without rests, with impedance while the current flows (GEIS) or in the
rests (PEIS). Up-and-down staircases and repeated levels are read as they come.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import direct_current, passed_charge
from alkanode.data.schema import RecordLike, check, label
from alkanode.data.steps import stripping_sign
from alkanode.electrochem.resting_voltage import voltage_before
from alkanode.electrochem.staircases.current_levels import Level, find_levels, staircases
from alkanode.electrochem.staircases.edge_resistance import edge_resistance
from alkanode.electrochem.staircases.level_failures import failures_by_level
from alkanode.electrochem.staircases.spectra_by_level import place_spectra
from alkanode.electrochem.staircases.verdicts import LevelRule, judge_levels, linear_checks
from alkanode.numerics.relaxation import FEWEST, SETTLING, Decay, fit_decay

Floats = npt.NDArray[np.float64]

_NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaircaseRule:
    """How a staircase is read.

    Attributes
    ----------
    level_tolerance
        Share by which two set-points may differ and be one level; 0.02: the rounding of a program.
    measured_tolerance
        The same for measured currents; 0.1: their offset from the set-point reaches 8 %, their noise 6 %.
    least_levels
        Levels that must rise one after the other; 3, since two points make no line.
    least_rise
        Ratio of neighbouring currents that counts as a rise; 1.1: above the noise of measured currents.
    settle_share
        Share of a level, at its start, that the extrapolation leaves out. 0.1: charging and the first relaxations.
    end_share
        Share of a level, at its end, that gives the end voltage and its drift; 0.1.
    steady_rate
        V s-1; a level that drifts more slowly at its end is steady. 1 mV per minute.
    delays
        s after a step of the current at which the resistance is read; 0.1 and 1.
    edge_share
        The moment of the step must be known to this share of the delay; 0.5.
    widest_gap
        Samples around the delay must not lie farther apart than this multiple of it; 1.5.
    margin
        Bayesian information criterion by which a relaxation model must beat a simpler one; 6.
    drift_share
        Drift of the voltage inside a sweep over its AC amplitude from which on a spectrum counts as taken during drift;
        0.05. It is flagged, not masked.
    levels
        When a level counts as failed, cut short or linear.
    """

    level_tolerance: float = 0.02
    measured_tolerance: float = 0.1
    least_levels: int = 3
    least_rise: float = 1.1
    settle_share: float = 0.1
    end_share: float = 0.1
    steady_rate: float = 1e-3 / 60
    delays: tuple[float, ...] = (0.1, 1.0)
    edge_share: float = 0.5
    widest_gap: float = 1.5
    margin: float = 6.0
    drift_share: float = 0.05
    levels: LevelRule = field(default_factory=LevelRule)


def staircase(
    record: RecordLike,
    cell: Cell | None = None,
    *,
    impedance: xr.Dataset | None = None,
    failures: xr.Dataset | None = None,
    rule: StaircaseRule | None = None,
) -> xr.Dataset:
    """Levels of a current staircase: steady voltage, resistances, relaxation, spectra, failure.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``current`` (A) and ``voltage`` (V).
    cell
        Gives the role of the anode (strip or plate) and the area (m2). Without it the anode is the working electrode and
        current densities are NaN.
    impedance
        Impedance record on the same clock, best as :func:`alkanode.impedance.check_spectra` returned it.
    failures
        What :func:`alkanode.electrochem.find_failures` returned for this record. By default it is asked for the whole
        record and for each level with the rest before it, since contact that comes back in a rest was lost all the same.
    rule
        Thresholds; default :class:`StaircaseRule`.

    Returns
    -------
    Dataset
        Kind ``staircase``, dimension ``level`` in order of time (``bound``: lower, upper of 95 % intervals; ``delay`` in
        s; ``process``: up to two relaxations; ``staircase_branch``: runs of levels of one direction).
        ``current`` (A, signed), ``current_density`` (A m-2), ``direction`` (``strip`` or ``plate``), ``branch``,
        ``duration`` (s), ``charge_passed`` (C), ``areal_capacity`` (C m-2), ``charge`` (C, running, at the end of the
        level; positive for oxidation), ``rest_before`` (V), ``steady_voltage`` with interval (V, extrapolated, against
        the terminals), ``settling_time`` (s), ``end_voltage`` (V), ``end_rate`` (V s-1), ``steady``; ``resistance``
        (level, delay; ohm), ``end_resistance`` (ohm), ``coarse`` (why a resistance is unknown); ``rest_duration`` (s),
        ``relaxation_model``, ``relaxed_voltage`` with interval (V), ``time_constant`` (s) and
        ``relaxation_amplitude`` (V) with intervals (level, process); ``spectra_in_current``, ``spectra_in_rest`` (numbers
        of the spectra, separated by spaces), ``spectra_in_drift``; ``failure`` and ``passed``. Per branch:
        ``linear_resistance`` with interval (ohm), ``linear_offset`` (V), ``linear_residual`` (V, root mean square),
        ``linear_worst`` (largest deviation over the range), ``linear``.

    Raises
    ------
    SchemaError
        Says why the record is no staircase.

    Warns
    -----
    DataQualityWarning
        Those of :func:`alkanode.electrochem.find_failures`.

    Notes
    -----
    The steady voltage is the limit of V0 + A exp(-t/tau) over the level, or its mean where nothing settles; NaN where the
    level drifts on. R(delay) = (V(delay) - V before) / (I - I before). The rest follows one of
    :mod:`alkanode.numerics.relaxation`. A staircase that ends by contact loss gives a critical stripping or plating
    current (:func:`staircase_estimates`), which is no critical current density of a symmetric test: that counts shorts of
    two interfaces.
    """
    record = check(record, "cycling")
    rule = rule or StaircaseRule()
    runs = find_levels(record, level_tolerance=rule.level_tolerance, measured_tolerance=rule.measured_tolerance)
    levels = staircases(runs, least_levels=rule.least_levels, least_rise=rule.least_rise)
    events = failures_by_level(record, cell, levels, impedance) if failures is None else check(failures, "failures")
    time = record["time"].to_numpy().astype(float)
    voltage = record["voltage"].to_numpy().astype(float)
    charge, how = passed_charge(record)
    first = np.array([level.rows[0] for level in levels])
    last = np.array([level.rows[-1] for level in levels])
    rest = voltage_before(record, first)
    verdicts = judge_levels(levels, events, time, voltage - _per_row(rest, first, time.size), rule.levels)
    sound = np.array([verdict.end_row for verdict in verdicts])
    settling = [_settling(time, voltage, level, int(end), rule) for level, end in zip(levels, sound, strict=True)]
    ends = np.array([_end(time, voltage, level, int(end), rule) for level, end in zip(levels, sound, strict=True)])
    steps = [_step(record, time, voltage, level, rule) for level in levels]
    relaxing = [_relaxing(record, time, voltage, level, rule) for level in levels]
    current = np.array([level.current for level in levels])
    area = cell.effective_area if cell is not None and cell.effective_area is not None else _NAN
    passed_by = np.abs(charge[last] - charge[np.maximum(first - 1, 0)])
    placed = place_spectra(impedance, time, levels, rule.drift_share)
    dim, pair, volt = ("level",), ("level", "bound"), {"units": "V"}
    finals = np.array([decay.final for decay in settling])
    steady = np.abs(ends[:, 1]) <= rule.steady_rate
    jump = current - np.array([step[2] for step in steps])
    rise = ends[:, 0] - np.array([step[3] for step in steps])
    end_resistance = np.divide(rise, jump, out=np.full(jump.size, np.nan), where=jump != 0)
    passed = np.array([verdict.passed for verdict in verdicts])
    branch = np.array([level.branch for level in levels])
    result = xr.Dataset(
        {
            "current": (dim, current),
            "current_density": (dim, current / area),
            "direction": (dim, np.where(np.sign(current) == stripping_sign(cell), "strip", "plate").astype(np.str_)),
            "branch": (dim, branch),
            "first_row": (dim, first),
            "last_row": (dim, last),
            "start_time": (dim, time[first], {"units": "s"}),
            "duration": (dim, time[last] - time[first]),
            "charge": (dim, charge[last]),
            "charge_passed": (dim, passed_by, {"units": "C"}),
            "areal_capacity": (dim, passed_by / area),
            "rest_before": (dim, rest, volt),
            "steady_voltage": (dim, finals, volt),
            "steady_voltage_interval": (pair, np.array([decay.final_interval for decay in settling]), volt),
            "settling_time": (dim, np.array([decay.time_constants[0] for decay in settling]), {"units": "s"}),
            "settling_reason": (dim, np.array([decay.reason for decay in settling], dtype=np.str_)),
            "end_voltage": (dim, ends[:, 0], volt),
            "end_rate": (dim, ends[:, 1], {"units": "V s-1"}),
            "steady": (dim, steady & np.isfinite(finals)),
            "resistance": (("level", "delay"), np.array([step[0] for step in steps])),
            "end_resistance": (dim, end_resistance, {"units": "ohm"}),
            "coarse": (dim, np.array([step[1] for step in steps], dtype=np.str_)),
            "failure": (dim, np.array([verdict.failure for verdict in verdicts], dtype=np.str_)),
            "passed": (dim, passed),
            **_relaxation_fields(levels, relaxing, time),
            **placed,
            **linear_checks(current, finals - rest, branch, passed & steady, rule.levels),
        },
        coords={
            "bound": ["lower", "upper"],
            "delay": ("delay", np.array(rule.delays), {"units": "s"}),
            "process": [1, 2],
        },
        attrs={"rule": str(rule), "charge_from": how},
    )
    return label(result, "staircase")


def _per_row(values: Floats, first: npt.NDArray[np.int64], rows: int) -> Floats:
    """(row,) the value of the level that began last; before the first level its own."""
    place = np.searchsorted(first, np.arange(rows), side="right") - 1
    return values[np.maximum(place, 0)]


def _settling(time: Floats, voltage: Floats, level: Level, end: int, rule: StaircaseRule) -> Decay:
    """Approach to the steady voltage of a level, up to a failure."""
    if end <= level.rows[-1]:
        return Decay(reason="failed")
    since = time[level.rows] - time[level.rows[0]]
    kept = level.rows[(since >= rule.settle_share * since[-1]) & np.isfinite(voltage[level.rows])]
    if kept.size < FEWEST:
        return Decay(reason=f"{kept.size} samples")
    return fit_decay(
        time[kept] - time[kept[0]], voltage[kept], load_time=float(since[-1]), models=SETTLING, margin=rule.margin
    )


def _end(time: Floats, voltage: Floats, level: Level, end: int, rule: StaircaseRule) -> tuple[float, float]:
    """Voltage at the end of a level, before a failure, and its slope (V s-1)."""
    rows = level.rows[(level.rows < end) & np.isfinite(voltage[level.rows])]
    if rows.size < 2:
        return (float(voltage[rows[-1]]) if rows.size else _NAN, _NAN)
    since = time[rows] - time[rows[-1]]
    tail = rows[since >= -rule.end_share * -since[0]]
    tail = tail if tail.size >= 5 else rows[-5:]
    since = time[tail] - time[tail[-1]]
    if np.ptp(since) <= 0:
        return float(np.mean(voltage[tail])), _NAN
    slope, at_end = np.polyfit(since, voltage[tail], 1)
    return float(at_end), float(slope)


def _step(
    record: xr.Dataset, time: Floats, voltage: Floats, level: Level, rule: StaircaseRule
) -> tuple[Floats, str, float, float]:
    """Resistances after the step into a level, why one is unknown, and current and voltage before."""
    begin, delays = int(level.rows[0]), np.array(rule.delays)
    if begin == 0:
        return np.full(delays.size, _NAN), "the record begins with the level", _NAN, _NAN
    before = begin - 1
    flow = direct_current(record)[before]
    flow = 0.0 if not np.isfinite(flow) or abs(flow) < 0.02 * abs(level.current) else float(flow)
    span = slice(before, int(level.rows[-1]) + 1)
    values, reason = edge_resistance(
        time[span],
        voltage[span],
        0,
        level.current - flow,
        delays,
        edge_share=rule.edge_share,
        widest_gap=rule.widest_gap,
    )
    return values, reason, flow, float(voltage[before])


def _relaxing(record: xr.Dataset, time: Floats, voltage: Floats, level: Level, rule: StaircaseRule) -> Decay:
    """Relaxation in the rest after a level; sweeps are left out."""
    rows = level.rest[np.isfinite(voltage[level.rest])]
    if "in_sweep" in record.variables:
        rows = rows[~record["in_sweep"].to_numpy()[rows]]
    if rows.size < FEWEST:
        return Decay(reason="no rest" if level.rest.size == 0 else f"{rows.size} samples at rest")
    switched = float(time[level.rows[-1]])
    load = max(switched - float(time[level.rows[0]]), 1e-9)
    return fit_decay(time[rows] - switched, voltage[rows], load_time=load, margin=rule.margin)


def _relaxation_fields(levels: list[Level], relaxing: list[Decay], time: Floats) -> dict[str, object]:
    dim, two = ("level",), ("level", "process")
    three = ("level", "process", "bound")
    rests = [float(time[level.rest[-1]] - time[level.rows[-1]]) if level.rest.size else 0.0 for level in levels]
    return {
        "rest_duration": (dim, np.array(rests), {"units": "s"}),
        "rest_first_row": (dim, np.array([level.rest[0] if level.rest.size else -1 for level in levels])),
        "rest_last_row": (dim, np.array([level.rest[-1] if level.rest.size else -1 for level in levels])),
        "relaxation_model": (dim, np.array([decay.model for decay in relaxing], dtype=np.str_)),
        "relaxation_reason": (dim, np.array([decay.reason for decay in relaxing], dtype=np.str_)),
        "relaxed_voltage": (dim, np.array([decay.final for decay in relaxing]), {"units": "V"}),
        "relaxed_voltage_interval": (
            ("level", "bound"),
            np.array([decay.final_interval for decay in relaxing]),
            {"units": "V"},
        ),
        "time_constant": (two, np.array([decay.time_constants for decay in relaxing]), {"units": "s"}),
        "time_constant_interval": (
            three,
            np.array([decay.time_constant_intervals for decay in relaxing]),
            {"units": "s"},
        ),
        "relaxation_amplitude": (two, np.array([decay.amplitudes for decay in relaxing]), {"units": "V"}),
        "relaxation_amplitude_interval": (
            three,
            np.array([decay.amplitude_intervals for decay in relaxing]),
            {"units": "V"},
        ),
        "relaxation_residual": (dim, np.array([decay.residual for decay in relaxing]), {"units": "V"}),
    }
