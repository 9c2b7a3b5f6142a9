"""Overpotential of every half cycle, and its growth over the cycles.

The overpotential is the voltage beyond the rest, positive along the current, less the ohmic part where the series
resistance is known. Half cycles of both directions are kept apart: a cell of two unlike electrodes differs between them.
"""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.charge import passed_charge
from alkanode.data.schema import RecordLike, check, label
from alkanode.data.steps import stripping_sign
from alkanode.electrochem.evidence import electrolyte_resistance
from alkanode.electrochem.growth import GrowthRule, change_point, onset_of, slope_over
from alkanode.electrochem.hidden_shorts import same_setpoint
from alkanode.electrochem.traces import Trace, temperature_of, traces_of
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.foundation.sources import Constant, Trust, source
from alkanode.foundation.units import QuantityLike, to_si

Floats = npt.NDArray[np.float64]

SAME_SETPOINT = 0.02
"""Share within which set-points are the same: above the resolution of a cycler, below any step of a test."""

SAME_TEMPERATURE = 2.0
"""K; half cycles farther from the first ones are not compared: at 0.4 eV that moves a resistance by 10 %."""

SAME_SAMPLING = 2.0
"""Factor between sampling intervals beyond which the first sample means another time."""

_FEW = 9
"""Samples whose median is the end of a half cycle; three of them for its start, so that one bad sample is none."""


def overpotentials(
    record: RecordLike,
    cell: Cell | None = None,
    *,
    failures: xr.Dataset | None = None,
    series_resistance: QuantityLike | None = None,
    least_rest: QuantityLike = "5 mV",
) -> xr.Dataset:
    """Overpotential of every half cycle under current control.

    Parameters
    ----------
    record
        Cycling record with ``time`` (s), ``voltage`` (V), ``current`` (A); ``ambient_temperature`` (K) is used where it
        is there.
    cell
        Gives the role of the anode (strip or plate) and, with thickness, conductivity and area of the electrolyte, the
        series resistance.
    failures
        What :func:`alkanode.electrochem.find_failures` returned: half cycles from the first short, loss of contact or
        depletion on are not compared.
    series_resistance
        Resistance (ohm) whose voltage is taken off, for example from impedance; default that of the cell's
        electrolyte, or none.
    least_rest
        A rest nearer to 0 V than this is not taken off; 5 mV: two like metals rest at 0, and what is seen beside it is
        the offset of the instrument or what has not relaxed yet.

    Returns
    -------
    Dataset
        Kind ``overpotentials``, dimension ``half_cycle`` (those that can be judged, with their number as coordinate):
        ``direction`` (``"strip"`` or ``"plate"``), ``cycle`` (0, 1, ... in each direction), ``start_time`` (s), ``current``
        (A, magnitude of the set-point), ``charge_passed`` (C, magnitude), ``eta_start`` (V, median of the first three
        samples: t = 0+ as far as the sampling reaches), ``eta_mid`` (V, median of the second half), ``eta_end`` (V, median
        of the last nine samples), ``eta_peak`` (V, largest of the running median of three), ``resistance`` (ohm, voltage
        of the second half over current, nothing taken off), ``sampling_interval`` (s), ``temperature`` (K, NaN without),
        ``compared`` (whether it has the set-point and the temperature of most half cycles of its direction and lies before
        any failure), ``first_row``,
        ``last_row``. ``attrs["series_resistance"]`` (ohm, 0 for none) and what it rests on, ``attrs["not_judged"]``.

    Raises
    ------
    SchemaError
        For a record of another kind.
    PhysicsError
        When the series resistance is not positive.

    Warns
    -----
    DataQualityWarning
        When half cycles are left out of the comparison (set-point, temperature), when the sampling interval changes by
        more than a factor of 2, when the series resistance takes more than the whole voltage, and for half cycles that
        cannot be judged at all.
    """
    record = check(record, "cycling")
    series = _series(cell, series_resistance)
    traces = traces_of(record, cell, least_rest=to_si(least_rest, "voltage"))
    charge, how = passed_charge(record)
    told = [f"{len(which)} of {traces.half_cycles} half cycles: {why}" for why, which in traces.unjudged.items()]
    for line in told:
        warnings.warn(f"no overpotential in {line}", DataQualityWarning, stacklevel=2)
    singles = [_measure(traces[index]) for index in range(traces.count)]
    start, mid, end, peak, current, interval = np.array(singles, dtype=float).reshape(-1, 6).T
    ohmic = current * series.value
    begins, lasts = traces.begins[:-1], traces.begins[1:] - 1
    first_row, last_row = traces.rows[begins], traces.rows[lasts]
    temperature = temperature_of(record, traces)
    compared = _compared(current, traces.sign, temperature) & (traces.half_cycle < _first_failure(failures))
    if (mid < ohmic)[compared].any():
        warnings.warn(
            f"the series resistance of {series.value:.4g} ohm takes more than the whole voltage of "
            f"{np.count_nonzero((mid < ohmic)[compared])} half cycles, so their overpotentials are negative: it is too large",
            DataQualityWarning,
            stacklevel=2,
        )
    _doubt_sampling(interval[compared])
    strips = traces.sign == stripping_sign(cell)
    cycle = np.where(strips, np.cumsum(strips) - 1, np.cumsum(~strips) - 1)
    dim = ("half_cycle",)
    volt = {"units": "V", "display_unit": "mV"}
    result = xr.Dataset(
        {
            "direction": (dim, np.where(strips, "strip", "plate").astype("U5")),
            "cycle": (dim, cycle),
            "start_time": (dim, traces.time[begins], {"units": "s"}),
            "current": (dim, current),
            "charge_passed": (dim, np.abs(charge[last_row] - charge[np.maximum(first_row - 1, 0)]), {"units": "C"}),
            "eta_start": (dim, start - ohmic, volt),
            "eta_mid": (dim, mid - ohmic, volt),
            "eta_end": (dim, end - ohmic, volt),
            "eta_peak": (dim, peak - ohmic, volt),
            "resistance": (dim, mid / current),
            "sampling_interval": (dim, interval, {"units": "s"}),
            "temperature": (dim, temperature),
            "compared": (dim, compared),
            "first_row": (dim, first_row.astype(np.int64)),
            "last_row": (dim, last_row.astype(np.int64)),
        },
        coords={"half_cycle": traces.half_cycle},
        attrs={
            "series_resistance": series.value,
            "series_resistance_from": str(series.trust) if series.value else "none taken off",
            "least_rest": to_si(least_rest, "voltage"),
            "half_cycles": traces.half_cycles,
            "not_judged": "; ".join(told),
            "charge_from": how,
        },
    )
    return label(result, "overpotentials")


