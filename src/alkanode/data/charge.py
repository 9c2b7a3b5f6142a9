"""The charge that passed, from the better of two witnesses: the instrument's counter and the measured current.

The counter integrates between the samples and knows no sampling noise. But some counters miss the moments between two
techniques (0.5 % of a run with 61 impedance sweeps): while the current is held, a counter that disagrees with the integral
of the measured current by more than that integral's noise has missed charge, and the integral counts instead.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.ndimage import median_filter

from alkanode.data.schema import RecordLike, check

Floats = npt.NDArray[np.float64]

SWEEP_MEDIAN = 41
"""Rows of the running median over impedance rows: about one sweep of 7 decades. The mean current of one point is
taken over few periods and reads up to 0.4 % low at the first points of a sweep, while the direct current is held."""

NOISE_LIMIT = 3.0
"""Standard errors of the integral beyond which counter and integral disagree."""

CLOSURE = 1e-3
"""Share of the charge within which counter and integral always agree."""

FEWEST_LEVELS = 4
"""A measured current with fewer distinct magnitudes than this is rounded."""


def running_charge(time: Floats, current: Floats) -> Floats:
    """Charge since the first row by the trapezoidal rule.

    Parameters
    ----------
    time
        (row,) s.
    current
        (row,) A; NaN counts as zero.

    Returns
    -------
    ndarray
        (row,) C, first element 0.
    """
    flow = np.nan_to_num(current, nan=0.0)
    pieces = 0.5 * (flow[1:] + flow[:-1]) * np.diff(time)
    return np.concatenate([[0.0], np.cumsum(pieces)])


def direct_current(record: RecordLike) -> Floats:
    """Direct current per row, with the scatter of impedance points taken off.

    Parameters
    ----------
    record
        Cycling record.

    Returns
    -------
    ndarray
        (row,) A: ``current``, and over rows of impedance under current control its running median.
    """
    return _direct_current(check(record, "cycling"))


def _direct_current(record: xr.Dataset) -> Floats:
    current = record["current"].to_numpy().astype(float)
    if "control_mode" not in record.variables:
        return current
    held = record["control_mode"].to_numpy() == 3
    smooth = current.copy()
    edges = np.flatnonzero(np.diff(held.astype(np.int8), prepend=0, append=0))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        smooth[begin:end] = median_filter(current[begin:end], size=min(SWEEP_MEDIAN, end - begin), mode="nearest")
    return smooth


def passed_charge(record: RecordLike) -> tuple[Floats, str]:
    """Charge since the first row, and how it was found.

    Parameters
    ----------
    record
        Cycling record.

    Returns
    -------
    charge
        (row,) C, positive for net oxidation at the working electrode, first element 0.
    how
        One sentence for the result that rests on it, with the difference to the instrument's counter where both are
        known.
    """
    record = check(record, "cycling")
    if record.sizes["row"] == 0:
        return np.zeros(0), "no rows"
    if "source_index" not in record.variables:
        return _of_one_file(record)
    sources = record["source_index"].to_numpy()
    edges = np.flatnonzero(np.diff(sources, prepend=np.nan) != 0).tolist()
    charge, total, told = [], 0.0, []
    for begin, end in zip(edges, [*edges[1:], sources.size], strict=True):
        passed, how = _of_one_file(record.isel(row=slice(begin, end)))
        charge.append(total + passed)
        total = float(charge[-1][-1])
        told.append(how)
    if len(set(told)) > 1:
        told = [f"file {number}: {how}" for number, how in enumerate(told, start=1)]
    return np.concatenate(charge), "; ".join(dict.fromkeys(told))


def _of_one_file(record: xr.Dataset) -> tuple[Floats, str]:
    """Charge since the first row of one file, and how it was found; nothing is known of the time between files."""
    time = record["time"].to_numpy().astype(float)
    integral = running_charge(time, _direct_current(record))
    integrated = str(record.attrs.get("charge_from", "")).startswith("integrated")
    if integrated or "charge" not in record.variables or not np.isfinite(record["charge"].to_numpy()).all():
        return integral, "integral of the measured current"
    counter = record["charge"].to_numpy().astype(float)
    counter = counter - counter[0]
    unmeasured = str(record.attrs.get("current_from", "")).startswith(("set-point", "absent"))
    current = record["current"].to_numpy()
    if unmeasured or (time.size > 100 and _few_levels(current)):
        reason = (
            "the file holds no measured current" if unmeasured else "the measured current is rounded to a few levels"
        )
        return counter, f"the instrument's charge counter, since {reason}"
    held = _current_held(record)
    if not held.any():
        return counter, "the instrument's charge counter"
    if not np.isfinite(current).all():
        return counter, "the instrument's charge counter, since the measured current is missing in places"
    apart = float(np.sum(np.diff(counter)[held]) - np.sum(np.diff(integral)[held]))
    if abs(apart) <= max(NOISE_LIMIT * _integral_noise(time, record, held), CLOSURE * float(np.ptp(integral))):
        return counter, "the instrument's charge counter, which agrees with the measured current"
    charge = np.concatenate([[0.0], np.cumsum(np.where(held, np.diff(integral), np.diff(counter)))])
    how = (
        "integral of the measured current while the current was held, since the instrument's counter is "
        f"{apart / 3.6:+.3g} mAh apart from it, beyond its noise"
    )
    return charge, how if held.all() else how + "; the counter elsewhere"


def _few_levels(current: Floats) -> bool:
    """Whether a current has fewer distinct magnitudes than :data:`FEWEST_LEVELS`; a thousand rows often tell."""

    def few(values: Floats) -> bool:
        return bool(np.count_nonzero(np.unique(np.abs(values[np.isfinite(values)]))) < FEWEST_LEVELS)

    return few(current[:: max(1, current.size // 1000)]) and few(current)


def _integral_noise(time: Floats, record: xr.Dataset, held: npt.NDArray[np.bool_]) -> float:
    """Standard error (C) of the integral of the measured current over the held stretches."""
    steps = np.diff(_direct_current(record))[held]
    if steps.size == 0:
        return 0.0
    scatter = 1.4826 * float(np.nanmedian(np.abs(steps - np.nanmedian(steps)))) / np.sqrt(2)
    return float(scatter * np.sqrt(np.sum(np.diff(time)[held] ** 2)))


def _current_held(record: xr.Dataset) -> npt.NDArray[np.bool_]:
    """(row - 1,) true where the current was controlled from one row to the next."""
    if "control_mode" not in record.variables:
        return np.zeros(record.sizes["row"] - 1, dtype=bool)
    controlled = np.isin(record["control_mode"].to_numpy(), (1, 3))
    return np.asarray(controlled[1:] & controlled[:-1])
