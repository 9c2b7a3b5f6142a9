"""Change against depth: volumes, and mean grain volume by two rules of counting.

A grain can span many slices. Counted where its centroid lies, it counts once. Counted in every slice that it touches, it
counts many times, and large grains weigh more. Both are in use, they differ, and a figure must say which it shows.
"""

from __future__ import annotations

import json
import warnings
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.tomography.grains.depth import Plane, Side, plane_of
from alkanode.tomography.grains.voxel_grid import slab_ranges, voxel_grid

Floats = npt.NDArray[np.float64]

Displaced = Literal["leave out", "only", "include"]

RULES: Final = ("centroid", "touching")
"""Ways of counting grains: each once at its centroid; each in every slice that it touches."""

CHANGES: Final = ("gain", "loss")

_ROUNDING = 1e-6  # of a bin: a slice whose depth is a whole number of bins must not fall to either side by rounding


def depth_profile(
    grains: RecordLike,
    *,
    interface: xr.Dataset | xr.DataTree | QuantityLike | None = None,
    anode_side: Side = 1,
    step: QuantityLike | None = None,
    displaced: Displaced = "leave out",
    difference: RecordLike | None = None,
) -> xr.Dataset:
    """Volume gained and lost, number and mean volume of grains, against depth.

    Parameters
    ----------
    grains
        Record of kind ``grains`` from :func:`label_grains`.
    interface
        Where depth is 0: a record of kind ``interface_plane``, or z of a flat interface. Default: none, and the depth is
        z itself.
    anode_side
        1 where the anode lies at larger z (the default), -1 where it lies at smaller z. A record knows its own.
    step
        Thickness of a bin, m. Default: a slice.
    displaced
        What to do with grains that :func:`dipole_test` found to be moved matter or fringes: ``"leave out"`` (the
        default), ``"only"`` these, or ``"include"`` them. Without that test all grains count.
    difference
        Record of kind ``difference``, for the mean change of all voxels with depth, which needs no threshold.

    Returns
    -------
    Dataset
        Kind ``depth_profile``: ``depth`` (m, middle of the bin, positive into the anode); ``volume_gained``,
        ``volume_lost`` (m3 per bin); ``mean_grain_volume`` (m3; NaN where no grain counts) and ``grain_count`` with
        ``change`` (gain, loss) and ``rule`` (centroid, touching); with a difference also ``mean_attenuation_change`` and
        ``attenuation_noise`` (1/m, noise of one voxel).

    Raises
    ------
    SchemaError
        For grains without pieces, or a step that is not positive.

    Warns
    -----
    DataQualityWarning
        Where a tilted interface spreads single pieces of grains over more than one bin.

    Notes
    -----
    Volumes are summed piece by piece, at the depth of the middle of each piece. Without tilt that is exact.
    """
    record = check(grains, "grains")
    if "piece_grain" not in record:
        raise SchemaError("a depth profile needs the pieces of the grains", todo="Take grains from label_grains")
    size = np.asarray(json.loads(str(record.attrs["voxel_size"])))
    width = float(size[0]) if step is None else to_si(step, "depth")
    if not width > 0:
        raise SchemaError("the thickness of a bin must be positive", found=f"{width:g} m")
    low, high = (np.asarray(one) for one in json.loads(str(record.attrs["volume_bounds"])))
    plane = Plane(float(low[0])) if interface is None else plane_of(interface, anode_side)
    start = 0.0 if interface is not None else float(low[0])
    ends = np.sort(plane.depth([[low[0], 0.0, 0.0], [high[0], 0.0, 0.0]]))
    corners = plane.depth([[z, y, x] for z in (low[0], high[0]) for y in (low[1], high[1]) for x in (low[2], high[2])])
    bins = _Bins(min(float(ends[0]), float(corners.min())), float(corners.max()), width, centred=interface is None)
    counted = _counted(record, displaced)
    profile = _profile(record, counted, plane, bins)
    profile = profile.assign_coords(depth=bins.middles + start)
    if difference is not None:
        _put_mean_change(profile, check(difference, "difference"), plane, bins)
    _warn_of_tilt(record, plane, width, float(size[2]))
    profile.attrs.update(
        displaced_grains=displaced,
        grains_counted=int(counted.sum()),
        grains_left_out=int((~counted).sum()),
        grains_at_border=int((record["touches_border"].to_numpy() & counted).sum()),
        step=width,
        tilt=plane.tilt,
        depth_from="first slice of the grid" if interface is None else "interface",
    )
    return label(profile, "depth_profile")


