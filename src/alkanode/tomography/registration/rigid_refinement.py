"""Gauss-Newton on shift and rotation with gain and offset, by weighted least squares.

Each step asks by what small motion the *fixed* volume would have to move to look like the moving one as it is now brought
back, and undoes it. The columns of the regression then never change, and the slope is taken on voxels, never between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.registration.comparison import Patch, moving_slope, moving_value, prepare
from alkanode.tomography.registration.conditioning import Conditioning, conditioning
from alkanode.tomography.registration.motion import Motion, moved_by
from alkanode.tomography.registration.options import RegistrationOptions
from alkanode.tomography.registration.voxel_grid import Floats
from alkanode.tomography.registration.weights import SlopeClasses, Spread, robust_weights

FEWEST_POINTS = 100
LONGEST_STEP = 2.0
"""Voxels of the level by which a step may move the farthest point."""


@dataclass(frozen=True, slots=True)
class Refinement:
    """End of a refinement on one level.

    Attributes
    ----------
    motion
        Where points lie.
    spread
        Noise (1/m) and misfit (voxels of the full resolution) of the residuals.
    gain, offset
        Grey value of the moving volume = gain * fixed + offset (1/m).
    correlation
        Between the two volumes at the points.
    overlap
        Share of the points that lie in the moving volume.
    changed
        Share of the points without weight.
    steps
        Steps taken.
    last_step
        Largest displacement by the last step, voxels of the level.
    """

    motion: Motion
    spread: Spread
    gain: float
    offset: float
    correlation: float
    overlap: float
    changed: float
    steps: int
    last_step: float


def refine(
    patches: list[Patch],
    motion: Motion,
    *,
    frame: Floats,
    length: float,
    options: RegistrationOptions,
    held: Floats | None = None,
) -> Refinement:
    """Refine a motion at the points of some patches.

    Parameters
    ----------
    patches
        Parts of both volumes with points.
    motion
        Start.
    frame
        (3,) index of the first voxel of the fixed volume in the moving one.
    length
        Voxels that make an angle a length.
    options
        Options.
    held
        (6, direction) orthonormal directions along which nothing moves.

    Raises
    ------
    PhysicsError
        Where too few points lie in both volumes.

    Notes
    -----
    With M the moving volume brought back and F the fixed one, M = g F + b + g grad F . (t + w x d) is solved for t, w, g and
    b by least squares with Tukey weights; t, w are undone by composition :cite:`BakerMatthews2004`.
    """
    patches, fixed = prepare(patches, motion.centre, length)
    if fixed.value.size < FEWEST_POINTS:
        raise too_few(fixed.value.size)
    pitch = float(max(patches[0].bins))
    steepness = (fixed.columns[:, :3] ** 2).sum(axis=1)
    classes = SlopeClasses.of(steepness)
    grey = _grey_columns(fixed.value, options)
    design = np.concatenate([fixed.columns, grey], axis=1)
    corners = _corners(fixed.offsets)
    gain, offset = 1.0, 0.0
    taken, last = 0, np.inf
    while True:
        value = moving_value(patches, motion, frame)
        good = np.isfinite(value)
        if good.sum() < FEWEST_POINTS:
            raise no_overlap(f"{int(good.sum())} of {good.size} compared voxels in both")
        if taken == 0:
            gain, offset = _first_grey(value[good], fixed.value[good], options)
        residual = value - gain * fixed.value - offset
        spread = classes.spread(residual)
        residual[~good] = 0.0
        weight = np.where(good, robust_weights(residual, spread.variance(steepness), options.outlier), 0.0)
        if last < options.tolerance or taken == options.iterations:
            break
        step, (more, shift) = _step(design, residual, weight, held, options.artefact)
        step = step / gain
        gain, offset = gain + more, offset + shift
        reach = float(moved_by(step[:3], step[3:] / length, corners).max()) / pitch
        if reach > LONGEST_STEP:
            step = step * (LONGEST_STEP / reach)
        motion = motion.after_inverse_of(step[:3], step[3:] / length)
        taken, last = taken + 1, reach
    return Refinement(
        motion=motion,
        spread=spread,
        gain=gain,
        offset=offset,
        correlation=_correlation(value[good], fixed.value[good]),
        overlap=float(good.mean()),
        changed=float((weight[good] == 0).mean()),
        steps=taken,
        last_step=last,
    )


def no_overlap(found: str) -> PhysicsError:
    """The error for volumes that do not cover the same place."""
    return PhysicsError(
        "the two volumes must overlap where the mask is",
        found=found,
        todo="Give a start, a larger mask, or volumes of the same region",
    )


def too_few(found: int) -> PhysicsError:
    """The error for a mask with hardly any voxels."""
    return PhysicsError(
        f"the mask must hold at least {FEWEST_POINTS} voxels to compare",
        found=f"{found} away from the edge of the volume",
        todo="Erode less, or take in more of the material",
    )


def judge(
    patches: list[Patch], result: Refinement, *, frame: Floats, length: float, options: RegistrationOptions
) -> Conditioning:
    """Information and errors at the end of a refinement; parameters as for :func:`refine`."""
    motion = result.motion
    patches, fixed = prepare(patches, motion.centre, length)
    value = moving_value(patches, motion, frame)
    residual = np.nan_to_num(value - result.gain * fixed.value - result.offset)
    variance = result.spread.variance((fixed.columns[:, :3] ** 2).sum(axis=1))
    return conditioning(
        fixed,
        value,
        moving_slope(patches, motion, frame),
        residual,
        robust_weights(residual, variance, options.outlier),
        _grey_columns(fixed.value, options),
        options,
        float(max(patches[0].bins)),
    )


def _grey_columns(value: Floats, options: RegistrationOptions) -> Floats:
    columns = {"gain-offset": [value, np.ones_like(value)], "offset": [np.ones_like(value)], "none": []}[options.grey]
    return np.stack(columns, axis=1) if columns else np.empty((value.size, 0))


def _first_grey(value: Floats, fixed: Floats, options: RegistrationOptions) -> tuple[float, float]:
    """Gain 1 and the offset of the medians, as a start."""
    return 1.0, 0.0 if options.grey == "none" else float(np.median(value) - np.median(fixed))


def _corners(offsets: Floats) -> Floats:
    """(8, 3) corners of the box round all points: no point moves farther than they do."""
    ends = np.stack([offsets.min(axis=0), offsets.max(axis=0)])
    return np.array([[ends[i, 0], ends[j, 1], ends[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])


def _step(
    design: Floats, residual: Floats, weight: Floats, held: Floats | None, artefact: float
) -> tuple[Floats, tuple[float, float]]:
    """(6,) small motion in voxels times the gain, and the changes of gain and offset.

    The grey values are eliminated first; directions of motion with hardly any information do not move.
    """
    weighted = design * weight[:, None]
    normal, right = weighted.T @ design, weighted.T @ residual
    grey = np.linalg.pinv(normal[6:, 6:], hermitian=True)
    carried = normal[:6, 6:] @ grey
    inner, side = normal[:6, :6] - carried @ normal[6:, :6], right[:6] - carried @ right[6:]
    if held is not None and held.size:
        free = np.eye(6) - held @ held.T
        inner, side = free @ inner @ free, free @ side
    step = np.linalg.pinv(inner, rcond=artefact**2, hermitian=True) @ side
    change = grey @ (right[6:] - normal[6:, :6] @ step)
    gain, offset = (0.0, 0.0, *change)[-2:] if change.size != 1 else (0.0, change[0])
    return np.asarray(step), (float(gain), float(offset))


def _correlation(one: Floats, two: Floats) -> float:
    a, b = one - one.mean(), two - two.mean()
    return float(a @ b / max(np.sqrt(float(a @ a) * float(b @ b)), 1e-300))
