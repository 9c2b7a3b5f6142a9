"""Where the voxels of a volume lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import SchemaError

Floats = npt.NDArray[np.float64]
AXES = ("z", "y", "x")
SPACING_TOLERANCE = 1e-3
"""Share by which voxels may differ from cubes."""


@dataclass(frozen=True, slots=True)
class VoxelGrid:
    """Cubic voxels.

    Attributes
    ----------
    shape
        Voxels along z, y, x.
    first
        (3,) centre of the first voxel, m.
    pixel
        Edge of a voxel, m.
    """

    shape: tuple[int, int, int]
    first: Floats
    pixel: float


def voxel_grid(volume: xr.Dataset, *, name: str = "volume") -> VoxelGrid:
    """Grid of a volume, from its coordinates.

    Raises
    ------
    SchemaError
        Without coordinates in m, or where the voxels are not cubes of one size.
    """
    missing = [axis for axis in AXES if axis not in volume.variables]
    if missing:
        raise SchemaError(
            f"the {name} needs the coordinates z, y, x in m",
            found=f"no {', '.join(missing)}",
            todo="Give the pixel size when the volume is reconstructed or opened",
        )
    places = [volume[axis].to_numpy().astype(np.float64) for axis in AXES]
    steps = [np.diff(place) for place in places]
    known = np.concatenate(steps)
    if known.size == 0:
        raise SchemaError(f"the {name} needs more than one voxel", found="one")
    pixel = float(np.median(known))
    if not (np.isfinite(known).all() and pixel > 0 and np.abs(known - pixel).max() <= SPACING_TOLERANCE * abs(pixel)):
        spacing = ", ".join(f"{np.median(step):.4g}" if step.size else "unknown" for step in steps)
        raise SchemaError(
            f"the {name} needs cubic voxels with coordinates that increase",
            found=f"spacings {spacing} m along z, y, x",
        )
    shape = (places[0].size, places[1].size, places[2].size)
    pixel = float(sum(place[-1] - place[0] for place in places) / sum(count - 1 for count in shape))
    return VoxelGrid(shape=shape, first=np.array([place[0] for place in places]), pixel=pixel)
