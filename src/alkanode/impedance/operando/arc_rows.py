"""Rows of tracks where spectra are described by arcs: the arcs in place of the peaks, with the errors of their fit.

Where arcs do not describe a spectrum its peaks stay, with the areas between their valleys.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.impedance.decomposition.decompose_peaks import Decomposition, DecompositionRules, capacitances
from alkanode.impedance.decomposition.run_arcs import RunArcs
from alkanode.impedance.operando.peak_rows import PeakRows, window_ends

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TrackRows:
    """Rows from which tracks are made; all of shape (row,) but the last.

    Attributes
    ----------
    peaks
        Place, size and width of each row.
    run, process
        Which run and which of its processes a row is, -1 where it is a peak.
    detected
        Whether R is told from zero; true for peaks.
    deviations
        Relative standard deviations of tau, R and C from the fit, NaN for peaks, shape (3, row).
    """

    peaks: PeakRows
    run: IntArray
    process: IntArray
    detected: BoolArray
    deviations: FloatArray

    @classmethod
    def of_peaks(cls, peaks: PeakRows) -> TrackRows:
        """Peaks only."""
        count = peaks.spectrum.size
        none = np.full(count, -1, dtype=np.int64)
        return cls(peaks, none, none, np.ones(count, dtype=bool), np.full((3, count), np.nan))


def arc_rows(peaks: PeakRows, times: xr.Dataset, found: Decomposition, rules: DecompositionRules) -> TrackRows:
    """Rows of a series with arcs where they describe it.

    Parameters
    ----------
    peaks
        Rows of the distributions.
    times
        The distributions.
    found
        Arcs of their spectra.
    rules
        When a process is there.

    Returns
    -------
    TrackRows
        By spectrum and then by relaxation time. Polarisation beyond the window stays where the arcs alone do not explain it.
    """
    described = found.described
    tail = np.zeros(described.size, dtype=bool)
    log_tau = np.log(times["relaxation_time"].to_numpy())
    start, end = window_ends(log_tau, times["in_window"].to_numpy())
    parts = []
    for number, run in enumerate(found.runs):
        rows = _of_run(run, number, start, end, described, rules)
        tail[run.spectra] = run.fits[0].model.tail
        parts.append(rows)
    keep = ~described[peaks.spectrum] | (peaks.beyond & tail[peaks.spectrum])
    parts.append(_taken(TrackRows.of_peaks(peaks), np.flatnonzero(keep)))
    together = _joined(parts)
    order = np.lexsort((together.peaks.relaxation_time, together.peaks.spectrum))
    return _taken(together, order)


def _of_run(
    run: RunArcs, number: int, start: FloatArray, end: FloatArray, described: BoolArray, rules: DecompositionRules
) -> TrackRows:
    rows = np.flatnonzero(described[run.spectra])
    spectrum = np.repeat(run.spectra[rows], run.count).astype(np.int64)

    def flat(values: FloatArray) -> FloatArray:
        return np.asarray(values[rows].ravel())

    R, sd_R, u, sd_u = (
        flat(values) for values in (run.resistance, run.resistance_deviation, run.log_time, run.log_time_deviation)
    )
    detected = R / sd_R > rules.detection
    capacitance, deviation = capacitances(R, sd_R, u, sd_u, flat(run.shared), detected)
    return TrackRows(
        peaks=PeakRows(
            spectrum=spectrum,
            relaxation_time=np.exp(u),
            resistance=R,
            capacitance=capacitance,
            width=flat(run.width),
            in_window=(u >= start[spectrum]) & (u <= end[spectrum]),
            beyond=np.zeros(u.size, dtype=bool),
        ),
        run=np.full(u.size, number, dtype=np.int64),
        process=np.tile(np.arange(run.count, dtype=np.int64), rows.size),
        detected=detected,
        deviations=np.stack([sd_u, sd_R / R, deviation / capacitance]),
    )


def _taken(rows: TrackRows, places: npt.NDArray[np.intp]) -> TrackRows:
    """Some of the rows, in the order given."""
    peaks = PeakRows(*(getattr(rows.peaks, name)[places] for name in PeakRows.__slots__))
    return replace(
        rows,
        peaks=peaks,
        run=rows.run[places],
        process=rows.process[places],
        detected=rows.detected[places],
        deviations=rows.deviations[:, places],
    )


def _joined(parts: list[TrackRows]) -> TrackRows:
    def together(name: str) -> npt.NDArray[np.generic]:
        return np.concatenate([getattr(part, name) for part in parts])

    peaks = PeakRows(*(np.concatenate([getattr(part.peaks, name) for part in parts]) for name in PeakRows.__slots__))
    return TrackRows(
        peaks=peaks,
        run=np.asarray(together("run"), dtype=np.int64),
        process=np.asarray(together("process"), dtype=np.int64),
        detected=np.asarray(together("detected"), dtype=bool),
        deviations=np.concatenate([part.deviations for part in parts], axis=1),
    )
