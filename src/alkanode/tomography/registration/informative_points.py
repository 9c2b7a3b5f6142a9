"""Which voxels are worth comparing.

The rigid motion is a linear regression on the slope of the fixed volume, six columns wide. The leverage of a voxel says how
much it adds to the least known of them, so that voxels drawn with a probability proportional to their leverage fix rotations
as well as shifts. Slopes are taken from a coarser level, which keeps noise from choosing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from alkanode.tomography.registration.pyramid import Level
from alkanode.tomography.registration.slabs import Bins, bin_array
from alkanode.tomography.registration.voxel_grid import Floats

UNIFORM_SHARE = 0.1
"""Share of the points drawn without regard to leverage: they tell the noise where the volume is flat."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Coarse voxels that may be drawn.

    Attributes
    ----------
    index
        (candidate, 3) index in the coarse array.
    leverage
        (candidate,) between 0 and 1.
    step
        Voxels of the level along each edge of a coarse voxel.
    """

    index: npt.NDArray[np.intp]
    leverage: Floats
    step: Bins


def slope_columns(slope: Floats, offsets: Floats, length: float) -> Floats:
    """(point, 6) change of the grey value per voxel of shift, and per voxel of rotation at the distance ``length``."""
    return np.asarray(np.concatenate([slope, np.cross(offsets, slope) / length], axis=1))


def candidates(
    level: Level, origin: Floats, centre: Floats, length: float, information: Floats | None = None
) -> tuple[Candidates, Floats]:
    """Coarse voxels of a level with their leverage.

    Parameters
    ----------
    level
        Volume and usable voxels.
    origin
        (3,) place of the first voxel, in voxels of the full resolution.
    centre, length
        Centre of rotation and the distance that makes an angle a length, voxels of the full resolution.
    information
        (6, 6) of the whole volume; by default that of this level.

    Returns
    -------
    candidates
    information
        (6, 6).
    """
    sizes = level.values.shape
    step = (2 if sizes[0] >= 16 else 1, 2 if sizes[1] >= 16 else 1, 2 if sizes[2] >= 16 else 1)
    coarse = bin_array(level.values, step)
    usable = (bin_array(level.usable, step) > 0) & np.isfinite(coarse)
    inner = np.zeros_like(usable)
    inner[tuple(slice(1, -1) if size >= 4 else slice(None) for size in usable.shape)] = True
    index = np.argwhere(usable & inner)
    pitch = np.array(step) * np.array(level.bins)
    slope = np.zeros((index.shape[0], 3))
    places = tuple(index.T)
    for axis in range(3):
        if coarse.shape[axis] > 1:
            along = np.gradient(coarse, float(pitch[axis]), axis=axis)
            slope[:, axis] = np.nan_to_num(along[places])
    offsets = origin + (np.array(step) - 1) / 2 * np.array(level.bins) + index * pitch - centre
    columns = slope_columns(slope, offsets, length)
    if information is None:
        information = columns.T @ columns
    leverage = np.einsum("ij,jk,ik->i", columns, np.linalg.pinv(information, rcond=1e-6, hermitian=True), columns)
    return Candidates(index=index, leverage=np.clip(leverage, 0.0, 1.0), step=step), information


def draw_points(level: Level, origin: Floats, found: Candidates, count: int, random: np.random.Generator) -> Floats:
    """(point, 3) places of about ``count`` voxels, in voxels of the full resolution, without repetition."""
    children = list(product(*(range(size) for size in found.step)))
    if len(children) == 8:
        children = [child for child in children if sum(child) % 2 == 0]
    chance = draw_chance(found.leverage, count / len(children))
    chosen = found.index[random.random(chance.size) < chance]
    index = (chosen[:, None, :] * np.array(found.step) + np.array(children)[None]).reshape(-1, 3)
    index = index[level.usable[tuple(index.T)]]
    return np.asarray(origin + index * np.array(level.bins), dtype=np.float64)


def draw_chance(leverage: Floats, count: float) -> Floats:
    """Chance of each candidate, so that about ``count`` are drawn."""
    uniform = min(1.0, UNIFORM_SHARE * count / max(leverage.size, 1))
    wanted = count * (1 - UNIFORM_SHARE)
    if leverage.size <= count or not leverage.any():
        return np.full(leverage.size, min(1.0, count / max(leverage.size, 1)))
    factor = wanted / float(leverage.sum())
    for _ in range(8):
        reached = float(np.minimum(1.0, factor * leverage).sum())
        factor *= wanted / max(reached, 1e-300)
    return np.asarray(np.minimum(1.0, factor * leverage + uniform))
