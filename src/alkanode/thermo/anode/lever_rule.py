"""The lever rule for the two electrodes of a cell: what a charge that moves between them does to their phases.

A symmetric cell starts with the same alloy on both sides. After a charge one electrode is enriched in the working metal and
the other is depleted; how much liquid each then holds follows from the tie line, and from how many moles there were.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, Composition, working_metal
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.materials.elements import element
from alkanode.thermo.anode.assessment_spread import draw_count, draws_of, interval_95, warn_of_missing
from alkanode.thermo.anode.equilibrium_states import assessment_of, equilibrium_system
from alkanode.thermo.anode.states import EquilibriumSystem
from alkanode.thermo.anode.temperature_spread import around, interval_text
from alkanode.thermo.anode.volumes import ElectrodeSize, VolumeRule, check_rule, molar_volumes, rest_on_densities
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array, as_alloy, temperatures
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
    centre = np.atleast_1d(temperatures(temperature, assessment))
    if centre.shape != (1,):
        raise PhysicsError("a lever rule has one temperature", found=f"{centre.size} temperatures")
    count = draw_count(assessment, draws)
    charge = to_si(areal_capacity, "areal_capacity")
    if charge < 0:
        raise PhysicsError("an areal capacity of 0 or more is needed", found=repr(areal_capacity))
    size = ElectrodeSize(mass=mass, volume=volume, thickness=thickness, area=area, diameter=diameter)
    states = equilibrium_system(assessment, tuple(suspend))
    start = np.array([given.composition.mole_fraction(symbol) for symbol in assessment.elements])
    at_start = states.states(centre, start[None])
    per_mole = float(
        _mixture(
            at_start.fraction,
            molar_volumes(at_start.composition, at_start.phases, assessment.elements, volume_rule, float(centre[0])),
        )[0]
    )
    density = given.composition.molar_mass / per_mole
    atoms = size.areal_mass(density) / given.composition.molar_mass  # mol m-2
    moved = charge / (FARADAY_CONSTANT * element(metal).charge_number) / atoms
    moles = _moles(start, assessment.elements.index(metal), moved, given, ion)
    x = moles / moles.sum(axis=1, keepdims=True)
    found = states.states(centre, x)
    volumes = molar_volumes(found.composition, found.phases, assessment.elements, volume_rule, float(centre[0]))
    area_value = size.area_value()
    surface = np.nan if area_value is None else area_value
    amount = atoms * moles.sum(axis=1)
    weights = np.array([element(symbol).molar_mass.value for symbol in assessment.elements])
    height = amount * _mixture(found.fraction, volumes)
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
                0.0
                - found.potential[:, assessment.elements.index(metal)]
                / (FARADAY_CONSTANT * element(metal).charge_number),
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
    rest_on(record, assessment, tuple(suspend))
    rest_on_densities(record, assessment.elements, volume_rule)
    return label(record, "electrode_inventory")


def lever_rule_estimates(record: xr.Dataset) -> dict[str, Estimate]:
    """Liquid fractions of both electrodes as headline numbers.

    Parameters
    ----------
    record
        Result of :func:`lever_rule`.

    Returns
    -------
    dict
        ``liquid_fraction_initial``, ``liquid_fraction_enriched``, ``liquid_fraction_depleted``: mole fraction of atoms in
        the liquid, with the interval over the temperature uncertainty; the label gives that over the assessment.
    """
    record = check(record, "electrode_inventory")
    estimates = {}
    for name in ELECTRODES:
        at = record.sel(electrode=name)
        low, high = (float(bound) for bound in at["liquid_fraction_interval"])
        text = f"{record.attrs['label']}; {interval_text(record)}"
        least, most = (100 * float(bound) for bound in at["liquid_fraction_assessment_interval"])
        if np.isfinite(least):
            text += f"; the parameters of the assessment alone give {least:.3g} to {most:.3g} % (95 %)"
        estimates[f"liquid_fraction_{name}"] = Estimate(
            value=float(at["liquid_fraction"]),
            unit="1",
            quantity="liquid_fraction",
            interval=(low, high),
            label=text,
        )
    return estimates


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


def _mixture(fraction: Array, volumes: Array) -> Array:
    """Volume per mole of atoms of all phases together, m3 mol-1, from amounts and molar volumes (..., phase)."""
    total: Array = (fraction * np.nan_to_num(volumes)).sum(axis=-1)
    return total


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
    around_it = [states.states(t, x).liquid for t in around(temperature, uncertainty, assessment)]
    values = [record[name].to_numpy(), *around_it]
    record[f"{name}_interval"] = (
        ("electrode", "bound"),
        np.stack([np.min(values, axis=0), np.max(values, axis=0)], axis=-1),
    )
    mark(record, f"{name}_interval", name, "Range over the temperature uncertainty")
    drawn = draws_of(assessment, draws)
    bounds: Array = np.full((len(ELECTRODES), 2), np.nan)
    if drawn is not None:
        t = np.full((draws, 1), temperature[0])
        parameters = {key: value[:, None] for key, value in drawn.items()}
        samples = states.states(t, np.broadcast_to(x, (draws, *x.shape)), parameters).liquid
        warn_of_missing(samples, "amount of liquid", stacklevel=3)
        bounds = interval_95(samples)
    record[f"{name}_assessment_interval"] = (("electrode", "bound"), bounds)
    mark(record, f"{name}_assessment_interval", name, "95 % over the parameters of the assessment")
