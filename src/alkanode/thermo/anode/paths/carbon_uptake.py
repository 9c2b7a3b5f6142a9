"""Potassium that a carbon support takes from the alloy as KC8, and what that does to window and capacities.

Carbon cloth in contact with Na-K takes up potassium. How far it goes is not known, so the mass balance carries an extent
from 0 (inert) to 1 (all carbon is KC8), and its effect is shown beside the assessment's own uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, Composition, working_metal
from alkanode.materials.elements import element
from alkanode.thermo.anode.paths.path_events import EVENTS
from alkanode.thermo.anode.paths.stripping_path import stripping_path
from alkanode.thermo.anode.window.liquid_window import liquid_window
from alkanode.thermo.conditions import as_alloy
from alkanode.thermo.provenance import mark

CARBON_PER_POTASSIUM = 8
"""Atoms of carbon that take one atom of potassium in KC8."""

EXTENTS = (0.0, 0.25, 0.5, 0.75, 1.0)

_CARBON_DENSITY = 2100.0
_WINDOW = "K before uptake at the ends of the liquid window"


def potassium_in_carbon(
    alloy: Alloy | Composition | str,
    *,
    mass: QuantityLike | None = None,
    carbon_mass: QuantityLike | None = None,
    carbon_volume_fraction: float | None = None,
    carbon_density: QuantityLike = _CARBON_DENSITY,
    extent: float = 1.0,
) -> float:
    """Moles of K that a carbon support has bound as KC8, per mole of atoms of the alloy.

    Parameters
    ----------
    alloy
        The alloy before uptake.
    mass, carbon_mass
        Of the alloy and of the carbon, kg or text. Both, or the next one.
    carbon_volume_fraction
        Share of carbon in the volume of a filled cloth (0-1); the rest is alloy at its density by the linear rule of mixtures.
    carbon_density
        kg m-3, used with ``carbon_volume_fraction``. The default, 2100, is assumed: between carbon fibre (about 1800) and
        graphite (2260).
    extent
        Share (0-1) of the carbon that has become KC8.

    Returns
    -------
    float
        extent (n_C / 8) / n_alloy. It may exceed the K that the alloy has: then the carbon is not the limit.

    Raises
    ------
    PhysicsError
        For shares outside 0-1, sizes that are not positive, or neither pair of sizes.

    Examples
    --------
    >>> bound = potassium_in_carbon("NaK80", carbon_volume_fraction=0.2)
    >>> round(bound / Alloy.from_name("NaK80").composition.mole_fraction("K"), 2)
    0.3
    """
    if not 0 <= extent <= 1:
        raise PhysicsError("an extent from 0 to 1 is needed", found=repr(extent))
    given = as_alloy(alloy)
    carbon = element("C").molar_mass.value
    if carbon_volume_fraction is not None and mass is None and carbon_mass is None:
        if not 0 <= carbon_volume_fraction < 1:
            raise PhysicsError(
                "a volume fraction of carbon from 0 to below 1 is needed", found=repr(carbon_volume_fraction)
            )
        ratio = carbon_volume_fraction * to_si(carbon_density, "density")
        ratio /= (1 - carbon_volume_fraction) * given.density()
    elif mass is not None and carbon_mass is not None and carbon_volume_fraction is None:
        sizes = to_si(carbon_mass, "mass"), to_si(mass, "mass")
        if sizes[0] < 0 or sizes[1] <= 0:
            raise PhysicsError("masses above 0 are needed", found=f"carbon {carbon_mass!r}, alloy {mass!r}")
        ratio = sizes[0] / sizes[1]
    else:
        raise PhysicsError(
            "mass and carbon_mass, or carbon_volume_fraction, are needed", found="other sizes, or both ways"
        )
    return extent * ratio / carbon / CARBON_PER_POTASSIUM * given.composition.molar_mass


def carbon_uptake(
    alloy: Alloy | Composition | str,
    *,
    full_uptake: float,
    ion: str = "Na+",
    extents: Sequence[float] = EXTENTS,
    temperature: QuantityLike = "25 degC",
    temperature_uncertainty: QuantityLike = "2 K",
    draws: int | None = None,
) -> xr.Dataset:
    """Liquid window and capacities of an alloy over the extent of KC8, with the assessment's uncertainty at each.

    Parameters
    ----------
    alloy
        An alloy of Na and K before uptake.
    full_uptake
        Moles of K per mole of atoms that the carbon would bind at extent 1; see
        :func:`alkanode.thermo.potassium_in_carbon`.
    ion
        Working ion; ``"K+"`` is refused, since the carbon then takes part in the reaction.
    extents
        From 0 to 1.
    temperature, temperature_uncertainty, draws
        As :func:`alkanode.thermo.stripping_path`.

    Returns
    -------
    Dataset
        Kind ``carbon_uptake``, over ``kc8_extent``: the capacities of a stripping path (C kg-1 of alloy before uptake) with
        ``_interval`` (temperature) and ``_assessment_interval`` (95 %); ``mole_fraction`` and ``mass_fraction`` of K left
        in the metal; ``window_mole_fraction`` (kc8_extent, side): contents of K **before** uptake between which the alloy is
        fully liquid after it, with intervals of the same names. NaN at an extent at which the carbon would bind all of the
        K or more; the window is NaN where it would bind as much as there are atoms.

    Raises
    ------
    PhysicsError
        For extents outside 0-1 or an uptake that is negative, and as :func:`alkanode.thermo.stripping_path`.

    Notes
    -----
    An alloy with K content x loses u moles per mole of atoms: x' = (x - u)/(1 - u), hence x = x'(1 - u) + u.

    References
    ----------
    :cite:`AlkanodeFit`

    Examples
    --------
    >>> uptake = carbon_uptake("NaK80", full_uptake=potassium_in_carbon("NaK80", carbon_volume_fraction=0.2))
    >>> [round(capacity / 3600) for capacity in uptake.capacity_to_liquidus.values[[0, -1]]]
    [143, 170]
    """
    given = as_alloy(alloy)
    shares = np.asarray(extents, dtype=np.float64)
    if shares.ndim != 1 or shares.size == 0 or not ((shares >= 0) & (shares <= 1)).all():
        raise PhysicsError("extents from 0 to 1 are needed", found=repr(extents))
    if not (np.isfinite(full_uptake) and full_uptake >= 0):
        raise PhysicsError("moles of K in carbon must be 0 or more", found=repr(full_uptake))
    if set(given.composition.elements) != {"Na", "K"} or working_metal(ion) == "K":
        raise PhysicsError("an alloy of Na and K and the ion Na+ are needed", found=f"{given.composition}, ion {ion!r}")
    record = xr.Dataset(coords={"kc8_extent": shares, "bound": ["lower", "upper"], "side": ["lower", "upper"]})
    names = [name for event in EVENTS for name in (event, f"{event}_interval", f"{event}_assessment_interval")]
    fields = ["theoretical_capacity", "mole_fraction", "mass_fraction", *names]
    held = given.composition.mole_fraction("K")
    found: list[xr.Dataset | None] = []
    for share in shares:
        bound = float(share * full_uptake)
        if bound >= held:
            found.append(None)
            continue
        found.append(
            stripping_path(
                given,
                ion,
                temperature=temperature,
                temperature_uncertainty=temperature_uncertainty,
                potassium_in_carbon=bound,
                points=2,
                draws=draws,
            )
        )
    known = [path for path in found if path is not None]
    if not known:
        raise PhysicsError(
            "carbon that binds less than all of the K is needed at one extent at least",
            found=f"{full_uptake:g} mol of {held:.4g} mol K per mole of atoms",
            todo="Add the extent 0",
        )
    for name in fields:
        if name not in known[0]:
            continue
        like = _start(known[0][name])
        rows = [np.full(like.shape, np.nan) if path is None else _start(path[name]) for path in found]
        record[name] = (("kc8_extent", *like.dims), np.array(rows))
        record[name].attrs.update(like.attrs)
    mark(record, "kc8_extent", "fraction", "Share of the carbon that has become KC8")
    window = liquid_window("Na-K", temperature, temperature_uncertainty=temperature_uncertainty, draws=draws)
    taken = record.kc8_extent * full_uptake
    left = (1 - taken).where(taken < 1)
    for name in ("mole_fraction", "mole_fraction_interval", "mole_fraction_assessment_interval"):
        if name in window:
            before = left * window[name].isel(temperature=0, drop=True) + taken
            record[f"window_{name}"] = before.transpose("kc8_extent", *window[name].dims[1:]).drop_attrs()
            meaning = f"{_WINDOW}: {window[name].attrs['long_name']}" if "interval" in name else _WINDOW
            mark(record, f"window_{name}", "mole_fraction", meaning, element="K")
    record.attrs.update(known[0].attrs)
    record.attrs.update(full_uptake=float(full_uptake), potassium_in_carbon=float(full_uptake * shares.max()))
    return label(record, "carbon_uptake")


def _start(field: xr.DataArray) -> xr.DataArray:
    """A field of a path at its start, or a scalar as it is."""
    return field.isel(point=0, drop=True) if "point" in field.dims else field
