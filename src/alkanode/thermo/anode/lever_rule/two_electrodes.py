"""The lever rule for the two electrodes of a cell: what a charge that moves between them does to their phases.

A symmetric cell starts with the same alloy on both sides. After a charge one electrode is enriched in the working metal and
the other is depleted; how much liquid each then holds follows from the tie line, and from how many moles there were.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, Composition, working_metal
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.materials.elements import element
from alkanode.thermo.anode.equilibria.potentials import against_pure_metal
from alkanode.thermo.anode.equilibria.states import EquilibriumSystem, drawn_states
from alkanode.thermo.anode.equilibria.system import assessment_of, equilibrium_system
from alkanode.thermo.anode.sizes.electrode_size import ElectrodeSize
from alkanode.thermo.anode.sizes.phase_volumes import (
    VolumeRule,
    alloy_density,
    check_rule,
    phase_volumes,
    rest_on_densities,
)
from alkanode.thermo.anode.uncertainty.assessment_spread import draw_count, draws_of, put_spread, warn_of_missing
from alkanode.thermo.anode.uncertainty.temperature_spread import around, one_temperature, put_range
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.binary.suspension import phase_names
from alkanode.thermo.conditions import Array, as_alloy
from alkanode.thermo.provenance import mark, rest_on

ELECTRODES = ("initial", "enriched", "depleted")
"""Electrodes of a lever rule: both at the start, the one that gained the working metal, the one that lost it."""


def lever_rule(
    alloy: Alloy | Composition | str,
    *,
    areal_capacity: QuantityLike,
    ion: str = "K+",
    temperature: QuantityLike = "25 degC",
    temperature_uncertainty: QuantityLike = "2 K",
    volume: QuantityLike | None = None,
    mass: QuantityLike | None = None,
    thickness: QuantityLike | None = None,
    area: QuantityLike | None = None,
    diameter: QuantityLike | None = None,
    volume_rule: VolumeRule = "solid metals",
    system: str | Assessment | None = None,
    suspend: tuple[str, ...] = (),
    draws: int | None = None,
) -> xr.Dataset:
    """Phases of both electrodes of a symmetric cell after a charge has moved between them.

    Parameters
    ----------
    alloy
        Alloy of both electrodes at the start.
    areal_capacity
        Charge over area that moved, C m-2 or text such as ``"3 mAh cm-2"``.
    ion
        Working ion. The default, ``"K+"``, is that of the semi-solid electrodes of :cite:`Park2021`.
    temperature
        K or text. It decides: the same electrode is 2.4 % liquid at 21 degC and 3.2 % at 22 degC.
    temperature_uncertainty
        Half width of the temperature interval, 2 K as for :func:`alkanode.thermo.stripping_path`.
    volume, mass, thickness
        Size of one electrode at the start, one of them: m3, kg, m, or text such as ``"10 uL"``.
    area, diameter
        m2 or m, of the contact; at most one. A ``thickness`` needs neither, but then masses and volumes are NaN.
    volume_rule, system, suspend, draws
        As :func:`alkanode.thermo.stripping_path`. The default rule is also how :cite:`Park2021` counts moles.

    Returns
    -------
    Dataset
        Kind ``electrode_inventory``, over ``electrode`` (``initial``, ``enriched``, ``depleted``):
        ``mole_fraction`` (electrode, element), ``phase_fraction`` (electrode, phase; moles of atoms),
        ``phase_mole_fraction`` (electrode, phase, element; NaN where a phase is absent), ``liquid_fraction`` with
        ``_interval`` over the temperature uncertainty and ``_assessment_interval`` (95 % over the assessment's parameters;
        NaN where these are not known), ``amount`` (mol), ``mass`` (kg), ``volume`` (m3), ``thickness`` (m),
        ``electrode_potential`` (V against the pure working metal). ``attrs["moved_share"]``: moles moved over moles of
        atoms at the start.

    Raises
    ------
    PhysicsError
        When the depleted electrode holds less of the metal than has to leave it, for a missing or doubled size, and as
        :func:`alkanode.thermo.stripping_path`.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.
    DataQualityWarning
        Where more than 5 % of the draws have no answer.

    Notes
    -----
    Moles moved per area are q/F. With r of them per mole of atoms the share of each other metal becomes x/(1 + r) in the
    enriched and x/(1 - r) in the depleted electrode, and the liquid is (x - x_S)/(x_L - x_S) on the tie line.

    References
    ----------
    :cite:`Park2021`, :cite:`AlkanodeFit`

    Examples
    --------
    >>> cell = lever_rule(
    ...     "K0.95Na0.05", areal_capacity="3 mAh cm-2", volume="10 uL", diameter="7.14 mm", temperature="21 degC"
    ... )
    >>> [round(100 * float(share)) for share in cell.liquid_fraction]
    [9, 2, 20]
    """
    given = as_alloy(alloy)
    check_rule(volume_rule)
    metal = working_metal(ion)
    assessment = assessment_of({*given.composition.elements, metal}, system)
    centre = one_temperature(temperature, assessment, "a lever rule")
    count = draw_count(assessment, draws)
    charge = to_si(areal_capacity, "areal_capacity")
    if charge < 0:
        raise PhysicsError("an areal capacity of 0 or more is needed", found=repr(areal_capacity))
    size = ElectrodeSize(mass=mass, volume=volume, thickness=thickness, area=area, diameter=diameter)
    states = equilibrium_system(assessment, phase_names(suspend))
    start = np.array([given.composition.mole_fraction(symbol) for symbol in assessment.elements])
    density = alloy_density(given, states, centre, volume_rule)
    atoms = size.areal_mass(density) / given.composition.molar_mass  # mol m-2
    moved = charge / (FARADAY_CONSTANT * element(metal).charge_number) / atoms
    moles = _moles(start, assessment.elements.index(metal), moved, given, ion)
    x = moles / moles.sum(axis=1, keepdims=True)
    found = states.states(centre, x)
    area_value = size.area_value()
    surface = np.nan if area_value is None else area_value
    amount = atoms * moles.sum(axis=1)
    weights = np.array([element(symbol).molar_mass.value for symbol in assessment.elements])
    height = amount * phase_volumes(found, assessment.elements, volume_rule, float(centre[0])).sum(axis=-1)
    record = xr.Dataset(
        {
            "mole_fraction": (("electrode", "element"), x),
            "phase_fraction": (("electrode", "phase"), found.fraction),
            "phase_mole_fraction": (("electrode", "phase", "element"), found.composition),
            "liquid_fraction": ("electrode", found.liquid),
            "amount": ("electrode", amount * surface),
            "mass": ("electrode", amount * (x @ weights) * surface),
            "volume": ("electrode", height * surface),
            "thickness": ("electrode", height),
            "electrode_potential": (
                "electrode",
                against_pure_metal(found.potential[:, assessment.elements.index(metal)]),
            ),
        },
        coords={
            "electrode": list(ELECTRODES),
            "element": list(assessment.elements),
            "phase": list(found.phases),
            "bound": ["lower", "upper"],
        },
    )
    mark(record, "phase_mole_fraction", "mole_fraction", "Atoms of one element over all atoms of a phase")
    _put_intervals(record, states, assessment, centre, x, temperature_uncertainty, count)
    record.attrs.update(
        alloy=given.name,
        ion=ion,
        system=assessment.system,
        temperature=float(centre[0]),
        temperature_uncertainty=to_si(temperature_uncertainty, "temperature_difference"),
        areal_capacity=charge,
        moved_share=moved,
        density=density,
        draws=count,
    )
    rest_on(record, assessment, phase_names(suspend))
    rest_on_densities(record, assessment.elements, volume_rule)
    if mass is None:
        record.attrs["label"] += (
            f"; moles from the {'thickness' if volume is None else 'volume'}, {record.attrs['volume_label']}"
        )
    return label(record, "electrode_inventory")


def _moles(start: Array, metal: int, moved: float, alloy: Alloy, ion: str) -> Array:
    """Moles of the elements in each electrode (electrode, element), per mole of atoms at the start."""
    moles: Array = np.tile(start, (len(ELECTRODES), 1))
    moles[1, metal] += moved
    moles[2, metal] -= moved
    if moles[2, metal] < 0 or moles[2].sum() <= 0:
        raise PhysicsError(
            f"an electrode that holds the metal of {ion} which leaves it is needed",
            found=f"{alloy.name} with {start[metal]:.4g} mol per mole of atoms, of which {moved:.4g} would leave",
            todo="Move less charge, or use a larger electrode",
        )
    return moles


def _put_intervals(
    record: xr.Dataset,
    states: EquilibriumSystem,
    assessment: Assessment,
    temperature: Array,
    x: Array,
    uncertainty: QuantityLike,
    draws: int,
) -> None:
    name = "liquid_fraction"
    sides = [states.states(t, x).liquid for t in around(temperature, uncertainty, assessment)]
    put_range(record, name, name, [record[name].to_numpy(), *sides])
    drawn = draws_of(assessment, draws)
    samples = np.full((1, len(ELECTRODES)), np.nan)
    if drawn is not None:
        samples = drawn_states(states, temperature[0], x, drawn).liquid
        warn_of_missing(samples, "amount of liquid", stacklevel=3)
    put_spread(record, name, name, samples)
