r"""Mass attenuation of the elements from two tables, and of mixtures by the rule of mixtures.

.. math:: (\mu/\rho) = \sum_i w_i (\mu/\rho)_i

Both tables give the total: photoelectric, coherent and incoherent scattering. Where they differ, neither is known
to be right; the difference is a systematic error, the same in every voxel.
"""

from __future__ import annotations

import functools
from typing import Literal, TypeAlias

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.runtime import require
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials.attenuation.substances import Substance

Table: TypeAlias = Literal["mean", "elam", "chantler", "nist-printed"]

TABLES = ("elam", "chantler")
ELECTRONVOLT = 1.602176634e-19
_LOWEST, _HIGHEST = 1e3, 430e3


def energy_in_ev(energy: QuantityLike) -> float:
    """Photon energy in eV from J or a text such as ``"45 keV"``.

    Raises
    ------
    PhysicsError
        Outside 1 to 430 keV, where both tables hold.
    UnitsError
        When it is not an energy.
    """
    value = to_si(energy, "photon_energy") / ELECTRONVOLT
    if not _LOWEST <= value <= _HIGHEST:
        raise PhysicsError(
            "a photon energy from 1 to 430 keV is needed",
            found=f"{value / 1e3:.6g} keV",
            todo="A bare number is in J; write '45 keV'",
        )
    return value


@functools.lru_cache(maxsize=4096)
def element_mass_attenuation(symbol: str, energy: float, table: str) -> float:
    """Mass attenuation of one element, m2 kg-1; energy in eV, table ``"elam"`` or ``"chantler"``.

    Raises
    ------
    PhysicsError
        For an element or a table that does not exist.
    """
    xraydb = require("xraydb", extra="tomography")
    if table not in TABLES:
        raise PhysicsError("a table of attenuation is needed", found=repr(table), todo=f"Known: {', '.join(TABLES)}")
    function = xraydb.mu_elam if table == "elam" else xraydb.mu_chantler
    try:
        value = function(symbol, energy)
    except ValueError:
        raise PhysicsError("an element of the tables is needed", found=repr(symbol)) from None
    return 0.1 * float(value)


def mass_fractions(material: Substance) -> dict[str, float]:
    """Mass fraction of each element; empty for a void."""
    xraydb = require("xraydb", extra="tomography")
    masses = {symbol: amount * float(xraydb.atomic_mass(symbol)) for symbol, amount in material.amounts}
    total = sum(masses.values())
    return {symbol: mass / total for symbol, mass in masses.items()}


def mixture(material: Substance, energy: float, table: str) -> float:
    """Mass attenuation of a material by the rule of mixtures, m2 kg-1; energy in eV; 0 for a void."""
    return sum(
        fraction * element_mass_attenuation(symbol, energy, table)
        for symbol, fraction in mass_fractions(material).items()
    )
