"""Rows that belong to one process, from spectrum to spectrum: the assignment of least total distance.

Distance counts relaxation time and resistance together, so that a small peak beside a large one is not taken for it. A peak
may be missing for some spectra; then its track waits. Across a break it goes on only where place and size hardly changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from alkanode.foundation.errors import SchemaError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingRules:
    """How peaks are linked.

    Attributes
    ----------
    relaxation_time_gate, resistance_gate
        Largest change from one spectrum to the next, in decades. Defaults 0.4 and 0.5: twice the scatter of a peak at 1 %
        noise, and less than processes lie apart.
    break_gate
        Both gates across a break, decades. Default 0.15 (a change by 40 %): what looks the same on both sides.
    allowed_gap
        Spectra in a row in which a peak may be missing. Default 2.
    merge_share
        Share of the resistance of a vanished peak that its neighbour must gain to have taken it up. Default 0.5.
    """

    relaxation_time_gate: float = 0.4
    resistance_gate: float = 0.5
    break_gate: float = 0.15
    allowed_gap: int = 2
    merge_share: float = 0.5

    def __post_init__(self) -> None:
        for name in ("relaxation_time_gate", "resistance_gate", "break_gate", "merge_share"):
            if not getattr(self, name) > 0:
                raise SchemaError(f"{name} of the tracking rules must be positive", found=repr(getattr(self, name)))
        if self.allowed_gap < 0:
            raise SchemaError("allowed_gap of the tracking rules must not be negative", found=repr(self.allowed_gap))


@dataclass(slots=True)
class Track:
    """A process through the series.

    Attributes
    ----------
    rows
        Its rows, in the order of the spectra.
    birth, death
        How it began and ended, in words.
    """

    rows: list[int] = field(default_factory=list)
    birth: str = ""
    death: str = ""


def link(
    spectrum: IntArray,
    log_tau: FloatArray,
    log_resistance: FloatArray,
    segment: IntArray,
    rules: TrackingRules,
    process: IntArray | None = None,
) -> list[Track]:
    """Link rows to tracks.

    Parameters
    ----------
    spectrum
        Order of the spectrum of each row among those with a distribution, ascending, shape (row,).
    log_tau, log_resistance
        Natural logarithms, shape (row,).
    segment
        Number of the segment of each row, shape (row,).
    rules
        Gates.
    process
        Number of the process inside its segment where it is known (-1 elsewhere), shape (row,): such rows are linked by
        it, whatever their distance, and never to another process of the segment.

    Returns
    -------
    list of Track
        In the order of their first rows.
    """
    gates = np.log(10) * np.array([rules.relaxation_time_gate, rules.resistance_gate])
    break_gates = np.full(2, np.log(10) * rules.break_gate)
    point = np.column_stack([log_tau, log_resistance])
    process = np.full(spectrum.size, -1, dtype=np.int64) if process is None else process
    tracks: list[Track] = []
    alive: list[Track] = []
    for now in np.unique(spectrum):
        rows = np.flatnonzero(spectrum == now)
        here = set(segment[rows][process[rows] >= 0].tolist())
        alive = [
            track
            for track in alive
            if now - spectrum[track.rows[-1]] <= rules.allowed_gap + 1
            or (process[track.rows[-1]] >= 0 and int(segment[track.rows[-1]]) in here)
        ]
        taken = np.zeros(rows.size, dtype=bool)
        if alive:
            last = np.array([track.rows[-1] for track in alive])
            broken = segment[last][:, None] != segment[rows][None, :]
            missed = (now - spectrum[last] - 1)[:, None, None]
            reach = np.where(broken[:, :, None], break_gates, gates * np.sqrt(1 + missed))
            apart = (np.abs(point[last][:, None] - point[rows][None, :]) / reach).max(axis=2)
            known = ~broken & (process[last][:, None] >= 0) & (process[rows][None, :] >= 0)
            same = process[last][:, None] == process[rows][None, :]
            apart = np.where(known, np.where(same, 0.0, np.inf), apart)
            distance = (((point[last][:, None] - point[rows][None, :]) / reach) ** 2).sum(axis=2)
            cost = np.where(apart <= 1, np.where(known, -1.0, distance), 10.0)
            for old, new in zip(*linear_sum_assignment(cost), strict=True):
                if apart[old, new] <= 1:
                    alive[old].rows.append(int(rows[new]))
                    taken[new] = True
        for row in rows[~taken]:
            tracks.append(Track([int(row)]))
            alive.append(tracks[-1])
    _tell(tracks, spectrum, log_resistance, log_tau, segment, rules)
    return tracks


def _tell(
    tracks: list[Track],
    spectrum: IntArray,
    log_resistance: FloatArray,
    log_tau: FloatArray,
    segment: IntArray,
    rules: TrackingRules,
) -> None:
    """Say how every track began and ended."""
    if not tracks:
        return
    every = np.unique(spectrum)
    segment_of = {int(s): int(g) for s, g in zip(spectrum, segment, strict=True)}
    resistance = np.exp(log_resistance)
    for number, track in enumerate(tracks):
        for end, row, neighbour in (("birth", track.rows[0], -1), ("death", track.rows[-1], 1)):
            where = int(np.searchsorted(every, spectrum[row]))
            beside = where + neighbour
            if not 0 <= beside < every.size:
                told = "present from the first spectrum" if neighbour < 0 else "present to the last spectrum"
            elif segment_of[int(every[beside])] != segment_of[int(every[where])]:
                told = "after a break" if neighbour < 0 else "ends at a break"
            else:
                other = _exchanged(
                    tracks, number, row, int(every[where]), int(every[beside]), spectrum, resistance, log_tau, rules
                )
                if other is None:
                    told = "appears" if neighbour < 0 else "vanishes"
                else:
                    told = f"splits from track {other}" if neighbour < 0 else f"merges into track {other}"
            setattr(track, end, told)


def _exchanged(
    tracks: list[Track],
    number: int,
    row: int,
    here: int,
    there: int,
    spectrum: IntArray,
    resistance: FloatArray,
    log_tau: FloatArray,
    rules: TrackingRules,
) -> int | None:
    """The neighbouring track whose resistance is larger by that of this row where this track is not."""
    best: tuple[float, int] | None = None
    for other, track in enumerate(tracks):
        if other == number:
            continue
        by_spectrum = {int(spectrum[r]): r for r in track.rows}
        if here not in by_spectrum or there not in by_spectrum:
            continue
        gain = (resistance[by_spectrum[there]] - resistance[by_spectrum[here]]) / resistance[row]
        distance = abs(float(log_tau[by_spectrum[here]] - log_tau[row]))
        if rules.merge_share <= gain <= 1 / rules.merge_share and (best is None or distance < best[0]):
            best = (distance, other)
    return None if best is None else best[1]
