"""Spectra at one time each: points of drifting sweeps interpolated between neighbouring sweeps.

The points of a sweep are measured one after another, so a spectrum of a cell that changes belongs to no time at all. The same
frequency comes back with every sweep, though: between two of its visits the impedance can be interpolated to any time, and all
frequencies at one time make a spectrum again (Stoynov's four-dimensional analysis).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import source
from alkanode.impedance.breaks import BreakRules
from alkanode.impedance.validity.sweep_series import AlignedSweeps, align, segments, time_span

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

_AS_MEASURED = frozenset({"frequency", "original_point"})


@source("Stoynov1993")
def at_common_time(
    record: RecordLike, *, at: Literal["start", "middle", "end"] = "middle", break_rules: BreakRules | None = None
) -> xr.Dataset:
    """Interpolate every point to one time per spectrum, between the sweeps before and after.

    Parameters
    ----------
    record
        Impedance record with ``point_time`` (s) over (spectrum, point), in the order of measurement.
    at
        Which time of a sweep its points are brought to. Default ``"middle"``, the mean of first and last: no point moves by
        more than half a sweep.
    break_rules
        What separates sweeps, see :class:`BreakRules`; nothing is interpolated across it.

    Returns
    -------
    Dataset
        The same kind. ``impedance`` and every other number over (spectrum, point) but ``frequency`` are interpolated,
        ``point_time`` is the common time where that was possible, and so is ``time``. ``interpolated`` (spectrum, point) says
        which points were moved, ``at_common_time`` (spectrum) whether all points of a spectrum are at its common time. A point
        without a partner in the neighbouring sweep (first and last sweep, edge of a segment, other frequency grid) is kept
        as measured. Masked spectra are kept as they are.

    Raises
    ------
    SchemaError
        Without ``point_time``, or for an unknown time.

    Notes
    -----
    Z(f, t) = Z_k + (Z_n - Z_k) (t - t_k)/(t_n - t_k), linear in the time of that frequency, with the sweep n before or after
    k, whichever encloses t. Drift that bends within three sweeps is not followed; :func:`sweep_drift` gives the
    deviation from the straight line. Interpolated points carry less noise than measured ones.

    References
    ----------
    :cite:`Stoynov1993`
    """
    record = check(record, "impedance")
    if at not in ("start", "middle", "end"):
        raise SchemaError("the common time is 'start', 'middle' or 'end' of a sweep", found=repr(at))
    if "point_time" not in record.variables:
        raise SchemaError(
            "at_common_time needs 'point_time'",
            found="points without a time",
            todo="Use an instrument file that stores the time of every point",
        )
    first, last = time_span(record)
    common = {"start": first, "middle": (first + last) / 2, "end": last}[at]
    chosen = break_rules or BreakRules()
    segment = segments(record, chosen)
    sweeps = align(record)
    partner, share = _partners(sweeps, segment, common)
    result = record.copy()
    moved = np.zeros(record["impedance"].shape, dtype=bool)
    spectrum, column = np.nonzero((partner >= 0) & (sweeps.point >= 0))
    here = spectrum, sweeps.point[spectrum, column]
    there = partner[spectrum, column], sweeps.point[partner[spectrum, column], column]
    for name, variable in record.variables.items():
        if variable.dims != ("spectrum", "point") or name in _AS_MEASURED or variable.dtype.kind not in "fc":
            continue
        old = variable.to_numpy()
        values = old.copy()
        values[here] = old[here] + (old[there] - old[here]) * share[spectrum, column]
        result[name] = (("spectrum", "point"), values)
    moved[here] = True
    present = np.isfinite(record["frequency"].to_numpy())
    result["interpolated"] = (("spectrum", "point"), moved)
    with np.errstate(invalid="ignore"):
        off_time = (
            np.abs(result["point_time"].to_numpy() - common[:, None]) > 1e-9 * np.fmax(last - first, 1e-3)[:, None]
        )
    settled = ~(present & off_time).any(axis=1) & np.isfinite(common) & (segment >= 0)
    result["at_common_time"] = ("spectrum", settled)
    if "time" in record.variables:
        told = record["time"].to_numpy().astype(np.float64)
        result["time"] = ("spectrum", np.where(moved.any(axis=1), common, told))
        if "time" in record.coords:
            result = result.set_coords("time")
    result.attrs.update(common_time=at, longest_pause=chosen.longest_pause, current_change=chosen.current_change)
    return label(result, "impedance")


def _partners(
    sweeps: AlignedSweeps, segment: npt.NDArray[np.int64], common: FloatArray
) -> tuple[IndexArray, FloatArray]:
    """Spectrum that encloses the common time from the other side (-1: none), and its share; shape (spectrum, union)."""
    partner = np.full(sweeps.point.shape, -1, dtype=np.intp)
    share = np.zeros(sweeps.point.shape)
    wanted = common[:, None] - sweeps.time
    for step in (-1, 1):
        near = np.arange(segment.size) + step
        inside = (near >= 0) & (near < segment.size)
        near = np.clip(near, 0, segment.size - 1)
        joined = inside & (segment >= 0) & (segment[near] == segment)
        distance = sweeps.time[near] - sweeps.time
        with np.errstate(invalid="ignore", divide="ignore"):
            part = wanted / distance
            good = (
                joined[:, None] & np.isfinite(sweeps.impedance[near]) & (distance * step > 0) & (part > 0) & (part <= 1)
            )
        partner = np.where(good, near[:, None], partner)
        share = np.where(good, part, share)
    return partner, share
