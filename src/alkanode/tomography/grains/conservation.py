"""Attenuation against charge: a check that needs no threshold.

Attenuation of a mixture adds up from the masses of its elements. When a charge takes sodium out of the anode and potassium
stays, the attenuation summed over the anode falls by (mu/rho) of sodium times the mass of the sodium, however the rest
arranges itself. The signal is small: flat fields that are off by 0.1 % give a third to a half of what 0.5 mAh/cm2 give. So
the error from flats always stands beside it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import constants

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.elements import element as element_of
from alkanode.tomography.grains.voxel_grid import VoxelGrid, slab_ranges, voxel_grid

Floats = npt.NDArray[np.float64]

FARADAY = constants.value("Faraday constant")
"""C/mol."""

_MAD = 1.4826
_TWO_SIDED = 1.96


def attenuation_conservation(
    difference: RecordLike,
    *,
    areal_capacity: QuantityLike,
    electrode_area: QuantityLike | None = None,
    element: str = "Na",
    energy: QuantityLike | None = None,
    mass_attenuation: QuantityLike | Estimate | None = None,
    flat_error: float = 1e-3,
    between: tuple[QuantityLike, QuantityLike] | None = None,
    radius: float = 0.95,
) -> xr.Dataset:
    """Sum the change of attenuation and compare it with the charge.

    Parameters
    ----------
    difference
        Record of kind ``difference``; may lie on a disk. All voxels count, the untrusted too, but not NaN.
    areal_capacity
        Charge per area between the two scans, C/m2 or a text such as ``"0.5 mAh cm-2"``; positive where the metal was
        stripped.
    electrode_area
        Area of the electrode that carried the charge, m2. Where it is smaller than the circle the whole electrode is taken
        to lie within, and the sum is over this area. Default: the electrode reaches beyond the circle, all of which
        carries the mean current density.
    element
        The metal that the charge moved. Default ``"Na"``.
    energy
        Photon energy. Default: that of the record.
    mass_attenuation
        Of the metal, m2/kg. Default: mean of two tables, with their spread as its error.
    flat_error
        Relative error of the flat fields between the two scans that is common to all angles and rows (assumed). Default
        1e-3: real flats drift by up to 1.5 % and are good to about 0.1 % after correction.
    between
        Lowest and highest z to sum over, m. Default: all slices. Leave out slices within the electrolyte: few photons pass
        there.
    radius
        Share of the half width of the volume that is summed. Default 0.95.

    Returns
    -------
    Dataset
        Kind ``attenuation_balance``: ``attenuation_balance`` (1; sum of dmu dV over the area),
        ``expected_balance`` (-(mu/rho) q M/(z F)), ``balance_noise`` (one standard error, from the scatter of neighbouring
        slices), ``flat_balance_error``, ``table_balance_error`` (half the spread of the tables) and ``slice_balance``
        per ``z``.

    Raises
    ------
    PhysicsError
        Where the photon energy is unknown, the range of z holds no slice, or the element is not a metal of known charge.
    SchemaError
        For a radius outside (0, 1], a negative error of the flats, or an area that is not positive.

    Notes
    -----
    A line integral that is off by e all over a field of half width R reconstructs to e/(pi sqrt(R^2 - r^2)); a circle of
    radius r then holds 2 e (R - sqrt(R^2 - r^2)) per slice.
    That is an upper bound where the views were padded with their edges (the default of
    :func:`~alkanode.tomography.reconstruct`): the same e then gives 0.3 (radius 0.95) to 0.5 (radius 0.5) of it.
    It is assumed that nothing flows into or out of the circle, and that the sample lies within the view. Of a wider sample
    only a part of an even change is seen: 0.7 to 0.8 with padded edges.
    """
    record = check(difference, "difference")
    grid = voxel_grid(record, "attenuation_change")
    if not 0 < radius <= 1 or not flat_error >= 0:
        raise SchemaError(
            "the radius lies in (0, 1] and flats have no negative error", found=f"{radius:g}, {flat_error:g}"
        )
    capacity = to_si(areal_capacity, "areal_capacity")
    metal = element_of(element)
    if metal.charge_number == 0:
        raise PhysicsError("the charge must have moved a metal whose ion is known", found=repr(element))
    coefficient, spread = _coefficient(record, element, energy, mass_attenuation)
    first, last = _slices(grid, between)
    given = None if electrode_area is None else to_si(electrode_area, "area")
    if given is not None and not given > 0:
        raise SchemaError("the area of the electrode is positive", found=f"{given:g} m2")
    sums, area = _slice_sums(record, grid, first, last, radius, given)
    mass = capacity * metal.molar_mass.value / (metal.charge_number * FARADAY)
    half = 0.5 * min(grid.shape[1] * grid.size[1], grid.shape[2] * grid.size[2])
    inner = radius * half
    per_slice = 2.0 * flat_error * (half - np.sqrt(half**2 - inner**2)) / area * grid.size[0]
    scatter = _MAD * float(np.median(np.abs(np.diff(sums)))) / np.sqrt(2.0) if sums.size > 1 else float("nan")
    result = xr.Dataset(
        {
            "attenuation_balance": float(sums.sum()),
            "expected_balance": -coefficient * mass,
            "balance_noise": scatter * np.sqrt(sums.size),
            "flat_balance_error": per_slice * sums.size,
            "table_balance_error": spread * abs(mass),
            "slice_balance": ("z", sums),
            "areal_capacity": capacity,
        },
        coords={"z": grid.origin[0] + np.arange(first, last) * grid.size[0]},
        attrs={
            "element": element,
            "mass_attenuation": coefficient,
            "flat_error": flat_error,
            "radius": radius,
            "area": area,
        },
    )
    return label(result, "attenuation_balance")


def balance_estimate(balance: RecordLike) -> Estimate:
    """Attenuation found over attenuation expected from the charge; 1 where both agree.

    Parameters
    ----------
    balance
        Record of kind ``attenuation_balance``.

    Returns
    -------
    Estimate
        Its interval holds 95 % for noise, and the whole error of flats and tables. The value is ``None`` where these
        errors exceed the signal: the check then says nothing.
    """
    record = check(balance, "attenuation_balance")
    expected = float(record["expected_balance"])
    errors = _TWO_SIDED * float(record["balance_noise"]) + float(record["flat_balance_error"])
    table = float(record["table_balance_error"])
    flats = f"flats assumed good to {100 * float(record.attrs['flat_error']):.2g} %"
    about = "computed, if the sample lies within the view and nothing leaves it; " + flats
    if expected == 0.0 or not errors + table < abs(expected):
        return Estimate(
            value=None,
            unit="1",
            quantity="balance_ratio",
            label=f"cannot say: errors of {errors + table:.2g} against a signal of {abs(expected):.2g}; {about}",
        )
    ratio = float(record["attenuation_balance"]) / expected
    width = (errors + table * abs(ratio)) / abs(expected)
    return Estimate(
        value=ratio,
        unit="1",
        quantity="balance_ratio",
        interval=(ratio - width, ratio + width),
        label=f"{about}; interval: 95 % of noise, all of the error of flats and tables",
    )


def _coefficient(
    record: xr.Dataset, element: str, energy: QuantityLike | None, given: QuantityLike | Estimate | None
) -> tuple[float, float]:
    """Mass attenuation of the metal and half the spread of its tables, m2/kg."""
    if given is not None and not isinstance(given, Estimate):
        return to_si(given, "mass_attenuation"), 0.0
    if given is None:
        from alkanode.materials.attenuation import mass_attenuation

        if energy is None:
            if "photon_energy" not in record:
                raise PhysicsError(
                    "the attenuation of a metal needs the photon energy",
                    found="a record without 'photon_energy'",
                    todo="Say energy='45 keV'",
                )
            energy = float(record["photon_energy"])
        given = mass_attenuation(element, energy)
    if given.value is None:
        raise PhysicsError("a mass attenuation with a value is needed", found=given.label)
    low, high = given.interval or (given.value, given.value)
    return given.value, 0.5 * (high - low)


def _slices(grid: VoxelGrid, between: tuple[QuantityLike, QuantityLike] | None) -> tuple[int, int]:
    """First and end slice of a range of z."""
    if between is None:
        return 0, grid.shape[0]
    z = grid.origin[0] + np.arange(grid.shape[0]) * grid.size[0]
    low, high = (to_si(one, "z") for one in between)
    inside = np.flatnonzero((z >= low) & (z <= high))
    if not inside.size:
        raise PhysicsError(
            "the range of z must hold slices", found=f"{low:g} to {high:g} m, slices {z[0]:g} to {z[-1]:g} m"
        )
    return int(inside[0]), int(inside[-1]) + 1


def _slice_sums(
    record: xr.Dataset, grid: VoxelGrid, first: int, last: int, radius: float, electrode: float | None
) -> tuple[Floats, float]:
    """Sum of the change times volume over area, slice by slice, and the area (m2): the circle, or a smaller electrode."""
    y, x = ((np.arange(n) - 0.5 * (n - 1)) * size for n, size in zip(grid.shape[1:], grid.size[1:], strict=True))
    half = 0.5 * min(grid.shape[1] * grid.size[1], grid.shape[2] * grid.size[2])
    inside = np.hypot(y[:, None], x[None, :]) <= radius * half
    circle = float(inside.sum() * grid.size[1] * grid.size[2])
    area = circle if electrode is None else min(circle, electrode)
    sums = np.empty(last - first)
    for start, end in slab_ranges((last - first, *grid.shape[1:])):
        values = record.variables["attenuation_change"].isel(z=slice(first + start, first + end)).to_numpy()
        use = inside & np.isfinite(values)
        sums[start:end] = np.sum(values, axis=(1, 2), where=use, dtype=np.float64)
    return sums * grid.voxel_volume / area, area
