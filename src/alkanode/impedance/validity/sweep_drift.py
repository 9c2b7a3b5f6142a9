"""How far a cell moved while each spectrum was measured: drift of voltage and current, and change of the impedance itself.

A linear Kramers-Kronig test cannot see slow drift, so drift is measured where it shows: in the mean voltage and current
against the amplitude of the signal, in the sweeps before and after, point by point with their times, and in frequencies
that were measured twice within a sweep. Where nothing brackets a sweep, its drift is not detectable, and that is the verdict.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.breaks import BreakRules
from alkanode.impedance.frequency_grids import GRID_TOLERANCE, masked_spectra
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates, spectrum_masks
from alkanode.impedance.validity.sweep_series import AlignedSweeps, align, segments, time_span

FloatArray = npt.NDArray[np.float64]

_FEWEST_SHARED = 8  # points that a sweep shares with both neighbours
_SMOOTHED = 5  # frequencies of the running median of the change
_SCATTER = 9  # frequencies whose scatter counts as that of their middle
_MAD = 1.4826  # standard deviation of normal numbers over their median absolute deviation
_MASKED = "not tested: masked"
_UNTIMED = "not detectable: points have no time"
_ALONE = "not detectable: no sweep before and after it without a break"


def sweep_drift(record: RecordLike, *, change_limit: float = 0.01, break_rules: BreakRules | None = None) -> xr.Dataset:
    """Drift of every sweep, and how much its impedance changed while it was measured.

    Parameters
    ----------
    record
        Impedance record; ``voltage``, ``current`` (means), ``voltage_amplitude``, ``current_amplitude`` and ``point_time``
        over (spectrum, point) are used where they are there. Give it as read to have repeated frequencies compared:
        ``check_spectra`` averages them.
    change_limit
        A sweep "changes" when the bracketing sweeps say that |Z| moved by more than this fraction while it was measured.
        Default 0.01, the limit of the Kramers-Kronig residual.
    break_rules
        What separates sweeps; default :class:`BreakRules`.

    Returns
    -------
    Dataset
        Kind ``sweep_drift``, over spectrum: ``voltage_drift`` (V) and ``current_drift`` (A), largest minus smallest mean;
        ``largest_voltage_amplitude`` (V), ``largest_current_amplitude`` (A); ``voltage_drift_ratio`` and
        ``current_drift_ratio``, drift over that amplitude (the first tells under current control, the second under voltage
        control); ``sweep_duration`` (s); ``change_during_sweep``, largest change of Z over |Z| while the sweep ran,
        ``change_frequency`` (Hz), where; ``change_limit``, the smallest change that scatter lets one see (three standard deviations); ``bracket_deviation``,
        rms over |Z| of the sweep against the straight line between its neighbours (noise, and drift that is not steady);
        ``bracketed``; ``repeat_change``, largest difference over |Z| of a frequency measured twice, and ``repeat_interval``
        (s) between; ``drift_verdict``: "steady", "changes", or "not detectable" with the reason. NaN where unknown.

    Raises
    ------
    SchemaError
        For a record of another kind or a limit that is not positive.

    Notes
    -----
    At every frequency the change is ``T (Z_after - Z_before) / (t_after - t_before) / |Z|`` with the duration T of the
    sweep and the times of that frequency in the sweeps before and after; both parts are smoothed by a running median of
    five frequencies, so that one bad point does not count. Given is the change at the frequency where it stands out most
    from its scatter. That comes from nine frequencies around it, as three standard deviations of the deviation of the
    sweep from the straight line between its neighbours. A sweep that is alone, first or last, or next to a break is not
    bracketed: one neighbour gives a difference but cannot tell it from a switch in between.
    """
    record = check(record, "impedance")
    if not change_limit > 0:
        raise SchemaError("change_limit must be positive", found=repr(change_limit))
    chosen = break_rules or BreakRules()
    first, last = time_span(record)
    drift = {name: _spread(record, name) for name in ("voltage", "current")}
    if "voltage_drift" in record.variables:  # of the whole sweep, also where points were left out by choice
        drift["voltage"] = record["voltage_drift"].to_numpy()
    amplitude = {name: _largest(record, f"{name}_amplitude") for name in ("voltage", "current")}
    change, where, floor, deviation = _bracketed(align(record), segments(record, chosen), last - first)
    repeat, interval = _repeats(record)
    bracketed = np.isfinite(change)
    verdict = np.where(change > np.fmax(change_limit, floor), "changes", "steady")
    verdict = np.where(bracketed, verdict, np.where(np.isfinite(first), _ALONE, _UNTIMED))
    masked = masked_spectra(record)
    result = xr.Dataset(
        {
            "voltage_drift": ("spectrum", drift["voltage"]),
            "current_drift": ("spectrum", drift["current"]),
            "largest_voltage_amplitude": ("spectrum", amplitude["voltage"]),
            "largest_current_amplitude": ("spectrum", amplitude["current"]),
            "sweep_duration": ("spectrum", last - first),
            "voltage_drift_ratio": ("spectrum", drift["voltage"] / amplitude["voltage"]),
            "current_drift_ratio": ("spectrum", drift["current"] / amplitude["current"]),
            "change_during_sweep": ("spectrum", change),
            "change_frequency": ("spectrum", where),
            "change_limit": ("spectrum", floor),
            "bracket_deviation": ("spectrum", deviation),
            "bracketed": ("spectrum", bracketed),
            "repeat_change": ("spectrum", repeat),
            "repeat_interval": ("spectrum", interval),
            "drift_verdict": ("spectrum", np.where(masked, _MASKED, verdict).astype(str)),
            **spectrum_masks(record),
        },
        coords=spectrum_coordinates(record),
        attrs={
            "change_limit": change_limit,
            "longest_pause": chosen.longest_pause,
            "current_change": chosen.current_change,
        },
    )
    return label(result, "sweep_drift")


def _bracketed(
    sweeps: AlignedSweeps, segment: npt.NDArray[np.int64], duration: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Change during the sweep and its frequency, smallest change that can be seen, deviation from the neighbours' line; shape (spectrum,)."""
    count = segment.size
    change, where, floor, deviation = (np.full(count, np.nan) for _ in range(4))
    for k in range(1, count - 1):
        if segment[k] < 0 or segment[k - 1] != segment[k] or segment[k + 1] != segment[k]:
            continue
        (t0, t1, t2), (z0, z1, z2) = sweeps.time[k - 1 : k + 2], sweeps.impedance[k - 1 : k + 2]
        shared = np.flatnonzero(np.isfinite(t0 + t1 + t2) & np.isfinite(z0 + z1 + z2) & (t2 > t0))
        if shared.size < _FEWEST_SHARED:
            continue
        t0, t1, t2, z0, z1, z2 = (values[shared] for values in (t0, t1, t2, z0, z1, z2))
        size = np.abs(z1)
        share = (t1 - t0) / (t2 - t0)
        off = (z1 - z0 - (z2 - z0) * share) / size
        reach = duration[k] / (t2 - t0)
        moved = np.abs(_smoothed((z2 - z0) / size * reach))
        seen = 3 * np.sqrt(2) * reach * _local_noise(off / np.sqrt(1 + share**2 + (1 - share) ** 2))
        clearest = int((moved - seen).argmax())
        change[k], floor[k], where[k] = moved[clearest], seen[clearest], sweeps.frequency[shared[clearest]]
        deviation[k] = np.sqrt((np.abs(off) ** 2).mean() / 2)
    return change, where, floor, deviation


