"""The elements of alkali-alloy anodes: molar mass and density, each with source and trust label."""

from __future__ import annotations

from dataclasses import dataclass

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Constant, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element as it enters an anode.

    Attributes
    ----------
    symbol
        Chemical symbol.
    name
        English name.
    molar_mass
        kg mol-1.
    density
        kg m-3 near room temperature, in the stable form of the pure element; ``None`` where no source was found.
    charge_number
        Charges of the working ion, 1 for the alkali metals; 0 where the element does not work as an ion here.
    """

    symbol: str
    name: str
    molar_mass: Constant
    density: Constant | None
    charge_number: int


def _mass(grams_per_mole: float) -> Constant:
    return Constant(
        value=grams_per_mole * 1e-3,
        unit="kg mol-1",
        source="IUPAC2021",
        trust=Trust.READ,
        note="standard atomic weight, abridged; read in the package periodictable 2.1.0, and of the metals in chemicals 1.5.2",
    )


def _density(value: float, source: str, note: str) -> Constant:
    return Constant(value=value, unit="kg m-3", source=source, trust=Trust.READ, note=f"solid at 20 degC; {note}")


ELEMENTS: dict[str, Element] = {
    e.symbol: e
    for e in (
        Element(
            symbol="Li",
            name="lithium",
            molar_mass=_mass(6.94),
            density=_density(534.0, "CRCInorganicDensities", "at room temperature"),
            charge_number=1,
        ),
        Element(symbol="C", name="carbon", molar_mass=_mass(12.011), density=None, charge_number=0),
        Element(symbol="O", name="oxygen", molar_mass=_mass(15.999), density=None, charge_number=0),
        Element(
            symbol="Na",
            name="sodium",
            molar_mass=_mass(22.98977),
            density=_density(968.0, "ElementData", "970 in another table"),
            charge_number=1,
        ),
        Element(
            symbol="K",
            name="potassium",
            molar_mass=_mass(39.0983),
            density=_density(862.0, "AtomistryPotassium", "856 and 890 in other tables"),
            charge_number=1,
        ),
        Element(symbol="Sn", name="tin", molar_mass=_mass(118.71), density=None, charge_number=0),
    )
}


def element(symbol: str) -> Element:
    """Look up an element.

    Parameters
    ----------
    symbol
        Chemical symbol, for example ``"Na"``.

    Raises
    ------
    PhysicsError
        When the element is not one that alkanode knows.
    """
    try:
        return ELEMENTS[symbol]
    except KeyError:
        raise PhysicsError(
            "an element of the list is needed", found=repr(symbol), todo=f"Known: {', '.join(ELEMENTS)}"
        ) from None
