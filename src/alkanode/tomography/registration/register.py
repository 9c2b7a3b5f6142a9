"""Rigid registration of a scan to the pristine one, on material that does not change."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.foundation.sources import source
from alkanode.tomography.registration.blocks import FULL, block_patches, smoothed
from alkanode.tomography.registration.comparison import Patch
from alkanode.tomography.registration.conditioning import Conditioning
from alkanode.tomography.registration.fixed_material import FixedMaterial
from alkanode.tomography.registration.informative_points import candidates, draw_points
from alkanode.tomography.registration.motion import Motion
from alkanode.tomography.registration.options import RegistrationOptions
from alkanode.tomography.registration.pyramid import Level, coarser, levels_of, read_fixed, read_moving
from alkanode.tomography.registration.registration_record import PARAMETERS, registration_record, unmoved_record
from alkanode.tomography.registration.residuals import residual_rms
from alkanode.tomography.registration.rigid_refinement import Refinement, judge, no_overlap, refine
from alkanode.tomography.registration.start import phase_correlation_start
from alkanode.tomography.registration.voxel_grid import Floats, VoxelGrid, voxel_grid

Mask = xr.DataArray | npt.NDArray[np.bool_] | FixedMaterial | None
Start = Literal["phase-correlation", "none"]
DEFAULTS = RegistrationOptions()
SEED = 20
"""Seed of the draw of points, so that a registration gives the same result each time."""
FAIR_OVERLAP = 0.6
"""Share of the points in both volumes from which on a start is judged by its correlation alone: a turned square loses
its corners."""
KEPT_STARTS = 4
"""Starts that go on to the next level; half of them to each further one."""
TRIAL_POINTS, TRIAL_STEPS = 20_000, 8
"""Points and steps by which the starts are told apart, on the coarsest level."""
BINNED_SHARE = 4
"""A binned level compares this many times fewer points than the full resolution."""
SCALE_TOLERANCE = 1e-4
"""Share by which the voxels of two scans may differ in size."""
POOR_CORRELATION = 0.3
"""Correlation at the compared points below which the registration is doubted."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The fixed volume, read once for all scans.

    Attributes
    ----------
    field
        (z, y, x) attenuation, possibly lazy.
    grid
        Its voxels.
    levels
        Binned volumes, the coarsest first.
    centre
        (3,) centre of the mask, index.
    length
        Radius of gyration of the mask, voxels.
    """

    field: xr.DataArray
    grid: VoxelGrid
    levels: list[Level]
    centre: Floats
    length: float


@source("BakerMatthews2004", "KuglinHines1975")
def register(
    moving: RecordLike,
    fixed: RecordLike,
    *,
    mask: Mask = None,
    start: Start | tuple[npt.ArrayLike, npt.ArrayLike] = "phase-correlation",
    options: RegistrationOptions = DEFAULTS,
    scan: str | int = 1,
) -> xr.Dataset:
    """Shift and rotation of one scan against another, with errors and conditioning.

    Parameters
    ----------
    moving, fixed
        Kind ``volume`` with coordinates in m and voxels of one size; they may cover different regions. Lazily opened
        volumes are read slab by slab, once binned and once in blocks.
    mask
        What does not change: flags (z, y, x) on the fixed volume, as :func:`fixed_material` makes them, or the rule
        :class:`FixedMaterial`, or ``None`` for the whole volume. It must take in edges: a mask inside a homogeneous material
        fixes nothing.
    start
        ``"phase-correlation"`` of binned volumes over the angles of ``options.angle_range``, ``"none"``, or shift (m) and
        rotation (rad) as two triples (z, y, x).
    options
        Choices, stored with the result.
    scan
        Name of the scan in the result.

    Returns
    -------
    Dataset
        Kind ``registration`` with one scan: ``shift`` (m), ``rotation`` (rad), ``centre`` (m) so that a point p of the fixed
        volume lies at R (p - c) + c + t in the moving one; standard errors (infinite where not observable, and the value
        zero); ``condition_number``; ``displacement`` and ``displacement_error``, the largest of any voxel of the mask (m), and
        ``displacement_noise``, what of that error noise explains (m);
        ``residual_before``, ``residual_after`` (1/m); ``covariance``, ``information``, ``observable``, ``grey_gain``,
        ``grey_offset``, ``correlation``, ``overlap``, ``changed_fraction``.

    Raises
    ------
    SchemaError
        For a volume without coordinates, or a mask of another shape.
    PhysicsError
        For volumes that do not overlap, or an empty mask.

    Warns
    -----
    DataQualityWarning
        Where a direction is not observable, the refinement did not converge, or the volumes hardly resemble one another.

    Notes
    -----
    Errors come from the scatter of the residuals between cells (a sandwich), so that correlated noise and unmodelled change
    are counted, and from what sectors about the axis and single slices disagree about beyond that. What all parts share they
    cannot show: an axis that is off by d pixels moves a slice over half a turn by 4/pi d, all of it alike.
    """
    return _register(moving, reference_of(fixed, mask, options), start, options, scan)


@source("BakerMatthews2004", "KuglinHines1975")
def register_series(
    volumes: Mapping[str, xr.Dataset] | Sequence[xr.Dataset],
    to: int = 0,
    *,
    mask: Mask = None,
    start: Start = "phase-correlation",
    options: RegistrationOptions = DEFAULTS,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Shift and rotation of every scan of a series against one of them.

    Parameters
    ----------
    volumes
        Kind ``volume``, in order; the keys of a mapping name the scans.
    to
        Which of them is the reference (the pristine one).
    mask, start, options
        As for :func:`register`; the mask lies on the reference.
    progress
        Told after each scan.

    Returns
    -------
    Dataset
        Kind ``registration``; the reference has no motion, no error, and no condition number (NaN).

    Raises
    ------
    SchemaError, PhysicsError
        As :func:`register`; also where there is no scan ``to``.
    """
    names: list[str | int] = list(volumes) if isinstance(volumes, Mapping) else list(range(len(volumes)))
    scans = list(volumes.values()) if isinstance(volumes, Mapping) else list(volumes)
    if not 0 <= to < len(scans):
        raise SchemaError("the reference must be one of the scans", found=f"scan {to} of {len(scans)}")
    progress = progress or NoProgress()
    reference = reference_of(scans[to], mask, options)
    found = []
    for number, (name, volume) in enumerate(zip(names, scans, strict=True)):
        found.append(
            _unmoved(reference, options, name) if number == to else _register(volume, reference, start, options, name)
        )
        progress.update(number + 1, len(scans), "registration")
    joined = xr.concat(found, dim="scan", data_vars="minimal", coords="minimal", compat="equals", join="exact")
    joined.attrs.update(found[0].attrs, reference=names[to])
    return label(joined, "registration")


