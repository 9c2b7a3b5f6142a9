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
from alkanode.impedance.decomposition.decompose_peaks import (
    Decomposition,
    DecompositionRules,
    decompose,
    segments_of_times,
    told,
)
from alkanode.impedance.operando.arc_rows import TrackRows, arc_rows
from alkanode.impedance.operando.arc_slope import slope_deviation
from alkanode.impedance.operando.linking import Track, TrackingRules, link
from alkanode.impedance.operando.peak_rows import PeakRows, peak_rows
from alkanode.impedance.operando.single_scatter import single_places
from alkanode.impedance.operando.track_slope import CANNOT_SAY, Slope, SlopeRules, local_deviation, track_slope
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates

FloatArray = npt.NDArray[np.float64]

_IN_A_ROW = 3
"""Spectra in a row in which a process must be detected to have appeared."""

_BEYOND_SLOPE = Slope(value=np.nan, low=np.nan, high=np.nan, verdict=CANNOT_SAY)


def track_peaks(
    times: RecordLike,
    *,
    record: RecordLike | None = None,
    single: RecordLike | None = None,
    prominence: float = 0.05,
    beyond_share: float = 0.02,
    rules: TrackingRules | None = None,
    slope_rules: SlopeRules | None = None,
    decomposition: DecompositionRules | None = None,
) -> xr.Dataset:
    """Follow the peaks of a series of distributions.

    Parameters
    ----------
    times
        Record of kind ``relaxation_times``, in the order in which the spectra were measured (not sorted by
        :func:`alkanode.impedance.operando_map`). Breaks are taken from ``segment`` where
        :func:`alkanode.impedance.joint_relaxation_times` wrote it.
    record
        The (checked) impedance record of ``times``. With it, resistances and relaxation times are those of arcs fitted to
        the spectra (:func:`alkanode.impedance.decompose_peaks`); a spectrum that arcs do not describe keeps the areas
        between the valleys of its distribution. Without it, all rows are areas.
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
    decomposition
        When arcs are taken for what a spectrum is made of.

    Returns
    -------
    Dataset
        Kind ``peak_tracks``. Over row, by spectrum and then by relaxation time: ``spectrum_index`` (position in
        ``times``), ``track``, ``relaxation_time`` (s), ``resistance`` (ohm), ``capacitance`` (F), ``peak_width`` (full width at
        half height, decades, NaN where a half is not reached), ``relaxation_time_deviation``, ``resistance_deviation``,
        ``capacitance_deviation`` (standard deviations: of the fit for arcs, else from the scatter along the track, NaN for
        fewer than four rows), ``resistance_from`` (``"arcs"`` or ``"area"``), ``detected`` (false where R of an arc is not
        told from zero; its capacitance is then NaN), ``in_window``, ``beyond_window``, and the coordinates of the spectrum. A row ``beyond_window`` is no peak but
        polarisation beyond the long end of the window: there only the capacitance 1/(R/tau) is in the data, while
        ``relaxation_time`` and ``resistance`` are lower bounds.
        Over peak_track: ``first_spectrum``, ``last_spectrum``, ``row_count``, ``birth`` and ``death`` (words: appears,
        splits from, merges into, at a break), ``slope``, ``slope_low``, ``slope_high`` (d ln tau / d ln R with its 95 %
        interval, from detected rows inside the window) and ``verdict``: ``"area loss"`` where the slope is 0, ``"fixed capacitance"`` where it is 1,
        ``"neither"``, or ``"cannot say"``. With ``record``, ``attrs`` hold ``arcs``, ``rival_shapes`` and
        ``area_reasons`` (one line ``spectrum: reason`` each).

    Raises
    ------
    SchemaError
        For a record of another kind or an option out of range.

    Notes
    -----
    Neighbours are linked by the assignment of least total squared distance in (ln tau, ln R), each over its gate
    (:class:`TrackingRules`). A peak that merges into another keeps the other's number; the track that ends says into which.
    Standard deviations of areas hold the scatter only, since regularisation moves all rows of a track alike; those of a
    joint inversion without ``single`` are too small. Between breaks an arc is in every spectrum, so its track begins and
    ends with the run; ``birth`` and ``death`` say from and up to which spectrum it is detected in three in a row. A slope of 0 or 1 is a statement about R and C together; which process it is
    takes the size of the capacitance as well.
    """
    times = check(times, "relaxation_times")
    if not 0 < beyond_share < 1:
        raise SchemaError("beyond_share must lie between 0 and 1", found=repr(beyond_share))
    found_peaks = peak_rows(times, prominence=prominence, least_share=beyond_share)
    segments = segments_of_times(times)
    rows, found = TrackRows.of_peaks(found_peaks), None
    if record is not None:
        known = decomposition or DecompositionRules()
        found = decompose(check(record, "impedance"), times, prominence=prominence, rules=known)
        rows = arc_rows(found_peaks, times, found, known)
    tracks = _linked(rows, _order_of_spectra(times), segments, rules or TrackingRules())
    peaks = rows.peaks
    track = np.full(peaks.spectrum.size, -1, dtype=np.int64)
    for number, one in enumerate(tracks):
        track[one.rows] = number
        _tell_detection(one, rows)
    deviations, slopes = _along_tracks(rows, _places(times, single, rows), tracks, found, slope_rules or SlopeRules())
    along = ("row",)
    per_track = ("peak_track",)
    table = xr.Dataset(
        {
            "spectrum_index": (along, peaks.spectrum),
            "track": (along, track),
            "relaxation_time": (along, peaks.relaxation_time),
            "resistance": (along, peaks.resistance),
            "capacitance": (along, peaks.capacitance),
            "peak_width": (along, peaks.width),
            "relaxation_time_deviation": (along, deviations[0] * peaks.relaxation_time),
            "resistance_deviation": (along, deviations[1] * peaks.resistance),
            "capacitance_deviation": (along, deviations[2] * peaks.capacitance),
            "in_window": (along, peaks.in_window),
            "beyond_window": (along, peaks.beyond),
            "detected": (along, rows.detected),
            "resistance_from": (along, np.where(rows.process >= 0, "arcs", "area").astype(np.str_)),
            "segment": (along, segments[peaks.spectrum]),
            "first_spectrum": (per_track, _ends(peaks, tracks, 0)),
            "last_spectrum": (per_track, _ends(peaks, tracks, -1)),
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
            table[name] = (along, variable.to_numpy()[peaks.spectrum])
    if found is not None:
        table.attrs |= told(found)
        table.attrs["area_reasons"] = "\n".join(f"{k}: {reason}" for k, reason in enumerate(found.reasons) if reason)
    if "sources" in times.attrs:
        table.attrs["sources"] = times.attrs["sources"]
    return label(table, "peak_tracks")


def _order_of_spectra(times: xr.Dataset) -> npt.NDArray[np.int64]:
    """Place of every spectrum among those with a distribution: a masked one is no gap of a track."""
    known = np.isfinite(times["distribution"].to_numpy()).any(axis=1)
    return np.asarray(np.cumsum(known) - 1, dtype=np.int64)


def _linked(
    rows: TrackRows, order: npt.NDArray[np.int64], segments: npt.NDArray[np.int64], rules: TrackingRules
) -> list[Track]:
    """Tracks of peaks, and of polarisation beyond the window, in the order of their first rows."""
    tracks: list[Track] = []
    peaks = rows.peaks
    with np.errstate(divide="ignore"):
        sizes = np.log(np.where(peaks.beyond, peaks.capacitance, peaks.resistance))
    for kind in (False, True):
        here = np.flatnonzero(peaks.beyond == kind)
        if here.size == 0:
            continue
        linked = link(
            order[peaks.spectrum[here]],
            np.log(peaks.relaxation_time[here]),
            sizes[here],
            segments[peaks.spectrum[here]],
            rules,
            rows.process[here],
        )
        tracks += [Track([int(here[row]) for row in one.rows], one.birth, one.death) for one in linked]
    return _renumbered(tracks)


def _tell_detection(track: Track, rows: TrackRows) -> None:
    """Say from and up to which spectrum a process is detected, where that is not all of its track."""
    here = np.array(track.rows)
    seen = rows.detected[here]
    if seen.all():
        return
    near = min(_IN_A_ROW, here.size)
    together = np.flatnonzero(np.convolve(seen, np.ones(near), mode="valid") == near)
    if together.size == 0:
        track.birth = track.death = "hardly detected"
        return
    first, last = here[together[0]], here[together[-1] + near - 1]
    if first != here[0]:
        track.birth = f"appears at spectrum {rows.peaks.spectrum[first]}"
    if last != here[-1]:
        track.death = f"fades after spectrum {rows.peaks.spectrum[last]}"


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


def _places(times: xr.Dataset, single: RecordLike | None, rows: TrackRows) -> FloatArray:
    """Ln tau and ln R whose scatter tells the standard deviations of areas, shape (2, row)."""
    peaks = rows.peaks
    with np.errstate(divide="ignore"):  # a lower bound of zero, whose scatter is not read
        places = np.log([peaks.relaxation_time, peaks.resistance])
    if single is None:
        return places
    other = check(single, "relaxation_times")
    if other["distribution"].shape != times["distribution"].shape:
        raise SchemaError(
            "single must hold the same spectra on the same relaxation times",
            found=f"{other['distribution'].shape} for {times['distribution'].shape}",
        )
    log_tau = np.log(times["relaxation_time"].to_numpy())
    joint, alone = times["distribution"].to_numpy(), other["distribution"].to_numpy()
    areas = np.flatnonzero(rows.process < 0)
    places[:, areas] = single_places(log_tau, joint, alone, peaks.spectrum[areas], peaks.relaxation_time[areas])
    return places


def _along_tracks(
    rows: TrackRows, places: FloatArray, tracks: list[Track], found: Decomposition | None, rules: SlopeRules
) -> tuple[FloatArray, list[Slope]]:
    """Relative standard deviations of tau, R and C, shape (3, row), and the slope of every track."""
    deviations = rows.deviations.copy()
    slopes = []
    for track in tracks:
        here = np.array(track.rows)
        peaks, areas = rows.peaks, here[rows.process[here] < 0]
        if peaks.beyond[here[0]]:
            deviations[2, here] = local_deviation(np.log(peaks.capacitance[here]))
            slopes.append(_BEYOND_SLOPE)
            continue
        log_tau, log_resistance = places[:, areas]
        for number, values in enumerate((log_tau, log_resistance, log_tau - log_resistance)):
            deviations[number, areas] = local_deviation(values)
        slopes.append(_slope_of(rows, here, found, rules))
    return deviations, slopes


def _slope_of(rows: TrackRows, here: npt.NDArray[np.intp], found: Decomposition | None, rules: SlopeRules) -> Slope:
    """Slope of a track from its arcs, or from its areas where it has more of them."""
    peaks = rows.peaks
    inside = here[peaks.in_window[here] & rows.detected[here]]
    arcs = rows.process[inside] >= 0
    if found is None or 2 * arcs.sum() <= arcs.size:
        inside = inside[~arcs]
        return track_slope(np.log(peaks.relaxation_time[inside]), np.log(peaks.resistance[inside]), rules)
    inside = inside[arcs]
    runs = found.runs

    def deviation(u: FloatArray, v: FloatArray, ratio: float) -> float:
        return slope_deviation(runs, rows.run[inside], rows.process[inside], peaks.spectrum[inside], u, v, ratio)

    return track_slope(
        np.log(peaks.relaxation_time[inside]),
        np.log(peaks.resistance[inside]),
        rules,
        errors=(rows.deviations[0, inside], rows.deviations[1, inside]),
        deviation=deviation,
    )


def _ends(rows: PeakRows, tracks: list[Track], end: int) -> npt.NDArray[np.int64]:
    return np.array([rows.spectrum[one.rows[end]] for one in tracks], dtype=np.int64)
