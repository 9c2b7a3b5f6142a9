"""Contact of metal and electrolyte over an interface, as the constriction model of impedance needs it.

A thin layer of the anode, close to the electrolyte but clear of its blur, is averaged along the normal. Where it attenuates
like metal there is contact; where it attenuates like nothing there is a void. Share and spacing of the two are what
:func:`alkanode.impedance.constriction` takes. What lies between the layer and the interface is not seen; a second layer above
tells how much it may be (``void_feet``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import ndimage, special

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.numerics.small_samples import half_width
from alkanode.tomography.grains.depth import Plane, Side, plane_of
from alkanode.tomography.grains.void_feet import (
    VoidMaps,
    cap_share,
    count_voids,
    hidden_share,
    hidden_voids,
    least_spacing,
    void_maps,
)
from alkanode.tomography.grains.void_pattern import VOIDS, Pattern, contact_pattern
from alkanode.tomography.grains.voxel_grid import VoxelGrid, slab_ranges, voxel_grid

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_MAD = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLayer:
    """Which layer of the anode shows contact, and how it is judged.

    Attributes
    ----------
    clearance
        Voxels between the interface and the layer. Default 3: the electrolyte attenuates ten times more than metal, and
        its blurred edge would look like contact.
    thickness
        Voxels of the layer. Default 4, even, so that its odd and even slices tell its noise. A second layer, half a
        thickness higher, tells how voids change with height.
    face_error
        Voxels by which the face of the electrolyte may lie elsewhere. Default 0.5: a blurred face is placed to that.
    smoothing
        Standard deviation of a Gaussian across the layer, in voxels. Default 1: less than the smallest void that counts.
    limit
        Place of the limit between void (0) and metal (1). Default 0.5.
    smallest
        Smallest void or island of contact that counts for the spacing, in pixels. Default 9: three by three.
    least_separation
        Standard deviations of the layer's noise that void and metal must each lie away from the limit. Default 2: fewer,
        and 2 % of either would be taken for the other.
    radius
        Share of the half width of the volume that is looked at. Default 0.95.
    parts
        The view is cut into ``parts`` x ``parts`` for the interval of the share. Default 6.
    """

    clearance: float = 3.0
    thickness: float = 4.0
    face_error: float = 0.5
    smoothing: float = 1.0
    limit: float = 0.5
    smallest: int = 9
    least_separation: float = 2.0
    radius: float = 0.95
    parts: int = 6

    def __post_init__(self) -> None:
        if not (self.clearance >= 0 and self.thickness >= 2 and self.smoothing >= 0 and 0 < self.limit < 1):
            raise SchemaError(
                "a layer has a clearance and smoothing of at least 0, a thickness of at least 2, a limit within (0, 1)",
                found=f"{self.clearance:g}, {self.smoothing:g}, {self.thickness:g}, {self.limit:g}",
            )
        if not self.face_error >= 0:
            raise SchemaError("the error of the face is not negative", found=f"{self.face_error:g} voxels")
        if self.smallest < 1 or self.parts < 2 or not 0 < self.radius <= 1.5:
            raise SchemaError(
                "a layer counts voids of at least 1 pixel, over at least 2 x 2 parts, in a radius within (0, 1.5]",
                found=f"{self.smallest}, {self.parts}, {self.radius:g}",
            )


DEFAULT_LAYER = ContactLayer()


def interface_contact(
    volumes: RecordLike | Sequence[RecordLike],
    interface: xr.Dataset | xr.DataTree | QuantityLike,
    *,
    metal_attenuation: QuantityLike,
    void_attenuation: QuantityLike = 0.0,
    anode_side: Side = 1,
    layer: ContactLayer = DEFAULT_LAYER,
    electrode_area: QuantityLike | None = None,
) -> xr.Dataset:
    """Share of the interface that touches metal, and how its voids are spread.

    Parameters
    ----------
    volumes
        One or more records of kind ``volume``, registered to each other; may lie on a disk.
    interface
        Record of kind ``interface_plane``, or z of a flat interface (m).
    metal_attenuation, void_attenuation
        Of what fills the layer and of a void, 1/m. Give the *least* attenuating metal that counts as contact: at 45 keV Na
        has 32/m and NaK50 65/m. Carbon (35/m) cannot be told from sodium and counts with it.
    anode_side
        Used with a height only.
    layer
        Which layer, and how it is judged.
    electrode_area
        m2, of a round electrode in the middle of the volume. Where it is smaller than the circle of ``layer.radius``, only
        it is looked at: the wall of a cell would count as contact, and the air around it as void.

    Returns
    -------
    Dataset
        Kind ``interface_contact``, per ``scan``: ``contact_area_fraction`` (of the layer, whose middle lies
        ``attrs["layer_height"]`` above the interface) with ``_interval`` (of the interface itself: between straight walls
        and caps of balls below the layer, and between the two limits of a void; 95 % over parts of the view, what noise
        can have moved across the limit, and the place of the face); ``void_spacing`` (m, mean distance to the nearest void of the layer)
        with ``_interval``, down to what voids that end below the layer may make of it;
        ``void_diameter`` (m); ``contact_spacing`` (m, radius of the cell that belongs to one island: the spacing of the
        constriction model) with ``_interval``, unknown for islands of contact; ``contact_radius`` (m, contact_spacing times the root of the fraction); ``correlation_length``
        (m, free of any count of islands); ``pattern``; and the map ``contact``, of which ``seen`` says where it holds.

    Raises
    ------
    PhysicsError
        Where the layer is not within the volume, or its noise does not separate metal from void.
    SchemaError
        For volumes on different voxels, or attenuations in the wrong order.

    Notes
    -----
    A void has a core below ``layer.limit`` of the way to the least attenuating metal. Blur makes it look smaller: its edge
    lies half way to the metal *around* it, so that what hangs together with a core and attenuates less than half as much as
    the median of the contact is void, too. Metal of less attenuation that touches no core stays contact. The interval
    reaches from the cores alone to all below the second limit.

    Smoothing makes round voids smaller. What smoothing once more takes from them, the interval gives back.

    The cross section of voids changes below the layer. The interval holds what straight walls make of it, and what caps of
    balls make of it (``void_feet.cap_share``). Its lower end counts voids that are too low to
    reach the layer, too, as many per height as end between the layer and one half a thickness above, and each as wide as half a ball that high. Voids that *all* end
    below the layer or are narrower than about four times the smoothing, and gaps thinner than it, are not in it: electrically, the share is an upper bound.
    """
    records = [check(one, "volume") for one in _listed(volumes)]
    if not records:
        raise SchemaError("contact needs at least one volume", found="none")
    grids = [voxel_grid(one, "attenuation") for one in records]
    grid, plane = grids[0], plane_of(interface, anode_side)
    for other in grids[1:]:
        if other.shape[1:] != grid.shape[1:]:
            raise SchemaError("all volumes need the same voxels", found=f"{grid.shape} and {other.shape}")
    metal, void = to_si(metal_attenuation, "attenuation"), to_si(void_attenuation, "attenuation")
    if not metal > void:
        raise SchemaError("metal attenuates more than a void", found=f"{metal:g} and {void:g} per m")
    seen = _view(grid, layer.radius)
    if electrode_area is not None:
        seen &= _within(grid, to_si(electrode_area, "area"), layer.clearance)
    limit = void + layer.limit * (metal - void)
    rows = [_judge(one, own, plane, seen, layer, (void, limit, metal)) for one, own in zip(records, grids, strict=True)]
    patterns = [
        contact_pattern(row.contact, seen, float(np.sqrt(grid.size[1] * grid.size[2])), layer.smallest) for row in rows
    ]
    return label(_record(rows, patterns, grid, seen, layer, limit), "interface_contact")


def constriction_inputs(contact: RecordLike, *, scan: int = -1) -> dict[str, float]:
    """What :func:`alkanode.impedance.constriction` takes from the interface.

    Parameters
    ----------
    contact
        Record of kind ``interface_contact``.
    scan
        Which scan, by position. Default: the last.

    Returns
    -------
    dict
        ``area_fraction`` (1) and ``spacing`` (m).

    Raises
    ------
    PhysicsError
        Where nothing touches, or there is no void: no constriction then.
    """
    row = check(contact, "interface_contact").isel(scan=scan)
    spacing = float(row["contact_spacing"])
    if not np.isfinite(spacing):
        raise PhysicsError("a constriction needs islands of contact or voids", found=str(row["pattern"].item()))
    return {"area_fraction": float(row["contact_area_fraction"]), "spacing": spacing}


def contact_estimates(contact: RecordLike, *, scan: int = -1) -> dict[str, Estimate]:
    """Headline numbers of one scan: ``contact_area_fraction`` and ``contact_spacing``.

    Parameters
    ----------
    contact
        Record of kind ``interface_contact``.
    scan
        Which scan, by position. Default: the last.
    """
    record = check(contact, "interface_contact")
    row = record.isel(scan=scan)
    low, high = row["contact_area_fraction_interval"].to_numpy()
    limit, pattern = float(record.attrs["attenuation_limit"]), str(row["pattern"].item())
    spacing, height = float(row["contact_spacing"]), float(record.attrs["layer_height"])
    return {
        "contact_area_fraction": Estimate(
            value=float(row["contact_area_fraction"]),
            unit="1",
            quantity="contact_area_fraction",
            interval=(float(low), float(high)),
            label=f"measured: share without void (below {limit:.3g} per m, with its edge) in a layer {1e6 * height:.2g} um above "
            "the electrolyte, an upper bound of electrical contact; interval: of the electrolyte's face, from straight walls "
            "to caps of balls and low voids below the layer, both limits of a void, 95 % over parts of the view, noise, place of "
            "the face; voids that all end below the layer are not in it",
        ),
        "contact_spacing": Estimate(
            value=spacing if np.isfinite(spacing) else None,
            unit="m",
            quantity="contact_spacing",
            interval=spacing_interval(row, "contact_spacing"),
            label=f"measured: area per island of the layer ({pattern}), an upper bound; {spacing_basis(row, 'contact_spacing')}",
        ),
    }


def spacing_interval(row: xr.Dataset, name: str) -> tuple[float, float] | None:
    """Interval of a spacing of one scan, m; none where it is not known."""
    low, high = (float(one) for one in row[f"{name}_interval"].to_numpy())
    return (low, high) if np.isfinite([low, high]).all() else None


def spacing_basis(row: xr.Dataset, name: str) -> str:
    """What the interval of a spacing covers, or why there is none."""
    if spacing_interval(row, name) is None:
        return "no interval: voids that end below the layer cannot be estimated for this pattern"
    return "interval: down to that with the voids that end below the layer, as many per height as end in it"


def _listed(volumes: RecordLike | Sequence[RecordLike]) -> list[RecordLike]:
    return [volumes] if isinstance(volumes, xr.Dataset | xr.DataTree) else list(volumes)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Map of contact of one scan, its share, interval, noise of the layer (1/m), smallest spacing over that seen."""

    contact: Flags
    share: float
    interval: tuple[float, float]
    noise: float
    closer: float


