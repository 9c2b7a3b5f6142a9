"""Answers in charge: theoretical capacities, capacities along a stripping path, thickness of plated metal."""

from __future__ import annotations

import functools
import math

import xarray as xr

from alkanode.foundation.units import to_si
from alkanode.materials import Alloy, element
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo.anode.paths.plating_path import plating_path
from alkanode.thermo.anode.paths.stripping_path import stripping_path
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.published.figure import Answer, digits

_MASSES = "molar masses"
_SOLID = "molar masses and densities of the solid metals near 20 degC"
_EVENTS = {"liquidus": "capacity_to_liquidus", "last liquid": "capacity_to_last_liquid"}


def theoretical(*, draws: int, alloy: str) -> Answer:
    """Charge (mAh per gram) of all sodium in an alloy."""
    del draws
    return Answer(value=Alloy.from_name(alloy).theoretical_capacity() / 3600, label=_MASSES, sources=("IUPAC2021",))


def metal_capacity(*, draws: int, metal: str, per: str) -> Answer:
    """Charge of a pure metal, mAh per gram or Ah per litre."""
    del draws
    entry = element(metal)
    by_mass = FARADAY_CONSTANT / entry.molar_mass.value / 3600
    if per == "mass":
        return Answer(value=by_mass, label=_MASSES, sources=("IUPAC2021",))
    return Answer(value=by_mass * _solid_density(metal) / 1000, label=_SOLID, sources=_sources(metal))


def volumetric(*, draws: int, specific: float, metal: str) -> Answer:
    """Charge of a pure metal (Ah per litre) from a stated one in mAh per gram."""
    del draws
    density = _solid_density(metal)
    return Answer(
        value=specific * density / 1000,
        label="density of the solid metal and the printed capacity",
        remark=f"density {digits(density / 1000)} g cm-3",
        sources=_sources(metal),
    )


def capacity(*, draws: int, alloy: str, event: str, celsius: float, measured: float = math.nan) -> Answer:
    """Charge (mAh per gram of alloy) of sodium stripped when the first solid appears, or the last liquid is gone."""
    path = _path(alloy, celsius, draws)
    name = _EVENTS[event]
    value = path[name].item() / 3600
    theory = path.theoretical_capacity.item() / 3600
    parts = [f"{100 * value / theory:.1f} % of all sodium"]
    if math.isfinite(measured):
        parts.append(f"measured over it {measured / value:.2f}, measured over all sodium {measured / theory:.2f}")
    return Answer(
        value=value,
        interval=_bounds(path, f"{name}_interval"),
        assessment_interval=_bounds(path, f"{name}_assessment_interval"),
        label=path.attrs["label"],
        remark="; ".join(parts),
        sources=load_assessment("Na-K").sources,
    )


def capacity_to_percentage(*, draws: int, alloy: str, mass_percent: float, measured: float) -> Answer:
    """Charge (mAh per gram of alloy) of sodium stripped until an alloy holds a stated percentage of K by mass."""
    del draws
    composition = Alloy.from_name(alloy).composition
    potassium, sodium = composition.mass_fraction("K"), composition.mass_fraction("Na")
    left = potassium * (100 - mass_percent) / mass_percent
    value = (sodium - left) * FARADAY_CONSTANT / element("Na").molar_mass.value / 3600
    return Answer(
        value=value,
        label=f"{_MASSES} and the printed end of the window",
        remark=f"measured over it {measured / value:.2f}",
        sources=("IUPAC2021",),
    )


def share_of_theory(*, draws: int, alloy: str, measured: float) -> Answer:
    """A measured capacity over that of all sodium, per cent."""
    del draws
    theory = Alloy.from_name(alloy).theoretical_capacity() / 3600
    return Answer(
        value=100 * measured / theory,
        label=_MASSES,
        remark=f"{digits(measured)} of {digits(theory)} mAh g-1",
        sources=("IUPAC2021",),
    )


