"""Which materials the noise can tell apart, and one class for those it cannot.

Two materials are separable when a voxel of one is taken for the other in at most a stated share of cases, halfway
between them being the border: the share is the Gaussian tail beyond half their distance. Materials that are not
separable become one class, whose name lists them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import special

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.tomography.differences.slabs import Floats

Materials = Mapping[str, float] | xr.Dataset

MIXED = "mixed"
"""Name of the class of voxels that hold two materials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialClasses:
    """Classes of materials, from low to high attenuation.

    Attributes
    ----------
    names
        (class,) for example ``"Na or C"``.
    attenuation
        (class,) m-1, mean of the members.
    materials
        (material,) all materials, from low to high attenuation.
    material_attenuation, material_uncertainty
        (material,) m-1; the uncertainty is systematic, of the coefficient.
    member_of
        (material,) class of each material.
    noise
        m-1, of one volume, at which the classes were made.
    largest_error
        Share of mistaken voxels up to which two materials count as separable.
    """

    names: tuple[str, ...]
    attenuation: Floats
    materials: tuple[str, ...]
    material_attenuation: Floats
    material_uncertainty: Floats
    member_of: tuple[int, ...]
    noise: float
    largest_error: float

    def confusion(self) -> Floats:
        """Expected share (true, found) of voxels of one volume, all classes equally likely, no voxel mixed."""
        low = self.material_attenuation.min() - 6 * self.noise
        high = self.material_attenuation.max() + 6 * self.noise
        grid = np.linspace(low, high, max(int(40 * (high - low) / self.noise), 400))
        wide = np.hypot(self.noise, self.material_uncertainty)
        each = np.exp(-0.5 * ((grid - self.material_attenuation[:, None]) / wide[:, None]) ** 2) / wide[:, None]
        member = np.array(self.member_of)
        density = np.array([each[member == place].mean(axis=0) for place in range(len(self.names))])
        found = np.argmax(density, axis=0)
        shares = np.array([[one[found == other].sum() for other in range(len(self.names))] for one in density])
        table: Floats = shares / shares.sum(axis=1, keepdims=True)
        return table


def separable_classes(
    materials: Materials,
    noise: float,
    *,
    largest_error: float = 0.05,
    chain: bool = True,
) -> MaterialClasses:
    """Merge materials that the noise cannot tell apart.

    Parameters
    ----------
    materials
        Attenuation (m-1) by name, or the table of :func:`alkanode.materials.attenuation.attenuation_table`, whose
        intervals are taken along as systematic uncertainty.
    noise
        Standard deviation of a voxel of *one* volume, m-1, after smoothing.
    largest_error
        Share of voxels of one material that may be taken for the other.
    chain
        True: what cannot be told from its neighbour joins its class, so that a row of close compositions becomes one
        class. False: a class holds only materials that are all inseparable from each other; two neighbours on either
        side of a border are then in different classes and confused (see ``confusion``).

    Returns
    -------
    MaterialClasses

    Raises
    ------
    PhysicsError
        For no material, noise or a share out of range.
    """
    names, values, spread = _materials(materials)
    if not (np.isfinite(noise) and noise > 0):
        raise PhysicsError("noise is a positive number, m-1", found=repr(noise))
    if not 0 < largest_error < 0.5:
        raise PhysicsError("a share of mistaken voxels lies between 0 and 0.5", found=repr(largest_error))
    order = np.argsort(values, kind="stable")
    names, values, spread = tuple(names[place] for place in order), values[order], spread[order]

    def apart(one: int, other: int) -> bool:
        width = np.sqrt(noise**2 + 0.5 * (spread[one] ** 2 + spread[other] ** 2))
        return bool(special.ndtr(-(values[other] - values[one]) / (2 * width)) <= largest_error)

    groups = [[place] for place in range(len(names))]
    while len(groups) > 1:
        gaps = [
            (values[b[0 if chain else -1]] - values[a[-1 if chain else 0]], place)
            for place, (a, b) in enumerate(itertools.pairwise(groups))
            if not apart(a[-1 if chain else 0], b[0 if chain else -1])
        ]
        if not gaps:
            break
        place = min(gaps)[1]
        groups[place : place + 2] = [groups[place] + groups[place + 1]]
    member = [0] * len(names)
    for place, group in enumerate(groups):
        for one in group:
            member[one] = place
    return MaterialClasses(
        names=tuple(" or ".join(names[one] for one in group) for group in groups),
        attenuation=np.array([values[group].mean() for group in groups]),
        materials=names,
        material_attenuation=values,
        material_uncertainty=spread,
        member_of=tuple(member),
        noise=float(noise),
        largest_error=float(largest_error),
    )


def _materials(materials: Materials) -> tuple[Sequence[str], Floats, Floats]:
    if isinstance(materials, xr.Dataset):
        if "material" not in materials.coords or "attenuation" not in materials:
            raise SchemaError(
                "a table of attenuation by material is needed",
                found=", ".join(str(name) for name in materials.variables) or "nothing",
                todo="Make it with alkanode.materials.attenuation.attenuation_table",
            )
        names = [str(name) for name in materials["material"].to_numpy()]
        values = np.asarray(materials["attenuation"].to_numpy(), dtype=np.float64)
        bounds = materials["attenuation_interval"].to_numpy() if "attenuation_interval" in materials else None
        # the interval is twice the standard uncertainty on either side
        spread = np.zeros_like(values) if bounds is None else 0.25 * (bounds[:, 1] - bounds[:, 0])
    else:
        names, values = list(materials), np.array([float(one) for one in materials.values()])
        spread = np.zeros_like(values)
    if not names or not np.isfinite(values).all() or len(set(names)) < len(names):
        raise PhysicsError("materials, each named once, with finite attenuation are needed", found=", ".join(names))
    return names, values, spread