class _Bins:
    """Bins of depth: on slices, or from the interface."""

    def __init__(self, low: float, high: float, width: float, *, centred: bool) -> None:
        self.width = width
        self.shift = 0.5 if centred else 0.0
        self.first = int(np.floor(low / width + self.shift + _ROUNDING))
        self.number = int(np.floor(high / width + self.shift + _ROUNDING)) - self.first + 1

    @property
    def middles(self) -> Floats:
        return np.asarray((self.first + np.arange(self.number) + 0.5 - self.shift) * self.width, dtype=np.float64)

    def of(self, depth: Floats) -> npt.NDArray[np.int64]:
        found = np.floor(depth / self.width + self.shift + _ROUNDING).astype(np.int64) - self.first
        return np.clip(found, 0, self.number - 1)


def _counted(record: xr.Dataset, displaced: Displaced) -> npt.NDArray[np.bool_]:
    """Which grains the profile is of."""
    if displaced not in ("leave out", "only", "include"):
        raise SchemaError("displaced is 'leave out', 'only' or 'include'", found=repr(displaced))
    moved = np.zeros(record.sizes["grain"], dtype=bool)
    for name in ("displaced", "fringe"):
        if name in record:
            moved |= record[name].to_numpy().astype(bool)
    return {"leave out": ~moved, "only": moved, "include": np.ones_like(moved)}[displaced]


def _profile(record: xr.Dataset, counted: npt.NDArray[np.bool_], plane: Plane, bins: _Bins) -> xr.Dataset:
    sign, volume = record["sign"].to_numpy(), record["grain_volume"].to_numpy()
    owner = record["piece_grain"].to_numpy()
    at = bins.of(plane.depth(record["piece_centroid"].to_numpy()))
    home = bins.of(plane.depth(record["centroid"].to_numpy()))
    changed = np.zeros((2, bins.number))
    count = np.zeros((bins.number, 2, 2))
    total = np.zeros((bins.number, 2, 2))
    for c, direction in enumerate((1, -1)):
        which = counted & (sign == direction)
        mine = which[owner]
        changed[c] = np.bincount(at[mine], record["piece_volume"].to_numpy()[mine], bins.number)
        # each grain once in each bin, even where it has several pieces there
        seen, place = np.divmod(np.unique(owner[mine] * bins.number + at[mine]), bins.number)
        for r, (grain, where) in enumerate(((np.flatnonzero(which), home[which]), (seen, place))):
            count[:, c, r] = np.bincount(where, minlength=bins.number)
            total[:, c, r] = np.bincount(where, volume[grain], bins.number)
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return xr.Dataset(
        {
            "volume_gained": ("depth", changed[0]),
            "volume_lost": ("depth", changed[1]),
            "mean_grain_volume": (("depth", "change", "rule"), mean),
            "grain_count": (("depth", "change", "rule"), count.astype(np.int64)),
        },
        coords={"depth": bins.middles, "change": list(CHANGES), "rule": list(RULES)},
    )


def _put_mean_change(profile: xr.Dataset, difference: xr.Dataset, plane: Plane, bins: _Bins) -> None:
    """Mean change of the trusted voxels of each bin, slice by slice (depth is that of the middle of the slice)."""
    grid = voxel_grid(difference, "attenuation_change")
    trusted = difference.variables.get("trusted")
    total, voxels = np.zeros(grid.shape[0]), np.zeros(grid.shape[0])
    for first, end in slab_ranges(grid.shape):
        part = {"z": slice(first, end)}
        values = difference.variables["attenuation_change"].isel(part).to_numpy()
        use = np.isfinite(values) if trusted is None else trusted.isel(part).to_numpy() & np.isfinite(values)
        total[first:end] = np.sum(values, axis=(1, 2), where=use, dtype=np.float64)
        voxels[first:end] = use.sum(axis=(1, 2))
    middle = np.stack([grid.origin[0] + np.arange(grid.shape[0]) * grid.size[0], *np.zeros((2, grid.shape[0]))], axis=1)
    at = bins.of(plane.depth(middle))
    count = np.bincount(at, voxels, bins.number)
    noise = difference["attenuation_noise"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        profile["mean_attenuation_change"] = ("depth", np.bincount(at, total, bins.number) / count)
        profile["attenuation_noise"] = ("depth", np.sqrt(np.bincount(at, voxels * noise**2, bins.number) / count))


def _warn_of_tilt(record: xr.Dataset, plane: Plane, width: float, voxel: float) -> None:
    """A piece that a tilted plane spreads over bins is still counted in one."""
    if plane.tilt == 0.0 or not record.sizes["grain"]:
        return
    extent = max(float((record[f"{name}_last"] - record[f"{name}_first"]).max()) for name in ("y", "x")) + voxel
    spread = extent * float(np.tan(plane.tilt))
    if spread > 2.0 * width:
        warnings.warn(
            f"the interface is tilted by {np.degrees(plane.tilt):.2g} deg: the widest grain spans {spread * 1e6:.2g} um of "
            f"depth within one slice and is counted at its middle, bins are {width * 1e6:.2g} um",
            DataQualityWarning,
            stacklevel=3,
        )
