"""Volumes that may be compared: voxels of one size, X-rays of one energy.

Another energy is another attenuation of every material, and voxels of another size are not laid upon one another by a
rigid motion. A difference of such volumes would be a number without a meaning, so none is made.
"""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, PhysicsError

SAME = 1e-3
"""Share by which pixel sizes or energies may differ. A tenth of a percent is one voxel in a thousand, and less than tables
of attenuation agree."""


def check_comparable(one: xr.Dataset, other: xr.Dataset, names: tuple[str, str]) -> None:
    """Refuse volumes of different voxels or energies.

    Parameters
    ----------
    one, other
        Kind ``volume``.
    names
        What they are called.

    Raises
    ------
    PhysicsError
        When voxels or energies differ by more than 0.1 %.

    Warns
    -----
    DataQualityWarning
        When the energy of only one of them is known.
    """
    _same("pixel size", "um", [1e6 * voxel_of(volume) for volume in (one, other)], names)
    energies = [_energy(volume) for volume in (one, other)]
    if np.isnan(energies).sum() == 1:
        known = names[int(np.isnan(energies[0]))]
        warnings.warn(
            f"the energy of the X-rays is known of {known} only, not of {' and '.join(names)}: it is taken as the same",
            DataQualityWarning,
            stacklevel=2,
        )
    elif not np.isnan(energies).any():
        _same("energy of the X-rays", "keV", energies, names)


def voxel_of(volume: xr.Dataset) -> float:
    """Edge of the voxels of a volume in m."""
    for axis in ("x", "y", "z"):
        if volume.sizes.get(axis, 0) > 1:
            return float(np.median(np.diff(volume[axis].to_numpy())))
    raise PhysicsError("a volume needs two voxels along some axis", found=str(dict(volume.sizes)))


def _energy(volume: xr.Dataset) -> float:
    return float(volume["photon_energy"]) / 1.602176634e-16 if "photon_energy" in volume.variables else np.nan


def _same(what: str, unit: str, values: list[float], names: tuple[str, str]) -> None:
    if abs(values[0] / values[1] - 1.0) > SAME:
        told = ", ".join(f"{value:.6g} {unit} in {name}" for name, value in zip(names, values, strict=True))
        raise PhysicsError(
            f"scans that are compared have the same {what}",
            found=told,
            todo="Leave one out, or correct what its file says where it is opened",
        )
