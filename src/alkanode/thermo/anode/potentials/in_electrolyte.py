"""Potentials of an alloy's metals on one scale: standard potentials and activities of an electrolyte added."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.foundation.sources import Trust, add_sources
from alkanode.thermo.anode.electrolytes.electrolyte import HYDROGEN, Electrolyte, SolubilityProduct
from alkanode.thermo.anode.electrolytes.thermal_voltage import thermal_voltage
from alkanode.thermo.anode.uncertainty.assessment_spread import NORMAL_95, interval_95
from alkanode.thermo.anode.uncertainty.weakest_trust import lower_trust
from alkanode.thermo.conditions import Array
from alkanode.thermo.provenance import mark


def activities_of(
    electrolyte: Electrolyte, elements: tuple[str, ...], given: Mapping[str, float]
) -> tuple[dict[str, float], list[SolubilityProduct]]:
    """Activities of the cations of some metals, 1 where none is given, lowered where a salt limits them, and these salts.

    Raises
    ------
    PhysicsError
        For an activity that is not a number above 0, or a name that is neither a cation of a metal nor an anion of a salt.

    Warns
    -----
    DataQualityWarning
        Where a salt lowers an activity.
    """
    cations = {f"{symbol}+": symbol for symbol in elements}
    anions = {salt.anion for salt in electrolyte.salts}
    for ion, value in given.items():
        if ion not in cations and ion not in anions:
            raise PhysicsError(
                f"activities of ions of the alloy, or of anions of a salt known in {electrolyte.name}, are needed",
                found=repr(ion),
                todo=f"Known: {', '.join([*cations, *sorted(anions)])}",
            )
        if not (np.isfinite(value) and value > 0):
            raise PhysicsError(f"an activity of {ion} above 0 is needed", found=repr(value))
    found: dict[str, float] = {}
    acting: list[SolubilityProduct] = []
    for ion, symbol in cations.items():
        cap, salt = electrolyte.cap(ion, given)
        asked = given.get(ion, 1.0)
        found[symbol] = min(asked, cap)
        if salt is not None and asked > cap:
            acting.append(salt)
            warnings.warn(
                f"{salt.salt} limits the activity of {ion} to {cap:.3g} (solubility product {salt.trust.value}), below {asked:g}",
                DataQualityWarning,
                stacklevel=4,
            )
    return found, acting


def dip(
    record: xr.Dataset,
    electrolyte: Electrolyte,
    reference: str | None,
    given: Mapping[str, float],
    draws: Array | None,
) -> None:
    """Add to a record of potentials against the pure metals what an electrolyte knows.

    Parameters
    ----------
    record
        With ``mole_fraction`` and ``electrode_potential`` (composition, element); the fields are written into it.
    electrolyte, reference, given
        As :func:`alkanode.thermo.alloy_potentials`.
    draws
        Potentials against the pure metals (draw, composition, element) over the assessment, or ``None``.
    """
    elements = tuple(str(symbol) for symbol in record.element.values)
    against = reference or ("Na" if "Na" in electrolyte.names else electrolyte.scale)
    other = () if against == HYDROGEN else (against,)
    for symbol in other:
        electrolyte.of(symbol)
    there = (record.mole_fraction > 0).any("composition").to_numpy()
    wanted = [s for s, present in zip(elements, there, strict=True) if present and electrolyte.carries(s)]
    activities, acting = activities_of(electrolyte, tuple(dict.fromkeys((*elements, *other))), given)
    temperature = record.attrs["temperature"]
    thermal = thermal_voltage(temperature)
    standard, spread = np.full(len(elements), np.nan), np.full(len(elements), np.nan)
    for symbol in wanted:
        place = elements.index(symbol)
        standard[place], spread[place] = electrolyte.difference(symbol, against, temperature)
    limited = {salt.cation.removesuffix("+"): float(thermal * np.log(salt.factor)) for salt in acting}
    by_salts = np.array(
        [0.0 if s == against else np.hypot(limited.get(s, 0.0), limited.get(against, 0.0)) for s in elements]
    )
    activity = np.array([activities[symbol] for symbol in elements])
    zero = sum(thermal * np.log(activities[symbol]) for symbol in other)
    shift = standard + thermal * np.log(activity) - zero
    own = record.electrode_potential.to_numpy()
    over = ("composition", "element")
    record["potential_in_electrolyte"] = (over, own + shift)
    ends = None if draws is None else interval_95(draws + shift)
    record["potential_in_electrolyte_interval"] = (
        (*over, "bound"),
        _widened(own + shift, ends, np.hypot(spread, by_salts)),
    )
    record["standard_potential"] = ("element", standard)
    record["standard_potential_uncertainty"] = ("element", spread)
    record["ion_activity"] = ("element", activity)
    meaning = f"95 % over standard potentials{'' if draws is None else ' and assessment'}"
    mark(record, "potential_in_electrolyte_interval", "potential_in_electrolyte", meaning)
    mark(record, "standard_potential_uncertainty", "standard_potential", "Standard uncertainty of the difference")
    _order(record, own + shift, None if draws is None else draws + shift, electrolyte, limited)
    named = tuple(dict.fromkeys((*wanted, *other)))
    words = [record.attrs["label"], electrolyte.label_of(*named)]
    words += [f"{salt.cation} limited by {salt.salt} (solubility product {salt.trust.value})" for salt in acting]
    stated = {*given, *(salt.cation for salt in acting)}
    unstated = [f"{symbol}+" for symbol in named if f"{symbol}+" not in stated]
    if unstated and named != other:  # a metal against itself sees the same ions twice
        words.append(f"activity of {', '.join(unstated)} {Trust.ASSUMED} to be 1")
        lower_trust(record, [Trust.ASSUMED])
    lower_trust(record, [*(electrolyte.of(symbol).trust for symbol in named), *(salt.trust for salt in acting)])
    record.attrs.update(electrolyte=electrolyte.name, reference=against, label="; ".join(words))
    add_sources(record, electrolyte.sources)


def _order(
    record: xr.Dataset, whole: Array, draws: Array | None, electrolyte: Electrolyte, limited: Mapping[str, float]
) -> None:
    """Write which metal is oxidised first and by what margin; ``limited``: uncertainty (V) that salts add to a metal."""
    elements = [str(symbol) for symbol in record.element.values]
    ranked = np.argsort(np.where(np.isfinite(whole), whole, np.inf), axis=-1)
    rows = np.arange(len(whole))
    first, second = ranked[:, 0], ranked[:, 1]
    margin = np.full(len(whole), np.nan)
    known = np.isfinite(whole).sum(axis=-1) > 1
    margin[known] = (whole[rows, second] - whole[rows, first])[known]
    spread = np.full(len(whole), np.nan)
    for row in np.flatnonzero(known):
        pair = elements[second[row]], elements[first[row]]
        by_salts = [limited.get(symbol, 0.0) for symbol in pair]
        spread[row] = np.hypot(
            electrolyte.difference(*pair, record.attrs["temperature"])[1], np.hypot(by_salts[0], by_salts[1])
        )
    ends = None
    if draws is not None:
        with np.errstate(invalid="ignore"):
            ends = interval_95(draws[:, rows, second] - draws[:, rows, first])
    record["oxidised_first"] = ("composition", np.where(known, np.array(elements)[first], ""))
    record["oxidation_margin"] = ("composition", margin)
    record["oxidation_margin_interval"] = (("composition", "bound"), _widened(margin, ends, spread))
    meaning = f"95 % over standard potentials{'' if draws is None else ' and assessment'}"
    mark(record, "oxidation_margin_interval", "oxidation_margin", meaning)


def _widened(value: Array, ends: Array | None, spread: Array) -> Array:
    """95 % interval of a value with a standard uncertainty, beside an interval of another cause: (..., bound)."""
    known = np.isfinite(value)[..., None]
    if ends is None:
        away = np.zeros((*value.shape, 2))
    else:
        away = np.abs(np.where(known, ends, 0.0) - np.where(known, value[..., None], 0.0))
    reach = np.hypot(NORMAL_95 * spread[..., None], away)
    interval: Array = np.stack([value - reach[..., 0], value + reach[..., 1]], axis=-1)
    return interval