def _smoothed(values: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    """Running median of both parts, shape (point,)."""
    near = _neighbourhood(values, _SMOOTHED)
    return np.asarray(np.nanmedian(near.real, axis=1) + 1j * np.nanmedian(near.imag, axis=1))


def _local_noise(values: npt.NDArray[np.complex128]) -> FloatArray:
    """Standard deviation around every point, of the noisier part, from the median size, shape (point,)."""
    near = _neighbourhood(values, _SCATTER)
    parts = np.abs(np.stack([near.real, near.imag]))
    return np.asarray(_MAD * np.nanmedian(parts, axis=2).max(axis=0))


def _neighbourhood(values: npt.NDArray[np.complex128], width: int) -> npt.NDArray[np.complex128]:
    """Points around every point, NaN beyond the ends, shape (point, width)."""
    padded = np.pad(values, width // 2, constant_values=np.nan + 1j * np.nan)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, width))


def _repeats(record: xr.Dataset) -> tuple[FloatArray, FloatArray]:
    """Largest difference of a repeated frequency over |Z|, and the longest time between, shape (spectrum,)."""
    frequency, impedance = record["frequency"].to_numpy(), record["impedance"].to_numpy()
    times = record["point_time"].to_numpy() if "point_time" in record.variables else np.full(frequency.shape, np.nan)
    change, interval = np.full(len(frequency), np.nan), np.full(len(frequency), np.nan)
    for k in range(len(frequency)):
        points = np.flatnonzero((frequency[k] > 0) & np.isfinite(frequency[k]) & np.isfinite(impedance[k]))
        points = points[np.argsort(frequency[k, points], kind="stable")]
        same = np.flatnonzero(np.diff(np.log(frequency[k, points])) <= GRID_TOLERANCE)
        if same.size:
            a, b = points[same], points[same + 1]
            change[k] = (np.abs(impedance[k, b] - impedance[k, a]) / np.abs(impedance[k, a])).max()
            interval[k] = np.abs(times[k, b] - times[k, a]).max()
    return change, interval


def _spread(record: xr.Dataset, name: str) -> FloatArray:
    low, high = _extremes(record, name)
    return high - low


def _largest(record: xr.Dataset, name: str) -> FloatArray:
    low, high = _extremes(record, name)
    largest = np.fmax(np.abs(low), np.abs(high))
    return np.where(largest > 0, largest, np.nan)


def _extremes(record: xr.Dataset, name: str) -> tuple[FloatArray, FloatArray]:
    count = record.sizes["spectrum"]
    if name not in record.variables or record.sizes["point"] == 0:
        return np.full(count, np.nan), np.full(count, np.nan)
    values = record[name].to_numpy().astype(np.float64)
    known = np.isfinite(values)
    some = known.any(axis=1)
    low = np.where(known, values, np.inf).min(axis=1)
    high = np.where(known, values, -np.inf).max(axis=1)
    return np.where(some, low, np.nan), np.where(some, high, np.nan)
