"""How much of a change one rigid displacement, or one phase fringe, explains.

Matter that moves by u turns mu(r) into mu(r - u): it leaves a loss behind and makes a gain ahead. A phase fringe is a bright
and a dark sheet side by side at an edge; where it grows or fades between two scans, the change is a multiple of the
Laplacian of attenuation. Both are fitted to the voxels around a grain. Both give on one side what they take from the
other: a change whose sum does not vanish is neither, however well its shape fits (that of a void on a face does). What is left, less noise, over what there was, less
noise, is the part not explained.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Floats = npt.NDArray[np.float64]
Volume = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_STEPS = 20
_SETTLED = 5e-3  # voxels
_BLUR = 1.5  # voxels, of the second Laplacian
PARTNER = 0.2
"""Least share that the smaller of loss and gain has of both where something moved: half would be even, but a fibre that moved
is seen in pieces."""

LEFT_OVER = 0.5
"""Share of a grain's summed change that may be left over its surroundings where the two sheets of a fringe cancel."""

_FITTED = 3000  # voxels of a block that the steps look at


@dataclass(frozen=True, slots=True)
class Patch:
    """Voxels around a grain.

    Attributes
    ----------
    before, after
        Attenuation, 1/m, of one shape (z, y, x).
    region
        Voxels to explain: the grain, what changed the other way nearby, and a margin.
    own
        Those of the grain itself with the margin.
    start
        Displacement to try besides none, voxels (z, y, x).
    noise
        Variance of the change of one voxel, (1/m)^2.
    core, near
        The marked voxels of the grain, and those within the blur of a fringe around them.
    """

    before: Volume
    after: Volume
    region: Flags
    own: Flags
    start: Floats
    noise: float
    core: Flags
    near: Flags


@dataclass(frozen=True, slots=True)
class Explained:
    """Share of the change that each rival explains, and the displacement (voxels)."""

    displacement: float
    fringe: float
    vector: Floats


def explain(patch: Patch, largest: float, block: int) -> Explained:
    """Fit displacement and fringe to a patch.

    Parameters
    ----------
    patch
        What changed.
    largest
        Longest displacement, voxels.
    block
        Edge of the blocks, voxels, that move as one: a long fibre may bend, and a grain may span several fibres.

    Returns
    -------
    Explained
        Shares at most 1, and 0 or less where nothing is explained. The whole region is fitted, but only the grain itself
        is judged: beside it may be a change that has nothing to do with it. The displacement is the mean over blocks, weighted with what each explains.
    """
    at = np.argwhere(patch.region)
    own = patch.own[patch.region]
    after = patch.after[patch.region].astype(np.float64)
    still = after - patch.before[patch.region]
    slopes: list[Volume] = list(np.gradient(patch.before))
    bends = np.stack(
        [ndimage.laplace(one)[patch.region] for one in (patch.before, ndimage.gaussian_filter(patch.before, _BLUR))],
        axis=1,
    ).astype(np.float64)
    moved, faded = still.copy(), still.copy()
    vector, weight = np.zeros(3), 0.0
    for part in _blocks(at, block):
        there = still[part]
        left, found = _displaced(patch.before, slopes, at[part].T.astype(np.float64), after[part], patch.start, largest)
        gain = float(there @ there - left @ left)
        if gain > 0:
            moved[part] = left
            vector, weight = vector + gain * found, weight + gain
        faded[part] = there - bends[part] @ np.linalg.lstsq(bends[part], there, rcond=None)[0]
    return Explained(
        _share(moved, still, own, patch.noise) if has_partner(patch) else 0.0,
        _share(faded, still, own, patch.noise) if cancels(patch) else 0.0,
        vector / weight if weight > 0 else vector,
    )


def has_partner(patch: Patch) -> bool:
    """Whether beside the grain as much changed the other way as :data:`PARTNER` asks of what moved."""
    change = patch.after - patch.before
    own, other = (float(np.sum(change[mask], dtype=np.float64)) for mask in (patch.own, patch.region & ~patch.own))
    return own * other < 0 and min(abs(own), abs(other)) >= PARTNER * (abs(own) + abs(other))


def cancels(patch: Patch) -> bool:
    """Whether the change about the grain sums to about nothing, as that of the two sheets of a fringe does."""
    change = patch.after - patch.before
    whole, own = (float(np.sum(change[mask], dtype=np.float64)) for mask in (patch.near, patch.core))
    return abs(whole) <= LEFT_OVER * abs(own)


def _blocks(at: npt.NDArray[np.int64], edge: int) -> list[npt.NDArray[np.int64]]:
    """Places sorted into blocks of about one edge, which share the extent evenly."""
    low = at.min(axis=0)
    extent = at.max(axis=0) - low + 1
    number = np.maximum(1, np.rint(extent / edge)).astype(np.int64)
    index = np.ravel_multi_index(tuple(((at - low) * number // extent).T), tuple(number))
    order = np.argsort(index, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(index[order])) + 1)


def _displaced(
    before: Volume, slopes: list[Volume], at: Floats, after: Floats, start: Floats, largest: float
) -> tuple[Floats, Floats]:
    """Residual and displacement of one block: the better of two starts, fitted on at most some thousand voxels."""
    thin = slice(None, None, -(-after.size // _FITTED))
    starts = [np.zeros(3)]
    if 0 < np.linalg.norm(start) <= largest:
        starts.append(start)
    fits = [_descend(before, slopes, at[:, thin], after[thin], one, largest) for one in starts]
    u = min(fits, key=lambda fit: fit[0])[1]
    return np.asarray(after - _sample(before, at - u[:, None])), u


def _descend(
    before: Volume, slopes: list[Volume], at: Floats, after: Floats, start: Floats, largest: float
) -> tuple[float, Floats]:
    """Sum of squares and displacement by damped Gauss-Newton steps; the displacement stays within a ball."""
    u = start.copy()
    left = after - _sample(before, at - u[:, None])
    damping = 1e-3
    design = np.zeros((after.size, 3))
    fresh_design = True
    for _ in range(_STEPS):
        if fresh_design:
            # d(left)/du is the slope of before at r - u
            design = np.stack([_sample(slope, at - u[:, None]) for slope in slopes], axis=1)
        normal = design.T @ design
        scale = np.trace(normal) / 3.0
        if not scale > 0:
            break
        fresh = u - np.linalg.solve(normal + damping * scale * np.eye(3), design.T @ left)
        length = float(np.linalg.norm(fresh))
        if length > largest:
            fresh *= largest / length
        trial = after - _sample(before, at - fresh[:, None])
        fresh_design = bool(trial @ trial < left @ left)
        if fresh_design:
            moved = float(np.abs(fresh - u).max())
            u, left, damping = fresh, trial, max(0.3 * damping, 1e-6)
            if moved < _SETTLED:
                break
        elif damping > 1e2:
            break
        else:
            damping *= 10.0
    return float(left @ left), u


def _sample(values: Volume, at: Floats) -> Floats:
    return np.asarray(ndimage.map_coordinates(values, at, output=np.float64, order=1, mode="nearest"))


def _share(left: Floats, still: Floats, own: Flags, noise: float) -> float:
    """Share of the change of the grain's own voxels that is explained."""
    floor = noise * float(own.sum())
    there = float(still[own] @ still[own]) - floor
    return 1.0 - max(float(left[own] @ left[own]) - floor, 0.0) / there if there > 0 else 0.0
