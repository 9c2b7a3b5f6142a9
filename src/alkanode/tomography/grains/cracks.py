"""Cracks in the electrolyte: dark sheets, with the thinnest opening that could have been seen.

Air, sodium and NaK attenuate at least ten times less than the electrolyte, so an open crack and a filled one look alike: a
thin dark sheet. A sheet thinner than a voxel still lowers attenuation by its share of the voxel. "No crack found" means
nothing without the opening that would have been found, so that is always stated.

Not every dark sheet is a crack. A pore that the smoothing or the face of the electrolyte flattens is one too, so a crack must
reach farther than pores do; and rings and noise make bright sheets as often as dark ones, so a crack must be darker in all
than any bright sheet of the same volume is bright.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import ndimage, special

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.tomography.grains.depth import Plane, Side, plane_of
from alkanode.tomography.grains.label_grains import grain_table
from alkanode.tomography.grains.moments import principal_axes
from alkanode.tomography.grains.pieces import Pieces, Slab, find_pieces
from alkanode.tomography.grains.voxel_grid import VoxelGrid, same_grid, slab_ranges, voxel_grid

Floats = npt.NDArray[np.float64]
Volume = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_MAD = 1.4826
_CERTAIN = 1.645  # one-sided 95 %
_ROUNDING = 1e-6  # of the electrolyte's attenuation, what single precision leaves of a volume without noise


@dataclass(frozen=True, slots=True, kw_only=True)
class CrackRule:
    """How cracks are looked for.

    Attributes
    ----------
    smoothing
        Standard deviation of a Gaussian, in voxels. Default 1.5: it takes down the noise of photon-starved slices about
        thirtyfold and keeps sheets apart that lie five voxels from each other.
    blur
        Standard deviation of the blur of the volume itself, in voxels (assumed). Default 1. It enters the resolution limit.
    false_cracks
        Number of noise peaks accepted in the whole volume, if noise is Gaussian. Default 0.05.
    flatness
        Middle over shortest principal length from which a dark region is a sheet. Default 2.5; pores are below.
    extent
        Smallest middle principal length of a crack, m. Default 12 um: a pore of 10 um that blur widens.
    beyond_pores
        A crack's middle length over that of nearly all (95 %) dark regions that are no sheets, the pores of the same
        volume. Default 1.5: two pores that touch.
    smallest
        Fewest voxels of a crack. Default 27.
    clearance
        Voxels beside the interface that are left out. Default 5: its blurred edge is dark.
    radius
        Share of the half width of the volume that is looked at. Default 0.9.
    """

    smoothing: float = 1.5
    blur: float = 1.0
    false_cracks: float = 0.05
    flatness: float = 2.5
    extent: float = 12e-6
    beyond_pores: float = 1.5
    smallest: int = 27
    clearance: float = 5.0
    radius: float = 0.9

    def __post_init__(self) -> None:
        if not (self.smoothing > 0 and self.blur >= 0 and self.false_cracks > 0 and self.clearance >= 0):
            raise SchemaError(
                "smoothing and accepted peaks are positive, blur and clearance not negative",
                found=f"{self.smoothing:g}, {self.false_cracks:g}, {self.blur:g}, {self.clearance:g}",
            )
        if not (self.extent >= 0 and self.beyond_pores >= 0):
            raise SchemaError("extents are not negative", found=f"{self.extent:g}, {self.beyond_pores:g}")
        if not (self.flatness >= 1 and self.smallest >= 1 and 0 < self.radius <= 1.5):
            raise SchemaError(
                "flatness and smallest are at least 1, the radius lies in (0, 1.5]",
                found=f"{self.flatness:g}, {self.smallest}, {self.radius:g}",
            )


DEFAULT_RULE = CrackRule()


def cracks(
    volume: RecordLike,
    interface: xr.Dataset | xr.DataTree | QuantityLike,
    *,
    electrolyte_attenuation: QuantityLike,
    before: RecordLike | None = None,
    anode_side: Side = 1,
    rule: CrackRule = DEFAULT_RULE,
    slab: int | None = None,
) -> xr.Dataset:
    """Look for cracks in the electrolyte.

    Parameters
    ----------
    volume
        Record of kind ``volume``; may lie on a disk.
    interface
        Record of kind ``interface_plane``, or z of a flat interface (m); the electrolyte lies on its other side.
    electrolyte_attenuation
        1/m.
    before
        The same volume before, registered: only what became darker since is then looked for, which leaves out pores and
        rings that were there, at a noise 1.4 times higher.
    anode_side
        Used with a height only.
    rule
        How cracks are looked for.
    slab
        Slices read at once. The result does not depend on it.

    Returns
    -------
    Dataset
        Kind ``cracks``: per crack ``opening`` (m, mean over its area), ``crack_area`` (m2), ``centroid``, ``normal`` (unit
        vector z, y, x), ``principal_length`` (m), ``interface_distance`` (m, from the plane to the nearest end),
        ``touches_border``; per slice ``smallest_opening`` (m), that a sheet wider than the blur needs to be found with
        95 % certainty. ``attrs``: ``dark_regions`` that are no sheets; ``least_extent`` (m) that a sheet had to have; ``mirrored``,
        the bright sheets by the same rule, which noise and artefacts alone make; ``within_null``, dark sheets that are no
        darker in all than the brightest of these and do not count.

    Raises
    ------
    PhysicsError
        Where no electrolyte lies within the volume.
    SchemaError
        For volumes on different voxels, or an attenuation that is not positive.
    """
    record = check(volume, "volume")
    grid, plane = voxel_grid(record, "attenuation"), plane_of(interface, anode_side)
    strength = to_si(electrolyte_attenuation, "attenuation")
    if not strength > 0:
        raise SchemaError("the attenuation of the electrolyte is positive", found=f"{strength:g} per m")
    earlier = None if before is None else check(before, "volume")
    if earlier is not None:
        same_grid(grid, voxel_grid(earlier, "attenuation"), ("volume", "volume before"))
    scene = _Scene(record, earlier, grid, plane, strength, rule, slab)
    scene = replace(scene, pellet=scene.outline())
    noise, voxels = scene.noise()
    if not voxels:
        raise PhysicsError(
            "cracks need electrolyte within the volume",
            found="none beyond the interface and its clearance",
            todo="Reconstruct slices of the electrolyte, or check anode_side",
        )
    cells = voxels / (2.0 * np.sqrt(np.pi) * rule.smoothing) ** 3
    limit = float(-special.ndtri(min(rule.false_cracks / max(cells, 1.0), 0.5)))
    pieces = find_pieces(scene.slabs(limit * noise))
    result = _record(pieces, grid, plane, rule, noise, limit)
    result.attrs.update(asdict(rule), threshold_sigmas=limit, with_before=int(earlier is not None))
    return label(result, "cracks")


def crack_estimate(found: RecordLike) -> Estimate:
    """Opening of the widest crack, or the upper bound of any where none was found.

    Parameters
    ----------
    found
        Record of kind ``cracks``.

    Returns
    -------
    Estimate
        With a crack its opening. Without one 0 to the opening that is found with 95 % certainty in the median slice.
    """
    record = check(found, "cracks")
    limit = float(np.nanmedian(record["smallest_opening"]))
    opening = record["opening"].to_numpy()
    blur = f"blur assumed {record.attrs['blur']:g} voxels"
    if opening.size:
        return Estimate(
            value=float(opening.max()),
            unit="m",
            quantity="opening",
            label=f"measured: widest of {opening.size} dark sheets wider than {1e6 * record.attrs['least_extent']:.2g} um and "
            f"darker than {record.attrs['mirrored']} bright ones by the same rule; false ones: fewer than 3 in such a volume "
            f"(95 %, as there is no bright one as strong); resolution limit {limit * 1e6:.2g} um, {blur}",
        )
    return Estimate(
        value=0.0,
        unit="m",
        quantity="opening",
        interval=(0.0, limit),
        label=f"measured: none found that is wider than {1e6 * record.attrs['least_extent']:.2g} um; interval: up to the "
        f"opening found with 95 % certainty, {blur}",
    )


class _Block(NamedTuple):
    """First slice, darkness and where the electrolyte is, of a slab."""

    start: int
    dark: Volume
    inside: Flags


@dataclass(frozen=True, slots=True)
class _Scene:
    """A volume seen as share of electrolyte that is missing, slab by slab."""

    record: xr.Dataset
    before: xr.Dataset | None
    grid: VoxelGrid
    plane: Plane
    strength: float
    rule: CrackRule
    slab: int | None
    pellet: Flags | None = None

    def outline(self) -> Flags:
        """Where (y, x) the electrolyte stands, without its rim: columns of which half is electrolyte, and what these enclose."""
        depth, height, width = self.grid.shape
        solid, seen = np.zeros((height, width)), np.zeros((height, width))
        for start, end in slab_ranges((depth, height, width), self.slab):
            inside = self._below(start, end)
            if not inside.any():
                continue
            values = self.record.variables["attenuation"].isel(z=slice(start, end)).to_numpy()
            for one, within in zip(values, inside, strict=True):
                solid += within & (one > 0.5 * self.strength)
                seen += within
        stands = ndimage.binary_closing(solid > 0.5 * np.maximum(seen, 1), iterations=3, border_value=0)
        filled = ndimage.binary_fill_holes(stands | (solid > 0.5 * np.maximum(seen, 1)))
        rim = int(np.ceil(self.rule.clearance))
        return np.asarray(ndimage.binary_erosion(filled, iterations=rim, border_value=1) if rim else filled)

    def _below(self, start: int, end: int) -> Flags:
        """Voxels of some slices on the electrolyte's side, within the view, as far from the interface as is looked."""
        y, x = (self.grid.origin[i] + np.arange(self.grid.shape[i]) * self.grid.size[i] for i in (1, 2))
        middle = self.grid.at((np.array(self.grid.shape) - 1) / 2.0)
        half = 0.5 * np.array(self.grid.shape) * self.grid.size
        round_view = (
            np.hypot((y[:, None] - middle[1]) / half[1], (x[None, :] - middle[2]) / half[2]) <= self.rule.radius
        )
        if self.pellet is not None:
            round_view &= self.pellet
        level = self.plane.height_at(y[:, None], x[None, :])
        z = self.grid.origin[0] + np.arange(start, end) * self.grid.size[0]
        away = self.plane.side * (z[:, None, None] - level) < -self.rule.clearance * self.grid.size[0]
        return np.asarray(away & round_view)

    def blocks(self) -> Iterator[_Block]:
        """Smoothed share of electrolyte missing; a slab is smoothed with the slices beside it."""
        depth, height, width = self.grid.shape
        halo = int(np.ceil(4.0 * self.rule.smoothing))
        for start, end in slab_ranges((depth, height, width), self.slab):
            inside = self._below(start, end)
            if not inside.any():
                yield _Block(start, np.zeros((end - start, height, width), np.float32), inside)
                continue
            low, high = max(0, start - halo), min(depth, end + halo)
            dark = self._missing(slice(low, high))
            absent = ~np.isfinite(dark)
            dark[absent] = 0.0
            inside &= ~absent[start - low : end - low]
            smooth = ndimage.gaussian_filter(dark, self.rule.smoothing, truncate=4.0)[start - low : end - low].copy()
            # a slab of a wide volume is large: nothing of it stays while the next stage works
            del dark, absent
            for i in np.flatnonzero(inside.any(axis=(1, 2))):
                smooth[i] -= np.median(
                    smooth[i][inside[i]]
                )  # cupping and rings of a slice that is electrolyte throughout
            yield _Block(start, smooth, inside)

    def _missing(self, z: slice) -> Volume:
        """Share of electrolyte that is missing, or went missing since before, in an array that may be written to."""
        first = self.record if self.before is None else self.before
        share = np.array(first.variables["attenuation"].isel(z=z).to_numpy(), dtype=np.float32)
        if self.before is None:
            share /= np.float32(-self.strength)
            share += np.float32(1.0)
        else:
            share -= self.record.variables["attenuation"].isel(z=z).to_numpy().astype(np.float32, copy=False)
            share /= np.float32(self.strength)
        return share

    def noise(self) -> tuple[Floats, int]:
        """Robust standard deviation of each slice (NaN without electrolyte), and the number of voxels."""
        noise, voxels = np.full(self.grid.shape[0], np.nan), 0
        for block in self.blocks():
            for i, (one, mask) in enumerate(zip(block.dark, block.inside, strict=True)):
                if mask.any():
                    noise[block.start + i] = max(_MAD * float(np.median(np.abs(one[mask]))), _ROUNDING)
            voxels += int(block.inside.sum())
        return noise, voxels

    def slabs(self, limit: Floats) -> Iterator[Slab]:
        """1 where darker than the limit of the slice, -1 where as much brighter."""
        for block in self.blocks():
            end = block.start + len(block.dark)
            bound = np.nan_to_num(limit[block.start : end], nan=np.inf)[:, None, None]
            signs = ((block.dark > bound).astype(np.int8) - (block.dark < -bound).astype(np.int8)) * block.inside
            yield signs.astype(np.int8), block.dark


