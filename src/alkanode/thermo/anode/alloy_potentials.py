"""Potentials of all metals of an alloy: each against its own pure metal, and together in an electrolyte.

Without an electrolyte the metals have different zeros, and nothing orders them. An electrolyte adds the standard potentials
and the activities of its ions; then the metal of the lower potential is the one that is oxidised first.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.thermo.anode.alloy_states import AlloysLike, alloy_states
from alkanode.thermo.anode.assessment_spread import DRAWS, interval_95, warn_of_missing
from alkanode.thermo.anode.electrolytes.electrolyte import Electrolyte
from alkanode.thermo.anode.electrolytes.reading import load_electrolyte
from alkanode.thermo.anode.equilibrium_potentials import equilibrium_potentials, potential_draws
from alkanode.thermo.anode.in_electrolyte import dip
from alkanode.thermo.anode.temperature_spread import around
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.conditions import Array, temperatures
from alkanode.thermo.provenance import mark, rest_on


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
    centre = np.atleast_1d(temperatures(temperature, assessment))
    if centre.shape != (1,) or draws < 0:
        raise PhysicsError(
            "one temperature, and 0 draws or more, are needed", found=f"{centre.size} temperatures, {draws} draws"
        )
    if electrolyte is None and (reference is not None or ion_activity is not None):
        raise PhysicsError(
            "a common reference and activities of ions need an electrolyte",
            found="no electrolyte",
            todo="Name one, or read electrode_potential: each metal against its own pure metal",
        )
    suspended = tuple(suspend)
    own, *sides = (
        equilibrium_potentials(assessment, t, x, suspended)
        for t in (centre, *around(centre, temperature_uncertainty, assessment))
    )
    drawn = potential_draws(assessment, centre.item(), x, suspended, draws)
    over = ("composition", "element")
    record = xr.Dataset(
        {
            "mole_fraction": (over, x),
            "electrode_potential": (over, own),
            "electrode_potential_interval": ((*over, "bound"), _range([own, *sides])),
        },
        coords={"element": list(assessment.elements), "bound": ["lower", "upper"]},
    )
    covered = {"electrode_potential_interval": "Range over the temperature uncertainty"}
    if drawn is not None:
        warn_of_missing(drawn, "potentials", stacklevel=2)
        record["electrode_potential_assessment_interval"] = ((*over, "bound"), interval_95(drawn))
        covered["electrode_potential_assessment_interval"] = "95 % over the parameters of the assessment"
    for name, meaning in covered.items():
        mark(record, name, "electrode_potential", meaning)
    if names:
        record = record.assign_coords(alloy=("composition", np.array(names)))
    record.attrs.update(
        system=assessment.system,
        temperature=centre.item(),
        temperature_uncertainty=to_si(temperature_uncertainty, "temperature_difference"),
        draws=0 if drawn is None else draws,
    )
    rest_on(record, assessment, suspended)
    record.attrs["label_of_alloy"] = record.attrs["label"]
    if electrolyte is not None:
        dipped = load_electrolyte(electrolyte)
        dipped.warn_outside(centre.item(), stacklevel=2)
        dip(record, dipped, reference, ion_activity or {}, drawn)
    return label(record, "alloy_potentials")


def potential_estimates(record: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of the potentials of one alloy.

    Parameters
    ----------
    record
        Result of :func:`alloy_potentials` with one composition.

    Returns
    -------
    dict
        ``electrode_potential_Na`` and so on for every metal present (V against its own pure metal); with an electrolyte also
        ``potential_in_electrolyte_Na`` and so on, and ``oxidation_margin``: how far the potential of the metal that is
        oxidised first (named in the label) lies below the next one.

    Raises
    ------
    PhysicsError
        When the record holds several compositions.
    """
    record = check(record, "alloy_potentials")
    if record.sizes["composition"] != 1:
        raise PhysicsError(
            "potentials of one alloy are needed",
            found=f"{record.sizes['composition']} compositions",
            todo="Choose one: record.isel(composition=[0])",
        )
    at = record.isel(composition=0)
    rests = record.attrs["label"]
    drawn = record.attrs["draws"] > 0
    own = "_assessment_interval" if drawn else "_interval"
    covers = (
        "interval covers the assessment's parameters at 95 %"
        if drawn
        else f"interval covers a temperature uncertainty of {record.attrs['temperature_uncertainty']:g} K only"
    )
    whole = f"interval covers standard potentials{' and assessment' if drawn else ''} at 95 %"
    found = {}
    for name, ending, words in (
        ("electrode_potential", own, f"{record.attrs['label_of_alloy']}; {covers}"),
        ("potential_in_electrolyte", "_interval", f"{rests}; {whole}"),
    ):
        for symbol in map(str, at.element.values) if name in at else ():
            value = at[name].sel(element=symbol).item()
            if np.isfinite(value):
                interval = at[f"{name}{ending}"].sel(element=symbol).to_numpy()
                found[f"{name}_{symbol}"] = _estimate(value, name, interval, words)
    if "oxidised_first" in at and at.oxidised_first.item():
        first = f"{at.oxidised_first.item()} is oxidised first"
        interval = at.oxidation_margin_interval.to_numpy()
        found["oxidation_margin"] = _estimate(
            at.oxidation_margin.item(), "oxidation_margin", interval, f"{first}; {rests}; {whole}"
        )
    return found


def _estimate(value: float, name: str, interval: Array, text: str) -> Estimate:
    low, high = (float(end) for end in interval)
    known = np.isfinite(low) and np.isfinite(high)
    return Estimate(value=value, unit="V", quantity=name, interval=(low, high) if known else None, label=text)


def _range(variants: list[Array]) -> Array:
    interval: Array = np.stack([np.min(variants, axis=0), np.max(variants, axis=0)], axis=-1)
    return interval
