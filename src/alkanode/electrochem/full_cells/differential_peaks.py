"""Peaks of differential capacity: the plateaus of a charge or discharge, followed over the cycles."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.numerics.tracks import track_numbers

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateauRule:
    """What counts as a peak, and as the same peak.

    Attributes
    ----------
    prominence
        Least prominence over the tallest peak of the half cycle, 0.05.
    separation
        Windows of the filter between two peaks, 2: nearer ones are the noise of one.
    drift
        V; the farthest a peak may move from one cycle to the next and still be the same, 0.06: a sixth of the distance of the two
        plateaus of a layered Na cathode (0.4 V).
    """

    prominence: float = 0.05
    separation: float = 2.0
    drift: float = 0.06


def differential_peaks(differential: xr.Dataset, *, rule: PlateauRule | None = None) -> xr.Dataset:
    """Find the peaks of every half cycle and follow them.

    Parameters
    ----------
    differential
        Result of :func:`differential_capacity`.
    rule
        Thresholds; stored in ``attrs``.

    Returns
    -------
    Dataset
        Kind ``differential_peaks``, one row per ``peak``: ``cycle``, ``branch``, ``track`` (the same number for the same peak of
        all cycles of a branch), ``peak_voltage`` (V), ``differential_capacity`` (F) at its top, ``peak_width`` (V, at half of
        its prominence), ``peak_charge`` (C, of the peak over its base within that width). No rows where no peak stands out.

    Notes
    -----
    A track goes on where the assignment of least total distance puts it, within the drift; else it ends and a new one begins. A peak
    that was not seen in a cycle may be seen again.
    """
    differential, rule = check(differential, "differential_capacity"), rule or PlateauRule()
    voltage = differential["voltage"].to_numpy()
    step = float(voltage[1] - voltage[0])
    apart = max(round(rule.separation * float(differential.attrs["width"]) / step), 1)
    rows: list[tuple[int, str, float, float, float, float]] = []
    for branch in differential["branch"].to_numpy().astype(str):
        for number in differential["cycle"].to_numpy():
            values = differential["differential_capacity"].sel(branch=branch, cycle=number).to_numpy()
            for top in _peaks(values, voltage, step, rule, apart):
                rows.append((int(number), branch, *top))
    cycle = np.array([row[0] for row in rows], dtype=np.int64)
    side = np.array([row[1] for row in rows], dtype=np.str_)
    place, height, wide, charge = (np.array([row[column] for row in rows], dtype=float) for column in range(2, 6))
    dim = ("peak",)
    result = xr.Dataset(
        {
            "cycle": (dim, cycle),
            "branch": (dim, side),
            "track": (dim, track_numbers(cycle, side, place, rule.drift)),
            "peak_voltage": (dim, place, {"units": "V"}),
            "differential_capacity": (dim, height),
            "peak_width": (dim, wide, {"units": "V"}),
            "peak_charge": (dim, charge, {"units": "C", "display_unit": "mAh"}),
        },
        attrs={"rule": str(asdict(rule)), "width": differential.attrs["width"]},
    )
    return label(result, "differential_peaks")


def _peaks(
    values: Floats, voltage: Floats, step: float, rule: PlateauRule, apart: int
) -> list[tuple[float, float, float, float]]:
    """Voltage, height, width and charge of each peak of one half cycle."""
    from scipy.signal import find_peaks, peak_widths  # loaded where it is used: most of a second

    known = np.nan_to_num(values, nan=0.0)
    largest = float(known.max(initial=0.0))
    if largest <= 0:
        return []
    tops, found = find_peaks(known, prominence=rule.prominence * largest, distance=apart)
    if tops.size == 0:
        return []
    widths, _, left, right = peak_widths(known, tops, rel_height=0.5)
    peaks = []
    for index, top in enumerate(tops):
        within = known[int(np.ceil(left[index])) : int(right[index]) + 1]
        base = known[top] - found["prominences"][index]
        charge = float(np.sum(within - base)) * step
        peaks.append((_vertex(known, voltage, int(top), step), float(known[top]), float(widths[index]) * step, charge))
    return peaks


def _vertex(values: Floats, voltage: Floats, top: int, step: float) -> float:
    """Voltage of the parabola through the top and its neighbours."""
    before, here, after = values[top - 1], values[top], values[top + 1]
    bend = before - 2 * here + after
    return float(voltage[top] + (0.5 * step * (before - after) / bend if bend < 0 else 0.0))
