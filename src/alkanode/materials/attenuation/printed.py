"""The values one paper prints, kept as a named set, and what contradicts them.

:cite:`Wu2025` prints the mass attenuation of Na, K and NaK65 at 44.79 keV. The set is here to reproduce the paper. It
is never a default: no single energy of the tables gives both metals, and the alloy is not the mixture of the metals.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Constant, Trust
from alkanode.foundation.vocabulary import VOCABULARY
from alkanode.materials.attenuation.substances import substance
from alkanode.materials.attenuation.tables import ELECTRONVOLT, TABLES, element_mass_attenuation, mixture

PRINTED_ENERGY = 44.79e3
"""eV, as printed."""

_TOLERANCE = 500.0


def _printed(value: float) -> Constant:
    return Constant(
        value=value,
        unit="m2 kg-1",
        source="Wu2025",
        trust=Trust.STATED,
        note="at 44.79 keV; the paper names a table of NIST that does not give this value",
    )


NIST_PRINTED: dict[str, Constant] = {"Na": _printed(0.0319), "K": _printed(0.0960), "NaK65": _printed(0.0714)}
"""Mass attenuation as the paper prints it."""


def printed_mass_attenuation(name: str, energy: float) -> Constant:
    """The printed value of one material; energy in eV, within 0.5 keV of the printed one.

    Raises
    ------
    PhysicsError
        For a material or an energy that the paper does not print.
    """
    if name not in NIST_PRINTED:
        raise PhysicsError(
            "the printed set holds Na, K and NaK65 only",
            found=repr(name),
            todo="Use table='mean', 'elam' or 'chantler'",
        )
    if abs(energy - PRINTED_ENERGY) > _TOLERANCE:
        raise PhysicsError(
            "the printed set holds at 44.79 keV, and is used for 45 keV",
            found=f"{energy / 1e3:.6g} keV",
            todo="Use table='mean', 'elam' or 'chantler'",
        )
    return NIST_PRINTED[name]


def printed_contradictions() -> xr.Dataset:
    """What speaks against the printed values, computed from both tables.

    Returns
    -------
    Dataset
        ``mass_attenuation`` (material,), m2 kg-1, as printed; ``table_mass_attenuation`` (material, table) at the
        printed energy; ``ratio`` (material, table) of printed over table; ``matching_energy`` (element, table), J, at
        which the table gives the printed value; ``mixture_mass_attenuation``, NaK65 from the printed metals; and
        ``matching_mass_fraction`` (basis,) of K at which the mixture of the printed metals, or of a table, gives the
        printed alloy. ``attrs["contradictions"]`` says the same in words.

    References
    ----------
    :cite:`Wu2025`, :cite:`Elam2002`, :cite:`Chantler1995`
    """
    names = tuple(NIST_PRINTED)
    printed = np.array([NIST_PRINTED[name].value for name in names])
    table = np.array([[mixture(substance(name), PRINTED_ENERGY, which) for which in TABLES] for name in names])
    match = np.array([[_matching_energy(symbol, which) for which in TABLES] for symbol in ("Na", "K")])
    sodium, potassium, alloy = printed
    pure = [(sodium, potassium), *((table[0, column], table[1, column]) for column in range(len(TABLES)))]
    fraction = np.array([(alloy - low) / (high - low) for low, high in pure])
    mixed = 0.35 * sodium + 0.65 * potassium
    words = (
        f"Na is printed {100 * (sodium / table[0, 0] - 1):+.0f} % and K {100 * (potassium / table[1, 0] - 1):+.0f} % "
        "off the table of Elam at the printed energy.",
        f"That table gives the printed Na at {match[0, 0] / 1e3:.1f} keV and the printed K at {match[1, 0] / 1e3:.1f} "
        "keV: no single energy gives both.",
        f"The printed metals mix to {10 * mixed:.3f} cm2/g at 65 wt% K, not {10 * alloy:.3f}; the printed alloy is "
        f"{100 * fraction[0]:.1f} wt% K by the printed metals and {100 * fraction[1]:.1f} by the table.",
        "Voxels follow the linear coefficient, not the mass attenuation that the paper compares them with.",
    )
    unit = VOCABULARY["mass_attenuation"].unit
    return xr.Dataset(
        {
            "mass_attenuation": ("material", printed, {"units": unit}),
            "table_mass_attenuation": (("material", "table"), table, {"units": unit}),
            "ratio": (("material", "table"), printed[:, None] / table, {"units": "1"}),
            "matching_energy": (("element", "table"), match * ELECTRONVOLT, {"units": "J"}),
            "mixture_mass_attenuation": ((), mixed, {"units": unit}),
            "matching_mass_fraction": ("basis", fraction, {"units": "1"}),
        },
        coords={
            "material": list(names),
            "table": list(TABLES),
            "element": ["Na", "K"],
            "basis": ["printed", *TABLES],
        },
        attrs={"contradictions": " ".join(words), "sources": "Wu2025 Elam2002 Chantler1995"},
    )


def _matching_energy(symbol: str, table: str) -> float:
    """Energy (eV) at which a table gives the printed value; attenuation falls between 30 and 60 keV for both metals."""
    low, high, wanted = 30e3, 60e3, NIST_PRINTED[symbol].value
    for _ in range(40):
        middle = 0.5 * (low + high)
        if element_mass_attenuation(symbol, middle, table) > wanted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