def _series(cell: Cell | None, given: QuantityLike | None) -> Constant:
    """Series resistance, 0 where none is known."""
    if given is not None:
        value = to_si(given, "resistance")
        if value <= 0:
            raise PhysicsError("a series resistance is positive", found=repr(given))
        return Constant(value=value, unit="ohm", source="", trust=Trust.GIVEN)
    none = Constant(value=0.0, unit="ohm", source="", trust=Trust.ASSUMED, note="none taken off")
    return electrolyte_resistance(cell) or none


def _first_failure(failures: xr.Dataset | None) -> float:
    """Half cycle of the first failure after which an overpotential means something else; infinite when there is none."""
    if failures is None:
        return float("inf")
    failures = check(failures, "failures")
    names = failures["failure"].to_numpy().astype(str)
    ended = np.isin(names, ["hard_short", "suspected_short", "contact_loss", "suspected_contact_loss", "depletion"])
    return float(failures["half_cycle"].to_numpy().astype(float)[ended].min(initial=np.inf))


def _measure(trace: Trace) -> tuple[float, float, float, float, float, float]:
    """Voltage (V) at the start, in the second half, at the end, and its peak; current (A); sampling interval (s)."""
    along, n = trace.along, trace.along.size
    smooth = along if n < 3 else np.median(np.lib.stride_tricks.sliding_window_view(along, 3), axis=1)
    interval = float(np.median(np.diff(trace.time))) if n > 1 else float("nan")
    return (
        float(np.median(along[:3])),
        float(np.median(along[n // 2 :])),
        float(np.median(along[-_FEW:])),
        float(smooth.max()),
        float(np.median(np.abs(trace.demanded))),
        interval,
    )


def _compared(current: Floats, sign: npt.NDArray[np.int64], temperature: Floats) -> npt.NDArray[np.bool_]:
    """(half_cycle,) those of the most frequent set-point of their direction, at the temperature of its first ones."""
    chosen = np.zeros(current.size, dtype=bool)
    everything = np.ones(current.size, dtype=bool)
    for direction in (1, -1):
        groups = list(same_setpoint(current, sign, SAME_SETPOINT, everything & (sign == direction)))
        if not groups:
            continue
        group = max(groups, key=len)
        known = temperature[group][np.isfinite(temperature[group])]
        warm = np.abs(temperature[group] - np.median(known[:10])) > SAME_TEMPERATURE if known.size else False
        chosen[group[~np.broadcast_to(warm, group.shape)]] = True
        others = sum(map(len, groups)) - group.size
        if others:
            warnings.warn(
                f"{others} half cycles have another set-point than the {group.size} that are compared",
                DataQualityWarning,
                stacklevel=3,
            )
        if np.any(warm):
            warnings.warn(
                f"{np.count_nonzero(warm)} half cycles are more than {SAME_TEMPERATURE:g} K from the first ones and are not compared",
                DataQualityWarning,
                stacklevel=3,
            )
    return chosen


def _doubt_sampling(interval: Floats) -> None:
    known = interval[np.isfinite(interval) & (interval > 0)]
    if known.size and known.max() > SAME_SAMPLING * known.min():
        warnings.warn(
            f"the sampling interval changes from {known.min():.3g} to {known.max():.3g} s: the overpotential at the start and "
            "its peak are not those of the same moment",
            DataQualityWarning,
            stacklevel=3,
        )


@source("Koh2024")
def overpotential_growth(table: xr.Dataset, *, field: str = "eta_mid", rule: GrowthRule | None = None) -> xr.Dataset:
    """Growth of the overpotential over the cycles, each direction apart.

    Parameters
    ----------
    table
        What :func:`overpotentials` returned.
    field
        Which overpotential: ``eta_mid`` (default: it does not depend on the sampling of the first seconds),
        ``eta_start``, ``eta_end`` or ``eta_peak``.
    rule
        Thresholds; default :class:`GrowthRule`. They are stored with the result.

    Returns
    -------
    Dataset
        Kind ``overpotential_growth``, dimension ``polarity`` (``"strip"``, ``"plate"``): ``cycles`` (number compared),
        ``baseline`` (unit of the field, median of the first cycles), ``slope`` (the same per cycle, Theil-Sen) and ``slope_interval`` (dimension
        ``bound``), ``onset`` (cycle from which the overpotential lies beyond the baseline plus 5 median absolute deviations,
        three times in a row; NaN without), ``change`` (cycle at which a second straight line begins; NaN when refused),
        ``change_interval``, ``change_refused`` (text, empty when a change is given).

    Raises
    ------
    SchemaError
        For a table of another kind.

    Notes
    -----
    The interval of the slope takes the scatter of the cycles as independent; where the growth is curved, the slope is that
    of the middle of all pairs. A change point needs a Bayesian information criterion lower by 10 than that of one line.
    """
    table = check(table, "overpotentials")
    rule = rule or GrowthRule()
    rows = []
    for polarity in ("strip", "plate"):
        chosen = (table["direction"].to_numpy() == polarity) & table["compared"].to_numpy()
        cycle, value = table["cycle"].to_numpy()[chosen].astype(float), table[field].to_numpy()[chosen]
        count = min(rule.baseline, max(value.size // 2, 1))
        onset = onset_of(value, rule)
        change = change_point(cycle, value, rule)
        rows.append(
            (
                value.size,
                float(np.median(value[:count])) if value.size else np.nan,
                slope_over(cycle, value, rule.confidence_level),
                np.nan if onset is None else cycle[onset],
                change,
            )
        )
    sizes, baselines, slopes, onsets, changes = zip(*rows, strict=True)
    dim, unit = ("polarity",), {"units": table[field].attrs["units"]}
    result = xr.Dataset(
        {
            "cycles": (dim, np.array(sizes)),
            "baseline": (dim, np.array(baselines), unit),
            "slope": (dim, np.array([one[0] for one in slopes]), unit),
            "slope_interval": (("polarity", "bound"), np.array([one[1:] for one in slopes]), unit),
            "onset": (dim, np.array(onsets, dtype=float)),
            "change": (dim, np.array([one.cycle for one in changes])),
            "change_interval": (("polarity", "bound"), np.array([one.interval for one in changes])),
            "change_refused": (dim, np.array([one.refused for one in changes], dtype=np.str_)),
        },
        coords={"polarity": ["strip", "plate"], "bound": ["lower", "upper"]},
        attrs={"field": field, "growth_rule": str(rule)},
    )
    return label(result, "overpotential_growth")
