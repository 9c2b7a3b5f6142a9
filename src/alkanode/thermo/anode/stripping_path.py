"""What happens to an alloy while one of its metals is stripped: phases, composition and potential over charge.

Stripping Na moves the overall composition towards K at fixed temperature: a Na-rich alloy first loses its solid Na, then
runs through the liquid field, meets the K-rich liquidus (where solid K appears) and loses its last liquid at the solidus.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, Composition
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo.anode.liquid_window import around, interval_text, liquid_bounds
from alkanode.thermo.anode.potentials import alloy_metal, potential_kernel
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.phase_map import phase_map
from alkanode.thermo.conditions import Array, as_alloy, first_mass_fraction, second_fraction, temperatures
from alkanode.thermo.provenance import mark, rest_on

HEADLINES = {
    "capacity_into_liquid": "Charge at which the alloy becomes fully liquid (0 where it is, or is already beyond)",
    "capacity_to_liquidus": "Charge at which the alloy leaves the liquid field (0 where it already has)",
    "capacity_to_last_liquid": "Charge at which the last liquid is gone (0 where it already is)",
    "theoretical_capacity": "Charge at which all of the working metal is stripped",
}
"""Headline scalars of a stripping path, C kg-1 of initial alloy."""


@dataclass(frozen=True, slots=True)
class MetalBalance:
    """Moles of the stripped metal and of the other one, per mole of atoms of the initial alloy.

    Attributes
    ----------
    metal, other
        Moles in the metallic phases at the start.
    capacity_per_mole
        C kg-1 of initial alloy per mole of metal stripped.
    """

    metal: float
    other: float
    capacity_per_mole: float

    @property
    def theoretical(self) -> float:
        """Capacity when all of the metal is stripped, C kg-1."""
        return self.metal * self.capacity_per_mole

    def metal_fraction(self, capacity: Array) -> Array:
        """Mole fraction of the stripped metal after a charge; a pure metal stays pure to its end."""
        left = self.metal * (1 - capacity / self.theoretical)
        fraction: Array = left / (left + self.other) if self.other > 0 else np.ones_like(left)
        return fraction

    def capacity_at(self, fraction: Array) -> Array:
        """Charge at which the mole fraction of the stripped metal has fallen to a value, 0 when it starts at or below it.

        A pure metal is at 1 from the start and falls below only where it ends.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            mixed = fraction / (1 - fraction) * self.other
        left = mixed if self.other > 0 else np.where(fraction >= 1, self.metal, 0.0)
        capacity: Array = np.clip(self.metal - left, 0.0, self.metal) * self.capacity_per_mole
        return capacity


