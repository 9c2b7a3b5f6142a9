"""What changed between two registered volumes, and how far each voxel can be trusted.

Both volumes are smoothed alike and subtracted. The noise of the result is measured, slice by slice. A rise of
attenuation is a gain, a fall a loss; neither says by itself what happened, and neither is a mass.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.tomography.differences.noise import bridge, spread_by_slice
from alkanode.tomography.differences.place_noise import PlaceNoise, place_noise_of, squared_gradients
from alkanode.tomography.differences.slabs import (
    Flags,
    Floats,
    Slab,
    Volume32,
    check_mask,
    grid_coords,
    read_mask,
    read_own,
    same_grid,
    shape_of,
    slab_of,
    slabs,
    voxel_size,
)
from alkanode.tomography.differences.smoothing import fill_missing, halo, present_share, smooth

Noise = float | xr.Dataset | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceOptions:
    """How two volumes are compared.

    Attributes
    ----------
    smoothing
        Standard deviation of the Gaussian, voxels. 1.5 by default: at 1 a change from liquid to potassium stands 2 to 3
        standard deviations above the noise of a typical scan, at 2 a grain of 4 voxels keeps a fifth of its height.
    displacement_error
        How far registration may be off, m; 0 when unknown. Where the edge of something moved by that much would change
        a voxel by more than ``edge_limit``, the voxel is not trusted.
    edge_limit
        Standard deviations of the noise.
    least_share
        Share of the smoothing kernel that must lie on present voxels for a voxel to be trusted.
    axis_voxels
        Voxels nearer to the rotation axis are not trusted where noise is known by place. 3: rings of so few voxels are
        seen at a handful of places only, too few to know their noise.
    largest_attenuation
        Voxels that attenuated more before are left out: a material that takes no part, as an electrolyte whose cracks are
        looked for apart. None: all take part.
    """

    smoothing: float = 1.5
    displacement_error: float = 0.0
    edge_limit: float = 1.0
    least_share: float = 0.5
    axis_voxels: float = 3.0
    largest_attenuation: float | None = None


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two checked volumes and what is needed to subtract any slab of them."""

    after: xr.Dataset
    before: xr.Dataset
    options: DifferenceOptions
    noise: Noise
    region: xr.DataArray | Flags | None
    voxel: float
    place: PlaceNoise | None

    @property
    def judges(self) -> bool:
        """Whether voxels are judged by their surroundings, for which slopes are needed."""
        return self.place is not None or self.options.displacement_error > 0

    @property
    def halo(self) -> int:
        """Slices around a slab that are read for it."""
        return halo(self.options.smoothing) + int(self.judges)