def reference_of(fixed: RecordLike, mask: Mask, options: RegistrationOptions) -> Reference:
    """Read and bin the fixed volume."""
    fixed = check(fixed, "volume")
    grid = voxel_grid(fixed, name="fixed volume")
    base = read_fixed(fixed["attenuation"], mask, options)
    centre, length = _gyration(base)
    return Reference(
        field=fixed["attenuation"],
        grid=grid,
        levels=levels_of(base, options.coarsest),
        centre=centre,
        length=max(length, 1.0),
    )


def _gyration(level: Level) -> tuple[Floats, float]:
    """Centre of the usable voxels and their root mean square distance from it, in voxels of the full resolution."""
    centre, square = np.zeros(3), 0.0
    for axis, factor in enumerate(level.bins):
        count = level.usable.sum(axis=tuple(other for other in range(3) if other != axis))
        place = np.arange(count.size) * factor + (factor - 1) / 2
        centre[axis] = count @ place / count.sum()
        square += float(count @ (place - centre[axis]) ** 2 / count.sum())
    return centre, float(np.sqrt(square))


def outermost_places(level: Level) -> Floats:
    """(voxel, 3) first and last usable voxel of every row along x, in voxels of the full resolution.

    Whatever grows with the distance, in any direction, is largest at one of them.
    """
    bins = np.array(level.bins, dtype=np.float64)
    rows = np.argwhere(level.usable.any(axis=2))
    flags = level.usable[tuple(rows.T)]
    first, last = flags.argmax(axis=1), flags.shape[1] - 1 - flags[:, ::-1].argmax(axis=1)
    index = np.concatenate([np.column_stack([rows, first]), np.column_stack([rows, last])])
    return np.asarray(index * bins + (bins - 1) / 2)


