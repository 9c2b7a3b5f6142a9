"""At which pressure, overpotential and current density flaws of solid electrolytes grow, metal by metal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.cell_models.flaws.cracks import critical_pressure, opening, overpotential_of
from alkanode.cell_models.flaws.flow import creeping_current, extrudable_length, viscous_current
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate, add_sources, source
from alkanode.materials import ELEMENTS, viscosity

PAIRS = {
    "Li": ("Lithium", "LLZTO"),
    "Na": ("Sodium", "Na-beta-alumina"),
    "K": ("Potassium", "K-beta-alumina"),
}
"""Metal -> its name and its solid electrolyte in a parameter set."""

MECHANISMS = ("viscous flow of the melt", "creep", "extrusion scaled on lithium")
"""What a critical current density is computed with."""

LENGTHS = tuple(float(c) for c in np.geomspace(1e-6, 1e-4, 21))
"""Lengths of flaws, m: from a tenth of a grain to ten grains."""


@source("Park2021", "Porz2017", "Virkar1981")
def flaw_limits(
    metals: Sequence[str] = ("Li", "Na", "K"),
    *,
    flaw_lengths: Sequence[float] = LENGTHS,
    parameters: str | ParameterSet = "Park2021",
) -> xr.Dataset:
    """Limits of metal-filled flaws.

    Parameters
    ----------
    metals
        Symbols, of those whose electrolytes the parameter set knows.
    flaw_lengths
        m.
    parameters
        Parameter set.

    Returns
    -------
    Dataset
        Kind ``flaw_limits``: over (metal, flaw) ``critical_pressure`` (Pa), ``critical_overpotential`` (V, a lower bound for growth
        whatever the flow); over (metal, flaw, mechanism) ``critical_current_density`` (A m-2) for the melt's viscosity at its
        melting point, for creep, and for extrusion with the measured value of lithium (one fitted number, alike for all
        lengths); over metal ``extrudable_length`` (m) with its interval over the printed ranges of toughness, modulus and yield
        stress, ``plated_thickness`` (m) of the parameter set's areal capacity.

    Raises
    ------
    PhysicsError
        For another metal, or a length that is not positive.

    Notes
    -----
    Formulas and derivations: :mod:`alkanode.cell_models.flaws.cracks`, :mod:`alkanode.cell_models.flaws.flow`. The viscous law
    with the viscosity of a liquid metal gives some 1e5 A cm-2: a liquid is never limited by it, which doubts the mechanism
    (:cite:`Virkar1981`). Metals are solid here; the law is shown for what it says of a liquid.

    References
    ----------
    :cite:`Park2021`, :cite:`Porz2017`, :cite:`Virkar1981`

    Examples
    --------
    >>> found = flaw_limits(flaw_lengths=[1e-5])
    >>> [round(1e3 * v) for v in found.critical_overpotential.sel(metal=["Li", "Na", "K"]).values.ravel().tolist()]
    [54, 98, 187]
    """
    given = load_parameters(parameters)
    length = np.asarray(flaw_lengths, dtype=float)
    unknown = [metal for metal in metals if metal not in PAIRS]
    if unknown or not metals:
        raise PhysicsError(
            "metals of the parameter set are needed", found=", ".join(unknown) or "none", todo="Li, Na, K"
        )
    if length.ndim != 1 or not length.size or not (length > 0).all():
        raise PhysicsError("lengths of flaws above 0 are needed", found=repr(list(flaw_lengths)))
    v = given.values()
    poisson, geometry = v["Poisson ratio"], v["Crack geometry factor"]
    column = _columns(given, metals)
    pressure = critical_pressure(column["toughness"], length, geometry)
    width = opening(pressure, length, column["modulus"], poisson)
    longest = extrudable_length(
        column["toughness"][:, 0], column["modulus"][:, 0], column["yield"][:, 0], poisson, geometry
    )
    lithium = _columns(given, ["Li"])
    of_lithium = extrudable_length(
        lithium["toughness"][:, 0], lithium["modulus"][:, 0], lithium["yield"][:, 0], poisson, geometry
    )
    scaled = v["Lithium critical current density [A.m-2]"] * longest / of_lithium
    currents = np.stack(
        [
            viscous_current(pressure, width, length, column["viscosity"], column["molar_volume"]),
            creeping_current(
                pressure,
                width,
                length,
                yield_stress=column["yield"],
                exponent=column["exponent"],
                strain_rate=v["Strain rate of hardness test [s-1]"],
                molar_volume=column["molar_volume"],
            ),
            np.repeat(scaled[:, None], length.size, axis=1),
        ],
        axis=-1,
    )
    capacity = np.array(
        [v["Lithium areal capacity [C.m-2]" if metal == "Li" else "Areal capacity [C.m-2]"] for metal in metals]
    )
    record = xr.Dataset(
        {
            "critical_pressure": (("metal", "flaw"), pressure),
            "critical_overpotential": (("metal", "flaw"), overpotential_of(pressure, column["molar_volume"])),
            "critical_current_density": (("metal", "flaw", "mechanism"), currents),
            "extrudable_length": ("metal", longest, {"units": "m", "display_unit": "um"}),
            "extrudable_length_interval": (
                ("metal", "bound"),
                np.array([_length_interval(given, metal) for metal in metals]),
                {"units": "m", "display_unit": "um"},
            ),
            "plated_thickness": (
                "metal",
                overpotential_of(capacity, column["molar_volume"][:, 0]),
                {"units": "m", "display_unit": "um"},
            ),
        },
        coords={
            "metal": list(metals),
            "flaw_length": ("flaw", length),
            "mechanism": list(MECHANISMS),
            "bound": ["lower", "upper"],
        },
        attrs={
            "parameter_set": given.name,
            "label": "computed; toughness, modulus and yield stress printed in the paper; extrusion scaled on one measured mean",
            "fitted": "Lithium critical current density [A.m-2] scales the mechanism 'extrusion scaled on lithium'",
            "assumed": "; ".join(one.name for one in given.rested_on("assumed")),
        },
    )
    add_sources(record, [one.source for one in given.entries.values() if one.source])
    return label(record, "flaw_limits")


def flaw_estimates(limits: xr.Dataset, *, flaw_length: float = 1e-5) -> dict[str, Estimate]:
    """Headline numbers of flaws of one length.

    Parameters
    ----------
    limits
        Result of :func:`flaw_limits`.
    flaw_length
        m; the nearest length of the record is taken.

    Returns
    -------
    dict
        ``"Li critical overpotential"``, ``"Li extrudable length"`` and so on by metal.
    """
    nearest = int(np.abs(np.log(limits["flaw_length"].to_numpy() / flaw_length)).argmin())
    at = limits.isel(flaw=nearest)
    found = {}
    for metal in map(str, limits["metal"].to_numpy()):
        one = at.sel(metal=metal)
        length = float(one["flaw_length"])
        found[f"{metal} critical overpotential"] = Estimate(
            value=float(one["critical_overpotential"]),
            unit="V",
            quantity="critical_overpotential",
            label=f"computed for a flaw of {1e6 * length:.3g} um, whose length is assumed",
        )
        low, high = (float(end) for end in one["extrudable_length_interval"])
        found[f"{metal} extrudable length"] = Estimate(
            value=float(one["extrudable_length"]),
            unit="m",
            quantity="flaw_length",
            interval=(low, high),
            label="computed; interval covers the printed ranges of toughness, modulus and yield stress",
        )
    return found


def _columns(given: ParameterSet, metals: Sequence[str]) -> dict[str, npt.NDArray[np.float64]]:
    """Properties as columns (metal, 1)."""
    v = given.values()
    rows = []
    for metal in metals:
        name, electrolyte = PAIRS[metal]
        element = ELEMENTS[metal]
        assert element.density is not None  # the three metals have one in the table of elements
        rows.append(
            (
                v[f"{electrolyte} fracture toughness [Pa.m0.5]"],
                v[f"{electrolyte} Young's modulus [Pa]"],
                v[f"{name} yield stress [Pa]"],
                v[f"{name} creep exponent"],
                element.molar_mass.value / element.density.value,
                _melt_viscosity(metal),
            )
        )
    names = ("toughness", "modulus", "yield", "exponent", "molar_volume", "viscosity")
    return {name: np.array(column)[:, None] for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _melt_viscosity(metal: str) -> float:
    """Viscosity (Pa s) of the melt where the table of materials begins; NaN for a metal that it lacks."""
    melting = {"Na": 371.0, "K": 400.0}
    if metal not in melting:
        return float("nan")
    value = viscosity(metal, melting[metal]).value
    return float("nan") if value is None else value


def _length_interval(given: ParameterSet, metal: str) -> tuple[float, float]:
    """Range of the extrudable length over toughness, modulus and yield stress, as factors in quadrature."""
    name, electrolyte = PAIRS[metal]
    v = given.values()
    poisson, geometry = v["Poisson ratio"], v["Crack geometry factor"]
    names = (
        f"{electrolyte} fracture toughness [Pa.m0.5]",
        f"{electrolyte} Young's modulus [Pa]",
        f"{name} yield stress [Pa]",
    )
    powers = (2.0, -1.0, -1.0)
    centre = float(
        extrudable_length(np.array(v[names[0]]), np.array(v[names[1]]), np.array(v[names[2]]), poisson, geometry)
    )
    low, high = 0.0, 0.0
    for one, power in zip(names, powers, strict=True):
        bounds = given[one].bounds() or (v[one], v[one])
        steps = sorted(power * np.log(end / v[one]) for end in bounds)
        low, high = low + steps[0] ** 2, high + steps[1] ** 2
    return centre * float(np.exp(-np.sqrt(low))), centre * float(np.exp(np.sqrt(high)))