def difference(
    after: RecordLike,
    before: RecordLike,
    *,
    smoothing: float = 1.5,
    noise: Noise = None,
    region: xr.DataArray | Flags | None = None,
    displacement_error: QuantityLike = 0.0,
    edge_limit: float = 1.0,
    place_noise: xr.Dataset | None = None,
    largest_attenuation: QuantityLike | None = None,
    slab: int = 16,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Attenuation after less that before, smoothed, with measured noise.

    Parameters
    ----------
    after, before
        Kind ``volume``, on the same voxels (registered). They may be opened lazily: a slab is read at a time. NaN
        marks voxels outside a field of view.
    smoothing, displacement_error, edge_limit
        As :class:`DifferenceOptions`.
    noise
        Kind ``volume_noise`` of the *difference* at the same smoothing (:func:`noise_from_halves`,
        :func:`difference_noise`), or one number, m-1. None: measured on the difference itself, in ``region``.
    region
        (z, y, x) voxels where nothing changed. Without noise and without region the spread of everything is taken;
        changes and misalignment are then counted as noise, which is too high rather than too low.
    place_noise
        Kind ``noise_by_place`` (:func:`noise_by_place`): the noise of a voxel is then that of its slice times a factor by
        its distance from the axis, and what edges nearby add. None: that of its slice.
    largest_attenuation
        As :class:`DifferenceOptions`; m-1 or text.
    slab
        Slices treated at a time; the result does not depend on it.
    progress
        Told after each slab.

    Returns
    -------
    Dataset
        Kind ``difference``: ``attenuation_before``, ``attenuation_after`` (both smoothed), ``attenuation_change``
        (z, y, x), m-1, float32; ``attenuation_noise`` (z,), m-1, of the change; ``trusted`` (z, y, x). With
        ``place_noise`` also ``noise_factor`` (z, y, x), float16, by which the noise of a voxel exceeds that of its slice;
        ``trusted_voxels`` and ``distrusted_voxels`` (z,): voxels that count, and those that would but for an edge or the axis.

    Raises
    ------
    SchemaError
        For volumes on different voxels, or noise for another smoothing or other slices.
    PhysicsError
        For different photon energies, a negative width, or when no noise can be measured.

    Warns
    -----
    DataQualityWarning
        When slices take their noise from their neighbours.

    Notes
    -----
    Memory: the result (three float32 volumes). For volumes beyond memory use :func:`difference_slabs`.
    """
    pair = _checked(
        after,
        before,
        _options(smoothing, displacement_error, edge_limit, largest_attenuation),
        noise,
        region,
        place_noise,
    )
    progress = progress or NoProgress()
    shape = shape_of(pair.before)
    fields = {name: np.empty(shape, np.float32) for name in ("before", "after", "change")}
    trusted = np.empty(shape, np.bool_)
    spread = np.empty(shape[0])
    for part in slabs(shape[0], slab, pair.halo):
        z = part.core
        fields["before"][z], fields["after"][z], fields["change"][z], trusted[z], spread[z] = _subtract(
            pair, part, part
        )[0]
        progress.update(z.stop, shape[0], "difference")
    # with a region of its own every slab measures its noise; gaps are bridged over the whole height
    spread = bridge(spread, "noise of a difference")
    judged = _judged(pair, fields["before"], spread, trusted)
    return _record(
        pair, slice(0, shape[0]), (fields["before"], fields["after"], fields["change"], trusted, spread), judged
    )


def difference_slabs(
    after: RecordLike,
    before: RecordLike,
    *,
    smoothing: float = 1.5,
    noise: Noise = None,
    region: xr.DataArray | Flags | None = None,
    displacement_error: QuantityLike = 0.0,
    edge_limit: float = 1.0,
    place_noise: xr.Dataset | None = None,
    largest_attenuation: QuantityLike | None = None,
    slab: int = 8,
) -> Iterator[tuple[slice, xr.Dataset]]:
    """The difference slab by slab, for volumes beyond memory.

    Parameters
    ----------
    after, before, smoothing, noise, region, displacement_error, edge_limit, place_noise, largest_attenuation, slab
        As :func:`difference`.

    Yields
    ------
    z, record
        Slices, and the difference on them, equal to the same slices of :func:`difference` (except that a slice
        without enough voxels for its noise takes it from its neighbours within the slab). A slab without a trusted
        voxel has no noise (NaN); nothing changed there as far as anyone can tell. Measure the noise beforehand where a
        region does not reach into every slab.
    """
    pair = _checked(
        after,
        before,
        _options(smoothing, displacement_error, edge_limit, largest_attenuation),
        noise,
        region,
        place_noise,
    )
    for part in slabs(pair.before.sizes["z"], slab, pair.halo):
        yield part.core, _one(pair, part)


def difference_slab(
    after: RecordLike,
    before: RecordLike,
    first: int,
    last: int,
    *,
    smoothing: float = 1.5,
    noise: Noise = None,
    region: xr.DataArray | Flags | None = None,
    displacement_error: QuantityLike = 0.0,
    edge_limit: float = 1.0,
    place_noise: xr.Dataset | None = None,
    largest_attenuation: QuantityLike | None = None,
) -> xr.Dataset:
    """The difference of slices ``first`` up to, not including, ``last``: a pure function of what it is given.

    Parameters
    ----------
    after, before, smoothing, noise, region, displacement_error, edge_limit, place_noise, largest_attenuation
        As :func:`difference`; the whole volumes, of which the slab and its halo are read.
    first, last
        Slices.

    Returns
    -------
    Dataset
        Kind ``difference``.

    Raises
    ------
    PhysicsError
        For slices outside the volume, and as :func:`difference`.
    """
    pair = _checked(
        after,
        before,
        _options(smoothing, displacement_error, edge_limit, largest_attenuation),
        noise,
        region,
        place_noise,
    )
    count = pair.before.sizes["z"]
    if not 0 <= first < last <= count:
        raise PhysicsError(f"slices within 0 to {count} are needed", found=f"{first} to {last}")
    return _one(pair, slab_of(first, last, count, pair.halo))


def _options(
    smoothing: float, displacement_error: QuantityLike, edge_limit: float, largest: QuantityLike | None
) -> DifferenceOptions:
    moved = to_si(displacement_error, "displacement")
    if moved < 0 or not edge_limit > 0:
        raise PhysicsError("a displacement is not negative and a limit positive", found=f"{moved!r}, {edge_limit!r}")
    halo(smoothing)
    return DifferenceOptions(
        smoothing=float(smoothing),
        displacement_error=moved,
        edge_limit=float(edge_limit),
        largest_attenuation=None if largest is None else to_si(largest, "attenuation"),
    )


def _checked(
    after: RecordLike,
    before: RecordLike,
    options: DifferenceOptions,
    noise: Noise,
    region: xr.DataArray | Flags | None,
    place_noise: xr.Dataset | None,
) -> _Pair:
    after, before = check(after, "volume"), check(before, "volume")
    same_grid(after, before)
    check_mask(region, before, "the region")
    if isinstance(noise, xr.Dataset):
        noise = check(noise, "volume_noise")
        wrong = noise.sizes["z"] != before.sizes["z"]
        width = float(noise.attrs.get("smoothing_voxels", np.nan))
        if wrong or width != options.smoothing or noise.attrs.get("noise_of") != "difference":
            raise SchemaError(
                f"noise of a difference on {before.sizes['z']} slices at smoothing {options.smoothing:g} is needed",
                found=f"noise of a {noise.attrs.get('noise_of')} on {noise.sizes['z']} slices at smoothing {width:g}",
                todo="Measure it with noise_from_halves(..., smoothing=...) and combine with difference_noise",
            )
    elif noise is not None and not (np.isfinite(noise) and noise > 0):
        raise PhysicsError("noise is a positive number, m-1", found=repr(noise))
    voxel = voxel_size(before) if options.displacement_error > 0 else 1.0
    place = None if place_noise is None else place_noise_of(place_noise, shape_of(before), options.smoothing)
    return _Pair(after, before, options, noise, region, voxel, place)


def _subtract(
    pair: _Pair, part: Slab, wide: Slab
) -> tuple[tuple[Volume32, Volume32, Volume32, Flags, Floats], Volume32]:
    """Before, after, change, trusted and noise (NaN where it cannot be measured) of the core of a slab.

    Also what was before in the core of a wider slab, which slopes need.
    """
    blocks, trusted = [], np.ones((part.core.stop - part.core.start, *shape_of(pair.before)[1:]), np.bool_)
    own = slice(part.core.start - wide.core.start, part.core.stop - wide.core.start)
    for volume, slab, inner in ((pair.before, wide, own), (pair.after, part, slice(None))):
        block, present, share = _smoothed(pair, volume, slab)
        blocks.append(block)
        if present is not None and share is not None:
            trusted &= present[slab.inner][inner] & (share[inner] >= pair.options.least_share)
        # slabs of wide volumes: nothing is held while the next one is smoothed
        del block, present, share
    around, after = blocks
    before = around[own]
    change = after - before
    return (before, after, change, trusted, _noise(pair, part.core, (before, after, change), trusted)), around


def _smoothed(pair: _Pair, volume: xr.Dataset, part: Slab) -> tuple[Volume32, Flags | None, Volume32 | None]:
    """The smoothed core of a slab; where the padded slab has values, and the share of the kernel on them."""
    block, present = fill_missing(read_own(volume, "attenuation", part.padded))
    share = present_share(present, pair.options.smoothing, part.inner)
    return smooth(block, pair.options.smoothing, part.inner, share), present, share


def _noise(pair: _Pair, z: slice, fields: tuple[Volume32, Volume32, Volume32], trusted: Flags) -> Floats:
    if isinstance(pair.noise, xr.Dataset):
        return np.asarray(pair.noise["attenuation_noise"].isel(z=z).to_numpy(), dtype=np.float64)
    if pair.noise is not None:
        return np.full(z.stop - z.start, float(pair.noise))
    before, after, change = fields
    # exactly 0 in both is what reconstruction writes outside its circle
    mask = trusted & ((before != 0) | (after != 0))
    region = read_mask(pair.region, z)
    return spread_by_slice(change, mask if region is None else mask & region)[0]


def _one(pair: _Pair, part: Slab) -> xr.Dataset:
    count = pair.before.sizes["z"]
    # the gradient needs one slice more on either side
    more = int(pair.judges)
    wide = slab_of(max(part.core.start - more, 0), min(part.core.stop + more, count), count, pair.halo)
    (before, after, change, trusted, spread), around = _subtract(pair, part, wide)
    if np.isfinite(spread).any() or trusted.any():
        spread = bridge(spread, "noise of a difference")
    judged = _Judged.empty(pair, trusted.shape)
    _judge(pair, _Surroundings(around, part.core.start - wide.core.start, part.core.start), spread, trusted, judged)
    return _record(pair, part.core, (before, after, change, trusted, spread), judged)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Noise of voxels over that of their slice, and how many voxels of each slice count, and would but for their place."""

    factor: npt.NDArray[np.float16] | None
    trusted: Floats
    distrusted: Floats

    @classmethod
    def empty(cls, pair: _Pair, shape: tuple[int, ...]) -> _Judged:
        factor = None if pair.place is None else np.ones(shape, np.float16)
        return cls(factor, np.zeros(shape[0]), np.zeros(shape[0]))

    def part(self, z: slice) -> _Judged:
        """The same for some slices, sharing memory."""
        return _Judged(None if self.factor is None else self.factor[z], self.trusted[z], self.distrusted[z])


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """Smoothed slices before, from one below to one above those judged; where these start; their number in the volume."""

    smoothed: Volume32
    start: int
    first: int


def _judged(pair: _Pair, before: Volume32, spread: Floats, trusted: Flags) -> _Judged:
    """Judge all voxels of a volume in memory."""
    found = _Judged.empty(pair, trusted.shape)
    for part in slabs(before.shape[0], 8, 1):
        z = part.core
        near = _Surroundings(before[part.padded], part.inner.start, z.start)
        _judge(pair, near, spread[z], trusted[z], found.part(z))
    return found


def _judge(pair: _Pair, near: _Surroundings, spread: Floats, trusted: Flags, found: _Judged) -> None:
    """Take the trust from voxels that a small displacement would change, and note the noise by place; slice by slice."""
    limit, largest = pair.options.edge_limit, pair.options.largest_attenuation
    moved = pair.options.displacement_error / pair.voxel
    distance = None if pair.place is None else pair.place.distance(shape_of(pair.before)[1:])
    for place in range(trusted.shape[0]):
        here = near.start + place
        if largest is not None:
            trusted[place] &= near.smoothed[here] <= largest
        found.distrusted[place] = np.count_nonzero(trusted[place])
        if pair.judges:
            along, across = squared_gradients(near.smoothed, here)
            if pair.place is None or distance is None:
                along += across
                trusted[place] &= np.sqrt(along) * np.float32(moved) <= limit * spread[place]
            else:
                own = pair.place.ratio(near.first + place, distance) * np.float32(spread[place])
                edge = pair.place.edge(near.first + place, along, across, moved)
                trusted[place] &= edge <= np.float32(limit) * own
                trusted[place] &= distance >= pair.options.axis_voxels
                if found.factor is not None and np.isfinite(spread[place]):
                    found.factor[place] = np.hypot(own, edge) / np.float32(spread[place])
        found.trusted[place] = np.count_nonzero(trusted[place])
        found.distrusted[place] -= found.trusted[place]


def _record(
    pair: _Pair, z: slice, fields: tuple[Volume32, Volume32, Volume32, Flags, Floats], judged: _Judged
) -> xr.Dataset:
    before, after, change, trusted, spread = fields
    dims = ("z", "y", "x")
    result = xr.Dataset(
        {
            "attenuation_before": (dims, before),
            "attenuation_after": (dims, after),
            "attenuation_change": (dims, change),
            "attenuation_noise": ("z", spread),
            "trusted": (dims, trusted),
        },
        coords=grid_coords(pair.before, z),
        attrs={
            "smoothing_voxels": pair.options.smoothing,
            "displacement_error": pair.options.displacement_error,
            "edge_limit": pair.options.edge_limit,
            "noise_source": _noise_source(pair),
        },
    )
    if judged.factor is not None:
        result["noise_factor"] = (dims, judged.factor)
        result["trusted_voxels"], result["distrusted_voxels"] = ("z", judged.trusted), ("z", judged.distrusted)
        result.attrs["axis_voxels"] = pair.options.axis_voxels
    if pair.options.largest_attenuation is not None:
        result.attrs["largest_attenuation"] = pair.options.largest_attenuation
    if "photon_energy" in pair.before:
        result["photon_energy"] = pair.before["photon_energy"]
    share = float(trusted.mean())
    if share < 0.5 and pair.options.largest_attenuation is None:
        warnings.warn(
            f"only {100 * share:.1f} % of the voxels of slices {z.start} to {z.stop - 1} are trusted",
            DataQualityWarning,
            stacklevel=3,
        )
    return label(result, "difference")


def _noise_source(pair: _Pair) -> str:
    if isinstance(pair.noise, xr.Dataset):
        return str(pair.noise.attrs.get("noise_source", "given"))
    if pair.noise is not None:
        return "one number given by the user"
    if pair.region is not None:
        return "spread of the difference in a region without change"
    return "spread of the whole difference: changes and misalignment count as noise, too high rather than too low"