def _view(grid: VoxelGrid, radius: float) -> Flags:
    """Pixels within a circle around the middle of the volume."""
    y, x = (np.linspace(-1.0, 1.0, n) if n > 1 else np.zeros(1) for n in grid.shape[1:])
    return np.asarray(np.hypot(y[:, None], x[None, :]) <= radius)


def _within(grid: VoxelGrid, area: float, margin: float) -> Flags:
    """Pixels within a round electrode in the middle, clear of its rim by some voxels."""
    y, x = ((np.arange(n) - 0.5 * (n - 1)) * size for n, size in zip(grid.shape[1:], grid.size[1:], strict=True))
    return np.asarray(np.hypot(y[:, None], x) <= np.sqrt(area / np.pi) - margin * grid.size[2])


@dataclass(frozen=True, slots=True)
class _Layer:
    """Voids of one layer, those of it smoothed as much once more, and the noise of its mean (1/m)."""

    voids: VoidMaps
    smoothed: VoidMaps
    noise: float


def _judge(
    record: xr.Dataset,
    grid: VoxelGrid,
    plane: Plane,
    seen: Flags,
    layer: ContactLayer,
    levels: tuple[float, float, float],
) -> _Judged:
    rise = 0.5 * layer.thickness
    low = _seen_layer(record, grid, plane, seen, layer, levels)
    high = _seen_layer(record, grid, plane, seen, replace(layer, clearance=layer.clearance + rise), levels)
    contact = seen & ~low.voids.void
    share = float(contact[seen].mean())
    empty, limit, metal = levels
    wrong_metal, wrong_void = (
        float(special.ndtr(-apart / low.noise)) if low.noise else 0.0 for apart in (limit - empty, metal - limit)
    )
    unmoved = np.clip((share - wrong_metal) / (1.0 - wrong_metal - wrong_void), 0.0, 1.0)
    height, pixels = _height(layer), int(seen.sum())
    shares, slopes = [share, float(unmoved)], []
    for name in ("core", "void", "wide"):
        below, above = (getattr(one.voids, name) for one in (low, high))
        empty_share = float(below[seen].mean())
        slope = (float(above[seen].mean()) - empty_share) / rise
        number, higher = (count_voids(one, layer.smallest) for one in (below, above))
        foot = cap_share(empty_share, slope, number / pixels, height, rise)
        smoothed = max(empty_share - float(getattr(low.smoothed, name)[seen].mean()), 0.0)
        hidden = hidden_share(hidden_voids(number, higher, height, rise), pixels, height)
        # straight walls hide no voids; low balls do
        shares += [1.0 - one for one in (empty_share, empty_share + smoothed, foot, foot + smoothed + hidden)]
        slopes.append(abs(slope))
    error = float(np.hypot(_scatter(contact, seen, layer.parts), layer.face_error * max(slopes)))
    interval = (max(min(shares) - error, 0.0), min(max(shares) + error, 1.0))
    closer = least_spacing(
        count_voids(low.voids.void, layer.smallest),
        count_voids(low.voids.wide, layer.smallest),
        count_voids(high.voids.wide, layer.smallest),
        count_voids(low.smoothed.wide, layer.smallest),
        height,
        rise,
    )
    return _Judged(contact, share, interval, low.noise, closer)