def electrode_capacity(
    *, draws: int, alloy: str, microlitres: float, millimetres: float, event: str, celsius: float
) -> Answer:
    """Charge over area (mAh cm-2) until the first solid: sodium stripped, or plated, of a drop of liquid on a disc."""
    path = _plating(alloy, celsius, draws) if event == "plating" else _path(alloy, celsius, draws)
    density = Alloy.from_name(alloy).density(f"{celsius} degC", "liquid")
    mass = microlitres * 1e-9 * density
    area = math.pi * (millimetres * 1e-3 / 2) ** 2
    factor = mass / area / 3.6e4
    low, high = (factor * bound for bound in _bounds_si(path, "capacity_to_liquidus_interval"))
    least, most = (factor * bound for bound in _bounds_si(path, "capacity_to_liquidus_assessment_interval"))
    return Answer(
        value=factor * path.capacity_to_liquidus.item(),
        interval=(low, high),
        assessment_interval=(least, most),
        label=f"{path.attrs['label']}; density of the liquid",
        remark=f"{digits(microlitres)} uL are {digits(1e6 * mass)} mg on {digits(1e4 * area)} cm2",
        sources=load_assessment("Na-K").sources,
    )


def plated_into(*, draws: int, metal: str, ion: str, event: str, celsius: float) -> Answer:
    """Charge (mAh per gram of metal) of another metal plated into a pure one until it is liquid in part, or wholly."""
    path = plating_path(metal, ion, temperature=f"{celsius} degC", draws=draws)
    name = {"first liquid": "capacity_to_first_liquid", "all liquid": "capacity_into_liquid"}[event]
    return Answer(
        value=path[name].item() / 3600,
        interval=_bounds(path, f"{name}_interval"),
        assessment_interval=_bounds(path, f"{name}_assessment_interval"),
        label=path.attrs["label"],
        sources=load_assessment("Na-K").sources,
    )


def plated_thickness(*, draws: int, metal: str, areal_capacity: str, times: int = 1) -> Answer:
    """Thickness (um) of a solid metal that a charge plates, ``times`` over."""
    del draws
    charge = to_si(areal_capacity, "areal_capacity")
    density = _solid_density(metal)
    value = 1e6 * times * charge / FARADAY_CONSTANT * element(metal).molar_mass.value / density
    return Answer(value=value, label=_SOLID, remark=f"density {digits(density / 1000)} g cm-3", sources=_sources(metal))


def foil_capacity(*, draws: int, metal: str, micrometres: float) -> Answer:
    """Charge over area (mAh cm-2) of a foil of a metal."""
    del draws
    moles = micrometres * 1e-6 * _solid_density(metal) / element(metal).molar_mass.value
    return Answer(value=moles * FARADAY_CONSTANT / 3.6e4, label=_SOLID, sources=_sources(metal))


@functools.cache
def _path(alloy: str, celsius: float, draws: int) -> xr.Dataset:
    return stripping_path(alloy, temperature=f"{celsius} degC", points=2, draws=draws)


@functools.cache
def _plating(alloy: str, celsius: float, draws: int) -> xr.Dataset:
    return plating_path(alloy, "Na+", temperature=f"{celsius} degC", points=2, draws=draws)


def _bounds_si(path: xr.Dataset, name: str) -> tuple[float, float]:
    if name not in path:
        return (math.nan, math.nan)
    low, high = (float(bound) for bound in path[name])
    return low, high


def _bounds(path: xr.Dataset, name: str) -> tuple[float, float]:
    low, high = _bounds_si(path, name)
    return low / 3600, high / 3600


def _solid_density(metal: str) -> float:
    constant = element(metal).density
    return math.nan if constant is None else constant.value


def _sources(metal: str) -> tuple[str, ...]:
    constant = element(metal).density
    return ("IUPAC2021",) if constant is None else ("IUPAC2021", constant.source)


QUESTIONS = {
    "theoretical capacity": theoretical,
    "metal capacity": metal_capacity,
    "volumetric": volumetric,
    "capacity": capacity,
    "capacity to percentage": capacity_to_percentage,
    "share of theory": share_of_theory,
    "electrode capacity": electrode_capacity,
    "plated into": plated_into,
    "plated thickness": plated_thickness,
    "foil capacity": foil_capacity,
}
