"""Classes that were found against classes that were true."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.differences.slabs import Floats, Volume32, read, same_grid, slabs

Codes = npt.NDArray[np.int64]


def confusion_table(
    classes: RecordLike,
    before: RecordLike,
    after: RecordLike,
    *,
    tolerance: float = 0.03,
    slab: int = 16,
) -> xr.Dataset:
    """Count the voxels of each true transition by the transition that was found.

    Parameters
    ----------
    classes
        Kind ``material_classes``.
    before, after
        Kind ``volume``: the true attenuation without noise, on the same voxels.
    tolerance
        A voxel holds a material when it is within this share of the distance to the next material (and never less
        than 1 per cent of its attenuation); otherwise it is truly mixed.
    slab
        Slices treated at a time; the result does not depend on it.

    Returns
    -------
    Dataset
        Kind ``class_confusion``: ``voxel_count`` and ``share`` (true_class, found_class), the share of each true class;
        coordinates are the names of transitions that occur, found ones also ``"none"``. ``attrs``: ``agreement``, the
        share of classified voxels that are right, and ``agreement_changed``, the same among voxels that truly changed
        from one pure class to another.

    Raises
    ------
    PhysicsError
        For a tolerance outside 0 to 0.5.
    SchemaError
        For volumes on other voxels.
    """
    record = check(classes, "material_classes")
    truth = [check(one, "volume") for one in (before, after)]
    for one in truth:
        same_grid(record, one)
    if not 0 < tolerance < 0.5:
        raise PhysicsError("a tolerance between 0 and 0.5 is needed", found=repr(tolerance))
    names = [*(str(name) for name in record.attrs["transitions"]), "none"]
    count = record.sizes["material"]
    values = np.asarray(record["material_attenuation"].to_numpy(), dtype=np.float64)
    member = record["member_of"].to_numpy().astype(np.int64)
    table = np.zeros((count * count, count * count + 1), np.int64)
    for part in slabs(record.sizes["z"], slab):
        true = [_class_of(read(one, "attenuation", part.core), values, member, count - 1, tolerance) for one in truth]
        found = record["transition"].isel(z=part.core).to_numpy().astype(np.int64)
        found = np.where(found < 0, count * count, found)
        pairs = (true[0] * count + true[1]) * table.shape[1] + found
        table += np.bincount(pairs.ravel(), minlength=table.size).reshape(table.shape)
    rows = [int(row) for row in np.flatnonzero(table.sum(axis=1))]
    columns = [int(column) for column in np.flatnonzero(table.sum(axis=0))]
    changed = [row for row in rows if row // count != row % count and max(row // count, row % count) < count - 1]
    kept = table[rows][:, columns]
    result = xr.Dataset(
        {
            "voxel_count": (("true_class", "found_class"), kept),
            "share": (("true_class", "found_class"), kept / kept.sum(axis=1, keepdims=True)),
        },
        coords={"true_class": [names[row] for row in rows], "found_class": [names[column] for column in columns]},
        attrs={
            "agreement": _agreement(table, rows),
            "agreement_changed": _agreement(table, changed),
            "tolerance": tolerance,
        },
    )
    return label(result, "class_confusion")


def _agreement(table: Codes, rows: list[int]) -> float:
    """Share of the classified voxels of some true classes that were found as what they are."""
    classified = sum(int(table[row, :-1].sum()) for row in rows)
    return sum(int(table[row, row]) for row in rows) / classified if classified else float("nan")


def _class_of(volume: Volume32, values: Floats, member: Codes, mixed: int, tolerance: float) -> Codes:
    """Class of the nearest material, or ``mixed`` when none is near enough."""
    borders = 0.5 * (values[1:] + values[:-1])
    nearest = np.searchsorted(borders, volume)
    gaps = np.diff(values)
    around = np.minimum(np.append(gaps, np.inf), np.append(np.inf, gaps))
    allowed = np.maximum(tolerance * np.where(np.isfinite(around), around, 0.0), 0.01 * np.abs(values))
    near = np.abs(volume - values[nearest]) <= allowed[nearest] + 1e-6
    return np.where(near, member[nearest], mixed)
