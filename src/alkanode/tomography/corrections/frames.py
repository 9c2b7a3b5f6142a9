"""Which frame of a scan is what: projections, groups of flats, darks, and where between the flats a projection lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.corrections.options import Corrections

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

PROJECTION, FLAT, DARK = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FramePlan:
    """What the correction of a block of rows must know of the whole scan.

    Attributes
    ----------
    projections
        (angle,) frames that are projections, in the order taken.
    angles
        (angle,) rad.
    times
        (angle,) s, or ``None``.
    flats
        Groups of flats: frames taken one after the other.
    flat_position
        (angle,) place of each projection between the groups of flats: 0.25 is a quarter of the way from the first to
        the second. It never leaves the range of the groups.
    darks
        Frames that are darks.
    beam
        (frame,) beam intensity over the median of the projections, 1 without a monitor.
    flat_rule
        How flats are taken between groups, in words.
    left_out
        Frames that are neither: invalid ones, and projections without an angle or without beam.
    """

    projections: Indices
    angles: Floats
    times: Floats | None
    flats: tuple[Indices, ...]
    flat_position: Floats
    darks: Indices
    beam: Floats
    flat_rule: str
    left_out: int


def frame_plan(scan: xr.Dataset, options: Corrections | None = None) -> FramePlan:
    """Sort the frames of a scan; reads no counts.

    Parameters
    ----------
    scan
        Kind ``projections``.
    options
        Uses ``use_monitor``, ``dump_level`` and ``flat_counts``.

    Returns
    -------
    FramePlan

    Raises
    ------
    SchemaError
        Without projections, or without flats unless ``flat_counts`` is given.
    PhysicsError
        For a beam monitor that reads 0 or less in a flat.

    Notes
    -----
    A flat between two groups is interpolated linearly, in time where every projection and flat has one, else in the
    number of the frame. Before the first and after the last group the nearest one holds.
    """
    options = Corrections() if options is None else options
    scan = check(scan, "projections")
    key = scan["image_key"].to_numpy()
    angle = scan["rotation_angle"].to_numpy().astype(np.float64)
    beam = _beam(scan, key, options)
    usable = (key == PROJECTION) & np.isfinite(angle) & (beam > options.dump_level)
    projections = np.flatnonzero(usable)
    if projections.size == 0:
        raise SchemaError(
            "a scan needs projections (image_key 0) with an angle",
            found=f"{int((key == PROJECTION).sum())} projections",
        )
    flat = np.flatnonzero(key == FLAT)
    if flat.size == 0 and options.flat_counts is None:
        raise SchemaError(
            "flats are needed to know the open beam",
            found="no frame with image_key 1",
            todo="Read flats from another file, or state the open beam with Corrections(flat_counts=...)",
        )
    if flat.size and not (beam[flat] > 0).all():
        raise PhysicsError(
            "a beam monitor reads above 0 in every flat",
            found=f"{int((~(beam[flat] > 0)).sum())} flats with 0 or less",
            todo="Mark those frames as invalid (image_key 3), or use Corrections(use_monitor=False)",
        )
    groups = _groups(flat, key)
    clock, unit = _clock(scan, projections, flat)
    position, rule = _positions(clock, unit, projections, groups)
    times = scan["time"].to_numpy().astype(np.float64) if "time" in scan.variables else None
    return FramePlan(
        projections=projections,
        angles=angle[projections],
        times=None if times is None else times[projections],
        flats=groups,
        flat_position=position,
        darks=np.flatnonzero(key == DARK),
        beam=beam,
        flat_rule=rule,
        left_out=int(key.size - projections.size - flat.size - (key == DARK).sum()),
    )


def _beam(scan: xr.Dataset, key: npt.NDArray[np.generic], options: Corrections) -> Floats:
    """(frame,) monitor over the median of the projections; 1 where it is absent, unwanted or incomplete."""
    ones = np.ones(key.size)
    if not options.use_monitor or "beam_monitor" not in scan.variables:
        return ones
    monitor = scan["beam_monitor"].to_numpy().astype(np.float64)
    wanted = (key == PROJECTION) | (key == FLAT)
    usual = float(np.median(monitor[key == PROJECTION])) if (key == PROJECTION).any() else 0.0
    if not np.isfinite(monitor[wanted]).all() or not usual > 0:
        return ones
    return np.where(wanted, monitor / usual, 1.0)


def _groups(flat: Indices, key: npt.NDArray[np.generic]) -> tuple[Indices, ...]:
    """Flats that no projection separates."""
    if flat.size == 0:
        return ()
    shots_before = np.cumsum(key == PROJECTION)[flat]
    return tuple(np.split(flat, np.flatnonzero(np.diff(shots_before)) + 1))


def _clock(scan: xr.Dataset, projections: Indices, flat: Indices) -> tuple[Floats, str]:
    """(frame,) what flats are interpolated in, and its name."""
    if "time" in scan.variables:
        time = scan["time"].to_numpy().astype(np.float64)
        if np.isfinite(time[projections]).all() and np.isfinite(time[flat]).all():
            return time, "time"
    return np.arange(scan.sizes["frame"], dtype=np.float64), "frame number"


def _positions(clock: Floats, unit: str, projections: Indices, groups: tuple[Indices, ...]) -> tuple[Floats, str]:
    if len(groups) < 2:
        return np.zeros(projections.size), "one group of flats for all projections" if groups else "no flats"
    moments = np.array([clock[group].mean() for group in groups])
    if not (np.diff(moments) > 0).all():
        clock, unit = np.arange(clock.size, dtype=np.float64), "frame number"
        moments = np.array([clock[group].mean() for group in groups])
    place = np.interp(clock[projections], moments, np.arange(moments.size, dtype=np.float64))
    return place, f"interpolated in {unit} between {moments.size} groups of flats"
