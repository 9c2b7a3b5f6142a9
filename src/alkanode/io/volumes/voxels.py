"""The voxels of a record that other programs can show, and their size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from alkanode.foundation.errors import SchemaError

_FIELDS = ("attenuation", "attenuation_change", "sign", "transition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voxels:
    """Voxels of one record.

    Attributes
    ----------
    field
        Name of the field.
    values
        The field, dimensions (z, y, x); may be lazy.
    size
        Size of a voxel along z, y, x in m.
    origin
        Centre of the first voxel, z, y, x in m.
    """

    field: str
    values: xr.DataArray
    size: tuple[float, float, float]
    origin: tuple[float, float, float]


def voxels_of(record: xr.Dataset, field: str | None = None) -> Voxels:
    """The field of a record that lies on voxels.

    Parameters
    ----------
    record
        A ``volume``, ``difference``, ``change_map`` or ``material_classes`` record with coordinates z, y, x in m.
    field
        Name of the field; by default the first that the record has of ``attenuation``, ``attenuation_change``,
        ``sign`` and ``transition``.

    Returns
    -------
    Voxels

    Raises
    ------
    SchemaError
        When there is none, or the size of a voxel is not known or uneven.
    """
    known = [name for name in _FIELDS if name in record] if field is None else [field]
    if not known or known[0] not in record or record[known[0]].dims != ("z", "y", "x"):
        raise SchemaError(
            "a field on voxels (z, y, x) is needed",
            found=f"{field or 'no known field'} among {', '.join(map(str, record.data_vars)) or 'nothing'}",
        )
    sizes, origin = [], []
    for dim in ("z", "y", "x"):
        if dim not in record.coords:
            raise SchemaError(
                "a volume for other programs needs its voxel size",
                found=f"no coordinate {dim!r}",
                todo="Give the pixel size when the scan is opened",
            )
        places = record[dim].to_numpy()
        steps = np.diff(places)
        if (steps.size and (steps <= 0).any()) or (steps.size and np.ptp(steps) > 1e-3 * abs(float(steps.mean()))):
            raise SchemaError(f"the coordinate {dim!r} of a volume must rise in even steps", found="uneven steps")
        sizes.append(float(steps.mean()) if steps.size else float("nan"))
        origin.append(float(places[0]))
    even = next((size for size in sizes if np.isfinite(size)), 1.0)
    size = tuple(value if np.isfinite(value) else even for value in sizes)
    return Voxels(
        field=known[0],
        values=record[known[0]],
        size=(size[0], size[1], size[2]),
        origin=(origin[0], origin[1], origin[2]),
    )
