"""The path of an electrode along the charge axis: one engine for stripping and plating, of any alkali metal, any alloy.

Adding or taking one metal moves the overall composition along a ray that starts in the pure metal's corner. Everything
that happens on the way is known from the ray: the phases at each of its points, where they change, where the liquid
begins and ends. A mass balance turns its shares of the metal into charge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, working_metal
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.materials.elements import element
from alkanode.thermo.anode.assessment_spread import draw_count, draws_of, interval_95, warn_of_missing
from alkanode.thermo.anode.equilibrium_states import assessment_of, equilibrium_system
from alkanode.thermo.anode.metal_balance import Direction, MetalBalance, metal_balance
from alkanode.thermo.anode.states import EquilibriumSystem, LiquidExtent, Ray, States
from alkanode.thermo.anode.temperature_spread import around
from alkanode.thermo.anode.volumes import ElectrodeSize, VolumeRule, check_rule, molar_volumes, rest_on_densities
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array, temperatures
from alkanode.thermo.gibbs.model import Parameters
from alkanode.thermo.provenance import mark, rest_on

EVENTS = {
    "capacity_to_first_liquid": "Charge at which the first liquid appears (0 where there is some, or was before)",
    "capacity_into_liquid": "Charge at which the alloy becomes fully liquid (0 where it is, or is already beyond)",
    "capacity_to_liquidus": "Charge at which the alloy leaves the liquid field (0 where it already has)",
    "capacity_to_last_liquid": "Charge at which the last liquid is gone (0 where it already is)",
}
"""Events along a path, C kg-1 of initial alloy; infinite where plating never gets there, NaN where the liquid never is so."""

_BINARY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSetup:
    """What a path starts from.

    Attributes
    ----------
    alloy, ion, direction
        The initial alloy, the working ion, and whether its metal leaves or comes.
    assessment, system, suspended
        The thermodynamics.
    temperature, temperature_uncertainty
        K; the temperature has shape (1,).
    balance, ray
        Moles at the start, and where the composition goes.
    draws
        Number of draws of the assessment's parameters.
    in_carbon
        Moles of K in carbon per mole of atoms.
    """

    alloy: Alloy
    ion: str
    direction: Direction
    assessment: Assessment
    system: EquilibriumSystem
    suspended: tuple[str, ...]
    temperature: Array
    temperature_uncertainty: float
    balance: MetalBalance
    ray: Ray
    draws: int
    in_carbon: float


def path_setup(
    alloy: Alloy,
    ion: str,
    direction: Direction,
    *,
    temperature: QuantityLike,
    temperature_uncertainty: QuantityLike,
    potassium_in_carbon: float,
    system: str | Assessment | None,
    suspend: tuple[str, ...],
    draws: int | None,
) -> PathSetup:
    """Check what a path starts from.

    Raises
    ------
    PhysicsError
        For metals outside the system, several temperatures, nothing to strip, or too much K in carbon.
    """
    assessment = assessment_of({*alloy.composition.elements, working_metal(ion)}, system)
    centre = np.atleast_1d(temperatures(temperature, assessment, stacklevel=4))
    if centre.shape != (1,):
        raise PhysicsError("a path of an electrode has one temperature", found=f"{centre.size} temperatures")
    balance, ray = metal_balance(alloy, ion, assessment.elements, direction, potassium_in_carbon)
    return PathSetup(
        alloy=alloy,
        ion=ion,
        direction=direction,
        assessment=assessment,
        system=equilibrium_system(assessment, tuple(suspend)),
        suspended=tuple(suspend),
        temperature=centre,
        temperature_uncertainty=to_si(temperature_uncertainty, "temperature_difference"),
        balance=balance,
        ray=ray,
        draws=draw_count(assessment, draws),
        in_carbon=float(potassium_in_carbon),
    )


def require_liquid(setup: PathSetup) -> None:
    """Refuse a path on which nothing is liquid at the temperature or at one of its bounds.

    Raises
    ------
    PhysicsError
    """
    t = _around_too(setup)
    absent = np.isnan(setup.system.liquid_extent(t, setup.ray).rich_end)
    if absent.any():
        raise PhysicsError(
            "liquid on the path needs a temperature above that at which the first liquid forms",
            found=f"{t[absent][0]:.2f} K (the temperature, or a bound of it)",
            todo="Raise the temperature, state a smaller temperature_uncertainty, or say allow_solid=True",
        )


def _around_too(setup: PathSetup) -> Array:
    """The temperature and its bounds, K (3)."""
    return np.concatenate(
        [setup.temperature, *around(setup.temperature, setup.temperature_uncertainty, setup.assessment)]
    )


def corner_capacities(setup: PathSetup) -> Array:
    """Charges (C kg-1) at which phases appear or vanish, increasing."""
    corners = setup.balance.capacity_at(setup.system.corners(float(setup.temperature[0]), setup.ray))
    return np.unique(corners[np.isfinite(corners)])


def path_record(
    setup: PathSetup, capacity: Array, *, size: ElectrodeSize | None, volume_rule: VolumeRule
) -> xr.Dataset:
    """Phases, compositions, potentials and volumes at charges.

    Parameters
    ----------
    setup
        The path.
    capacity
        C kg-1 of initial alloy, increasing (point).
    size
        Size of the electrode, for its thickness.
    volume_rule
        See :mod:`alkanode.thermo.anode.volumes`.

    Returns
    -------
    Dataset
        Without kind.
    """
    check_rule(volume_rule)
    assessment, elements = setup.assessment, setup.assessment.elements
    x = setup.ray.at(setup.balance.share(capacity))
    found = setup.system.states(setup.temperature, x)
    mass = x * np.array([element(symbol).molar_mass.value for symbol in elements])
    first = elements[0]
    record = xr.Dataset(
        {
            "mole_fraction": ("point", x[:, 0], {"element": first}),
            "mass_fraction": ("point", mass[:, 0] / mass.sum(axis=1), {"element": first}),
            "element_mole_fraction": (("point", "element"), x),
            "phase_fraction": (("point", "phase"), found.fraction),
            "electrode_potential": ("point", _potential(found, setup)),
        },
        coords={
            "specific_capacity": ("point", capacity),
            "phase": list(found.phases),
            "element": list(elements),
            "bound": ["lower", "upper"],
        },
    )
    mark(record, "element_mole_fraction", "mole_fraction", "Atoms of one element over all atoms in metallic phases")
    _put_potential_intervals(record, setup, x)
    _put_volumes(record, setup, found, size, volume_rule)
    _put_events(record, setup)
    record.attrs.update(
        alloy=setup.alloy.name,
        ion=setup.ion,
        system=assessment.system,
        temperature=float(setup.temperature[0]),
        temperature_uncertainty=setup.temperature_uncertainty,
        potassium_in_carbon=setup.in_carbon,
        draws=setup.draws,
    )
    rest_on(record, assessment, setup.suspended)
    rest_on_densities(record, elements, volume_rule)
    return record


def _potential(found: States, setup: PathSetup) -> Array:
    """V against the pure working metal."""
    charge = FARADAY_CONSTANT * element(setup.assessment.elements[setup.ray.metal]).charge_number
    potential: Array = -found.potential[..., setup.ray.metal] / charge
    return potential + 0.0  # turns -0.0 into 0.0


def _put_potential_intervals(record: xr.Dataset, setup: PathSetup, x: Array) -> None:
    name = "electrode_potential"
    sides = around(setup.temperature, setup.temperature_uncertainty, setup.assessment)
    values = [record[name].to_numpy(), *(_potential(setup.system.states(t, x), setup) for t in sides)]
    record[f"{name}_interval"] = (
        ("point", "bound"),
        np.stack([np.min(values, axis=0), np.max(values, axis=0)], axis=-1),
    )
    mark(record, f"{name}_interval", name, "Range over the temperature uncertainty")
    drawn = draws_of(setup.assessment, setup.draws)
    if drawn is None or len(setup.assessment.elements) > _BINARY:
        return
    t = np.full((setup.draws, 1), setup.temperature[0])
    found = setup.system.states(t, x[None], {key: value[:, None] for key, value in drawn.items()})
    record[f"{name}_assessment_interval"] = (("point", "bound"), interval_95(_potential(found, setup)))
    mark(record, f"{name}_assessment_interval", name, "95 % over the parameters of the assessment")


def _put_volumes(
    record: xr.Dataset, setup: PathSetup, found: States, size: ElectrodeSize | None, rule: VolumeRule
) -> None:
    capacity = record["specific_capacity"].to_numpy()
    per_atom = np.nan_to_num(
        molar_volumes(found.composition, found.phases, setup.assessment.elements, rule, float(setup.temperature[0]))
    )
    per_mass = setup.balance.atoms(capacity)[:, None] * found.fraction * per_atom / setup.alloy.composition.molar_mass
    record["specific_volume"] = (("point", "phase"), per_mass)
    mark(record, "specific_volume", "specific_volume", "Volume of one phase over the initial mass of alloy")
    if size is None:
        return
    per_area, start = areal_mass(setup, size, rule), _initial_volume(setup, rule)
    thickness = per_area * per_mass.sum(axis=1)
    record["thickness"] = ("point", thickness)
    record["thickness_change"] = ("point", thickness - per_area * start)
    record.coords["areal_capacity"] = ("point", capacity * per_area)


def areal_mass(setup: PathSetup, size: ElectrodeSize, rule: VolumeRule) -> float:
    """Mass of the initial alloy over area, kg m-2."""
    return size.areal_mass(1 / _initial_volume(setup, rule))


def _initial_volume(setup: PathSetup, rule: VolumeRule) -> float:
    """m3 kg-1 of the metallic phases at the start."""
    found = setup.system.states(setup.temperature, setup.ray.at(setup.balance.share(np.zeros(1))))
    per_atom = np.nan_to_num(
        molar_volumes(found.composition, found.phases, setup.assessment.elements, rule, float(setup.temperature[0]))
    )
    atoms = setup.balance.atoms(np.zeros(1))[0] / setup.alloy.composition.molar_mass
    return float((found.fraction * per_atom).sum() * atoms)


def _put_events(record: xr.Dataset, setup: PathSetup) -> None:
    values = path_events(setup, setup.system.liquid_extent(_around_too(setup), setup.ray))
    drawn = draws_of(setup.assessment, setup.draws)
    spread = None if drawn is None else _drawn_events(setup, drawn)
    for name, value in values.items():
        record[name] = value[0]
        record[f"{name}_interval"] = ("bound", np.array([value.min(), value.max()]))
        mark(record, f"{name}_interval", "specific_capacity", "Range over the temperature uncertainty")
        if spread is not None:
            record[f"{name}_assessment_interval"] = ("bound", interval_95(spread[name]))
            mark(
                record,
                f"{name}_assessment_interval",
                "specific_capacity",
                "95 % over the parameters of the assessment",
            )
    for name, meaning in EVENTS.items():
        mark(record, name, "specific_capacity", meaning)


def _drawn_events(setup: PathSetup, drawn: Parameters) -> dict[str, Array]:
    t = np.full(setup.draws, setup.temperature[0])
    events = path_events(setup, setup.system.liquid_extent(t, setup.ray, drawn))
    for name, samples in events.items():
        warn_of_missing(samples, name.replace("_", " "), stacklevel=5)
    return events


def path_events(setup: PathSetup, extent: LiquidExtent) -> dict[str, Array]:
    """Charges of :data:`EVENTS`, each shaped like the temperatures of ``extent``."""
    shares = (extent.lean_end, extent.lean, extent.rich, extent.rich_end)
    order = shares if setup.direction == "plate" else shares[::-1]
    return {name: setup.balance.capacity_at(share) for name, share in zip(EVENTS, order, strict=True)}
