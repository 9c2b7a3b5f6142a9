"""Both volumes at the same points: grey values and slopes.

Neither volume is prefiltered: the voxels themselves are the coefficients of the splines. Both then pass the same low-pass (the
cubic B-spline) whatever the shift between them, and no frequency near one half per voxel is left, where interpolation errs.
The slope that the regression uses is that of the fixed volume on its own voxels. Its noise is odd about the voxel and hence
uncorrelated with the noise of the grey value there, so that noise pulls the estimate nowhere; the slope of an interpolated
volume, whose noise depends on the shift, would pull it to half a voxel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alkanode.tomography.registration.informative_points import slope_columns
from alkanode.tomography.registration.motion import Motion
from alkanode.tomography.registration.slabs import Bins, Volume
from alkanode.tomography.registration.voxel_grid import Floats

THIN = 8
"""Along an axis with fewer voxels than this, points at the edge are compared too."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of the fixed volume, the part of the moving one where it lies, and points to compare.

    Attributes
    ----------
    fixed, moving
        (z, y, x), smoothed.
    fixed_origin, moving_origin
        (3,) place of the first voxel in its volume, voxels of the full resolution.
    bins
        Voxels of the full resolution along each edge of a voxel.
    points
        (point, 3) places in the fixed volume, voxels of the full resolution.
    """

    fixed: Volume
    moving: Volume
    fixed_origin: Floats
    moving_origin: Floats
    bins: Bins
    points: Floats


@dataclass(frozen=True, slots=True)
class FixedSide:
    """What stays the same from step to step.

    Attributes
    ----------
    value
        (point,) grey value of the fixed volume.
    columns
        (point, 6) its change by a shift along z, y, x and by a rotation times ``length``.
    offsets
        (point, 3) from the centre of rotation.
    length
        Distance that makes an angle a length, voxels.
    """

    value: Floats
    columns: Floats
    offsets: Floats
    length: float


def prepare(patches: list[Patch], centre: Floats, length: float) -> tuple[list[Patch], FixedSide]:
    """Fixed side of all points; points without a value are dropped."""
    values, slopes, kept = [], [], []
    for patch in patches:
        scale = 1.0 / np.array(patch.bins, dtype=np.float64)
        value, slope = _sample(patch.fixed, patch.points, np.diag(scale), -patch.fixed_origin * scale)
        good = np.isfinite(value)
        kept.append(
            Patch(
                fixed=patch.fixed,
                moving=patch.moving,
                fixed_origin=patch.fixed_origin,
                moving_origin=patch.moving_origin,
                bins=patch.bins,
                points=patch.points[good],
            )
        )
        values.append(value[good].astype(np.float64))
        slopes.append(slope[good].astype(np.float64) * scale)
    offsets = np.concatenate([patch.points for patch in kept]) - centre
    columns = slope_columns(np.concatenate(slopes), offsets, length)
    return kept, FixedSide(value=np.concatenate(values), columns=columns, offsets=offsets, length=length)


def moving_value(patches: list[Patch], motion: Motion, frame: Floats) -> Floats:
    """(point,) grey value of the moving volume where each point lies, NaN beyond it.

    Parameters
    ----------
    patches
        As :func:`prepare` returned them.
    motion
        Where points lie.
    frame
        (3,) index of the first voxel of the fixed volume in the moving one.
    """
    return np.concatenate([_moving(patch, motion, frame, sloped=False)[0] for patch in patches]).astype(np.float64)


def moving_slope(patches: list[Patch], motion: Motion, frame: Floats) -> Floats:
    """(point, 3) slope of the moving volume where each point lies, per voxel of the full resolution.

    Its components are those of the frame of the fixed volume. Parameters as for :func:`moving_value`.
    """
    return np.concatenate(
        [
            (_moving(patch, motion, frame, sloped=True)[1] / np.array(patch.bins, dtype=np.float64)) @ motion.rotation
            for patch in patches
        ]
    )


def _moving(patch: Patch, motion: Motion, frame: Floats, *, sloped: bool) -> tuple[Volume, Volume]:
    scale = 1.0 / np.array(patch.bins, dtype=np.float64)
    offset = (motion.constant + frame - patch.moving_origin) * scale
    return _sample(patch.moving, patch.points, scale[:, None] * motion.rotation, offset, sloped=sloped)


def _sample(
    volume: Volume, points: Floats, matrix: Floats, offset: Floats, *, sloped: bool = True
) -> tuple[Volume, Volume]:
    from alkanode.tomography.registration.kernels import sample

    value = np.empty(points.shape[0], dtype=np.float32)
    slope = np.empty((points.shape[0] if sloped else 0, 3), dtype=np.float32)
    margin = np.array([1.0 if size >= THIN else -0.5 for size in volume.shape])
    sample(
        np.ascontiguousarray(volume, dtype=np.float32),
        np.ascontiguousarray(points),
        np.ascontiguousarray(matrix),
        np.ascontiguousarray(offset, dtype=np.float64),
        margin,
        value,
        slope,
    )
    return value, slope
