r"""Noise of a difference by place: larger near the rotation axis and at steep edges.

Odd and even projections share the noise of the flats, which a reconstruction turns into rings, so half their difference
does not show it. A ring spreads over its circumference: its variance falls as one over the distance from the axis. And
where attenuation rises steeply, a displacement too small to be seen changes a voxel. So the standard deviation of a
difference is

.. math:: \sigma^2 = \sigma_z^2\, f(r)^2 + \delta_z^2 g_z^2 + \delta_{xy}^2 g_{xy}^2

with the noise :math:`\sigma_z` of the slice, a factor :math:`f^2 = a + b/r` by the distance from the axis, and the gradient
before along the axis and across it, in attenuation per voxel. Both parts of the factor and both displacements are measured where nothing changed: on
two scans of an object at rest, or, robustly, on the difference itself.

A slice is judged by what was measured on the *other* slices: blocks of slices are of two kinds in turn, so that a map
without change that was measured may still be counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import optimize

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.differences.slabs import Floats, Volume32, mask_slices, read, shape_of
from alkanode.tomography.differences.smoothing import halo

BLOCK = 8
"""Slices of a block of one kind; the smoothing of differences joins fewer."""

GENTLE = 2.0
"""Gradient per voxel over the noise of the slice up to which a voxel lies on no edge: a tenth of a voxel of displacement
changes it by a fifth of its noise, which adds 2 % to it."""

LEAST_VOXELS = 200
"""Voxels that a group of like places needs for a spread of its own."""

_TO_SIGMA = 1.482602218505602
_ANNULI = 2.0 * 2.0 ** (0.5 * np.arange(1, 24))
_STEEPNESS = GENTLE * 2.0 ** np.arange(-2.0, 7.0)
_SIZES = np.geomspace(0.01, 300.0, 160)
_RADII = np.append(0.5 * (np.concatenate([[0.0], _ANNULI[:-1]]) + _ANNULI), _ANNULI[-1])
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class PlaceNoise:
    """A checked record of kind ``noise_by_place``, ready to be asked.

    Attributes
    ----------
    radius, factor
        (radius,) voxels from the axis; (kind, radius) noise over that of the slice.
    displacement
        (kind, direction) standard displacement of edges, voxels, along z and across.
    block
        Slices of a block of one kind.
    middle
        (y, x) of the axis, voxels.
    """

    radius: Floats
    factor: Floats
    displacement: Floats
    block: int
    middle: tuple[float, float]

    def kind_of(self, slice_number: int) -> int:
        """Which measurement a slice is judged by: the one that it took no part in."""
        return 1 - (slice_number // self.block) % 2

    def distance(self, shape: tuple[int, int]) -> Volume32:
        """Voxels (y, x) from the axis."""
        y, x = (np.arange(n, dtype=np.float32) - np.float32(c) for n, c in zip(shape, self.middle, strict=True))
        return np.asarray(np.hypot(y[:, None], x[None, :]), dtype=np.float32)

    def ratio(self, slice_number: int, distance: Volume32) -> Volume32:
        """Noise (y, x) of a slice over the noise of that slice, away from edges."""
        return np.asarray(np.interp(distance, self.radius, self.factor[self.kind_of(slice_number)]), dtype=np.float32)

    def edge(self, slice_number: int, along: Volume32, across: Volume32, more: float = 0.0) -> Volume32:
        """Standard change (y, x) by displacement, from squared gradients per voxel along z and across.

        ``more`` is a further displacement in any direction, voxels, added in quadrature.
        """
        one, other = (np.float32(d**2 + more**2) for d in self.displacement[self.kind_of(slice_number)])
        return np.asarray(np.sqrt(one * along + other * across), dtype=np.float32)


def place_noise_of(record: RecordLike, shape: tuple[int, int, int], smoothing: float) -> PlaceNoise:
    """Noise by place of a record, checked against a difference.

    Raises
    ------
    SchemaError
        For another smoothing, or volumes of another size.
    """
    made = check(record, "noise_by_place")
    width = float(made.attrs["smoothing_voxels"])
    across = (int(made.attrs["rows"]), int(made.attrs["columns"]))
    if width != smoothing or across != shape[1:]:
        raise SchemaError(
            f"noise by place at smoothing {smoothing:g} on slices of {shape[1]} x {shape[2]} is needed",
            found=f"smoothing {width:g}, slices of {across[0]} x {across[1]}",
            todo="Measure it with noise_by_place on volumes like those subtracted",
        )
    return PlaceNoise(
        radius=made["radius_voxels"].to_numpy(),
        factor=made["noise_factor"].to_numpy(),
        displacement=made["edge_displacement"].to_numpy(),
        block=int(made.attrs["block"]),
        middle=(float(made.attrs["axis_row"]), float(made.attrs["axis_column"])),
    )


def squared_gradients(smoothed: Volume32, place: int) -> tuple[Volume32, Volume32]:
    """Squared gradients (y, x) per voxel, along z and across, of a slice of a slab."""
    below, above = max(place - 1, 0), min(place + 1, smoothed.shape[0] - 1)
    along = ((smoothed[above] - smoothed[below]) / np.float32(max(above - below, 1))) ** 2
    across = np.zeros_like(along)
    for axis in (0, 1):
        if along.shape[axis] > 1:
            across += np.gradient(smoothed[place], axis=axis) ** 2
    return along, across


class _Slice(NamedTuple):
    """A slice of a difference, by its number in the volume."""

    number: int
    before: Volume32
    change: Volume32
    noise: float
    use: npt.NDArray[np.bool_]


def _slices(first: int, part: xr.Dataset) -> Iterator[_Slice]:
    before = read(part, "attenuation_before", slice(None))
    change = read(part, "attenuation_change", slice(None))
    noise = part["attenuation_noise"].to_numpy()
    trusted = mask_slices(part["trusted"], slice(None))
    for place in range(before.shape[0]):
        use = trusted[place] & np.isfinite(change[place])
        yield _Slice(first + place, before[place], change[place], float(noise[place]), use)


class PlaceCounter:
    """Sizes of changes by distance from the axis and steepness, counted slab by slab; memory does not grow.

    Parameters
    ----------
    shape
        Of the volume (z, y, x).
    reach
        Voxels at the rim of the largest circle that do not count: the smoothing brings nothing in from outside.
    block
        Slices of a block of one kind.
    """

    def __init__(self, shape: tuple[int, int, int], reach: int, block: int = BLOCK) -> None:
        self.shape, self.block = shape, block
        self.cells = (_ANNULI.size + 1, _STEEPNESS.size + 1, _STEEPNESS.size + 1, _SIZES.size + 1)
        self.counts = np.zeros((2, *self.cells), np.int64)
        y, x = ((np.arange(n) - 0.5 * (n - 1)) for n in shape[1:])
        away = np.hypot(y[:, None], x[None, :])
        self.annulus = np.digitize(away, _ANNULI).astype(np.int32)
        self.inside = away <= 0.5 * min(shape[1:]) - reach

    def add(
        self,
        number: int,
        change: Volume32,
        noise: float,
        squares: tuple[Volume32, Volume32],
        use: npt.NDArray[np.bool_],
    ) -> None:
        """Count a slice: its change, its noise (m-1), squared gradients and the voxels that count."""
        use = use & self.inside
        places = [self.annulus[use]]
        places += [np.digitize(np.sqrt(one[use]) / noise, _STEEPNESS) for one in squares]
        places.append(np.digitize(np.abs(change[use]) / noise, _SIZES))
        flat = np.ravel_multi_index(tuple(places), self.cells)
        kind = (number // self.block) % 2
        self.counts[kind] += np.bincount(flat, minlength=self.counts[kind].size).reshape(self.cells)

    def add_middle(self, held: Sequence[_Slice], place: int) -> None:
        """Count one of a few slices that follow each other."""
        one = held[place]
        if np.isfinite(one.noise):
            squares = squared_gradients(np.stack([each.before for each in held]), place)
            self.add(one.number, one.change, one.noise, squares, one.use)

    def measured(self) -> tuple[Floats, Floats]:
        """(kind, annulus) factors and (kind, direction) displacements in voxels; one kind stands in for an empty one."""
        factors, displacements = [], []
        for counts in self.counts:
            used = counts if counts.sum() else self.counts.sum(axis=0)
            gentle = int(np.searchsorted(_STEEPNESS, GENTLE)) + 1
            factors.append(_factors(used[:, :gentle, :gentle].sum(axis=(1, 2))))
            displacements.append(_displacements(used, factors[-1]))
        return np.array(factors), np.array(displacements)


def _medians(counts: npt.NDArray[np.int64]) -> Floats:
    """Median of the sizes of each group (..., size), NaN for small groups."""
    total = counts.sum(axis=-1)
    edges = np.concatenate([[0.0], _SIZES, [_SIZES[-1] * 1.1]])
    below = np.cumsum(counts, axis=-1)
    half = 0.5 * total[..., None]
    place = np.argmax(below >= half, axis=-1)
    inside = np.take_along_axis(counts, place[..., None], -1)[..., 0]
    before = np.take_along_axis(below, place[..., None], -1)[..., 0] - inside
    share = (half[..., 0] - before) / np.maximum(inside, 1)
    found = edges[place] + share * (edges[place + 1] - edges[place])
    return np.where(total >= LEAST_VOXELS, found, np.nan)


def _factors(counts: npt.NDArray[np.int64]) -> Floats:
    """(annulus,) noise over that of the slice: the law of rings, its variance a constant and a part over the distance.

    What is on a circle hangs together, so an annulus tells as much as it is wide, not as many voxels as it holds.
    """
    spread = _TO_SIGMA * _medians(counts)
    known = np.isfinite(spread)
    if not known.any():
        raise PhysicsError(
            "noise by place needs voxels away from edges",
            found=f"fewer than {LEAST_VOXELS} at every distance from the axis",
            todo="Leave noise by place out for so small a volume",
        )
    terms = np.stack([np.ones(_RADII.size), 1.0 / _RADII], axis=1)
    width = np.diff(np.concatenate([[0.0], _ANNULI, [_ANNULI[-1] * np.sqrt(2.0)]]))
    expected, found = spread[known] ** 2, np.zeros(2)
    for _ in range(_ROUNDS):
        scale = np.sqrt(width[known]) / expected
        found = optimize.nnls(terms[known] * scale[:, None], spread[known] ** 2 * scale)[0]
        expected = terms[known] @ found
    return np.sqrt(terms @ found)


def _displacements(counts: npt.NDArray[np.int64], factor: Floats) -> Floats:
    """(direction,) standard displacement: what the squared spread grows by with the squared steepness."""
    spread = _TO_SIGMA * _medians(counts)
    steep = np.concatenate([[0.5 * _STEEPNESS[0]], np.sqrt(_STEEPNESS[:-1] * _STEEPNESS[1:]), [1.4 * _STEEPNESS[-1]]])
    along, across = np.meshgrid(steep**2, steep**2, indexing="ij")
    # only edges tell: what slope there is elsewhere is noise
    known = np.isfinite(spread) & (np.maximum(along, across) > GENTLE**2)
    if not known.any():
        return np.zeros(2)
    more = spread**2 - factor[:, None, None] ** 2
    weight = counts.sum(axis=-1)
    columns = [np.broadcast_to(one, known.shape)[known] for one in (along, across)]
    found = np.zeros(2)
    for _ in range(_ROUNDS):
        expected = np.broadcast_to(factor[:, None, None] ** 2, known.shape)[known] + found @ columns
        scale = np.sqrt(weight[known]) / expected
        found = optimize.nnls(np.stack(columns, axis=1) * scale[:, None], more[known] * scale)[0]
    return np.sqrt(found)


def noise_by_place(
    record: RecordLike | Iterable[tuple[slice, xr.Dataset]],
    shape: tuple[int, int, int] | None = None,
    *,
    measured_on: str = "the difference itself: changes count as noise, which is too high rather than too low",
    block: int = BLOCK,
) -> xr.Dataset:
    """Measure how the noise of a difference depends on the distance from the axis and on edges.

    Parameters
    ----------
    record
        Kind ``difference``, best of two scans between which nothing happened, whose ``attenuation_noise`` is that of the
        slices (from halves); or slabs of it in their order, as :func:`difference_slabs` yields them.
    shape
        (z, y, x) of the volume, for slabs only.
    measured_on
        What the record says of itself.
    block
        Slices that are judged by one measurement and take part in the other.

    Returns
    -------
    Dataset
        Kind ``noise_by_place``: ``noise_factor`` (kind, radius) over the noise of the slice; ``edge_displacement`` (kind,
        direction), voxels along z and across; ``radius_voxels`` (radius,). Blocks of slices are of kind 0 and 1 in turn,
        and each is judged by the factor of the other.

    Raises
    ------
    PhysicsError
        For a volume with too few voxels away from edges.
    SchemaError
        For slabs without the shape of their volume.

    Notes
    -----
    All is from medians of absolute changes, so that sparse changes matter little. Spreads of voxels that are alike in
    distance and steepness are compared: with the squared steepness their variance grows by the squared displacement.
    """
    if isinstance(record, xr.Dataset | xr.DataTree):
        whole = check(record, "difference")
        shape = shape_of(whole)
        count = shape[0]
        spans = (slice(first, min(first + block, count)) for first in range(0, count, block))
        parts: Iterable[tuple[slice, xr.Dataset]] = ((one, whole.isel(z=one)) for one in spans)
        smoothing = float(whole.attrs.get("smoothing_voxels", 0.0))
        counter = PlaceCounter(shape, halo(smoothing) + 1, block)
    elif shape is None:
        raise SchemaError("slabs of a difference need the shape of their volume", found="none")
    else:
        parts, counter, smoothing = record, None, 0.0
    held: list[_Slice] = []
    for span, part in parts:
        if counter is None:
            smoothing = float(part.attrs.get("smoothing_voxels", 0.0))
            counter = PlaceCounter(shape, halo(smoothing) + 1, block)
        for one in _slices(span.start, part):
            # a slice is counted once the next is there, so that its slope does not depend on the slabs
            held = [*held[-2:], one]
            if len(held) > 1:
                counter.add_middle(held, len(held) - 2)
    if counter is not None and held:
        counter.add_middle(held, len(held) - 1)
    if counter is None:
        raise PhysicsError("noise by place needs a difference", found="no slab")
    return _place_record(counter, smoothing, measured_on)


def _place_record(counter: PlaceCounter, smoothing: float, measured_on: str) -> xr.Dataset:
    """What was counted, as a record of kind ``noise_by_place``."""
    factor, displacement = counter.measured()
    result = xr.Dataset(
        {
            "noise_factor": (("kind", "radius"), factor),
            "edge_displacement": (("kind", "direction"), displacement),
            "radius_voxels": ("radius", _RADII),
        },
        coords={"direction": ["z", "across"]},
        attrs={
            "smoothing_voxels": float(smoothing),
            "rows": counter.shape[1],
            "columns": counter.shape[2],
            "axis_row": 0.5 * (counter.shape[1] - 1),
            "axis_column": 0.5 * (counter.shape[2] - 1),
            "block": counter.block,
            "measured_on": measured_on,
        },
    )
    return label(result, "noise_by_place")
