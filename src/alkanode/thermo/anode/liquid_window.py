"""The liquid window: between which compositions an alloy is fully liquid at a temperature, in both bases."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.thermo.anode.assessment_spread import Draws, draw_count, draws_of, interval_95, warn_of_missing
from alkanode.thermo.anode.liquid_bounds import liquid_bounds
from alkanode.thermo.anode.temperature_spread import around, interval_text
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.phase_map import PhaseMap, phase_map
from alkanode.thermo.conditions import Array, TemperatureLike, first_mass_fraction, temperatures
from alkanode.thermo.provenance import mark, rest_on


def liquid_window(
    system: str | Assessment = "Na-K",
    temperature: TemperatureLike = "25 degC",
    *,
    temperature_uncertainty: QuantityLike = "2 K",
    suspend: tuple[str, ...] = (),
    draws: int | None = None,
) -> xr.Dataset:
    """Compositions between which the alloy is fully liquid.

    Parameters
    ----------
    system
        Shipped system or an assessment.
    temperature
        One or several temperatures: K, text such as ``"25 degC"``, or a sequence. The default is that of the liquid
        range printed in :cite:`Koh2024`; papers say "room temperature" and mean 20 to 25 degC, so state yours.
    temperature_uncertainty
        Half width of the temperature interval. The default, 2 K, is the difference between the two
        temperatures that one paper states for its cells (:cite:`Park2021`).
    suspend
        Phases kept out of equilibrium, for example ``("Na2K",)``.
    draws
        Draws of the assessment's parameters behind every ``_assessment_interval``, default 200; 0 leaves these out.

    Returns
    -------
    Dataset
        Kind ``liquid_window``: ``mole_fraction`` and ``mass_fraction`` **of K** (of the system's first element, attribute
        ``element``) over (temperature, side), ``side`` being ``lower`` (Na-rich liquidus) and ``upper`` (K-rich
        liquidus); the mole fraction of Na is one minus it. ``mole_fraction_interval`` and ``mass_fraction_interval``
        (temperature, side, bound) cover the temperature uncertainty only; ``mole_fraction_assessment_interval`` and
        ``mass_fraction_assessment_interval`` hold 95 % over the assessment's parameters at the stated temperature (absent
        where their uncertainty is not known). A side whose pure element is liquid ends at 0 or 1. Two liquids beside
        each other count as liquid.

    Raises
    ------
    PhysicsError
        Below the eutectic temperature (also for its lower bound), and outside the range of the functions.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.
    DataQualityWarning
        Where more than 5 % of the draws give no window.

    References
    ----------
    :cite:`AlkanodeFit`, fitted to :cite:`Koh2024` and :cite:`Park2021`

    Examples
    --------
    >>> window = liquid_window("Na-K", "25 degC")
    >>> [round(float(w), 2) for w in window.mass_fraction.squeeze()]
    [0.41, 0.91]
    """
    assessment = load_assessment(system)
    t = np.atleast_1d(temperatures(temperature, assessment)).ravel()
    chart = phase_map(assessment, tuple(suspend))
    first = assessment.elements[0]
    centre, *sides = (_ends(chart, each) for each in (t, *around(t, temperature_uncertainty, assessment)))
    drawn = draws_of(assessment, draw_count(assessment, draws))
    samples = None if drawn is None else _drawn_ends(chart, t, drawn)
    record = xr.Dataset(coords={"temperature": t, "side": ["lower", "upper"], "bound": ["lower", "upper"]})
    dims = ("temperature", "side", "bound")
    for name, of_second in (("mole_fraction", _first_mole_fraction), ("mass_fraction", first_mass_fraction)):
        variants = [of_second(side, assessment) for side in (centre, *sides)]
        record[name] = (dims[:2], variants[0], {"element": first})
        interval = np.stack([np.min(variants, axis=0), np.max(variants, axis=0)], axis=-1)
        record[f"{name}_interval"] = (dims, interval)
        mark(record, f"{name}_interval", name, "Range over the temperature uncertainty", element=first)
        if samples is not None:
            within = f"{name}_assessment_interval"
            record[within] = (dims, interval_95(of_second(samples, assessment)))
            mark(record, within, name, "95 % over the parameters of the assessment", element=first)
    record.attrs.update(
        system=assessment.system,
        temperature_uncertainty=to_si(temperature_uncertainty, "temperature_difference"),
    )
    rest_on(record, assessment, tuple(suspend))
    return label(record, "liquid_window")


def window_estimates(window: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of a liquid window at one temperature.

    Parameters
    ----------
    window
        Result of :func:`liquid_window` with one temperature.

    Returns
    -------
    dict
        ``mass_fraction_lower``, ``mass_fraction_upper``, ``mole_fraction_lower``, ``mole_fraction_upper`` (of K), each
        with its interval and what it rests on.

    Raises
    ------
    PhysicsError
        When the record holds several temperatures.
    """
    if window.sizes["temperature"] != 1:
        raise PhysicsError(
            "a liquid window at one temperature is needed",
            found=f"{window.sizes['temperature']} temperatures",
            todo="Choose one: window.isel(temperature=[0])",
        )
    at = window.isel(temperature=0)
    text = f"{window.attrs['label']}; {interval_text(window)}"
    return {
        f"{name}_{side}": Estimate(
            value=float(at[name].sel(side=side)),
            unit="1",
            quantity=name,
            interval=_pair(at[f"{name}_interval"].sel(side=side).to_numpy()),
            label=text + _assessment_text(at.sel(side=side), name),
        )
        for name in ("mass_fraction", "mole_fraction")
        for side in ("lower", "upper")
    }


def _assessment_text(at: xr.Dataset, name: str) -> str:
    if f"{name}_assessment_interval" not in at:
        return ""
    low, high = 100 * at[f"{name}_assessment_interval"].to_numpy()
    unit = "wt%" if name == "mass_fraction" else "at%"
    return f"; the parameters of the assessment alone give {low:.3g} to {high:.3g} {unit} (95 %)"


def _pair(values: Array) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _ends(chart: PhaseMap, temperature: Array) -> Array:
    """Mole fraction of the second element, (temperature, side); the lower side of K is the upper one of Na."""
    bounds = liquid_bounds(chart, temperature)
    return np.stack([bounds.upper, bounds.lower], axis=-1)


def _drawn_ends(chart: PhaseMap, temperature: Array, drawn: Draws) -> Array:
    """As :func:`_ends` for every draw, (draw, temperature, side); NaN where a draw has no liquid."""
    count = len(next(iter(drawn.values())))
    t = np.broadcast_to(temperature, (count, temperature.size)).copy()
    parameters = {name: np.broadcast_to(value[:, None], t.shape) for name, value in drawn.items()}
    bounds = liquid_bounds(chart, t, parameters, may_be_absent=True)
    samples = np.stack([bounds.upper, bounds.lower], axis=-1)
    warn_of_missing(samples, "liquid window", stacklevel=3)
    return samples


def _first_mole_fraction(x: Array, assessment: Assessment) -> Array:
    """Mole fraction of the first element; the assessment is not needed."""
    return 1 - x