def _height(layer: ContactLayer) -> float:
    """Of the middle of the layer over the interface, voxels."""
    return layer.clearance + 0.5 * layer.thickness


def _seen_layer(
    record: xr.Dataset,
    grid: VoxelGrid,
    plane: Plane,
    seen: Flags,
    layer: ContactLayer,
    levels: tuple[float, float, float],
) -> _Layer:
    odd, even = (ndimage.gaussian_filter(half, layer.smoothing) for half in _layer_means(record, grid, plane, layer))
    noise = _MAD * float(np.median(np.abs(odd - even)[seen])) / 2.0
    empty, limit, metal = levels
    apart = min(limit - empty, metal - limit)
    if not apart >= layer.least_separation * noise:
        raise PhysicsError(
            f"metal and void must lie {layer.least_separation:g} standard deviations from the limit between them",
            found=f"{apart:.3g} per m at a noise of {noise:.3g}",
            todo="Smooth the layer more, take a thicker one, or count more photons",
        )
    values = 0.5 * (odd + even)
    once, twice = (
        void_maps(one, seen, limit, layer.limit, empty, layer.smallest)
        for one in (values, ndimage.gaussian_filter(values, layer.smoothing))
    )
    return _Layer(once, twice, noise)


def _layer_means(record: xr.Dataset, grid: VoxelGrid, plane: Plane, layer: ContactLayer) -> tuple[Floats, Floats]:
    """Mean attenuation of the odd and of the even voxels of the layer, per column, 1/m."""
    y, x = (grid.origin[i] + np.arange(grid.shape[i]) * grid.size[i] for i in (1, 2))
    # position of the interface in slices, counted into the anode
    at = (plane.height_at(y[:, None], x[None, :]) - grid.origin[0]) / grid.size[0]
    start = at + plane.side * layer.clearance
    end = start + plane.side * layer.thickness
    low, high = np.minimum(start, end), np.maximum(start, end)
    first, last = int(np.ceil(low.min())), int(np.floor(high.max()))
    if first < 0 or last > grid.shape[0] - 1:
        raise PhysicsError(
            "the layer beside the interface must lie within the volume",
            found=f"slices {first} to {last} of 0 to {grid.shape[0] - 1}",
            todo="Reconstruct more slices on the side of the anode, or take a thinner layer",
        )
    sums, counts = np.zeros((2, *grid.shape[1:])), np.zeros((2, *grid.shape[1:]))
    for begin, stop in slab_ranges((last - first + 1, *grid.shape[1:])):
        values = record.variables["attenuation"].isel(z=slice(first + begin, first + stop)).to_numpy()
        for i, slice_values in enumerate(values, start=first + begin):
            inside = (i >= low) & (i < high) & np.isfinite(slice_values)
            sums[i % 2] += np.where(inside, slice_values, 0.0)
            counts[i % 2] += inside
    return sums[0] / np.maximum(counts[0], 1), sums[1] / np.maximum(counts[1], 1)


