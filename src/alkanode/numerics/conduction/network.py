"""Voxels as a network of conductances between two electrodes.

A voxel passes current through its faces to its neighbours, through half of itself to the far electrode behind the last
slice, and through half of itself and a contact resistance to metal that it touches. Faces to voids and the sides are closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import PhysicsError

Numbers = npt.NDArray[Any]
Size = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Conductances of a box of voxels; arrays of one shape (z, y, x), real or complex, in S.

    Attributes
    ----------
    gz, gy, gx
        From each voxel to its next neighbour along the axis; zero for the last.
    to_metal
        To the metal, which lies at potential 0.
    to_far
        To the far electrode, which lies at potential 1.
    """

    gz: Numbers
    gy: Numbers
    gx: Numbers
    to_metal: Numbers
    to_far: Numbers

    @property
    def diagonal(self) -> Numbers:
        """Sum of all conductances of each voxel."""
        total = self.to_metal + self.to_far
        for axis, g in enumerate((self.gz, self.gy, self.gx)):
            total += g
            inner, outer = _pair(axis)
            total[outer] += g[inner]
        return total


def voxel_network(
    conductivity: npt.ArrayLike,
    voxel_size: Size,
    *,
    metal: npt.ArrayLike | None = None,
    pattern: npt.ArrayLike | None = None,
    contact_resistance: float = 0.0,
    surface_admittance: npt.ArrayLike | None = None,
) -> Network:
    """Network of an electrolyte that touches metal.

    Parameters
    ----------
    conductivity
        S/m, (z, y, x), real or complex; zero where nothing conducts: voids, and the metal itself.
    voxel_size
        m, along z, y, x.
    metal
        (z, y, x), true in voxels of metal, which lies at one potential; each face between one and a conducting voxel is a
        contact. For interfaces that are not flat.
    pattern
        (y, x), true where metal touches the face of the first slice. For flat interfaces. Give this or ``metal``, or
        ``surface_admittance``.
    contact_resistance
        Of the touching area, times that area, ohm m2. Default 0.
    surface_admittance
        S/m2, (y, x), real or complex: between the face of the first slice and the metal, at every pixel; instead of a
        pattern and a resistance, for voids that pass current as capacitors.

    Raises
    ------
    PhysicsError
        For shapes that do not fit, sizes or conductivities out of range, or no contact at all.
    """
    sigma = np.asarray(conductivity)
    sigma = sigma.astype(np.complex128 if np.iscomplexobj(sigma) else np.float64)
    sizes = np.asarray(voxel_size, dtype=np.float64)
    if sigma.ndim != 3 or 0 in sigma.shape:
        raise PhysicsError("conductivities of voxels form a box (z, y, x)", found=f"shape {sigma.shape}")
    if sizes.shape != (3,) or not (np.isfinite(sizes) & (sizes > 0)).all():
        raise PhysicsError("voxels have three sizes above zero", found=f"{voxel_size!r}")
    if not (np.isfinite(sigma).all() and (sigma.real >= 0).all()):
        raise PhysicsError("conductivities are numbers from zero upwards", found="negative or missing ones")
    if not 0 <= contact_resistance < np.inf:
        raise PhysicsError("a contact resistance is zero or positive", found=f"{contact_resistance:g}")
    if sum(one is not None for one in (metal, pattern, surface_admittance)) != 1:
        raise PhysicsError("give one of metal, pattern and surface_admittance", found="none or several")
    area = sizes.prod() / sizes
    if surface_admittance is not None:
        given = np.asarray(surface_admittance)
        if given.shape != sigma.shape[1:]:
            raise PhysicsError("a surface has one admittance per pixel", found=f"{given.shape} for {sigma.shape[1:]}")
        kind = np.result_type(sigma.dtype, given.dtype)
        sigma = sigma.astype(kind)
        to_metal = np.zeros(sigma.shape, dtype=kind)
        to_metal[0] = area[0] * _series(given.astype(kind), 2 * sigma[0] / sizes[0])
    elif pattern is not None:
        to_metal = _flat(sigma, np.asarray(pattern, dtype=bool), sizes[0], area[0], contact_resistance)
    else:
        to_metal = _faces(sigma, np.asarray(metal, dtype=bool), sizes, area, contact_resistance)
        sigma = np.where(np.asarray(metal, dtype=bool), 0, sigma)
    if not to_metal.any():
        raise PhysicsError("somewhere the electrolyte touches metal", found="no contact")
    to_far = np.zeros_like(sigma)
    to_far[-1] = area[0] * 2 * sigma[-1] / sizes[0]
    g = []
    for axis in range(3):
        inner, outer = _pair(axis)
        between = np.zeros_like(sigma)
        between[inner] = area[axis] * _series(2 * sigma[inner] / sizes[axis], 2 * sigma[outer] / sizes[axis])
        g.append(between)
    return Network(gz=g[0], gy=g[1], gx=g[2], to_metal=to_metal, to_far=to_far)


def _flat(sigma: Numbers, pattern: Numbers, height: float, area: float, resistance: float) -> Numbers:
    if pattern.shape != sigma.shape[1:]:
        raise PhysicsError("a pattern has the pixels of a slice", found=f"{pattern.shape} for {sigma.shape[1:]}")
    to_metal = np.zeros_like(sigma)
    to_metal[0] = np.where(pattern, area * _contact(sigma[0], height, resistance), 0)
    return to_metal


def _faces(sigma: Numbers, metal: Numbers, sizes: Numbers, area: Numbers, resistance: float) -> Numbers:
    if metal.shape != sigma.shape:
        raise PhysicsError("metal has the shape of the conductivities", found=f"{metal.shape} for {sigma.shape}")
    to_metal = np.zeros_like(sigma)
    for axis in range(3):
        inner, outer = _pair(axis)
        for here, there in ((inner, outer), (outer, inner)):
            touches = metal[there] & ~metal[here]
            to_metal[here] += np.where(touches, area[axis] * _contact(sigma[here], sizes[axis], resistance), 0)
    return to_metal


def _contact(sigma: Numbers, size: float, resistance: float) -> Numbers:
    """Conductance per area of half a voxel and a contact."""
    half = 2 * sigma / size
    return np.asarray(half / (1 + resistance * half))


def _series(one: Numbers, other: Numbers) -> Numbers:
    """Conductance of two in a row; zero where either is."""
    both = one + other
    return np.asarray(np.divide(one * other, both, out=np.zeros_like(both), where=both != 0))


def _pair(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Slices of all voxels but the last, and of all but the first, along an axis."""
    inner = tuple(slice(None, -1) if k == axis else slice(None) for k in range(3))
    outer = tuple(slice(1, None) if k == axis else slice(None) for k in range(3))
    return inner, outer
