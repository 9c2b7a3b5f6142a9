"""The liquid window: between which compositions an alloy is fully liquid at a temperature, in both bases."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.thermo.anode.equilibria.liquid_bounds import liquid_bounds
from alkanode.thermo.anode.uncertainty.assessment_spread import Draws, draws_of, put_spread, warn_of_missing
from alkanode.thermo.anode.uncertainty.temperature_spread import around, put_range
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.phase_map import PhaseMap, phase_map
from alkanode.thermo.binary.suspension import phase_names
from alkanode.thermo.conditions import Array, TemperatureLike, first_mass_fraction, temperatures
from alkanode.thermo.provenance import rest_on


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
    chart = phase_map(assessment, phase_names(suspend))
    first = assessment.elements[0]
    centre, *sides = (_ends(chart, each) for each in (t, *around(t, temperature_uncertainty, assessment)))
    drawn = draws_of(assessment, draws)
    samples = None if drawn is None else _drawn_ends(chart, t, drawn)
    record = xr.Dataset(coords={"temperature": t, "side": ["lower", "upper"], "bound": ["lower", "upper"]})
    for name, of_second in (("mole_fraction", _first_mole_fraction), ("mass_fraction", first_mass_fraction)):
        variants = [of_second(side, assessment) for side in (centre, *sides)]
        record[name] = (("temperature", "side"), variants[0], {"element": first})
        put_range(record, name, name, variants)
        if samples is not None:
            put_spread(record, name, name, of_second(samples, assessment))
    record.attrs.update(
        system=assessment.system,
        temperature_uncertainty=to_si(temperature_uncertainty, "temperature_difference"),
    )
    rest_on(record, assessment, phase_names(suspend))
    return label(record, "liquid_window")


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
