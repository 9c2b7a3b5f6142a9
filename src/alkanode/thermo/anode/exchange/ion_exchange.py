"""Exchange of metals between an alloy and the ions of an electrolyte: P+ + D(alloy) = P(alloy) + D+.

A Na-K alloy in an electrolyte of Na+ gives K+ to it and takes Na, until both metals have the same potential. How far that goes
follows from the standard potentials, the alloy's own potentials, and how many ions there are for each atom. How fast it goes
does not follow from thermodynamics.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate, Trust, add_sources
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, Composition
from alkanode.thermo.anode.electrolytes.electrolyte import Electrolyte
from alkanode.thermo.anode.electrolytes.reading import load_electrolyte
from alkanode.thermo.anode.equilibria.alloys import alloy_states
from alkanode.thermo.anode.equilibria.system import assessment_of
from alkanode.thermo.anode.exchange.exchange_balance import ExchangeBalance
from alkanode.thermo.anode.uncertainty.assessment_spread import DRAWS, draws_of, interval_95
from alkanode.thermo.anode.uncertainty.temperature_spread import one_temperature
from alkanode.thermo.anode.uncertainty.weakest_trust import lower_trust
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.binary.suspension import phase_names
from alkanode.thermo.conditions import Array, as_alloy
from alkanode.thermo.provenance import mark, rest_on

_SCALARS = {
    "equilibrium_extent": ("extent", "Extent at which both metals have the same potential"),
    "largest_extent": ("extent", "Extent at which the ion of one metal, or the other metal, is used up"),
    "equilibrium_constant": ("ion_activity", "Of the exchange, from the standard potentials"),
    "balance_activity_ratio": ("ion_activity", "a(dissolved ion)/a(plated ion) that balances the initial alloy"),
}

_FEWEST = 1e-9
_DENSEST = 1e5


def ion_exchange(
    alloy: Alloy | Composition | str,
    electrolyte: str | Electrolyte,
    *,
    ions: Mapping[str, QuantityLike],
    electrolyte_volume: QuantityLike,
    mass: QuantityLike,
    metals: tuple[str, str] | None = None,
    activity_coefficient: float = 1.0,
    temperature: QuantityLike = "25 degC",
    points: int = 200,
    draws: int = DRAWS,
    seed: int = 0,
    system: str | Assessment | None = None,
    suspend: tuple[str, ...] = (),
) -> xr.Dataset:
    """Exchange of two metals between an alloy and an electrolyte, along its extent and to its equilibrium.

    Parameters
    ----------
    alloy
        An alloy, a composition, or a name such as ``"Na50K50"``.
    electrolyte
        Name of a shipped one, or an :class:`Electrolyte`; it must know the standard potentials of both metals.
    ions
        Concentration at the start by ion, mol m-3 or text such as ``"1 mol L-1"``: the cations of the two metals (0 where one
        is not named), and anions whose salt with one of them may precipitate, for example
        ``{"Na+": "1 mol L-1", "ClO4-": "1 mol L-1"}``. Anions that are not named stay in solution.
    electrolyte_volume, mass
        Volume of the electrolyte (m3 or text) and mass of the alloy (kg or text): they decide which of the two is used up.
    metals
        The two metals that exchange, in any order. ``None`` takes those of an alloy of two; an alloy of three needs it.
    activity_coefficient
        Of every ion: activity = coefficient times concentration over 1 mol L-1. The default, 1, is an assumption that is
        named in the label; only products and ratios matter, so that equal coefficients act on a precipitate only.
    temperature
        K or text.
    points
        Evenly spaced extents from 0 to the largest, at least 2; the equilibrium is added.
    draws, seed
        Sets of standard potentials, solubility product and the assessment's parameters behind the intervals, and the seed
        of their random numbers. The default, 200, finds the ends of a 95 % interval to about a sixth of its half width; 0 leaves them out.
    system
        Shipped system or an assessment; ``None`` takes the smallest that holds the metals.
    suspend
        Phases kept out of equilibrium.

    Returns
    -------
    Dataset
        Kind ``ion_exchange``. Over ``point``: ``extent`` (moles exchanged per mole of atoms of the initial alloy),
        ``mole_fraction`` (point, element) of the alloy, ``ion_activity`` (point, element), ``driving_potential`` (V,
        positive where the exchange goes on; infinite where an ion or a metal is absent), ``phase_fraction`` (point, phase)
        and ``precipitate`` (moles of salt per mole of atoms).
        Scalars: ``equilibrium_extent``, ``largest_extent``, ``equilibrium_constant`` and ``balance_activity_ratio`` (both as
        a(D+)/a(P+) for unit activities of the metals, and for the initial alloy); all but the largest extent with a 95 %
        ``_interval`` over standard potentials, solubility product and assessment.
        ``attrs["plated"]`` and ``attrs["dissolved"]`` name P and D: the direction in which it runs by itself.

    Raises
    ------
    PhysicsError
        For metals that the alloy or the electrolyte does not hold, ions of other elements, negative amounts, no ion of
        either metal, or salts of both cations.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures of the assessment or of the standard potentials.

    References
    ----------
    :cite:`Koh2024` find this exchange with K and Na+ in carbonates.

    Examples
    --------
    >>> found = ion_exchange(
    ...     "Na50K50", "water", ions={"Na+": "1 mol L-1"}, electrolyte_volume="10 uL", mass="2.8 mg", draws=0
    ... )
    >>> found.attrs["dissolved"], round(found.equilibrium_extent.item() / found.largest_extent.item(), 3)
    ('K', 1.0)
    """
    given, dipped = as_alloy(alloy), load_electrolyte(electrolyte)
    pair = _pair_of(given, metals)
    assessment = assessment_of({*given.composition.elements, *pair}, system)
    _, x, _ = alloy_states(given, assessment)
    t = one_temperature(temperature, assessment, "an exchange")
    if points < 2 or draws < 0:
        raise PhysicsError("2 points or more and 0 draws or more are needed", found=f"{points} points, {draws} draws")
    for symbol in pair:
        if not dipped.carries(symbol):
            raise PhysicsError(
                f"an electrolyte that carries {symbol}+ is needed for an exchange",
                found=f"{dipped.name}: {dipped.description}",
            )
    dipped.warn_outside(t.item(), stacklevel=2)
    moles = to_si(mass, "mass") / given.composition.molar_mass
    volume = to_si(electrolyte_volume, "volume")
    if not (moles > 0 and volume > 0):
        raise PhysicsError("a mass and a volume above 0 are needed", found=f"{moles:g} mol, {volume:g} m3")
    start = _concentrations(ions, dipped, pair)
    share = sum(start.get(f"{symbol}+", 0.0) for symbol in pair) * (volume / moles)
    if not _FEWEST <= share <= 1 / _FEWEST:
        raise PhysicsError(
            f"between {_FEWEST:g} and {1 / _FEWEST:g} ions for each atom of the alloy are needed",
            found=f"{share:.3g}",
            todo="A bare number is SI: volume in m3, mass in kg, concentration in mol m-3",
        )
    balance = ExchangeBalance.start(
        assessment,
        dipped,
        pair,
        x[0],
        start,
        volume / moles,
        t.item(),
        phase_names(suspend),
        _coefficient(activity_coefficient),
    )
    drawn = None
    if draws:
        noise = np.random.default_rng([seed, 1]).standard_normal((2, draws))
        parameters = draws_of(assessment, draws, seed) or {}
        products = None if balance.salt is None else balance.salt.product * balance.salt.factor ** noise[1]
        drawn = balance.samples(balance.standard + balance.spread * noise[0], parameters, products)
    record = _record(balance, points, drawn)
    record.attrs.update(
        alloy=given.name,
        electrolyte=dipped.name,
        plated=balance.plated,
        dissolved=balance.dissolved,
        temperature=t.item(),
        draws=draws,
        salt=balance.salt.salt if balance.salt else "",
    )
    rest_on(record, assessment, phase_names(suspend))
    words = [record.attrs["label"], dipped.label_of(*pair)]
    words.append(
        f"activity coefficients of {activity_coefficient:g} {'assumed' if activity_coefficient == 1 else 'given'}"
    )
    if balance.salt is not None:
        words.append(f"solubility product of {balance.salt.salt} {balance.salt.trust.value}")
    record.attrs["label"] = "; ".join(words)
    weakest = [Trust.ASSUMED] if activity_coefficient == 1 else []
    if balance.salt is not None:
        weakest.append(balance.salt.trust)
    lower_trust(record, [*weakest, *(dipped.of(symbol).trust for symbol in pair)])
    add_sources(record, dipped.sources)
    return label(record, "ion_exchange")


def exchange_estimates(record: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of an exchange.

    Parameters
    ----------
    record
        Result of :func:`ion_exchange`.

    Returns
    -------
    dict
        ``equilibrium_extent``, ``largest_extent``, ``equilibrium_constant`` and ``balance_activity_ratio``, with interval
        and label.
    """
    found = {}
    for name, (quantity, _) in _SCALARS.items():
        interval = None
        words = record.attrs["label"]
        if f"{name}_interval" in record:
            low, high = (float(end) for end in record[f"{name}_interval"].to_numpy())
            interval = (low, high)
            words += "; interval covers standard potentials, solubility product and assessment at 95 %"
        found[name] = Estimate(value=record[name].item(), unit="1", quantity=quantity, interval=interval, label=words)
    return found


