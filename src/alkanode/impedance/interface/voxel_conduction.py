"""Resistance of a segmented interface of any shape: rough, tilted, cracked, with voids inside the electrolyte.

A map of contact is flat and the electrolyte behind it uniform. A segmented volume need be neither: every voxel conducts as
it will, is metal, or is empty.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.runtime import Progress
from alkanode.foundation.sources import Estimate, source
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.numerics.conduction import conduct, voxel_network


@source("Holm1967", "Eckhardt2022Morphology")
def voxel_conduction(
    voxels: RecordLike,
    *,
    contact_resistance: QuantityLike = 0.0,
    tolerance: float = 1e-8,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Resistance between the metal in a box of voxels and an electrode behind its last slice.

    Parameters
    ----------
    voxels
        Record of kind ``conducting_voxels``: ``conductivity`` (S m-1; 0 in voids) and ``metal`` (true or false) over
        (z, y, x), whose coordinates are the middles of voxels (m), evenly spaced, with sizes of their own along each axis.
    contact_resistance
        Of faces between metal and electrolyte, times their area, ohm m2. Default 0.
    tolerance
        Of the balance of currents; see :func:`alkanode.numerics.conduction.conduct`.
    progress
        Told of every iteration.

    Returns
    -------
    Dataset
        Kind ``voxel_conduction``: ``potential_share`` (z, y, x), ``cell_area_resistance`` (ohm m2, electrolyte, contact and
        constriction together), ``constriction_resistance`` (ohm m2: less that of the slices between the metal that reaches
        deepest and the far electrode if they were straight, and less R_ct over the area of contact), and
        ``contact_area_ratio`` (area of touching faces over cross-section; of a tilted face, stairs included).

    Raises
    ------
    PhysicsError
        When nothing touches, or no current can flow.
    MissingExtraError
        When numba is not installed (extra ``tomography``).

    Notes
    -----
    Finite volumes, matrix-free; conjugate gradients with multigrid. The sides of the box are closed. The error falls with
    the first power of the size of voxels where contacts have sharp edges: compare two sizes.
    """
    record = check(voxels, "conducting_voxels")
    sigma, metal = record["conductivity"].to_numpy(), record["metal"].to_numpy()
    size = tuple(_spacing(record[axis].to_numpy(), axis) for axis in ("z", "y", "x"))
    r_ct = to_si(contact_resistance, "area_specific_resistance")
    voxel = (size[0], size[1], size[2])
    network = voxel_network(sigma, voxel, metal=metal, contact_resistance=r_ct)
    found = conduct(network, voxel, tolerance=tolerance, progress=progress)
    area = sigma.shape[1] * size[1] * sigma.shape[2] * size[2]
    whole = area / found.conductance.real
    touching = _touching_area(sigma, metal, voxel) / area
    beyond = int(np.flatnonzero(metal.any(axis=(1, 2)))[-1]) + 1
    straight = float((size[0] / sigma[beyond:].mean(axis=(1, 2))).sum())
    result = xr.Dataset(
        {
            "potential_share": (("z", "y", "x"), found.potential),
            "cell_area_resistance": ((), whole),
            "constriction_resistance": ((), whole - straight - r_ct / touching),
            "contact_area_ratio": ((), touching),
        },
        coords={axis: record[axis] for axis in ("z", "y", "x")},
        attrs={
            "contact_resistance": r_ct,
            "iterations": found.iterations,
            "residual": found.residual,
            "balance": found.balance,
            "tolerance": tolerance,
        },
    )
    return label(result, "voxel_conduction")


def voxel_conduction_estimate(fine: RecordLike, coarse: RecordLike | None = None) -> Estimate:
    """Headline number of :func:`voxel_conduction`, extrapolated where two sizes of voxels were solved.

    Parameters
    ----------
    fine
        Record of kind ``voxel_conduction``.
    coarse
        The same box with voxels twice as large along each axis.
    """
    record = check(fine, "voxel_conduction")
    value = float(record["cell_area_resistance"])
    if coarse is None:
        return Estimate(
            value=value,
            unit="ohm m2",
            quantity="cell_area_resistance",
            label="computed: field in a box of voxels as they are; no interval, one size of voxels only",
        )
    other = float(check(coarse, "voxel_conduction")["cell_area_resistance"])
    limit = 2 * value - other
    return Estimate(
        value=limit,
        unit="ohm m2",
        quantity="cell_area_resistance",
        interval=(limit - abs(limit - value), limit + abs(limit - value)),
        label="computed: field in a box of voxels, extrapolated; interval: as much as the extrapolation moved it",
    )


def _spacing(places: np.ndarray, axis: str) -> float:
    steps = np.diff(places)
    if steps.size == 0 or not np.allclose(steps, steps[0], rtol=1e-6, atol=0):
        raise PhysicsError("voxels are evenly spaced along each axis, at least two", found=f"{axis} of {places.size}")
    return float(steps.mean())


def _touching_area(sigma: np.ndarray, metal: np.ndarray, size: tuple[float, float, float]) -> float:
    """Area of faces between metal and voxels that conduct, m2."""
    conducting, total = (sigma > 0) & ~metal, 0.0
    for axis in range(3):
        face = float(np.prod(size)) / size[axis]
        one, other = np.moveaxis(metal, axis, 0), np.moveaxis(conducting, axis, 0)
        total += face * float((one[1:] & other[:-1]).sum() + (one[:-1] & other[1:]).sum())
    return total
