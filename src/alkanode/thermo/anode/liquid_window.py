"""The liquid window: between which compositions an alloy is fully liquid at a temperature, in both bases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.phase_map import PhaseMap, phase_map
from alkanode.thermo.conditions import Array, TemperatureLike, first_mass_fraction, temperatures
from alkanode.thermo.provenance import mark, rest_on


@dataclass(frozen=True, slots=True)
class LiquidBounds:
    """Ends of the liquid field and of the two-phase fields beside it, mole fractions of the second element.

    Attributes
    ----------
    lower, upper
        Liquidus on the side of the first and of the second element.
    last_below, last_above
        Compositions at which the last liquid is gone beyond ``lower`` and beyond ``upper``.
    """

    lower: Array
    upper: Array
    last_below: Array
    last_above: Array


def liquid_bounds(chart: PhaseMap, temperature: Array) -> LiquidBounds:
    """Ends of the liquid field at temperatures in K (shape n); a side without a solid ends at the pure element.

    Raises
    ------
    PhysicsError
        Where no composition is liquid.
    """
    lines = chart.tie_lines(temperature)
    liquid = lines.branches.index("liquid")
    lower, upper = np.zeros(temperature.shape), np.ones(temperature.shape)
    last_below, last_above = lower.copy(), upper.copy()
    present = lines.first == liquid
    for place in range(len(lines.left)):
        into, out_of = lines.right_branch[place] == liquid, lines.left_branch[place] == liquid
        lower = np.where(into, lines.right[place], lower)
        last_below = np.where(into, lines.left[place], last_below)
        upper = np.where(out_of, lines.left[place], upper)
        last_above = np.where(out_of, lines.right[place], last_above)
        present = present | into | out_of
    if not present.all():
        coldest = min(part.lower for part in chart.ranges if any("liquid" in (f.left, f.right) for f in part.fields))
        raise PhysicsError(
            f"a liquid window needs a temperature above {coldest:.2f} K, where the first liquid forms",
            found=f"{temperature[~present].flat[0]:.2f} K (the temperature, or its lower bound)",
            todo="Raise the temperature, or state a smaller temperature_uncertainty",
        )
    return LiquidBounds(lower, upper, last_below, last_above)


def around(temperature: Array, uncertainty: QuantityLike, assessment: Assessment) -> tuple[Array, Array]:
    """Temperatures below and above by an uncertainty, kept inside the range of the functions.

    Raises
    ------
    PhysicsError
        For a negative uncertainty.
    """
    width = to_si(uncertainty, "temperature_difference")
    if width < 0:
        raise PhysicsError("a temperature uncertainty of 0 K or more is needed", found=f"{width:g} K")
    low, high = assessment.function_range
    return np.clip(temperature - width, low, high), np.clip(temperature + width, low, high)


def liquid_window(
    system: str | Assessment = "Na-K",
    temperature: TemperatureLike = "25 degC",
    *,
    temperature_uncertainty: QuantityLike = "2 K",
    suspend: tuple[str, ...] = (),
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
        Compounds kept out of equilibrium, for example ``("Na2K",)``.

    Returns
    -------
    Dataset
        Kind ``liquid_window``: ``mole_fraction`` and ``mass_fraction`` **of K** (temperature, side), ``side`` being
        ``lower`` (Na-rich liquidus) and ``upper`` (K-rich liquidus); the mole fraction of Na is one minus it.
        ``mole_fraction_interval`` and ``mass_fraction_interval`` (temperature, side, bound) cover the temperature
        uncertainty only, not the error of the assessment. A side whose pure element is liquid ends at 0 or 1.

    Raises
    ------
    PhysicsError
        Below the eutectic temperature (also for its lower bound), and outside the range of the functions.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.

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
    centre, *sides = (_sides(chart, each) for each in (t, *around(t, temperature_uncertainty, assessment)))
    record = xr.Dataset(coords={"temperature": t, "side": ["lower", "upper"], "bound": ["lower", "upper"]})
    first = assessment.elements[0]
    values: Mapping[str, tuple[Array, list[Array]]] = {
        "mole_fraction": (1 - centre, [1 - side for side in (centre, *sides)]),
        "mass_fraction": (
            first_mass_fraction(centre, assessment),
            [first_mass_fraction(side, assessment) for side in (centre, *sides)],
        ),
    }
    for name, (value, variants) in values.items():
        record[name] = (("temperature", "side"), value, {"element": first})
        interval = np.stack([np.min(variants, axis=0), np.max(variants, axis=0)], axis=-1)
        record[f"{name}_interval"] = (("temperature", "side", "bound"), interval)
        mark(record, f"{name}_interval", name, "Range over the temperature uncertainty", element=first)
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
            label=text,
        )
        for name in ("mass_fraction", "mole_fraction")
        for side in ("lower", "upper")
    }


def interval_text(record: xr.Dataset) -> str:
    """What the intervals of a record cover, for people."""
    return f"interval covers a temperature uncertainty of {record.attrs['temperature_uncertainty']:g} K only"


def _pair(values: Array) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _sides(chart: PhaseMap, temperature: Array) -> Array:
    """Mole fraction of the second element, (temperature, side); the lower side of K is the upper one of Na."""
    bounds = liquid_bounds(chart, temperature)
    return np.stack([bounds.upper, bounds.lower], axis=-1)