def _record(balance: ExchangeBalance, points: int, drawn: dict[str, Array] | None) -> xr.Dataset:
    nominal = balance.samples(np.array([balance.standard]), {})
    shares = np.unique(np.append(np.linspace(0, 1, points), nominal["share"]))
    state = balance.at(shares, 1 - shares)
    record = xr.Dataset(
        {
            "extent": ("point", state.extent),
            "mole_fraction": (("point", "element"), state.composition),
            "ion_activity": (("point", "element"), state.activity),
            "driving_potential": ("point", balance.driving(state, balance.standard)),
            "phase_fraction": (("point", "phase"), state.phase_fraction),
            "precipitate": ("point", state.precipitate),
        },
        coords={
            "element": list(balance.assessment.elements),
            "phase": list(state.phases),
            "bound": ["lower", "upper"],
        },
    )
    record["largest_extent"] = balance.largest
    for name in ("equilibrium_extent", "equilibrium_constant", "balance_activity_ratio"):
        record[name] = nominal[name].item()
        if drawn is not None:
            record[f"{name}_interval"] = ("bound", interval_95(drawn[name]))
            mark(
                record,
                f"{name}_interval",
                _SCALARS[name][0],
                "95 % over standard potentials, solubility product and assessment",
            )
    for name, (quantity, meaning) in _SCALARS.items():
        mark(record, name, quantity, meaning)
    mark(record, "precipitate", "extent", "Moles of solid salt over moles of atoms of the initial alloy")
    return record