def _register(
    moving: RecordLike,
    reference: Reference,
    start: Start | tuple[npt.ArrayLike, npt.ArrayLike],
    options: RegistrationOptions,
    scan: str | int,
) -> xr.Dataset:
    moving = check(moving, "volume")
    grid = voxel_grid(moving, name="moving volume")
    if abs(grid.pixel / reference.grid.pixel - 1) > SCALE_TOLERANCE:
        raise SchemaError(
            "both volumes need voxels of one size",
            found=f"{grid.pixel:.6g} and {reference.grid.pixel:.6g} m",
            todo="Correct the pixel size, or resample one volume",
        )
    frame = (reference.grid.first - grid.first) / reference.grid.pixel
    fixed_levels = reference.levels
    moving_levels = levels_of(read_moving(moving["attenuation"], fixed_levels[-1].bins), options.coarsest)
    moving_levels = [_matching(level, moving_levels[-1]) for level in fixed_levels]
    random = np.random.default_rng(SEED)
    starts = _starts(start, fixed_levels[0], moving_levels[0], reference, frame, options)
    if len(starts) > 1:
        brief = replace(options, iterations=TRIAL_STEPS)
        trial = [_whole(fixed_levels[0], moving_levels[0], reference, TRIAL_POINTS, options, random)]
        starts = _best(trial, starts, KEPT_STARTS, reference, frame, brief)
    pairs = list(zip(fixed_levels, moving_levels, strict=True))
    whole = fixed_levels[-1].bins == FULL
    for one, two in pairs[:-1] if whole else pairs:
        binned = [_whole(one, two, reference, options.points // BINNED_SHARE, options, random)]
        starts = _best(binned, starts, max(1, len(starts) // 2), reference, frame, options)
    patches = (
        [_whole(*pairs[-1], reference, options.points, options, random)]
        if whole
        else block_patches(
            reference.field,
            moving["attenuation"],
            fixed_levels[-1],
            starts[0],
            frame=frame,
            length=reference.length,
            options=options,
            random=random,
        )
    )
    starts = _best(patches, starts, 1, reference, frame, options) if len(starts) > 1 else starts
    result = refine(patches, starts[0], frame=frame, length=reference.length, options=options)
    state = judge(patches, result, frame=frame, length=reference.length, options=options)
    if state.held.size:
        result = _held_at_zero(patches, result, state, reference, frame, options)
    _doubts(result, state, options, scan)
    residual = [
        residual_rms(fixed_levels[-1], moving_levels[-1], motion, frame, result.gain, result.offset)
        for motion in (Motion.none(reference.centre), result.motion)
    ]
    return registration_record(
        result,
        state,
        pixel=reference.grid.pixel,
        first=reference.grid.first,
        places=outermost_places(fixed_levels[-1]),
        length=reference.length,
        residual=(residual[0], residual[1]),
        options=options,
        scan=scan,
    )


def _matching(level: Level, base: Level) -> Level:
    """The moving volume on the binning of a level of the fixed one."""
    return base if level.bins == base.bins else coarser(base, level.bins)


def _starts(
    start: Start | tuple[npt.ArrayLike, npt.ArrayLike],
    fixed: Level,
    moving: Level,
    reference: Reference,
    frame: Floats,
    options: RegistrationOptions,
) -> list[Motion]:
    if isinstance(start, str):
        if start == "phase-correlation":
            return phase_correlation_start(
                fixed, moving, centre=reference.centre, frame=frame, angle_range=options.angle_range
            )
        if start == "none":
            return [Motion.none(reference.centre)]
        raise SchemaError("start must be 'phase-correlation', 'none', or shift and rotation", found=repr(start))
    shift, rotation = (np.asarray(part, dtype=np.float64) for part in start)
    if shift.shape != (3,) or rotation.shape != (3,) or not np.isfinite([shift, rotation]).all():
        raise SchemaError("a start is two triples: shift (m) and rotation (rad)", found=repr(start))
    return [Motion.of(shift / reference.grid.pixel, rotation, reference.centre)]


def _whole(
    fixed: Level,
    moving: Level,
    reference: Reference,
    count: int,
    options: RegistrationOptions,
    random: np.random.Generator,
) -> Patch:
    """One patch that is the whole level."""
    origin = (np.array(fixed.bins, dtype=np.float64) - 1) / 2
    level = replace(fixed, values=smoothed(fixed.values, options.smoothing))
    found, _ = candidates(level, origin, reference.centre, reference.length)
    return Patch(
        fixed=level.values,
        moving=smoothed(moving.values, options.smoothing),
        fixed_origin=origin,
        moving_origin=origin,
        bins=fixed.bins,
        points=draw_points(level, origin, found, count, random),
    )


def _best(
    patches: list[Patch],
    starts: list[Motion],
    count: int,
    reference: Reference,
    frame: Floats,
    options: RegistrationOptions,
) -> list[Motion]:
    """Where the starts lead, those of the best correlation first; what leads to the same place counts once."""
    found: list[Refinement] = []
    refused = no_overlap("no start")
    for motion in starts:
        try:
            found.append(refine(patches, motion, frame=frame, length=reference.length, options=options))
        except PhysicsError as reason:  # a start that leaves no overlap is no candidate
            refused = reason
    if not found:
        raise refused
    found.sort(key=lambda one: -one.correlation * min(1.0, one.overlap / FAIR_OVERLAP))
    places = np.concatenate([patch.points[:: max(1, len(patch.points) // 100)] for patch in patches])
    near = float(max(patches[0].bins))
    kept: list[Motion] = []
    for motion in (one.motion for one in found):
        moved = motion.apply(places)
        if all(np.linalg.norm(moved - other.apply(places), axis=1).max() > near for other in kept):
            kept.append(motion)
    return kept[:count]


def _held_at_zero(
    patches: list[Patch],
    result: Refinement,
    state: Conditioning,
    reference: Reference,
    frame: Floats,
    options: RegistrationOptions,
) -> Refinement:
    """The refinement with what cannot be observed set to zero, and the rest fitted again."""
    scale = np.repeat([1.0, reference.length], 3)
    motion = result.motion
    total = state.observable @ (np.concatenate([motion.shift, motion.vector]) * scale) / scale
    again = refine(
        patches,
        Motion.of(total[:3], total[3:], reference.centre),
        frame=frame,
        length=reference.length,
        options=options,
        held=state.held,
    )
    total = state.observable @ (np.concatenate([again.motion.shift, again.motion.vector]) * scale) / scale
    return replace(again, motion=Motion.of(total[:3], total[3:], reference.centre))


def _doubts(result: Refinement, state: Conditioning, options: RegistrationOptions, scan: str | int) -> None:
    """Warn of what makes the registration doubtful."""
    if state.held.size:
        lost = [name for name, gone in zip(PARAMETERS, state.lost, strict=True) if gone]
        warnings.warn(
            f"scan {scan}: {state.held.shape[1]} direction(s) of motion cannot be observed on this mask; held at zero with"
            f" infinite error: {', '.join(lost)}. Take in material with edges across these directions.",
            DataQualityWarning,
            stacklevel=5,
        )
    if result.last_step >= options.tolerance:
        warnings.warn(
            f"scan {scan}: the registration did not converge in {options.iterations} steps; the last one moved"
            f" {result.last_step:.2g} voxels",
            DataQualityWarning,
            stacklevel=5,
        )
    if result.correlation < POOR_CORRELATION:
        warnings.warn(
            f"scan {scan}: the registered volumes hardly resemble one another (correlation {result.correlation:.2f});"
            " the motion may be wrong",
            DataQualityWarning,
            stacklevel=5,
        )


def _unmoved(reference: Reference, options: RegistrationOptions, scan: str | int) -> xr.Dataset:
    """The reference against itself."""
    return unmoved_record(
        centre=reference.centre, pixel=reference.grid.pixel, first=reference.grid.first, options=options, scan=scan
    )