def _scatter(contact: Flags, seen: Flags, parts: int) -> float:
    """Half width of the 95 % interval of the share, from the scatter of parts of the view."""
    means = []
    for rows in np.array_split(np.arange(seen.shape[0]), parts):
        for columns in np.array_split(np.arange(seen.shape[1]), parts):
            part = np.ix_(rows, columns)
            if seen[part].mean() > 0.5:
                means.append(float(contact[part][seen[part]].mean()))
    return float(np.std(means, ddof=1)) * half_width(len(means)) if len(means) > 1 else float("nan")


def _record(
    rows: list[_Judged], patterns: list[Pattern], grid: VoxelGrid, seen: Flags, layer: ContactLayer, limit: float
) -> xr.Dataset:
    share = np.array([row.share for row in rows])
    spacing = np.array([one.contact_spacing for one in patterns])
    void_spacing = np.array([one.void_spacing for one in patterns])
    closer = np.array([row.closer for row in rows])
    # islands of contact are not counted by voids
    closer_islands = np.where([one.name == VOIDS for one in patterns], closer, np.nan)
    return xr.Dataset(
        {
            "contact_area_fraction": ("scan", share),
            "contact_area_fraction_interval": (("scan", "bound"), [row.interval for row in rows]),
            "void_spacing": ("scan", void_spacing),
            "void_spacing_interval": (("scan", "bound"), np.stack([closer * void_spacing, void_spacing], axis=1)),
            "void_diameter": ("scan", [one.void_diameter for one in patterns]),
            "contact_spacing": ("scan", spacing),
            "contact_spacing_interval": (("scan", "bound"), np.stack([closer_islands * spacing, spacing], axis=1)),
            "contact_radius": ("scan", spacing * np.sqrt(share)),
            "correlation_length": ("scan", [one.correlation_length for one in patterns]),
            "pattern": ("scan", [one.name for one in patterns]),
            "contact": (("scan", "y", "x"), np.stack([row.contact for row in rows])),
            "seen": (("y", "x"), seen),
        },
        coords={
            "y": grid.origin[1] + np.arange(grid.shape[1]) * grid.size[1],
            "x": grid.origin[2] + np.arange(grid.shape[2]) * grid.size[2],
            "bound": ["lower", "upper"],
        },
        attrs={
            "attenuation_limit": limit,
            "layer_noise": [row.noise for row in rows],
            "islands": [one.islands for one in patterns],
            "layer_height": _height(layer) * float(grid.size[0]),
            "clearance": layer.clearance,
            "thickness": layer.thickness,
            "smoothing": layer.smoothing,
            "smallest": layer.smallest,
            "radius": layer.radius,
        },
    )
