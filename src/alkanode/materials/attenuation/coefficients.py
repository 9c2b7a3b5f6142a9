"""Attenuation coefficients of materials, with the difference of two tables as systematic interval.

A reconstructed voxel holds the linear coefficient, mass attenuation times density. So a density that is not known
enters every grey value; its uncertainty widens the interval.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Constant, Estimate, Trust
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.foundation.vocabulary import VOCABULARY
from alkanode.materials.alloys import Alloy
from alkanode.materials.attenuation.printed import printed_mass_attenuation
from alkanode.materials.attenuation.substances import Substance, parse_formula, substance
from alkanode.materials.attenuation.tables import TABLES, Table, energy_in_ev, mixture

Material = str | Alloy | Substance


def mass_attenuation(material: Material, energy: QuantityLike, *, table: Table = "mean") -> Estimate:
    """Mass attenuation coefficient of a material.

    Parameters
    ----------
    material
        As :func:`alkanode.materials.attenuation.substance`.
    energy
        Photon energy, J or text such as ``"45 keV"``; 1 to 430 keV.
    table
        ``"mean"`` of both tables (default, since neither is known to be right), ``"elam"``, ``"chantler"``, or
        ``"nist-printed"``, the three values that one paper prints.

    Returns
    -------
    Estimate
        m2 kg-1. The interval spans both tables, whichever was asked for; none for the printed set.

    Raises
    ------
    PhysicsError
        For an unknown material or table, or an energy outside the tables.

    References
    ----------
    :cite:`Elam2002`, :cite:`Chantler1995`, :cite:`XrayDB`

    Examples
    --------
    >>> round(10 * mass_attenuation("Na", "45 keV", table="elam").value, 4)
    0.3262
    """
    found, ev = substance(material), energy_in_ev(energy)
    if table == "nist-printed":
        printed = printed_mass_attenuation(found.name, ev)
        return Estimate(
            value=printed.value,
            unit=printed.unit,
            quantity="mass_attenuation",
            label=f"printed for {found.name}, contradicted by the tables ({printed.source} {printed.trust.value})",
        )
    value, low, high = _from_tables(found, ev, table)
    return Estimate(
        value=value,
        unit="m2 kg-1",
        quantity="mass_attenuation",
        interval=(low, high),
        label=f"{_named(table)} for {found.name} ({Trust.COMPUTED.value}); interval spans both tables (systematic)",
    )


def linear_attenuation(
    material: Material,
    energy: QuantityLike,
    *,
    table: Table = "mean",
    density: QuantityLike | None = None,
) -> Estimate:
    """Linear attenuation coefficient of a material: what a voxel filled with it holds.

    Parameters
    ----------
    material, energy, table
        As :func:`mass_attenuation`.
    density
        kg m-3 or text such as ``"1.75 g cm-3"``, in place of the listed density; taken as exact.

    Returns
    -------
    Estimate
        m-1 (divide by 100 for 1/cm). The interval spans both tables and twice the standard uncertainty of the
        density. It is systematic: the same in every voxel. 0 exactly for ``"void"``.

    Raises
    ------
    PhysicsError
        As :func:`mass_attenuation`, and for a density that is negative.

    Examples
    --------
    >>> round(linear_attenuation("K", "45 keV", table="elam").value / 100, 3)
    0.975
    """
    found = substance(material)
    if density is not None:
        found = _with_density(found, to_si(density, "density"))
    mass = mass_attenuation(found, energy, table=table)
    rho, spread = found.density, 2 * found.uncertainty
    if mass.value is None:
        return Estimate(value=None, unit="m-1", quantity="attenuation", label=mass.label)
    low, high = mass.interval or (mass.value, mass.value)
    tables = "both tables and " if mass.interval else ""
    listed = f", density {rho.value:.4g} kg m-3 {rho.source or rho.note} {rho.trust.value}" if found.amounts else ""
    return Estimate(
        value=mass.value * rho.value,
        unit="m-1",
        quantity="attenuation",
        interval=(low * rho.value * (1 - spread), high * rho.value * (1 + spread)),
        label=f"{mass.basis}{listed}; interval spans {tables}twice the uncertainty of the density (systematic)",
    )


def attenuation_table(materials: Sequence[Material], energy: QuantityLike, *, table: Table = "mean") -> xr.Dataset:
    """Attenuation of several materials side by side.

    Parameters
    ----------
    materials
        At least one; as :func:`mass_attenuation`.
    energy, table
        As :func:`mass_attenuation`.

    Returns
    -------
    Dataset
        With coordinate ``material``: ``mass_attenuation`` (m2 kg-1), ``density`` (kg m-3), ``attenuation`` (m-1),
        ``attenuation_interval`` (material, bound), m-1, ``table_attenuation`` (material, table), m-1, by each
        table alone, and ``label`` (text). ``photon_energy`` (J) is a scalar.

    Raises
    ------
    PhysicsError
        As :func:`mass_attenuation`, and for no material or one listed twice.
    """
    found = [substance(material) for material in materials]
    names = [one.name for one in found]
    if not found or len(set(names)) != len(names):
        raise PhysicsError("materials, each named once, are needed", found=", ".join(names) or "none")
    ev = energy_in_ev(energy)
    mass = [mass_attenuation(one, energy, table=table) for one in found]
    linear = [linear_attenuation(one, energy, table=table) for one in found]
    each = np.array([[mixture(one, ev, which) * one.density.value for which in TABLES] for one in found])
    bounds = np.array([one.interval for one in linear], dtype=np.float64)
    data = xr.Dataset(
        {
            "mass_attenuation": ("material", np.array([one.value for one in mass], dtype=np.float64)),
            "density": ("material", np.array([one.density.value for one in found])),
            "attenuation": ("material", np.array([one.value for one in linear], dtype=np.float64)),
            "attenuation_interval": (("material", "bound"), bounds, {"units": "m-1"}),
            "table_attenuation": (("material", "table"), each, {"units": "m-1"}),
            "label": ("material", [one.label for one in linear]),
            "photon_energy": ((), to_si(energy, "photon_energy")),
        },
        coords={"material": names, "bound": ["lower", "upper"], "table": list(TABLES)},
        attrs={"sources": _sources(found, table), "attenuation_source": table},
    )
    for name in ("mass_attenuation", "density", "attenuation", "photon_energy"):
        entry = VOCABULARY[name]
        data[name].attrs.update(units=entry.unit, display_unit=entry.shown_unit, long_name=entry.definition)
    return data


def compound(name: str, formula: str, density: QuantityLike, *, uncertainty: float = 0.0) -> Substance:
    """A material that is not listed, from its formula and density.

    Parameters
    ----------
    name, formula
        For example ``"zirconia"`` and ``"ZrO2"``.
    density
        kg m-3 or text with a unit.
    uncertainty
        Relative standard uncertainty of the density (0: taken as exact).

    Returns
    -------
    Substance

    Raises
    ------
    PhysicsError
        For a text that is not a formula, or a negative density or uncertainty.
    """
    bare = Substance(
        name=name,
        amounts=parse_formula(formula),
        density=Constant(value=0.0, unit="kg m-3", source="", trust=Trust.GIVEN),
        uncertainty=0.0,
    )
    return _with_density(bare, to_si(density, "density"), uncertainty)


def _with_density(material: Substance, value: float, uncertainty: float = 0.0) -> Substance:
    if not value >= 0 or not uncertainty >= 0:
        raise PhysicsError("a density and its uncertainty are not negative", found=f"{value!r}, {uncertainty!r}")
    given = Constant(value=value, unit="kg m-3", source="", trust=Trust.GIVEN, note="")
    return Substance(name=material.name, amounts=material.amounts, density=given, uncertainty=uncertainty)


def _from_tables(material: Substance, ev: float, table: str) -> tuple[float, float, float]:
    """Value, lowest and highest of the tables, m2 kg-1."""
    values = {which: mixture(material, ev, which) for which in TABLES}
    low, high = min(values.values()), max(values.values())
    if table == "mean":
        return 0.5 * (low + high), low, high
    if table not in values:
        raise PhysicsError(
            "a table of attenuation is needed",
            found=repr(table),
            todo=f"Known: mean, {', '.join(TABLES)}, nist-printed",
        )
    return values[table], low, high


def _named(table: str) -> str:
    return "mean of the tables of Elam and Chantler" if table == "mean" else f"table of {table.capitalize()}"


def _sources(materials: Sequence[Substance], table: str) -> str:
    keys = ["Wu2025"] if table == "nist-printed" else ["Elam2002", "Chantler1995", "XrayDB"]
    return " ".join(dict.fromkeys([*keys, *(one.density.source for one in materials if one.density.source)]))
