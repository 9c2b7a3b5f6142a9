"""Peaks and tracks of peaks as rows of equal shape for the comparison of rivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.kinds.spectrum_coordinates import SPECTRUM_COORDINATES
from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.numerics.quantiles import NORMAL_95

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakRows:
    """One row per peak, or per track of peaks.

    Attributes
    ----------
    spectrum_index, resistance, relaxation_time, capacitance, in_window
        (row,) position, ohm, s, F, and whether the peak lies inside the measured window. Beyond it only the capacitance is
        in the data; resistance and time are bounds, NaN where there is none.
    resistance_log_deviation, time_log_deviation
        (row,) standard deviations of the logarithms.
    slope, slope_deviation
        (row,) d ln(tau)/d ln(R) along the track; NaN where unknown.
    others
        Coordinates to hand on.
    """

    spectrum_index: npt.NDArray[np.int64]
    resistance: FloatArray
    relaxation_time: FloatArray
    capacitance: FloatArray
    in_window: npt.NDArray[np.bool_]
    resistance_log_deviation: FloatArray
    time_log_deviation: FloatArray
    slope: FloatArray
    slope_deviation: FloatArray
    others: dict[str, npt.NDArray[np.generic]]


def peak_rows(peaks: RecordLike, log_deviation: float) -> PeakRows:
    """Rows of a ``relaxation_peaks`` record, or one per track of a ``peak_tracks`` record.

    Parameters
    ----------
    peaks
        The record.
    log_deviation
        Of ln R and ln tau where the record has no standard deviations.

    Raises
    ------
    SchemaError
        For a record of another kind, or with negative resistances or times. Zero counts as missing.
    """
    kind = str(getattr(peaks, "attrs", {}).get("kind", "relaxation_peaks"))
    record = check(peaks, kind if kind in {"relaxation_peaks", "peak_tracks"} else "relaxation_peaks")
    rows = _rows(record, log_deviation)
    for name, values in (("resistance", rows.resistance), ("relaxation_time", rows.relaxation_time)):
        if (values < 0).any():
            raise SchemaError(f"{name} of peaks must be positive", found=f"{np.nanmin(values):g}")
    return _by_track(rows, record) if "track" in record.variables else rows


def _rows(record: xr.Dataset, log_deviation: float) -> PeakRows:
    count = record.sizes["row"]
    resistance, tau, capacitance = (
        np.where(np.isfinite(record[name]) & (record[name] != 0), record[name], np.nan).astype(np.float64)
        for name in ("resistance", "relaxation_time", "capacitance")
    )
    unknown = np.full(count, np.nan)

    def deviation(name: str, values: FloatArray) -> FloatArray:
        if name not in record.variables:
            return np.full(count, log_deviation)
        own = record[name].to_numpy() / values
        return np.where(np.isfinite(own) & (own > 0), own, log_deviation)

    return PeakRows(
        spectrum_index=record["spectrum_index"].to_numpy().astype(np.int64),
        resistance=resistance,
        relaxation_time=tau,
        capacitance=capacitance,
        in_window=record["in_window"].to_numpy().astype(bool),
        resistance_log_deviation=deviation("resistance_deviation", resistance),
        time_log_deviation=deviation("relaxation_time_deviation", tau),
        slope=unknown,
        slope_deviation=unknown,
        others={name: record[name].to_numpy() for name in SPECTRUM_COORDINATES if name in record.variables},
    )


def _by_track(rows: PeakRows, record: xr.Dataset) -> PeakRows:
    """Medians of each track inside the window (or of all of it where it never is inside), with its slope.

    Rows where the process was not told from noise count only where there are no others.
    """
    tracks = record["track"].to_numpy().astype(np.int64)
    seen = record["detected"].to_numpy().astype(bool) if "detected" in record.variables else np.ones(tracks.size, bool)
    names = np.unique(tracks[tracks >= 0])
    picked, inside = [], []
    for name in names:
        mine = np.flatnonzero(tracks == name)
        mine = mine[seen[mine]] if seen[mine].any() else mine
        within = mine[rows.in_window[mine]]
        inside.append(within.size > 0)
        picked.append(within if within.size else mine)

    def median(values: FloatArray) -> FloatArray:
        known = [np.log(values[one][np.isfinite(values[one])]) for one in picked]
        return np.array([np.exp(np.median(logs)) if logs.size else np.nan for logs in known], dtype=np.float64)

    slope, slope_deviation = _slopes(record, names)
    return PeakRows(
        spectrum_index=np.array([rows.spectrum_index[one[0]] for one in picked], dtype=np.int64),
        resistance=median(rows.resistance),
        relaxation_time=median(rows.relaxation_time),
        capacitance=median(rows.capacitance),
        in_window=np.array(inside, dtype=bool),
        resistance_log_deviation=median(rows.resistance_log_deviation),
        time_log_deviation=median(rows.time_log_deviation),
        slope=slope,
        slope_deviation=slope_deviation,
        others={"track": names},
    )


def _slopes(record: xr.Dataset, names: npt.NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """Slope of each track with its standard deviation, from its 95 % interval; NaN where it says nothing."""
    value, low, high = (record[field].to_numpy()[names] for field in ("slope", "slope_low", "slope_high"))
    deviation = (high - low) / (2 * NORMAL_95)
    known = np.isfinite(value) & np.isfinite(deviation) & (deviation > 0)
    return np.where(known, value, np.nan), np.where(known, deviation, np.nan)
