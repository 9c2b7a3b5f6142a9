"""Peaks of a series followed through it: which process appears, moves, grows, merges and vanishes.

One row per peak and spectrum, with the number of its track. Per track, how its relaxation time moves with its resistance
tells lost contact area from a process over a fixed capacitance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.operando.linking import Track, TrackingRules, link
from alkanode.impedance.operando.peak_rows import PeakRows, peak_rows
from alkanode.impedance.operando.single_scatter import single_places
from alkanode.impedance.operando.track_slope import CANNOT_SAY, Slope, SlopeRules, local_deviation, track_slope
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates

FloatArray = npt.NDArray[np.float64]

_BEYOND_SLOPE = Slope(value=np.nan, low=np.nan, high=np.nan, verdict=CANNOT_SAY)


def track_peaks(
    times: RecordLike,
    *,
    single: RecordLike | None = None,
    prominence: float = 0.05,
    beyond_share: float = 0.02,
    rules: TrackingRules | None = None,
    slope_rules: SlopeRules | None = None,
) -> xr.Dataset:
    """Follow the peaks of a series of distributions.

    Parameters
    ----------
    times
        Record of kind ``relaxation_times``, in the order in which the spectra were measured (not sorted by
        :func:`alkanode.impedance.operando_map`). Breaks are taken from ``segment`` where
        :func:`alkanode.impedance.joint_relaxation_times` wrote it.
    single
        The same spectra inverted one by one. A joint inversion has smoothed away the scatter from which standard deviations
        are read; with this record they are those of one spectrum by itself.
    prominence
        Of a peak over the largest value of its distribution, as in :func:`alkanode.impedance.peaks`.
    beyond_share
        Reactance of what lies beyond the long end of the window, at the lowest frequency and over the resistance of the
        spectrum there, from which on it is a row. Default 0.02, and never below four times the rms residual.
    rules
        How peaks are linked.
    slope_rules
        When a slope of ln tau over ln R says something.

    Returns
    -------
    Dataset
        Kind ``peak_tracks``. Over row, by spectrum and then by relaxation time: ``spectrum_index`` (position in
        ``times``), ``track``, ``relaxation_time`` (s), ``resistance`` (ohm), ``capacitance`` (F), ``peak_width`` (full width at
        half height, decades, NaN where a half is not reached), ``relaxation_time_deviation``, ``resistance_deviation``,
        ``capacitance_deviation`` (standard deviations, from the scatter along the track, NaN for fewer than four rows),
        ``in_window``, ``beyond_window``, and the coordinates of the spectrum. A row ``beyond_window`` is no peak but
        polarisation beyond the long end of the window: there only the capacitance 1/(R/tau) is in the data, while
        ``relaxation_time`` and ``resistance`` are lower bounds.
        Over peak_track: ``first_spectrum``, ``last_spectrum``, ``row_count``, ``birth`` and ``death`` (words: appears,
        splits from, merges into, at a break), ``slope``, ``slope_low``, ``slope_high`` (d ln tau / d ln R with its 95 %
        interval) and ``verdict``: ``"area loss"`` where the slope is 0, ``"fixed capacitance"`` where it is 1,
        ``"neither"``, or ``"cannot say"``.

    Raises
    ------
    SchemaError
        For a record of another kind or an option out of range.

    Notes
    -----
    Neighbours are linked by the assignment of least total squared distance in (ln tau, ln R), each over its gate
    (:class:`TrackingRules`). A peak that merges into another keeps the other's number; the track that ends says into which.
    Standard deviations hold the scatter only, since regularisation moves all rows of a track alike; those of a joint
    inversion without ``single`` are too small. A slope of 0 or 1 is a statement about R and C together; which process it is
    takes the size of the capacitance as well.
    """
    times = check(times, "relaxation_times")
    if not 0 < beyond_share < 1:
        raise SchemaError("beyond_share must lie between 0 and 1", found=repr(beyond_share))
    rows = peak_rows(times, prominence=prominence, least_share=beyond_share)
    segments = _segments(times)
    order = _order_of_spectra(times)
    places = _places(times, single, rows)
    tracks = _linked(rows, order, segments, rules or TrackingRules())
    track = np.full(rows.spectrum.size, -1, dtype=np.int64)
    for number, one in enumerate(tracks):
        track[one.rows] = number
    deviations, slopes = _along_tracks(rows, places, tracks, slope_rules or SlopeRules())
    along = ("row",)
    per_track = ("peak_track",)
    table = xr.Dataset(
        {
            "spectrum_index": (along, rows.spectrum),
            "track": (along, track),
            "relaxation_time": (along, rows.relaxation_time),
            "resistance": (along, rows.resistance),
            "capacitance": (along, rows.capacitance),
            "peak_width": (along, rows.width),
            "relaxation_time_deviation": (along, deviations[0] * rows.relaxation_time),
            "resistance_deviation": (along, deviations[1] * rows.resistance),
            "capacitance_deviation": (along, deviations[2] * rows.capacitance),
            "in_window": (along, rows.in_window),
            "beyond_window": (along, rows.beyond),
            "segment": (along, segments[rows.spectrum]),
            "first_spectrum": (per_track, _ends(rows, tracks, 0)),
            "last_spectrum": (per_track, _ends(rows, tracks, -1)),
            "row_count": (per_track, np.array([len(one.rows) for one in tracks], dtype=np.int64)),
            "birth": (per_track, np.array([one.birth for one in tracks], dtype=np.str_)),
            "death": (per_track, np.array([one.death for one in tracks], dtype=np.str_)),
            "slope": (per_track, np.array([one.value for one in slopes], dtype=np.float64)),
            "slope_low": (per_track, np.array([one.low for one in slopes], dtype=np.float64)),
            "slope_high": (per_track, np.array([one.high for one in slopes], dtype=np.float64)),
            "verdict": (per_track, np.array([one.verdict for one in slopes], dtype=np.str_)),
        },
        attrs={"prominence": prominence, "beyond_share": beyond_share},
    )
    for name, variable in spectrum_coordinates(times).items():
        if name != "spectrum":
            table[name] = (along, variable.to_numpy()[rows.spectrum])
    if "sources" in times.attrs:
        table.attrs["sources"] = times.attrs["sources"]
    return label(table, "peak_tracks")


def _segments(times: xr.Dataset) -> npt.NDArray[np.int64]:
    if "segment" in times.variables:
        return np.asarray(times["segment"].to_numpy(), dtype=np.int64)
    return np.zeros(times.sizes["spectrum"], dtype=np.int64)


def _order_of_spectra(times: xr.Dataset) -> npt.NDArray[np.int64]:
    """Place of every spectrum among those with a distribution: a masked one is no gap of a track."""
    known = np.isfinite(times["distribution"].to_numpy()).any(axis=1)
    return np.asarray(np.cumsum(known) - 1, dtype=np.int64)


def _linked(
    rows: PeakRows, order: npt.NDArray[np.int64], segments: npt.NDArray[np.int64], rules: TrackingRules
) -> list[Track]:
    """Tracks of peaks, and of polarisation beyond the window, in the order of their first rows."""
    tracks: list[Track] = []
    for kind in (False, True):
        here = np.flatnonzero(rows.beyond == kind)
        if here.size == 0:
            continue
        size = np.log(rows.capacitance[here] if kind else rows.resistance[here])
        linked = link(
            order[rows.spectrum[here]], np.log(rows.relaxation_time[here]), size, segments[rows.spectrum[here]], rules
        )
        tracks += [Track([int(here[row]) for row in one.rows], one.birth, one.death) for one in linked]
    return _renumbered(tracks)


def _renumbered(tracks: list[Track]) -> list[Track]:
    """Tracks by their first rows; the numbers inside the words of peaks stay right, since peaks are linked first."""
    order = sorted(range(len(tracks)), key=lambda number: tracks[number].rows[0])
    new = {old: position for position, old in enumerate(order)}
    for one in tracks:
        one.birth, one.death = (_with_number(words, new) for words in (one.birth, one.death))
    return [tracks[old] for old in order]


def _with_number(words: str, new: dict[int, int]) -> str:
    head, found, number = words.rpartition("track ")
    return f"{head}{found}{new[int(number)]}" if found else words


def _places(times: xr.Dataset, single: RecordLike | None, rows: PeakRows) -> FloatArray:
    """Ln tau and ln R whose scatter tells the standard deviations, shape (2, row)."""
    if single is None:
        with np.errstate(divide="ignore"):  # a lower bound of zero, whose scatter is not read
            return np.log([rows.relaxation_time, rows.resistance])
    other = check(single, "relaxation_times")
    if other["distribution"].shape != times["distribution"].shape:
        raise SchemaError(
            "single must hold the same spectra on the same relaxation times",
            found=f"{other['distribution'].shape} for {times['distribution'].shape}",
        )
    log_tau = np.log(times["relaxation_time"].to_numpy())
    joint, alone = times["distribution"].to_numpy(), other["distribution"].to_numpy()
    return single_places(log_tau, joint, alone, rows.spectrum, rows.relaxation_time)


def _along_tracks(
    rows: PeakRows, places: FloatArray, tracks: list[Track], rules: SlopeRules
) -> tuple[FloatArray, list[Slope]]:
    """Relative standard deviations of tau, R and C, shape (3, row), and the slope of every track."""
    deviations = np.full((3, rows.spectrum.size), np.nan)
    slopes = []
    for track in tracks:
        here = np.array(track.rows)
        if rows.beyond[here[0]]:
            deviations[2, here] = local_deviation(np.log(rows.capacitance[here]))
            slopes.append(_BEYOND_SLOPE)
            continue
        log_tau, log_resistance = places[:, here]
        for field, values in enumerate((log_tau, log_resistance, log_tau - log_resistance)):
            deviations[field, here] = local_deviation(values)
        inside = here[rows.in_window[here]]
        slopes.append(track_slope(np.log(rows.relaxation_time[inside]), np.log(rows.resistance[inside]), rules))
    return deviations, slopes


def _ends(rows: PeakRows, tracks: list[Track], end: int) -> npt.NDArray[np.int64]:
    return np.array([rows.spectrum[one.rows[end]] for one in tracks], dtype=np.int64)
