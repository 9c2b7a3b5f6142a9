"""The path of an electrode along the charge axis: one engine for stripping and plating, of any alkali metal, any alloy.

Adding or taking one metal moves the overall composition along a ray that starts in the pure metal's corner. Everything
that happens on the way is known from the ray: the phases at each of its points, where they change, where the liquid
begins and ends. A mass balance turns its shares of the metal into charge.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.materials.elements import element
from alkanode.thermo.anode.equilibria.potentials import against_pure_metal
from alkanode.thermo.anode.equilibria.states import States, drawn_states
from alkanode.thermo.anode.paths.path_events import put_events
from alkanode.thermo.anode.paths.path_setup import PathSetup
from alkanode.thermo.anode.sizes.electrode_size import ElectrodeSize
from alkanode.thermo.anode.sizes.phase_volumes import (
    VolumeRule,
    alloy_density,
    check_rule,
    phase_volumes,
    rest_on_densities,
)
from alkanode.thermo.anode.uncertainty.assessment_spread import draws_of, put_spread
from alkanode.thermo.anode.uncertainty.temperature_spread import around, put_range
from alkanode.thermo.conditions import Array
from alkanode.thermo.provenance import mark, rest_on

_BINARY = 2


def path_record(
    setup: PathSetup, capacity: Array, *, size: ElectrodeSize | None, volume_rule: VolumeRule
) -> xr.Dataset:
    """Phases, compositions, potentials and volumes at charges.

    Parameters
    ----------
    setup
        The path.
    capacity
        C kg-1 of initial alloy, increasing from 0 (point).
    size
        Size of the electrode, for its thickness.
    volume_rule
        See :mod:`alkanode.thermo.anode.sizes.phase_volumes`.

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
    put_events(record, setup)
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
    return against_pure_metal(found.potential[..., setup.ray.metal])


def _put_potential_intervals(record: xr.Dataset, setup: PathSetup, x: Array) -> None:
    name = "electrode_potential"
    sides = around(setup.temperature, setup.temperature_uncertainty, setup.assessment)
    put_range(
        record, name, name, [record[name].to_numpy(), *(_potential(setup.system.states(t, x), setup) for t in sides)]
    )
    drawn = draws_of(setup.assessment, setup.draws)
    if drawn is None or len(setup.assessment.elements) > _BINARY:
        return
    put_spread(record, name, name, _potential(drawn_states(setup.system, setup.temperature[0], x, drawn), setup))


def _put_volumes(
    record: xr.Dataset, setup: PathSetup, found: States, size: ElectrodeSize | None, rule: VolumeRule
) -> None:
    capacity = record["specific_capacity"].to_numpy()
    per_atom = phase_volumes(found, setup.assessment.elements, rule, float(setup.temperature[0]))
    per_mass = setup.balance.atoms(capacity)[:, None] * per_atom / setup.alloy.composition.molar_mass
    record["specific_volume"] = (("point", "phase"), per_mass)
    mark(record, "specific_volume", "specific_volume", "Volume of one phase over the initial mass of alloy")
    if size is None:
        return
    per_area = areal_mass(setup, size, rule)
    thickness = per_area * per_mass.sum(axis=1)
    record["thickness"] = ("point", thickness)
    record["thickness_change"] = ("point", thickness - thickness[0])
    record.coords["areal_capacity"] = ("point", capacity * per_area)


def areal_mass(setup: PathSetup, size: ElectrodeSize, rule: VolumeRule) -> float:
    """Mass of the initial alloy over area, kg m-2."""
    return size.areal_mass(alloy_density(setup.alloy, setup.system, setup.temperature, rule))