def _pair_of(alloy: Alloy, metals: tuple[str, str] | None) -> tuple[str, str]:
    found = tuple(metals) if metals is not None else alloy.composition.elements
    if len(set(found)) != 2 or not set(found) & set(alloy.composition.elements):
        raise PhysicsError(
            "two metals that exchange are needed, at least one of them in the alloy",
            found=", ".join(found),
            todo="Name them: metals=('Na', 'K')",
        )
    return found[0], found[1]


def _coefficient(value: float) -> float:
    if not (np.isfinite(value) and value > 0):
        raise PhysicsError("an activity coefficient above 0 is needed", found=repr(value))
    return float(value)


def _concentrations(
    ions: Mapping[str, QuantityLike], electrolyte: Electrolyte, pair: tuple[str, str]
) -> dict[str, float]:
    """Concentrations (mol m-3) by ion, checked."""
    cations = {f"{symbol}+" for symbol in pair}
    anions = {salt.anion for salt in electrolyte.salts}
    found = {}
    for ion, value in ions.items():
        if ion not in cations | anions:
            raise PhysicsError(
                "concentrations of the two cations, or of anions of a salt that may precipitate, are needed",
                found=repr(ion),
                todo=f"Known: {', '.join(sorted(cations | anions))}",
            )
        found[ion] = to_si(value, "ion_concentration")
        if not 0 <= found[ion] <= _DENSEST:
            raise PhysicsError(
                f"a concentration of {ion} from 0 to {_DENSEST:g} mol m-3 is needed",
                found=f"{found[ion]:g} mol m-3",
                todo="A bare number is in mol m-3; write '1 mol L-1'",
            )
    if not any(found.get(cation, 0.0) > 0 for cation in cations):
        raise PhysicsError(f"ions of {' or '.join(sorted(cations))} are needed for an exchange", found="none")
    return found
