"""What a material is made of and how dense it is: the two things behind its attenuation.

Alkali metals and their alloys come from the tables of elements and densities; everything else stands in
``materials.yaml``. Pure metals are solid, alloys of two and more metals liquid, both near room temperature.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.foundation.sources import Constant, Trust
from alkanode.materials.alloys import Alloy
from alkanode.materials.elements import element
from alkanode.materials.properties.densities import density

_FORMULA = re.compile(r"([A-Z][a-z]?)(\d*\.?\d*)")
_SOLID_SPREAD = 0.005
_ROOM = 298.15
VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """A material as X-rays see it.

    Attributes
    ----------
    name
        Name for people.
    amounts
        Pairs of element symbol and amount (mol per mol of formula, any scale); empty for a void.
    density
        kg m-3, with source and trust label.
    uncertainty
        Relative standard uncertainty of the density.
    """

    name: str
    amounts: tuple[tuple[str, float], ...]
    density: Constant
    uncertainty: float


@functools.cache
def _shipped() -> Mapping[str, Any]:
    path = resources.files("alkanode.materials.attenuation").joinpath("materials.yaml")
    content: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def known_materials() -> tuple[str, ...]:
    """Names that :func:`substance` takes besides alloys such as ``"NaK50"``."""
    return (VOID, "Li", "Na", "K", *_shipped())


def substance(material: str | Alloy | Substance) -> Substance:
    """Look up a material.

    Parameters
    ----------
    material
        ``"void"``, a metal (``"Na"``), an alloy (``"NaK50"`` or :class:`Alloy`), a name of ``materials.yaml`` or one
        of its aliases (``"NASICON"``), or a :class:`Substance` of your own.

    Returns
    -------
    Substance

    Raises
    ------
    PhysicsError
        For a material that is neither listed nor an alloy of Li, Na, K.

    Examples
    --------
    >>> substance("NASICON").density.value
    3270.0
    """
    if isinstance(material, Substance):
        return material
    if isinstance(material, Alloy):
        return _alloy(material)
    name = str(material).strip()
    if name in (VOID, "vacuum", "pore"):
        empty = Constant(value=0.0, unit="kg m-3", source="", trust=Trust.ASSUMED, note="nothing in it")
        return Substance(name=VOID, amounts=(), density=empty, uncertainty=0.0)
    for key, entry in _shipped().items():
        if name == key or name in entry["aliases"]:
            return _from_file(key, entry)
    try:
        alloy = Alloy.from_name(name)
    except PhysicsError:
        raise _unknown(name) from None
    return _alloy(alloy)


def _from_file(name: str, entry: Mapping[str, Any]) -> Substance:
    return Substance(
        name=name,
        amounts=parse_formula(str(entry["formula"])),
        density=Constant(
            value=float(entry["density"]),
            unit="kg m-3",
            source=str(entry["source"]),
            trust=Trust(entry["trust"]),
            note=str(entry["note"]),
        ),
        uncertainty=float(entry["uncertainty"]),
    )


def parse_formula(formula: str) -> tuple[tuple[str, float], ...]:
    """Elements and amounts of a formula without brackets, in the order written.

    Raises
    ------
    PhysicsError
        For a text that is not such a formula.

    Examples
    --------
    >>> parse_formula("SnO2")
    (('Sn', 1.0), ('O', 2.0))
    """
    pairs = _FORMULA.findall(formula)
    if not pairs or "".join(symbol + number for symbol, number in pairs) != formula:
        raise PhysicsError("a formula such as 'Na3Zr2Si2PO12' is needed", found=repr(formula))
    return tuple((symbol, float(number or 1)) for symbol, number in pairs)


def _alloy(alloy: Alloy) -> Substance:
    symbols = alloy.composition.elements
    if any(element(symbol).charge_number == 0 for symbol in symbols):
        raise _unknown(alloy.name)
    amounts = tuple((symbol, x) for symbol, x in alloy.composition if x > 0)
    if len(symbols) == 1:
        solid = element(symbols[0]).density
        if solid is None:
            raise _unknown(alloy.name)
        return Substance(name=alloy.name, amounts=amounts, density=solid, uncertainty=_SOLID_SPREAD)
    with warnings.catch_warnings():
        # liquid alloys live below the melting points of their metals; the excess volumes reach down to 250 K
        warnings.simplefilter("ignore", ExtrapolationWarning)
        found = density(alloy, _ROOM, phase="liquid")
    if found.value is None or found.interval is None:
        raise _unknown(alloy.name)
    value = Constant(value=found.value, unit="kg m-3", source="", trust=Trust.COMPUTED, note=found.basis)
    spread = (found.interval[1] - found.interval[0]) / (4 * found.value)
    return Substance(name=alloy.name, amounts=amounts, density=value, uncertainty=spread)


def _unknown(name: str) -> PhysicsError:
    return PhysicsError(
        "a material with known composition and density is needed",
        found=repr(name),
        todo=f"Known: {', '.join(known_materials())}, alloys such as 'NaK50', or a Substance of your own",
    )
