"""Answers by arithmetic alone: geometry, amounts, averages. Most are made of other statements of the same paper."""

from __future__ import annotations

import math

from alkanode.materials import Alloy
from alkanode.materials.elements import element
from alkanode.thermo.published.figure import Answer, digits

_CHLORINE = 35.45
_PERCHLORATE_SOURCES = ("IUPAC2021", "EncyclopediaKClO4")


def area_loading(*, draws: int, milligrams: float, millimetres: float) -> Answer:
    """Mass over area (mg cm-2) on a disc."""
    del draws
    area = _disc(millimetres)
    return Answer(value=milligrams / (1e4 * area), label="geometry", remark=f"disc of {digits(1e4 * area)} cm2")


def layer_thickness(*, draws: int, microlitres: float, millimetres: float) -> Answer:
    """Thickness (um) of a volume spread on a disc."""
    del draws
    volume, area = microlitres * 1e-9, _disc(millimetres)
    return Answer(value=1e6 * volume / area, label="geometry", remark=f"disc of {digits(1e4 * area)} cm2")


def alloy_layer(*, draws: int, alloy: str, milligrams: float, millimetres: float, celsius: float) -> Answer:
    """Thickness (um) of a mass of liquid alloy spread evenly on a disc."""
    del draws
    density = Alloy.from_name(alloy).density(f"{celsius} degC", "liquid")
    return Answer(
        value=1e6 * milligrams * 1e-6 / density / _disc(millimetres),
        label="geometry and the density of the liquid",
        remark=f"density {digits(density / 1000)} g cm-3",
    )


def disc_volume(*, draws: int, millimetres: float, thickness_millimetres: float) -> Answer:
    """Volume (uL) of a disc."""
    del draws
    return Answer(value=1e9 * _disc(millimetres) * thickness_millimetres * 1e-3, label="geometry")


def mass_average(*, draws: int, alloy: str, values: dict[str, float]) -> Answer:
    """Average of a property of pure elements by mass fractions, in the property's unit."""
    del draws
    composition = Alloy.from_name(alloy).composition
    value = sum(composition.mass_fraction(symbol) * number for symbol, number in values.items())
    stated = ", ".join(f"{symbol} {number:g}" for symbol, number in values.items())
    return Answer(value=value, label="mass fractions", remark=f"average of {stated}")


def difference(*, draws: int, first: float, second: float) -> Answer:
    """Magnitude of a difference."""
    del draws
    return Answer(value=abs(first - second), label="subtraction", remark=f"{first:g} against {second:g}")


def stated(*, draws: int, value: float, where: str) -> Answer:
    """Another number that the paper prints for the same thing."""
    del draws
    return Answer(value=value, label="printed", remark=f"printed in {where}")


def mass_percentage(*, draws: int, alloy: str) -> Answer:
    """Potassium in an alloy, wt%."""
    del draws
    value = 100 * Alloy.from_name(alloy).composition.mass_fraction("K")
    return Answer(value=value, label="molar masses", sources=("IUPAC2021",))


def perchlorate_share(
    *, draws: int, alloy: str, milligrams: float, millimetres: float, micrometres: float, density: float
) -> Answer:
    """Share (%) of an electrode's potassium in a dense layer of KClO4; density in g cm-3."""
    del draws
    composition = Alloy.from_name(alloy).composition
    area = _disc(millimetres)
    potassium = milligrams * 1e-6 * composition.mole_fraction("K") / composition.molar_mass / area
    formula = element("K").molar_mass.value + _CHLORINE * 1e-3 + 4 * element("O").molar_mass.value
    layer = micrometres * 1e-6 * density * 1e3 / formula
    return Answer(
        value=100 * layer / potassium,
        label=f"geometry, molar masses, density {density:g} g cm-3 recalled, unverified",
        remark=f"{digits(100 * layer)} of {digits(100 * potassium)} umol cm-2",
        sources=_PERCHLORATE_SOURCES,
    )


def _disc(millimetres: float) -> float:
    """Area of a disc, m2."""
    return math.pi * (millimetres * 1e-3 / 2) ** 2


QUESTIONS = {
    "area loading": area_loading,
    "layer thickness": layer_thickness,
    "alloy layer": alloy_layer,
    "disc volume": disc_volume,
    "mass average": mass_average,
    "difference": difference,
    "stated": stated,
    "mass percentage": mass_percentage,
    "share of potassium in perchlorate": perchlorate_share,
}
