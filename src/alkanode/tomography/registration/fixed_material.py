"""Material that does not change, found by its attenuation.

Scans are laid upon one another by what stays where it is: electrolyte and tube. A homogeneous material carries information
only at its surface and in its pores, so that a mask which keeps away from the surface may hold nothing to register by; the
conditioning of the registration tells.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.tomography.registration.slabs import Flags, read_slab, slab_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedMaterial:
    """Rule for voxels of a material that does not change.

    Attributes
    ----------
    lower, upper
        1/m, bounds of the linear attenuation of the material, after smoothing.
    erode
        Voxels by which the region shrinks on all sides; negative: by which it grows, which takes its surface in.
    smoothing
        Standard deviation, in voxels, of the Gaussian before the bounds are applied, so that noise makes no holes.
    """

    lower: float
    upper: float
    erode: int = 0
    smoothing: float = 1.0

    def __post_init__(self) -> None:
        if not self.lower < self.upper:
            raise SchemaError("lower must be below upper", found=f"{self.lower:g} and {self.upper:g} 1/m")
        if not 0 <= self.smoothing <= 16:
            raise SchemaError("smoothing must lie between 0 and 16 voxels", found=repr(self.smoothing))

    @property
    def halo(self) -> int:
        """Voxels around a voxel that decide about it."""
        return abs(self.erode) + int(np.ceil(3 * self.smoothing))

    def flags(self, attenuation: npt.NDArray[np.float32]) -> Flags:
        """(z, y, x) whether each voxel belongs; beyond the array, its outermost voxels repeat."""
        from scipy.ndimage import binary_dilation, binary_erosion, gaussian_filter, generate_binary_structure

        finite = np.isfinite(attenuation)
        values = attenuation if finite.all() else np.where(finite, attenuation, np.float32(0))
        if self.smoothing > 0:
            values = gaussian_filter(values, self.smoothing, mode="nearest", truncate=3.0)
        flags = (values >= self.lower) & (values <= self.upper) & finite
        structure = generate_binary_structure(3, 1)
        if self.erode > 0:
            flags = binary_erosion(flags, structure, iterations=self.erode, border_value=1)
        elif self.erode < 0:
            flags = binary_dilation(flags, structure, iterations=-self.erode) & finite
        return np.asarray(flags, dtype=np.bool_)

    def to_json(self) -> dict[str, float | int]:
        """The rule, for the attributes of a result."""
        return asdict(self)


def fixed_material(
    volume: RecordLike, lower: QuantityLike, upper: QuantityLike, erode: int = 0, *, smoothing: float = 1.0
) -> xr.DataArray:
    """Voxels of a material that does not change, by its attenuation.

    Parameters
    ----------
    volume
        Kind ``volume``; read slab by slab.
    lower, upper
        Bounds of the linear attenuation after smoothing, 1/m or text such as ``"8 cm-1"``.
    erode
        Voxels by which the region shrinks on all sides; negative: grows. Grow by one or two to register by the surface of
        a homogeneous material; shrink to measure noise or grey values inside it.
    smoothing
        Standard deviation of the Gaussian before the bounds are applied, in voxels.

    Returns
    -------
    DataArray
        (z, y, x) flags with the coordinates of the volume; ``attrs`` hold the rule.

    Raises
    ------
    PhysicsError
        Where no voxel belongs.

    Notes
    -----
    For a volume that does not fit into memory give the rule itself, :class:`FixedMaterial`, to
    :func:`alkanode.tomography.register`: it is then applied to the binned volume.
    """
    volume = check(volume, "volume")
    rule = FixedMaterial(
        lower=to_si(lower, "attenuation"), upper=to_si(upper, "attenuation"), erode=erode, smoothing=smoothing
    )
    field = volume["attenuation"]
    flags = np.empty(field.shape, dtype=np.bool_)
    rows = slab_rows(field)
    for start in range(0, field.shape[0], rows):
        above = min(start, rule.halo)
        found = rule.flags(read_slab(field, start - above, min(start + rows + rule.halo, field.shape[0])))
        flags[start : start + rows] = found[above : above + rows]
    if not flags.any():
        raise no_material(rule)
    return xr.DataArray(
        flags,
        dims=("z", "y", "x"),
        coords={axis: volume[axis] for axis in ("z", "y", "x") if axis in volume.variables},
        name="fixed_material",
        attrs=rule.to_json(),
    )


def no_material(rule: FixedMaterial) -> PhysicsError:
    """The error for a rule that no voxel obeys."""
    return PhysicsError(
        f"a material between {rule.lower:g} and {rule.upper:g} 1/m is needed to register by",
        found=f"no voxel, with erode={rule.erode}",
        todo="Look at the histogram of the volume, or erode less",
    )
