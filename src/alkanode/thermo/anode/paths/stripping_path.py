"""What happens to an alloy while one of its metals is stripped: phases, composition and potential over charge.

Stripping Na moves the overall composition towards K at fixed temperature: a Na-rich alloy first loses its solid Na, then
runs through the liquid field, meets the K-rich liquidus (where solid K appears) and loses its last liquid at the solidus.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike
from alkanode.materials import Alloy, Composition
from alkanode.thermo.anode.paths.electrode_path import path_record
from alkanode.thermo.anode.paths.path_estimates import HEADLINES
from alkanode.thermo.anode.paths.path_events import corner_capacities, require_liquid
from alkanode.thermo.anode.paths.path_setup import path_setup
from alkanode.thermo.anode.sizes.electrode_size import ElectrodeSize
from alkanode.thermo.anode.sizes.phase_volumes import VolumeRule
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import as_alloy
from alkanode.thermo.provenance import mark

_FEWEST_POINTS = 2


def stripping_path(
    alloy: Alloy | Composition | str,
    ion: str = "Na+",
    *,
    temperature: QuantityLike = "25 degC",
    temperature_uncertainty: QuantityLike = "2 K",
    potassium_in_carbon: float = 0.0,
    points: int = 400,
    size: ElectrodeSize | None = None,
    volume_rule: VolumeRule = "solid metals",
    system: str | Assessment | None = None,
    suspend: tuple[str, ...] = (),
    allow_solid: bool = False,
    draws: int | None = None,
) -> xr.Dataset:
    """Phases, composition and equilibrium potential of an alloy along the charge axis.

    Parameters
    ----------
    alloy
        An alloy of Li, Na and K, a composition, or a name such as ``"NaK50"``.
    ion
        Working ion, ``"Na+"``, ``"K+"`` or ``"Li+"``: which metal is stripped.
    temperature
        K or text. Near 25 degC the capacity to the liquidus of NaK80 moves by 3 mAh g-1 per kelvin: state it.
    temperature_uncertainty
        Half width of the temperature interval behind every ``_interval``. The default, 2 K, is the
        difference between the two temperatures that one paper states for its cells (:cite:`Park2021`).
    potassium_in_carbon
        Moles of K per mole of atoms of the initial alloy that a carbon support has bound (as KC8) before stripping
        starts; they leave the alloy and take no further part. 0 (the default) is an inert support.
        Not with ``ion="K+"``. See :func:`alkanode.thermo.carbon_uptake`.
    points
        Evenly spaced charges from 0 to the theoretical capacity, at least 2; the exact phase boundaries are added.
    size
        Size of the electrode, for its thickness; none without it.
    volume_rule
        Volumes of phases: ``"solid metals"`` adds the volumes of the pure solid metals by mass in every phase, as
        :cite:`Park2021` does; ``"phases"`` gives the liquid its own density at the temperature.
    system
        Shipped system or an assessment; default the smallest shipped one that has all metals.
    suspend
        Phases kept out of equilibrium, for example ``("Na2K",)``.
    allow_solid
        Whether a path without any liquid is an answer. False (the default) raises there: anodes of this kind are meant to
        be liquid, and a temperature in the wrong unit shows itself here.
    draws
        Draws of the assessment's parameters behind every ``_assessment_interval``; 0 leaves these out. Default 200, and
        40 with three metals.

    Returns
    -------
    Dataset
        Kind ``stripping_path``. Over ``point``: ``specific_capacity`` (C kg-1 of initial alloy), ``mole_fraction`` and
        ``mass_fraction`` of the system's first element (K, where there is any) in all metallic phases together,
        ``element_mole_fraction`` (point, element), ``phase_fraction`` (point, phase; moles of atoms in one phase over
        those still in metallic phases), ``electrode_potential`` (V against the pure metal; infinite at the last point of
        an alloy, where none of the metal is left) with its intervals (that over the assessment for two metals only), ``specific_volume`` (point, phase; m3 kg-1 of
        initial alloy). With ``size`` also ``areal_capacity`` (C m-2), ``thickness`` and ``thickness_change`` (m).
        Scalars (C kg-1): ``capacity_to_first_liquid``, ``capacity_into_liquid``, ``capacity_to_liquidus``,
        ``capacity_to_last_liquid``, each with an ``_interval`` (bound) over the temperature uncertainty and an
        ``_assessment_interval`` (95 % over the assessment's parameters), and ``theoretical_capacity``, which is
        arithmetic. A capacity is NaN where the path has no such event, and infinite for a solid pure
        metal, which stays what it is.

    Raises
    ------
    PhysicsError
        When there is nothing to strip, when carbon binds all of the K or more, for metals outside the system, or where
        nothing is liquid (below the eutectic temperature plus the uncertainty), unless ``allow_solid``.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.
    DataQualityWarning
        Where more than 5 % of the draws have no answer.

    Notes
    -----
    With n moles of the metal and m of the others per mole of initial atoms, the metal's share is
    (n - qM/F)/(n - qM/F + m); amounts follow from the lever rule, E = -mu/F.

    References
    ----------
    :cite:`AlkanodeFit`; the measured counterpart is :cite:`Wu2025`

    Examples
    --------
    >>> path = stripping_path("NaK80", temperature="25 degC")
    >>> round(path.capacity_to_liquidus.item() / 3600, 1)
    143.1
    """
    given = as_alloy(alloy)
    setup = path_setup(
        given,
        ion,
        "strip",
        temperature=temperature,
        temperature_uncertainty=temperature_uncertainty,
        potassium_in_carbon=potassium_in_carbon,
        system=system,
        suspend=suspend,
        draws=draws,
    )
    if points < _FEWEST_POINTS:
        raise PhysicsError(f"at least {_FEWEST_POINTS} points are needed", found=str(points))
    if not allow_solid:
        require_liquid(setup)
    theory = setup.balance.theoretical
    capacity = np.unique(np.concatenate([np.linspace(0, theory, points), corner_capacities(setup)]))
    record = path_record(setup, capacity, size=size, volume_rule=volume_rule)
    record["theoretical_capacity"] = theory
    mark(record, "theoretical_capacity", "specific_capacity", HEADLINES["theoretical_capacity"])
    return label(record, "stripping_path")