def stripping_path(
    alloy: Alloy | Composition | str,
    ion: str = "Na+",
    *,
    temperature: QuantityLike = "25 degC",
    temperature_uncertainty: QuantityLike = "2 K",
    potassium_in_carbon: float = 0.0,
    points: int = 400,
    system: str | Assessment = "Na-K",
    suspend: tuple[str, ...] = (),
) -> xr.Dataset:
    """Phases, composition and equilibrium potential of an alloy along the charge axis.

    Parameters
    ----------
    alloy
        An alloy, a composition, or a name such as ``"NaK50"``.
    ion
        Working ion, ``"Na+"`` or ``"K+"``: which metal is stripped.
    temperature
        K or text. Near 25 degC the capacity to the liquidus of NaK80 moves by 3 mAh g-1 per kelvin: state it.
    temperature_uncertainty
        Half width of the temperature interval behind every ``_interval``. The default, 2 K, is the
        difference between the two temperatures that one paper states for its cells (:cite:`Park2021`).
    potassium_in_carbon
        Moles of K per mole of atoms of the initial alloy that a carbon support has bound (as KC8) before stripping
        starts; they leave the alloy and take no further part. 0 (the default) is an inert support.
        Only with ``ion="Na+"``.
    points
        Evenly spaced charges from 0 to the theoretical capacity, at least 2; the exact phase boundaries are added.
    system, suspend
        As :func:`alkanode.thermo.liquid_fraction`.

    Returns
    -------
    Dataset
        Kind ``stripping_path``. Over ``point``: ``specific_capacity`` (C kg-1 of initial alloy), ``mole_fraction`` and
        ``mass_fraction`` of K in all metallic phases together, ``phase_fraction`` (point, phase; moles of atoms in one
        phase over those still in metallic phases), ``electrode_potential`` (V against the pure metal; infinite at the
        last point of an alloy, where none of the metal is left).
        Scalars (C kg-1): ``capacity_into_liquid``, ``capacity_to_liquidus``, ``capacity_to_last_liquid``, each with an
        ``_interval`` (bound) over the temperature uncertainty, and ``theoretical_capacity``, which is arithmetic.

    Raises
    ------
    PhysicsError
        When there is nothing to strip, when carbon binds all of the K or more, for another element or ion, or where
        nothing is liquid (below the eutectic temperature plus the uncertainty).

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.

    Notes
    -----
    With n moles of the metal and m of the other per mole of initial atoms, x = (n - qM/F)/(n - qM/F + m); amounts follow
    from the lever rule, E = -mu/F.

    References
    ----------
    :cite:`AlkanodeFit`; the measured counterpart is :cite:`Wu2025`

    Examples
    --------
    >>> path = stripping_path("NaK80", temperature="25 degC")
    >>> round(path.capacity_to_liquidus.item() / 3600, 1)
    143.1
    """
    assessment = load_assessment(system)
    given = as_alloy(alloy)
    index = assessment.elements.index(alloy_metal(ion, assessment))
    centre = np.atleast_1d(temperatures(temperature, assessment))
    if centre.shape != (1,):
        raise PhysicsError("a stripping path has one temperature", found=f"{centre.size} temperatures")
    balance = _balance(given, ion, index, potassium_in_carbon, assessment)
    if points < 2:
        raise PhysicsError("at least 2 points are needed", found=str(points))
    chart = phase_map(assessment, tuple(suspend))
    lines = chart.tie_lines(centre)

    def toward_metal(x: Array) -> Array:
        return x if index == 1 else 1 - x

    ends = np.concatenate([lines.left.ravel(), lines.right.ravel()])
    corners = balance.capacity_at(toward_metal(ends[ends <= 1]))
    capacity = np.unique(np.concatenate([np.linspace(0, balance.theoretical, points), corners]))
    x = toward_metal(balance.metal_fraction(capacity))
    amounts = np.stack([lines.fraction(branch, x) for branch in lines.branches], axis=-1)
    first = assessment.elements[0]
    record = xr.Dataset(
        {
            "mole_fraction": ("point", 1 - x, {"element": first}),
            "mass_fraction": ("point", first_mass_fraction(x, assessment), {"element": first}),
            "phase_fraction": (("point", "phase"), amounts),
            "electrode_potential": ("point", potential_kernel(chart, centre, x, index)),
        },
        coords={
            "specific_capacity": ("point", capacity),
            "phase": list(lines.branches),
            "bound": ["lower", "upper"],
        },
    )
    t = np.concatenate([centre, *around(centre, temperature_uncertainty, assessment)])
    bounds = liquid_bounds(chart, t)
    if index == 1:
        levels = (bounds.upper, bounds.lower, bounds.last_below)
    else:
        levels = (bounds.lower, bounds.upper, bounds.last_above)
    for name, level in zip(HEADLINES, levels, strict=False):
        crossing = balance.capacity_at(toward_metal(level))
        record[name] = crossing[0]
        record[f"{name}_interval"] = ("bound", np.array([crossing.min(), crossing.max()]))
        mark(record, f"{name}_interval", "specific_capacity", "Range over the temperature uncertainty")
    record["theoretical_capacity"] = balance.theoretical
    for name, meaning in HEADLINES.items():
        mark(record, name, "specific_capacity", meaning)
    record.attrs.update(
        alloy=given.name,
        ion=ion,
        temperature=float(centre[0]),
        temperature_uncertainty=to_si(temperature_uncertainty, "temperature_difference"),
        potassium_in_carbon=float(potassium_in_carbon),
    )
    rest_on(record, assessment, tuple(suspend))
    return label(record, "stripping_path")


def _balance(alloy: Alloy, ion: str, index: int, in_carbon: float, assessment: Assessment) -> MetalBalance:
    second = float(second_fraction(alloy, assessment))
    moles = [1 - second, second]
    if not (np.isfinite(in_carbon) and in_carbon >= 0):
        raise PhysicsError("moles of K in carbon must be 0 or more", found=repr(in_carbon))
    if in_carbon > 0:
        bound = assessment.elements.index("K") if "K" in assessment.elements else None
        if bound is None or bound == index:
            raise PhysicsError(
                "potassium_in_carbon needs an alloy with K whose other metal is stripped",
                found=f"ion {ion!r}",
                todo="With K+ the carbon is part of the electrode, which this mass balance does not describe",
            )
        if in_carbon >= moles[bound]:
            raise PhysicsError(
                "carbon can bind less than all of the K of the alloy",
                found=f"{in_carbon:g} mol of {moles[bound]:.4g} mol K per mole of atoms",
            )
        moles[bound] -= in_carbon
    if moles[index] <= 0:
        raise PhysicsError(
            f"an alloy with {assessment.elements[index]} is needed, which {ion} strips", found=f"{alloy.composition}"
        )
    return MetalBalance(moles[index], moles[1 - index], FARADAY_CONSTANT / alloy.composition.molar_mass)


def path_estimates(path: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of a stripping path.

    Parameters
    ----------
    path
        Result of :func:`stripping_path`.

    Returns
    -------
    dict
        :data:`HEADLINES` by name, in C kg-1 of initial alloy, with interval and label.
    """
    text = f"{path.attrs['label']}; {interval_text(path)}"
    if path.attrs["potassium_in_carbon"] > 0:
        text += f"; {path.attrs['potassium_in_carbon']:g} mol K per mol of atoms assumed bound in carbon"
    estimates = {}
    for name in HEADLINES:
        interval = None
        if f"{name}_interval" in path:
            low, high = path[f"{name}_interval"].to_numpy()
            interval = (float(low), float(high))
        estimates[name] = Estimate(
            value=path[name].item(),
            unit="C kg-1",
            quantity="specific_capacity",
            interval=interval,
            label=text if interval else "computed from the composition (F x / M; molar masses recalled, unverified)",
        )
    return estimates