def _record(pieces: Pieces, grid: VoxelGrid, plane: Plane, rule: CrackRule, noise: Floats, limit: float) -> xr.Dataset:
    sizes = pieces.total(pieces.table[:, 2])
    lengths, axes = principal_axes(pieces, sizes >= 1, grid.size)
    sign = np.zeros(pieces.number, dtype=np.int64)
    sign[pieces.grain] = pieces.table[:, 1]
    # the blur makes every sheet at least this thick, so that a pore as wide as the blur is no sheet
    flat = (sizes >= rule.smallest) & (lengths[:, 1] >= rule.flatness * lengths[:, 2])
    pores = (sizes >= rule.smallest) & (sign > 0) & ~flat
    extent = rule.extent
    if pores.any():
        extent = max(extent, rule.beyond_pores * float(np.quantile(lengths[pores, 1], 0.95)))
    sheet = flat & (lengths[:, 1] >= extent)
    missing = np.abs(pieces.total(pieces.sums))
    brightest = float(missing[sheet & (sign < 0)].max(initial=0.0))
    kept = sheet & (sign > 0) & (missing > brightest)
    table = grain_table(pieces, kept, grid, with_change=True)
    area = np.pi / 5.0 * lengths[kept, 0] * lengths[kept, 1]
    slice_limit = np.nan_to_num(limit * noise)
    level = (pieces.total(slice_limit[pieces.table[:, 0]] * pieces.table[:, 2]) / np.maximum(sizes, 1))[kept]
    found = _captured(table["attenuation_change"].to_numpy() / level) if level.size else level
    opening = table["attenuation_change"].to_numpy() * table["grain_volume"].to_numpy() / (area * found)
    depth = plane.depth(table["piece_centroid"].to_numpy())
    nearest = np.full(level.size, np.inf)
    np.minimum.at(nearest, table["piece_grain"].to_numpy(), np.abs(depth))
    width = np.hypot(rule.smoothing, rule.blur) * float(grid.size.min())
    return xr.Dataset(
        {
            "opening": ("crack", opening),
            "crack_area": ("crack", area),
            "centroid": (("crack", "component"), table["centroid"].to_numpy()),
            "normal": (("crack", "component"), axes[kept, 2]),
            "principal_length": (("crack", "axis"), lengths[kept]),
            "interface_distance": ("crack", nearest),
            "touches_border": ("crack", table["touches_border"].to_numpy()),
            "smallest_opening": ("z", (limit + _CERTAIN) * noise * np.sqrt(2.0 * np.pi) * width),
        },
        coords={"z": grid.origin[0] + np.arange(grid.shape[0]) * grid.size[0], "component": ["z", "y", "x"]},
        attrs={
            "dark_regions": int(((sizes >= rule.smallest) & (sign > 0) & ~sheet).sum()),
            "mirrored": int((sheet & (sign < 0)).sum()),
            "within_null": int((sheet & (sign > 0) & ~kept).sum()),
            "least_extent": extent,
        },
    )


def _captured(mean_over_limit: Floats) -> Floats:
    """Share of a blurred sheet's darkness that lies beyond the limit, from the mean beyond it over the limit.

    Across the sheet darkness is P exp(-t^2/(2 s^2)). Where it is cut at T, with q = sqrt(ln(P/T)), the share beyond is
    erf(q) and its mean over T is exp(q^2) sqrt(pi) erf(q)/(2 q), which rises with q whatever s is.
    """
    q = np.linspace(1e-3, 4.0, 4001)
    ratio = np.exp(q**2) * np.sqrt(np.pi) * special.erf(q) / (2.0 * q)
    return np.asarray(special.erf(np.interp(mean_over_limit, ratio, q)))
