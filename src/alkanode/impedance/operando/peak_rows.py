"""What there is to track: one row per peak of every distribution, and one for polarisation beyond the window.

Beyond the longest measured relaxation time the data still fix R/tau, which is 1/C: the slope with which the imaginary part
leaves the window. Resistance and relaxation time apart are not in the data. Such a row holds the capacitance, and only
lower bounds of the other two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.impedance.relaxation.peaks import peaks
from alkanode.impedance.relaxation.tent_basis import integration_weights

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

_DECADE = float(np.log(10))
_NOISE_FACTOR = 4.0
"""Reactance beyond the window, over the noise at the lowest frequency, below which it is not told from noise."""


@dataclass(frozen=True, slots=True, eq=False)
class PeakRows:
    """Peaks of a series, by spectrum and then by relaxation time; all of shape (row,).

    Attributes
    ----------
    spectrum
        Position in the record.
    relaxation_time, resistance, capacitance
        s, ohm, F. Beyond the window the first is the end of the window and the second the polarisation up to it: both
        are lower bounds.
    width
        Full width at half height in decades, NaN beyond the window and where a half is not reached inside the grid.
    in_window
        Whether the peak lies inside the measured window.
    beyond
        Whether the row is polarisation beyond the long end of the window and no peak.
    """

    spectrum: IntArray
    relaxation_time: FloatArray
    resistance: FloatArray
    capacitance: FloatArray
    width: FloatArray
    in_window: BoolArray
    beyond: BoolArray


def peak_rows(times: xr.Dataset, *, prominence: float, least_share: float) -> PeakRows:
    """Peaks of every distribution, and polarisation beyond the window.

    Parameters
    ----------
    times
        Record of kind ``relaxation_times``.
    prominence
        Of a peak over the largest value of its distribution.
    least_share
        Reactance of what lies beyond the window, at the lowest frequency and over the series resistance and polarisation
        of the spectrum, from which on it counts; four times the rms residual where that is more.

    Returns
    -------
    PeakRows
    """
    log_tau = np.log(times["relaxation_time"].to_numpy())
    distribution, inside = times["distribution"].to_numpy(), times["in_window"].to_numpy()
    found = peaks(times, prominence=prominence)
    spectrum = found["spectrum_index"].to_numpy().astype(np.int64)
    place = np.log(found["relaxation_time"].to_numpy())
    _, ends = window_ends(log_tau, inside)
    is_peak = place <= ends[spectrum]
    width = np.array(
        [_width(log_tau, distribution[s], u) for s, u in zip(spectrum[is_peak], place[is_peak], strict=True)]
    )
    rows = [
        (int(s), float(np.exp(u)), R, C, float(w), bool(within), False)
        for s, u, R, C, w, within in zip(
            spectrum[is_peak],
            place[is_peak],
            found["resistance"].to_numpy()[is_peak],
            found["capacitance"].to_numpy()[is_peak],
            width,
            found["in_window"].to_numpy()[is_peak],
            strict=True,
        )
    ]
    smallest = _least_reactance(times, least_share)
    for one in range(len(distribution)):
        rest = _beyond(log_tau, distribution[one], inside[one], place[is_peak & (spectrum == one)], smallest[one])
        if rest is not None:
            resistance, elastance = rest
            rows.append((one, float(np.exp(ends[one])), resistance, 1 / elastance, np.nan, False, True))
    rows.sort(key=lambda row: (row[0], row[1]))
    table = list(zip(*rows, strict=True)) if rows else [()] * 7
    return PeakRows(
        spectrum=np.array(table[0], dtype=np.int64),
        relaxation_time=np.array(table[1], dtype=np.float64),
        resistance=np.array(table[2], dtype=np.float64),
        capacitance=np.array(table[3], dtype=np.float64),
        width=np.array(table[4], dtype=np.float64),
        in_window=np.array(table[5], dtype=bool),
        beyond=np.array(table[6], dtype=bool),
    )


def _least_reactance(times: xr.Dataset, least_share: float) -> FloatArray:
    """Reactance (ohm) at the lowest frequency that counts, shape (spectrum,): a share of the size of the spectrum there."""
    size = times["series_resistance"].to_numpy() + times["polarisation_in_window"].to_numpy()
    noise = times["rms_residual"].to_numpy() if "rms_residual" in times.variables else np.zeros(size.size)
    return np.asarray(np.maximum(least_share, _NOISE_FACTOR * noise) * np.abs(size))


def window_ends(log_tau: FloatArray, inside: BoolArray) -> tuple[FloatArray, FloatArray]:
    """First and last node of each window (ln tau), NaN without one, each of shape (spectrum,)."""
    first, last = np.argmax(inside, axis=1), log_tau.size - 1 - np.argmax(inside[:, ::-1], axis=1)
    known = inside.any(axis=1)
    return np.where(known, log_tau[first], np.nan), np.where(known, log_tau[last], np.nan)


def _width(log_tau: FloatArray, distribution: FloatArray, place: float) -> float:
    """Full width at half height, decades; halves beyond a valley are not looked for."""
    known = np.isfinite(distribution)
    nodes, gamma = log_tau[known], distribution[known]
    top = int(np.argmin(np.abs(nodes - place)))
    half = gamma[top] / 2
    ends = []
    for step in (-1, 1):
        here = top
        while 0 <= here + step < gamma.size and gamma[here + step] > half and gamma[here + step] <= gamma[here]:
            here += step
        if not 0 <= here + step < gamma.size or gamma[here + step] > half:
            return float("nan")
        share = (gamma[here] - half) / (gamma[here] - gamma[here + step])
        ends.append(nodes[here] + step * share * (nodes[1] - nodes[0]))
    return float((ends[1] - ends[0]) / _DECADE)


def _beyond(
    log_tau: FloatArray, distribution: FloatArray, inside: BoolArray, tops: FloatArray, least_reactance: float
) -> tuple[float, float] | None:
    """Polarisation after the last valley of the window (ohm, up to its end) and R/tau of all beyond that valley (1/F).

    ``None`` where the distribution only falls from its last peak, or where the reactance R/(omega tau) of what lies beyond,
    at the lowest frequency, is too small to be told from noise (``least_reactance``, ohm).
    """
    known = np.flatnonzero(np.isfinite(distribution))
    within = np.flatnonzero(inside & np.isfinite(distribution))
    if within.size < 3 or known[-1] == within[-1]:
        return None
    end, last = int(within[-1]), int(known[-1])
    last_top = min(int(np.searchsorted(log_tau, tops[-1])), end) if tops.size else int(within[0])
    start = end + int(np.argmax(distribution[end : last + 1]))
    while start > last_top and distribution[start - 1] <= distribution[start]:
        start -= 1
    if not distribution[max(start, end) : last + 1].max() > distribution[start]:
        return None
    nodes, gamma = log_tau[known], distribution[known]
    outside = float(gamma @ (integration_weights(nodes, log_tau[end], nodes[-1]) * np.exp(-nodes)))
    if not outside * np.exp(log_tau[end]) > least_reactance:
        return None
    elastance = float(gamma @ (integration_weights(nodes, log_tau[start], nodes[-1]) * np.exp(-nodes)))
    resistance = gamma @ integration_weights(nodes, log_tau[start], log_tau[end]) if start < end else 0.0
    if not elastance > 0:  # a free sign may turn what lies there around
        return None
    return max(float(resistance), 0.0), elastance
