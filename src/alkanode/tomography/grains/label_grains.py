"""Grains of change: what hangs together of the voxels that gained, and of those that lost, attenuation."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.tomography.grains.moments import principal_axes
from alkanode.tomography.grains.pieces import Connectivity, Pieces, Slab, find_pieces
from alkanode.tomography.grains.voxel_grid import VoxelGrid, same_grid, slab_ranges, voxel_grid

Floats = npt.NDArray[np.float64]

COMPONENTS = ("z", "y", "x")

_INHERITED = ("threshold", "threshold_source", "smoothing_voxels", "null")  # what a map says of itself


def label_grains(
    change_map: RecordLike,
    *,
    difference: RecordLike | None = None,
    connectivity: Connectivity = 26,
    smallest: int | None = None,
    slab: int | None = None,
    labels: bool = False,
) -> xr.Dataset:
    """Find the grains of a map of change and measure them in one pass.

    Parameters
    ----------
    change_map
        Record of kind ``change_map``; may lie on a disk, it is read slab by slab. Voxels that are not ``trusted`` do not
        count.
    difference
        Record of kind ``difference`` on the same voxels, for the mean change of each grain. Default: the change within
        the map, or none (NaN).
    connectivity
        Voxels that touch: 6 by faces, 18 by edges too, 26 by corners too (the default: a slanted film of one voxel is one
        grain).
    smallest
        Smallest grain, in voxels. Default: the one that the threshold of the map was calibrated with
        (``attrs["smallest_voxels"]``), else 1.
    slab
        Slices read at once. The result does not depend on it. Default: as many as hold 34 million voxels.
    labels
        Keep ``label``, the number of the grain of each voxel plus 1 (4 bytes per voxel, in memory). Default false.

    Returns
    -------
    Dataset
        Kind ``grains``, in the order of the first voxels of the grains. Per grain: ``sign``; ``grain_volume`` (m3);
        ``equivalent_diameter`` (m); ``centroid`` (m; z, y, x); ``attenuation_change`` (1/m, mean over the grain);
        ``touches_border``, true where the volume cuts the grain off; ``z_first`` to ``x_last`` (m, centres of the
        outermost voxels); ``principal_length`` (m), full lengths of the ellipsoid with the same second moments, longest
        first. Per piece (the part of a grain within one slice): ``piece_grain``, ``piece_volume``, ``piece_centroid``.

    Raises
    ------
    SchemaError
        For a map without coordinates, a difference on other voxels, or a smallest grain below one voxel.

    Notes
    -----
    A grain gained *attenuation*: that is no mass. Potassium in place of NaK50 raises attenuation by half and lowers mass.
    """
    record = check(change_map, "change_map")
    grid = voxel_grid(record, "sign")
    size = int(record.attrs.get("smallest_voxels", 1)) if smallest is None else smallest
    if size < 1:
        raise SchemaError("the smallest grain has at least one voxel", found=f"{size}")
    values = _values(record, difference, grid)
    painted: list[npt.NDArray[np.int32]] | None = [] if labels else None
    pieces = find_pieces(_slabs(record, values, grid, slab), connectivity=connectivity, paint=painted)
    kept = pieces.total(pieces.table[:, 2]) >= size
    found = grain_table(pieces, kept, grid, with_change=values is not None)
    if painted is not None:
        number = np.concatenate([[0], np.where(kept, np.cumsum(kept), 0)]).astype(np.int32)
        found["label"] = (("z", "y", "x"), np.concatenate([number[one] for one in painted]))
    found.attrs.update(
        connectivity=int(connectivity),
        smallest_voxels=size,
        grains_below_smallest=int(np.sum(~kept)),
        voxel_size=json.dumps([float(one) for one in grid.size]),
        volume_bounds=json.dumps(grid.at(np.array([(0, 0, 0), grid.shape]) - [[0], [1]]).tolist()),
        **{name: record.attrs[name] for name in _INHERITED if name in record.attrs},
    )
    return label(found, "grains")


def _values(record: xr.Dataset, difference: RecordLike | None, grid: VoxelGrid) -> xr.Variable | None:
    """The field of change to average, or nothing."""
    if difference is not None:
        other = check(difference, "difference")
        same_grid(grid, voxel_grid(other, "attenuation_change"), ("map", "difference"))
        return other.variables["attenuation_change"]
    return record.variables.get("attenuation_change")


def _slabs(record: xr.Dataset, values: xr.Variable | None, grid: VoxelGrid, slab: int | None) -> Iterator[Slab]:
    """Signs and changes, slab by slab, with untrusted voxels taken out."""
    trusted = record.variables.get("trusted")
    for start, end in slab_ranges(grid.shape, slab):
        part = {"z": slice(start, end)}
        signs = np.asarray(record.variables["sign"].isel(part).to_numpy(), dtype=np.int8)
        if trusted is not None:
            signs = np.where(trusted.isel(part).to_numpy(), signs, np.int8(0))
        yield signs, None if values is None else np.asarray(values.isel(part).to_numpy(), dtype=np.float32)


def grain_table(pieces: Pieces, kept: npt.NDArray[np.bool_], grid: VoxelGrid, *, with_change: bool) -> xr.Dataset:
    """Measures of each grain from sums over its pieces.

    Parameters
    ----------
    pieces
        What was found.
    kept
        (grain,) the grains to list.
    grid
        Of the volume.
    with_change
        Whether values were summed.

    Returns
    -------
    Dataset
        Fields of kind ``grains``, not yet labelled.
    """
    table = pieces.table
    z = table[:, 0].astype(np.float64)
    n = pieces.total(table[:, 2])
    count = n[kept]
    sums = np.stack([pieces.total(z * table[:, 2]), pieces.total(table[:, 3]), pieces.total(table[:, 4])], axis=1)[kept]
    middle = sums / count[:, None]
    bounds = {"z": (0, 0), "y": (8, 9), "x": (10, 11)}
    first = np.stack([pieces.lowest(bounds[name][0])[kept] for name in COMPONENTS], axis=1)
    last = np.stack([pieces.highest(bounds[name][1])[kept] for name in COMPONENTS], axis=1)
    at_border = ((first == 0) | (last == np.array(grid.shape) - 1)).any(axis=1)
    first_piece = np.unique(pieces.grain, return_index=True)[1][kept]
    volume = count * grid.voxel_volume
    change = pieces.total(pieces.sums)[kept] / count if with_change else np.full(count.size, np.nan)
    number = np.cumsum(kept) - 1
    mine = kept[pieces.grain]
    parts = table[mine]
    places = np.stack([parts[:, 0], parts[:, 3] / parts[:, 2], parts[:, 4] / parts[:, 2]], axis=1)
    lowest, highest = grid.at(first), grid.at(last)
    return xr.Dataset(
        {
            "sign": ("grain", table[first_piece, 1].astype(np.int8)),
            "grain_volume": ("grain", volume),
            "equivalent_diameter": ("grain", np.cbrt(6.0 * volume / np.pi)),
            "centroid": (("grain", "component"), grid.at(middle)),
            "attenuation_change": ("grain", change),
            "touches_border": ("grain", at_border),
            "principal_length": (("grain", "axis"), principal_axes(pieces, kept, grid.size)[0]),
            "piece_grain": ("piece", number[pieces.grain[mine]]),
            "piece_volume": ("piece", parts[:, 2] * grid.voxel_volume),
            "piece_centroid": (("piece", "component"), grid.at(places)),
            **{f"{name}_first": ("grain", lowest[:, i]) for i, name in enumerate(COMPONENTS)},
            **{f"{name}_last": ("grain", highest[:, i]) for i, name in enumerate(COMPONENTS)},
        },
        coords={"component": list(COMPONENTS)},
    )
