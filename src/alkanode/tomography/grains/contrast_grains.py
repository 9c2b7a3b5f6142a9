r"""Volume of each grain from its summed change of attenuation, grain by grain, for volumes that may lie on a disk.

Blur and partial voxels change the height of a grain but not its sum, so :math:`V = \int \delta\mu\, dV / \Delta\mu` over its
outline and a margin. The contrast :math:`\Delta\mu` is that of what may have happened. Which it was, height and level tell:
a grain of half the contrast and twice the volume is lower, and what was there before differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import ndimage, special

from alkanode.tomography.grains.dipole_patches import Box, Site, Window, own_voxels, sites
from alkanode.tomography.grains.voxel_grid import VoxelGrid

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

Transitions = Mapping[str, tuple[float, float]]
"""Name -> attenuation before and after, 1/m."""

WINDOW_BYTES = 5 * 10**8
"""Bytes of the volumes that are held at once."""

SHAPE_ERROR = 0.15
"""Share of a contrast by which the height of a grain may be off because it is no sphere (assumed)."""

LIKELY = 4.0
"""A transition is possible when its misfit exceeds the best by no more: two standard deviations."""

_CUBE = np.ones((3, 3, 3), dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrainSums:
    """What is summed over the outline of each grain.

    Attributes
    ----------
    change
        (grain,) sum of change times volume, m2; NaN for a grain too large to be held.
    quiet
        (grain, place) the same on maps without change, at places as far from the axis.
    height, level
        (grain,) change, and mean of before and after, at the middle of the grain, 1/m.
    noise, slope
        (grain,) noise of the change there, and what a voxel of distance changes of the level, 1/m.
    lasting
        (grain,) whether it would be found at the higher threshold, too.
    """

    change: Floats
    quiet: Floats
    height: Floats
    level: Floats
    noise: Floats
    slope: Floats
    lasting: Flags


def sum_grains(
    difference: xr.Dataset,
    grains: xr.Dataset,
    signs: xr.Dataset,
    nulls: Sequence[xr.Dataset],
    grid: VoxelGrid,
    *,
    margin: int,
    higher: float,
    largest_box: int,
) -> GrainSums:
    """Sum the change over the outline of every grain.

    Parameters
    ----------
    difference, grains, signs, nulls
        Kinds ``difference``, ``grains``, ``change_map``; and ``difference`` without change.
    grid
        Of their voxels.
    margin
        Voxels around the marked ones that belong to a grain, as far as no other grain is nearer.
    higher
        The higher threshold.
    largest_box
        Voxels of the largest box that is held.
    """
    fields = {"change": "attenuation_change", "before": "attenuation_before", "factor": "noise_factor"}
    here = {name: difference.variables[field] for name, field in fields.items() if field in difference}
    window = Window({**here, "sign": signs.variables["sign"]}, WINDOW_BYTES)
    quiet = [Window({"change": one.variables["attenuation_change"]}, WINDOW_BYTES // 2) for one in nulls]
    starts = [round(float((one["z"][0] - difference["z"][0]) / grid.size[0])) for one in nulls]
    square = grid.shape[1] == grid.shape[2]
    n, places = grains.sizes["grain"], (8 if square else 4) * len(nulls)
    least = int(grains.attrs.get("smallest_voxels", 1))
    noise = difference["attenuation_noise"].to_numpy()
    found = GrainSums(
        change=np.full(n, np.nan),
        quiet=np.zeros((n, places)),
        **{name: np.zeros(n) for name in ("height", "level", "noise", "slope")},
        lasting=np.ones(n, dtype=bool),
    )
    for site in sites(grains, grid):
        box = site.box(grid.shape, margin + 2)
        if np.prod([one.stop - one.start for one in box]) > largest_box:
            continue
        values = window.read(box)
        own = own_voxels(site, box, values["sign"] == site.sign)
        weight = _outline(own, values["sign"] != 0, margin, least)
        change = np.nan_to_num(values["change"].astype(np.float64))
        found.change[site.grain] = float(np.sum(weight * change)) * grid.voxel_volume
        spread = np.broadcast_to(noise[box[0], None, None], change.shape)
        if "factor" in values:
            spread = spread * values["factor"].astype(np.float64)
        _describe(found, site, own, change, np.nan_to_num(values["before"].astype(np.float64)), spread, higher, least)
        sums = []
        for one, start in zip(quiet, starts, strict=True):
            depth = one.fields["change"].shape[0]
            for moved in _turned(box, grid.shape, square):
                part = _within(moved, start, depth)
                there = np.nan_to_num(one.read(part)["change"].astype(np.float64))
                shape = [min(a, b) for a, b in zip(there.shape, weight.shape, strict=True)]
                cut = tuple(slice(0, size) for size in shape)
                sums.append(float(np.sum(weight[cut] * there[cut])))
        found.quiet[site.grain] = np.array(sums) * grid.voxel_volume
    return found


def _outline(own: Flags, marked: Flags, margin: int, least: int) -> Floats:
    """Weight of voxels: 1 within reach of the grain, a half where another grain is as near, 0 where one is nearer."""
    others, number = ndimage.label(marked & ~own, _CUBE)
    sizes = np.bincount(others.ravel())
    # beside a box other grains are cut off: what touches its rim counts whatever its size
    rim = np.unique(
        np.concatenate([others[[0, -1]].ravel(), others[:, [0, -1]].ravel(), others[:, :, [0, -1]].ravel()])
    )
    grain = sizes >= least
    grain[rim] = True
    grain[0] = False
    away = ndimage.distance_transform_edt(~own)
    near = (away <= margin).astype(np.float64)
    if number and grain.any():
        other = ndimage.distance_transform_edt(~grain[others])
        near *= np.where(other < away, 0.0, np.where(other == away, 0.5, 1.0))
    return near


def _describe(
    found: GrainSums, site: Site, own: Flags, change: Floats, before: Floats, spread: Floats, higher: float, least: int
) -> None:
    """Height, level and noise at the middle of a grain, and whether it lasts at the higher threshold."""
    weight = np.where(own, np.abs(change), 0.0)
    middle = tuple(round(float(one)) for one in np.atleast_1d(ndimage.center_of_mass(weight)))
    g = site.grain
    found.height[g], found.noise[g] = change[middle], spread[middle]
    found.level[g] = before[middle] + 0.5 * change[middle]
    slopes = [float(np.gradient(before, axis=axis)[middle]) for axis in range(3) if before.shape[axis] > 1]
    found.slope[g] = float(np.linalg.norm(slopes))
    parts, _ = ndimage.label(own & (site.sign * change > higher * spread), _CUBE)
    found.lasting[g] = bool(np.bincount(parts.ravel())[1:].max(initial=0) >= least)


def _turned(box: Box, shape: tuple[int, int, int], square: bool) -> list[Box]:
    """The box as it is, mirrored, and of square slices turned: as far from the axis, in the same slices."""
    z, y, x = box
    rows = [y, slice(shape[1] - y.stop, shape[1] - y.start)]
    columns = [x, slice(shape[2] - x.stop, shape[2] - x.start)]
    made = [(z, one, other) for one in rows for other in columns]
    if square:
        # the weights are not turned, so the box keeps its shape about the turned middle
        half = [(one.stop - one.start) for one in (y, x)]
        for _, one, other in made[:4]:
            first = int(np.clip((other.start + other.stop - half[0]) // 2, 0, shape[1] - half[0]))
            second = int(np.clip((one.start + one.stop - half[1]) // 2, 0, shape[2] - half[1]))
            made.append((z, slice(first, first + half[0]), slice(second, second + half[1])))
    return made


def _within(box: Box, start: int, depth: int) -> Box:
    """The box in a map that begins at a slice and holds some; moved along z where it does not reach."""
    tall = box[0].stop - box[0].start
    first = int(np.clip(box[0].start - start, 0, max(depth - tall, 0)))
    return (slice(first, min(first + tall, depth)), box[1], box[2])


def choose_transitions(
    sums: GrainSums,
    sign: npt.NDArray[np.int64],
    transitions: Transitions,
    surroundings: float,
    blur: float,
    voxel: float,
) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Probability of each transition for each grain, and the most probable one.

    Parameters
    ----------
    sums
        From :func:`sum_grains`.
    sign
        (grain,) 1 or -1.
    transitions
        What may have happened.
    surroundings
        Attenuation of what lies around grains, 1/m.
    blur
        Of optics, reconstruction and smoothing together, voxels.
    voxel
        Edge of a voxel, m.

    Returns
    -------
    probability, best
        (grain, transition), 0 for impossible ones, and (grain,); all alike where no sum was made.

    Notes
    -----
    A sphere of the summed volume has a height at its middle of erf(q) - 2 q exp(-q^2) / sqrt(pi) of its contrast, with q its
    radius over sqrt(2) times the blur. Height and level of each transition are compared with what is seen.
    """
    names = list(transitions)
    misfit = np.full((sign.size, len(names)), np.inf)
    for place, name in enumerate(names):
        before, after = transitions[name]
        contrast = after - before
        volume = np.maximum(sums.change / contrast, 0.0)
        q = np.cbrt(3 * volume / (4 * np.pi)) / (voxel * np.sqrt(2) * blur)
        height = special.erf(q) - 2 * q * np.exp(-(q**2)) / np.sqrt(np.pi)
        own = (SHAPE_ERROR * contrast) ** 2
        off = (sums.height - contrast * height) ** 2 / (sums.noise**2 + own)
        level = surroundings + (0.5 * (before + after) - surroundings) * height
        off += (sums.level - level) ** 2 / (0.25 * sums.noise**2 + sums.slope**2 + own)
        misfit[:, place] = np.where(np.sign(contrast) == sign, np.nan_to_num(off, nan=0.0), np.inf)
    best = np.argmin(misfit, axis=1)
    least = misfit.min(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        worse = misfit - least
    weight = np.where(worse <= LIKELY, np.exp(-0.5 * np.where(np.isfinite(worse), worse, 0.0)), 0.0)
    total = weight.sum(axis=1, keepdims=True)
    return np.divide(weight, total, out=np.zeros_like(weight), where=total > 0), best
