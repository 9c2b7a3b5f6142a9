"""Answers from phase diagrams: ends of liquid fields, invariants, phases of an alloy, a ternary section."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from alkanode.materials import Alloy
from alkanode.thermo.anode.window.liquid_window import liquid_window
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.observation_table import observation_table
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.tie_lines import invariants, liquid_fraction, phase_fractions
from alkanode.thermo.published.figure import Answer, digits
from alkanode.thermo.published.refits import basis, sodium_potassium
from alkanode.thermo.ternary.section import isothermal_section

_NORMAL_95 = 1.959964
_ZERO_CELSIUS = 273.15
_SIDES = {"Na": "lower", "K": "upper"}
_SPREAD = 2.0


def window_end(
    *,
    draws: int,
    side: str,
    basis_of: str,
    element: str = "K",
    celsius: float = 25.0,
    spread: float = _SPREAD,
    also: Sequence[float] = (),
    held_out: str = "",
) -> Answer:
    """End of the liquid field of Na-K in per cent of one element, by moles or mass, on the side rich in Na or K."""
    system = sodium_potassium(held_out)
    record = liquid_window(system, celsius + _ZERO_CELSIUS, temperature_uncertainty=f"{spread} K", draws=draws)
    at = record.isel(temperature=0).sel(side=_SIDES[side])
    name = f"{basis_of}_fraction"
    remark = ""
    if also:
        values = liquid_window(system, np.array(also) + _ZERO_CELSIUS, draws=0)[name].sel(side=_SIDES[side]).to_numpy()
        listed = ", ".join(digits(float(_percent(v, element))) for v in values)
        remark = f"at {', '.join(f'{c:g}' for c in also)} degC: {listed}"
    return Answer(
        value=float(_percent(at[name].item(), element)),
        interval=_bounds(at, f"{name}_interval", element),
        assessment_interval=_bounds(at, f"{name}_assessment_interval", element),
        label=basis(record.attrs["label"], held_out),
        remark=remark,
        sources=system.sources,
    )


def isotherm(*, draws: int, side: str, basis_of: str, percent: float) -> Answer:
    """Temperature (degC) at which the liquidus passes through a percentage of K."""
    system = load_assessment("Na-K")
    lowest = invariants(system)[0].temperature
    highest = min(point.temperature for point in invariants(system) if point.kind == "melting")
    name = f"{basis_of}_fraction"

    def gap(kelvin: float) -> float:
        window = liquid_window(system, kelvin, temperature_uncertainty=0.0, draws=0)
        return 100 * float(window[name].sel(side=_SIDES[side]).item()) - percent

    found = brentq(gap, lowest + 0.01, highest - 0.01)
    slope = gap(found + 0.5) - gap(found - 0.5)
    window = liquid_window(system, found, draws=draws).isel(temperature=0).sel(side=_SIDES[side])
    low, high = sorted(
        found - _ZERO_CELSIUS + (percent - end) / slope for end in _bounds(window, f"{name}_assessment_interval", "K")
    )
    return Answer(
        value=found - _ZERO_CELSIUS, assessment_interval=(low, high), label=system.label, sources=system.sources
    )


def observed(*, draws: int, system: str, short: str, quantity: str, unit: str, complement: bool = False) -> Answer:
    """What an assessment gives for one of its own observations, in K, in degC or as per cent."""
    del draws
    table = _table(system)
    at = table.isel(
        observation=int(np.flatnonzero((table.short.values == short) & (table.quantity.values == quantity))[0])
    )
    value, width = float(at.computed), _NORMAL_95 * float(at.computed_uncertainty)
    value = 1 - value if complement else value
    factor, offset = {"K": (1.0, 0.0), "degC": (1.0, -_ZERO_CELSIUS), "at%": (100.0, 0.0), "1": (1.0, 0.0)}[unit]
    return Answer(
        value=factor * value + offset,
        assessment_interval=(factor * (value - width) + offset, factor * (value + width) + offset),
        label=table.attrs["label"],
        sources=load_assessment(system).sources,
    )


def coldest_liquid(*, draws: int, system: str) -> Answer:
    """Lowest temperature (K) at which a binary system holds any stable liquid."""
    del draws
    assessment = load_assessment(system)
    first = min(
        (point for point in invariants(assessment) if any(name.startswith("liquid") for name in point.branches)),
        key=lambda point: point.temperature,
    )
    remark = f"{first.kind} at {digits(first.temperature - _ZERO_CELSIUS)} degC"
    return Answer(value=first.temperature, label=assessment.label, remark=remark, sources=assessment.sources)


def melting_point(*, draws: int, system: str, element: str) -> Answer:
    """Melting point (degC) of a pure metal in a system."""
    del draws
    assessment = load_assessment(system)
    end = float(assessment.elements.index(element))
    point = next(p for p in invariants(assessment) if p.kind == "melting" and p.compositions[0] == end)
    return Answer(
        value=point.temperature - _ZERO_CELSIUS,
        label="functions of the pure elements",
        sources=assessment.sources,
    )


def liquid_share(*, draws: int, alloy: str, celsius: float = 25.0, held_out: str = "") -> Answer:
    """Liquid (mol%) in an alloy of Na and K at equilibrium."""
    del draws
    system = sodium_potassium(held_out)
    given = Alloy.from_name(alloy)
    x = given.composition.mole_fraction("Na")
    kelvin = celsius + _ZERO_CELSIUS
    values = 100 * liquid_fraction(kelvin + np.array([0.0, -_SPREAD, _SPREAD]), x, system=system)
    by_mass, by_mole = (
        100 * given.composition.mass_fraction("K"),
        100 * given.composition.mole_fraction("K"),
    )
    return Answer(
        value=float(values[0]),
        interval=(float(values.min()), float(values.max())),
        label=basis(load_assessment("Na-K").label, held_out),
        remark=f"{by_mass:.1f} wt% K is {by_mole:.1f} at% K; at {celsius:g} degC",
        sources=system.sources,
    )


def frozen_range(*, draws: int, element: str = "Na", kelvin: float, alloy: str) -> Answer:
    """Composition (at% of an element) of the phase richest in it at equilibrium in a frozen alloy."""
    del draws
    system = load_assessment("Na-K")
    x = Alloy.from_name(alloy).composition.mole_fraction(element)
    found = phase_fractions(kelvin, x, system=system)
    present = [
        str(name)
        for name, share in zip(found.phase.values, found.phase_fraction.values.ravel(), strict=True)
        if share > 0
    ]
    eutectic = invariants(system)[0]
    ends = [c for branch, c in zip(eutectic.branches, eutectic.compositions, strict=True) if branch in present]
    return Answer(
        value=100 * max(ends),
        label=system.label,
        remark=f"at {kelvin:g} K {alloy} is {' + '.join(present)}; the poorest phase holds {100 * min(ends):.1f} at% {element} "
        "or less",
        sources=system.sources,
    )


def solid_lithium(*, draws: int, kelvin: float) -> Answer:
    """Na and K (at%) in solid lithium beside Na-K liquid, at most."""
    del draws
    section = _section(kelvin)
    x = _field_end(section, "bcc_Li")
    li, na, k = (100 * x[:, list(section.element.values).index(symbol)] for symbol in ("Li", "Na", "K"))
    return Answer(
        value=float((100 - li).max()),
        label=section.attrs["label"],
        remark=f"Na {digits(na.min())} to {digits(na.max())} at%, K at most {k.max():.1g} at%",
        sources=load_assessment("Li-Na-K").sources,
    )


def lithium_field(*, draws: int, kelvin: float) -> Answer:
    """Width, in at% of Na over Na + K, of the liquids that stand beside solid lithium."""
    del draws
    section = _section(kelvin)
    x = _field_end(section, "liquid")
    elements = list(section.element.values)
    na, k = x[:, elements.index("Na")], x[:, elements.index("K")]
    share = 100 * na / (na + k)
    triangles = sorted(" + ".join(sorted(map(str, corners))) for corners in section.triangle_phase.values)
    return Answer(
        value=float(np.ptp(share)),
        label=section.attrs["label"],
        remark=f"from {share.min():.1f} to {share.max():.1f} at%; three-phase fields: {'; '.join(triangles)}",
        sources=load_assessment("Li-Na-K").sources,
    )


def other_phases(*, draws: int, kelvin: float) -> Answer:
    """Number of phases in the section beside liquid and the bcc metals."""
    del draws
    section = _section(kelvin)
    names = {name for text in section.region_phases.values for name in str(text).split(" + ")}
    offered: Assessment = load_assessment("Li-Na-K")
    others = {name for name in names if not name.startswith(("liquid", "bcc_"))}
    return Answer(
        value=float(len(others)),
        label=section.attrs["label"],
        remark=f"fields: {', '.join(sorted(map(str, section.region_phases.values)))}",
        sources=offered.sources,
    )


@functools.cache
def _section(kelvin: float) -> xr.Dataset:
    return isothermal_section(kelvin)


@functools.cache
def _table(system: str) -> xr.Dataset:
    return observation_table(system)


def _field_end(section: xr.Dataset, phase: str) -> np.ndarray:
    """Line (point, element) of a phase along the field of liquid and solid lithium."""
    other = {"liquid": "bcc_Li", "bcc_Li": "liquid"}[phase]
    chosen = (section.boundary_phase.values == phase) & (section.boundary_other_phase.values == other)
    return np.concatenate(list(section.boundary_mole_fraction.transpose("boundary", "point", "element").values[chosen]))


def _percent(fraction: float, element: str) -> float:
    """Per cent of one element of Na-K from a fraction of K."""
    return 100 * (fraction if element == "K" else 1 - fraction)


def _bounds(at: xr.Dataset, name: str, element: str) -> tuple[float, float]:
    if name not in at:
        return (np.nan, np.nan)
    low, high = sorted(_percent(float(bound), element) for bound in at[name])
    return low, high


QUESTIONS = {
    "window end": window_end,
    "isotherm": isotherm,
    "observed": observed,
    "coldest liquid": coldest_liquid,
    "melting point": melting_point,
    "liquid share": liquid_share,
    "frozen range": frozen_range,
    "solid lithium": solid_lithium,
    "lithium field": lithium_field,
    "other phases": other_phases,
}
