"""Regions that gained and lost attenuation, as bodies in space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from alkanode.data.schema import check
from alkanode.foundation.runtime import require
from alkanode.plot.description import Axis, Figure, Panel, Role
from alkanode.plot.display import shown
from alkanode.plot.pictures import Mesh, Scene

if TYPE_CHECKING:
    import xarray as xr

_SIGNS: tuple[tuple[int, str, Role], ...] = ((1, "attenuation gained", "gain"), (-1, "attenuation lost", "loss"))
_EMPTY = (np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))


def bodies(
    change: xr.Dataset, *, most_voxels: float = 4e6, opacity: float = 0.9, title: str = "Where attenuation changed"
) -> Figure:
    """Regions of a change map as bodies: red gained attenuation, blue lost it.

    Parameters
    ----------
    change
        A ``change_map`` record.
    most_voxels
        A larger map is averaged over blocks until it has fewer voxels, and the caption says so; 4e6 give about
        1e5 triangles, which a browser turns smoothly.
    opacity
        0 to 1.
    title
        Over the figure.

    Returns
    -------
    Figure
        One panel in three dimensions, z downwards.

    Raises
    ------
    MissingExtraError
        Without scikit-image.
    """
    change = check(change, "change_map")
    sizes = [change.sizes[dim] for dim in "zyx"]
    block = 1
    while np.prod([-(-size // block) for size in sizes]) > most_voxels:
        block += 1
    signs = _blocks(change, block)
    z, y, x = (shown(change[dim].to_numpy(), "z") for dim in "zyx")
    origin = np.array([axis[0] for axis in (x, y, z)])
    step = block * np.array([axis[1] - axis[0] if axis.size > 1 else 1.0 for axis in (x, y, z)])
    meshes = []
    for sign, name, role in _SIGNS:
        vertices, faces = _surface(sign * signs)
        placed = (origin + (vertices[:, ::-1] + 0.5 * (1 - 1 / block)) * step).astype(np.float32)
        meshes.append(Mesh(name=name, vertices=placed, faces=faces, role=role, opacity=opacity))
    ends = [(float(axis[0]), float(axis[-1])) for axis in (x, y, z)]
    return Figure(
        title=title,
        caption="Surfaces around the voxels that gained (red) and lost (blue) attenuation beyond the threshold."
        + (f" Averaged over blocks of {block} voxels for drawing." if block > 1 else ""),
        panels=(
            Panel(
                x=Axis(label="x", unit="um", quantity="x"),
                y=Axis(label="y", unit="um", quantity="y"),
                scene=Scene(meshes=tuple(meshes), limits=(ends[0], ends[1], ends[2]), z_reversed=True),
                height=1.6,
            ),
        ),
    )


def _blocks(change: xr.Dataset, block: int) -> Any:
    """Mean sign of each block, read slab by slab."""
    nz, ny, nx = (-(-change.sizes[dim] // block) for dim in "zyx")
    result = np.zeros((nz, ny, nx), np.float32)
    for k in range(nz):
        slab = change["sign"].isel(z=slice(k * block, (k + 1) * block)).to_numpy().astype(np.float32).mean(axis=0)
        padded = np.zeros((ny * block, nx * block), np.float32)
        padded[: slab.shape[0], : slab.shape[1]] = slab
        result[k] = padded.reshape(ny, block, nx, block).mean(axis=(1, 3))
    return result


def _surface(values: Any) -> tuple[Any, Any]:
    if not (values > 0.5).any():
        return _EMPTY
    padded = np.pad(values, 1)
    vertices, faces, _, _ = require("skimage.measure", extra="tomography").marching_cubes(padded, 0.5)
    return (vertices - 1.0).astype(np.float32), faces.astype(np.int32)
