"""Potentials of all metals of an alloy: each against its own pure metal, and together in an electrolyte.

Without an electrolyte the metals have different zeros, and nothing orders them. An electrolyte adds the standard potentials
and the activities of its ions; then the metal of the lower potential is the one that is oxidised first.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.thermo.anode.electrolytes.electrolyte import Electrolyte
from alkanode.thermo.anode.electrolytes.reading import load_electrolyte
from alkanode.thermo.anode.equilibria.alloys import AlloysLike, alloy_states
from alkanode.thermo.anode.equilibria.potentials import equilibrium_potentials, potential_draws
from alkanode.thermo.anode.potentials.in_electrolyte import dip
from alkanode.thermo.anode.uncertainty.assessment_spread import DRAWS, draw_count, put_spread, warn_of_missing
from alkanode.thermo.anode.uncertainty.temperature_spread import around, one_temperature, put_range
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.binary.suspension import phase_names
from alkanode.thermo.provenance import rest_on


def alloy_potentials(
    alloy: AlloysLike,
    electrolyte: str | Electrolyte | None = None,
    *,
    temperature: QuantityLike = "25 degC",
    temperature_uncertainty: QuantityLike = "2 K",
    reference: str | None = None,
    ion_activity: Mapping[str, float] | None = None,
    draws: int = DRAWS,
    system: str | Assessment | None = None,
    suspend: tuple[str, ...] = (),
) -> xr.Dataset:
    """Equilibrium potentials of every metal of an alloy.

    Parameters
    ----------
    alloy
        One alloy or several, by object or name (``"Na50K50"``, ``"NaK50"``); or mole fractions, one-dimensional of the second
        element of a binary system (Na in Na-K), or (composition, element) in the system's order.
    electrolyte
        Name of a shipped one (:func:`electrolyte_names`) or an :class:`Electrolyte` with your own numbers. Without one (the
        default) each metal is known against its own pure metal only.
    temperature
        K or text. The default is that of the potentials in :cite:`Koh2024`.
    temperature_uncertainty
        Half width of the temperature interval behind ``electrode_potential_interval``. The default, 2 K, is the difference
        between the two temperatures that one paper states for its cells (:cite:`Park2021`).
    reference
        With an electrolyte: ``"Na"``, ``"K"`` or ``"Li"``, the pure metal in the *same* electrolyte beside its ions, or
        ``"SHE"`` where the electrolyte's scale is linked to hydrogen. The default, ``None``, is Na where the electrolyte
        knows it, else the zero of its scale.
    ion_activity
        Activity by ion, for example ``{"Na+": 1.0, "K+": 1e-3}``; ions that are not named have 1, the standard state.
        Name an anion too (``{"ClO4-": 1.0}``) and a salt of low solubility limits its cation.
    draws
        Sets of the assessment's parameters behind its intervals. The default, 200, finds the ends of a 95 % interval to about
        a sixth of its half width; 0 leaves the intervals out.
    system
        Shipped system or an assessment; ``None`` takes the smallest that holds the alloys' elements.
    suspend
        Phases kept out of equilibrium.

    Returns
    -------
    Dataset
        Kind ``alloy_potentials`` over (composition, element): ``mole_fraction``; ``electrode_potential`` (V against the pure
        metal of the same element; infinite where it is absent) with its ``_interval`` over the temperature uncertainty and
        its 95 % ``_assessment_interval``.
        With an electrolyte also ``potential_in_electrolyte`` (V against ``attrs["reference"]``; NaN for a metal whose ions
        the electrolyte does not carry) with its 95 % ``_interval`` over standard potentials and assessment; over ``element``
        ``standard_potential`` and ``standard_potential_uncertainty`` (V against the reference, one standard uncertainty)
        and ``ion_activity`` as used; over ``composition`` ``oxidised_first`` (the metal of the lowest potential, ``""`` with
        fewer than two), ``oxidation_margin`` (V to the next one) and its 95 % ``_interval``: where that reaches below 0,
        the order is not certain.

    Raises
    ------
    PhysicsError
        For a composition that is none, a reference without an electrolyte, an unknown ion, an activity that is not above
        0, a metal without a standard potential in the electrolyte, or ``"SHE"`` where the scale has no link to it.

    Warns
    -----
    DataQualityWarning
        Where a salt of low solubility lowers an activity that was given.
    ExtrapolationWarning
        Outside the temperatures of the assessment or of the standard potentials.

    Notes
    -----
    E = E0(M+/M) + (RT/F) ln a(M+) - (mu - mu of the pure metal)/F: a *lower* chemical potential means a *higher* potential.
    A reference metal sees the same ions, so that a metal against itself does not depend on them.

    References
    ----------
    :cite:`AlkanodeFit`; the question is that of :cite:`Koh2024`

    Examples
    --------
    >>> found = alloy_potentials("Na50K50", "water")
    >>> [round(1e3 * float(v), 1) for v in found.electrode_potential.sel(element=["Na", "K"]).squeeze()]
    [4.4, 9.6]
    >>> round(found.potential_in_electrolyte.sel(element="K").item(), 2)
    -0.2
    """
    assessment, x, names = alloy_states(alloy, system)
    centre = one_temperature(temperature, assessment, "potentials of an alloy")
    count = draw_count(assessment, draws)
    if electrolyte is None and (reference is not None or ion_activity is not None):
        raise PhysicsError(
            "a common reference and activities of ions need an electrolyte",
            found="no electrolyte",
            todo="Name one, or read electrode_potential: each metal against its own pure metal",
        )
    suspended = phase_names(suspend)
    own, *sides = (
        equilibrium_potentials(assessment, t, x, suspended)
        for t in (centre, *around(centre, temperature_uncertainty, assessment))
    )
    drawn = potential_draws(assessment, centre.item(), x, suspended, count)
    over = ("composition", "element")
    record = xr.Dataset(
        {
            "mole_fraction": (over, x),
            "electrode_potential": (over, own),
        },
        coords={"element": list(assessment.elements), "bound": ["lower", "upper"]},
    )
    put_range(record, "electrode_potential", "electrode_potential", [own, *sides])
    if drawn is not None:
        warn_of_missing(drawn, "potentials", stacklevel=2)
        put_spread(record, "electrode_potential", "electrode_potential", drawn)
    if names:
        record = record.assign_coords(alloy=("composition", np.array(names)))
    record.attrs.update(
        system=assessment.system,
        temperature=centre.item(),
        temperature_uncertainty=to_si(temperature_uncertainty, "temperature_difference"),
        draws=count,
    )
    rest_on(record, assessment, suspended)
    record.attrs["label_of_alloy"] = record.attrs["label"]
    if electrolyte is not None:
        dipped = load_electrolyte(electrolyte)
        dipped.warn_outside(centre.item(), stacklevel=2)
        dip(record, dipped, reference, ion_activity or {}, drawn)
    return label(record, "alloy_potentials")
