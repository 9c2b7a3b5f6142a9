"""All peaks of a voltammogram in both directions, tracked across cycles, with their partners.

For cells with several reactions, such as a full cell: each peak of the rising sweep that has one of the falling sweep as its
partner gives a midpoint, near the potential of the reaction, and a separation, which holds its polarisation.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.electrochem.voltammograms.current_peaks import CurrentPeak, PeakRule, find_current_peaks
from alkanode.electrochem.voltammograms.one_cycle import known_current
from alkanode.electrochem.voltammograms.sweeps import SweepRule, loop_pieces, potential_sweeps
from alkanode.numerics.tracks import matched, track_numbers

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRule:
    """Which peaks belong together.

    Attributes
    ----------
    drift
        V; the farthest a peak may move from one cycle to the next and still be the same, 0.1: less than the distance of the
        plateaus of layered cathodes.
    separation
        V; the farthest two partners may lie apart, 0.5.
    """

    drift: float = 0.1
    separation: float = 0.5


def voltammogram_peaks(
    record: RecordLike,
    *,
    sweeps: SweepRule | None = None,
    peaks: PeakRule | None = None,
    tracks: TrackRule | None = None,
) -> xr.Dataset:
    """Find the peaks of every sweep.

    Parameters
    ----------
    record
        Cycling record of a voltammogram.
    sweeps, peaks, tracks
        Thresholds; stored in ``attrs``.

    Returns
    -------
    Dataset
        Kind ``voltammogram_peaks``, one row per ``peak``: ``cycle``, ``direction`` (``"oxidation"``, the rising sweep at
        the working electrode, or ``"reduction"``), ``track`` (the same number for the same peak of all cycles),
        ``peak_voltage`` (V), ``peak_current`` (A over its baseline, positive), ``peak_charge`` (C over it),
        ``peak_width`` (V at half height), ``peak_shoulder``, ``partner`` (row of the peak of the other direction in the
        same cycle, -1 without one), ``midpoint_voltage``, ``separation`` (V; NaN without a partner).

    Raises
    ------
    SchemaError
        When the record is no voltammogram.

    Notes
    -----
    Tracks and partners are assignments of least total distance in potential. The midpoint is the potential of the reaction only
    where both peaks are displaced alike.
    """
    record = check(record, "cycling")
    peak_rule, rule = peaks or PeakRule(), tracks or TrackRule()
    found = potential_sweeps(record, rule=sweeps)
    time, voltage = (record[name].to_numpy().astype(float) for name in ("time", "voltage"))
    current = known_current(record)
    samples = float(found.attrs["samples_per_step"])
    table: list[tuple[int, int, CurrentPeak]] = []
    for sweep, cycle in _whole_sweeps(found):
        rows = slice(int(found["first_row"][sweep]), int(found["last_row"][sweep]) + 1)
        side = int(found["direction"][sweep])
        tops, _ = find_current_peaks(
            time[rows],
            voltage[rows],
            side * current[rows],
            scan_rate=float(found["scan_rate"][sweep]),
            rule=peak_rule,
            samples=samples,
        )
        table += [(cycle, side, top) for top in tops]
    cycles = np.array([row[0] for row in table], dtype=np.int64)
    sides = np.array([row[1] for row in table], dtype=np.int64)
    tops = [row[2] for row in table]
    place = np.array([top.voltage for top in tops], dtype=float)
    partner = _partners(cycles, sides, place, rule.separation)
    other = np.where(partner >= 0, place[partner] if place.size else place, np.nan)
    dim, volt = ("peak",), {"units": "V"}
    result = xr.Dataset(
        {
            "cycle": (dim, cycles),
            "direction": (dim, np.where(sides > 0, "oxidation", "reduction").astype(np.str_)),
            "track": (dim, track_numbers(cycles, sides, place, rule.drift)),
            "peak_voltage": (dim, place, volt),
            "peak_current": (dim, np.array([top.height for top in tops], dtype=float), {"units": "A"}),
            "peak_charge": (dim, np.array([top.charge for top in tops], dtype=float), {"units": "C"}),
            "peak_width": (dim, np.array([top.width for top in tops], dtype=float), volt),
            "peak_shoulder": (dim, np.array([not top.falls for top in tops], dtype=bool)),
            "partner": (dim, partner),
            "midpoint_voltage": (dim, 0.5 * (place + other), volt),
            "separation": (dim, sides * (place - other), volt),
        },
        attrs={
            "cycles": int(found.sizes["cycle"]),
            "peak_rule": str(asdict(peak_rule)),
            "track_rule": str(asdict(rule)),
            "sweep_rule": found.attrs["sweep_rule"],
        },
    )
    return label(result, "voltammogram_peaks")


def _whole_sweeps(found: xr.Dataset) -> list[tuple[int, int]]:
    """Each sweep once, with the loop that holds the most of its rows."""
    best: dict[int, tuple[int, int]] = {}
    for cycle in found["cycle"].to_numpy():
        for sweep, rows in loop_pieces(found, int(cycle)):
            size = rows.stop - rows.start
            if size > best.get(sweep, (0, 0))[0]:
                best[sweep] = (size, int(cycle))
    return [(sweep, best[sweep][1]) for sweep in sorted(best)]


def _partners(
    cycles: npt.NDArray[np.int64], sides: npt.NDArray[np.int64], place: Floats, reach: float
) -> npt.NDArray[np.int64]:
    """Row of the peak of the other direction in the same cycle, -1 without one."""
    partner = np.full(cycles.size, -1, dtype=np.int64)
    for cycle in np.unique(cycles):
        rising = np.flatnonzero((cycles == cycle) & (sides > 0))
        falling = np.flatnonzero((cycles == cycle) & (sides < 0))
        for a, b in matched(place[rising], place[falling], reach):
            partner[rising[a]], partner[falling[b]] = falling[b], rising[a]
    return partner
