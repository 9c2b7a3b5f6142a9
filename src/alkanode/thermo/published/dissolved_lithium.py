"""Answers on lithium in liquid Na-K: how much dissolves, and the current that a film lets pass."""

from __future__ import annotations

import functools

import numpy as np
import xarray as xr

from alkanode.thermo.anode.lithium_film.film import film_estimates, lithium_film
from alkanode.thermo.anode.lithium_film.solubility import lithium_solubility
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.published.figure import Answer, digits

_POINTS = 41


def largest_solubility(*, draws: int, kelvin: float) -> Answer:
    """Lithium (at%) in the Na-K liquid that takes most of it, inside the liquid window."""
    record = _solubility(kelvin, draws)
    place = int(record.solubility.to_numpy().argmax())
    at = record.isel(composition=place)
    middle = lithium_solubility("K0.68Na0.32", temperature=kelvin, draws=0).solubility.item()
    return Answer(
        value=100 * at.solubility.item(),
        interval=_bounds(at, "solubility_interval"),
        assessment_interval=_bounds(at, "solubility_assessment_interval"),
        label=record.attrs["label"],
        remark=f"at {100 * at.host_mole_fraction.item():.1f} at% Na; {digits(100 * middle)} at% in the eutectic liquid",
        sources=load_assessment("Li-Na-K").sources,
    )


def fall_of_solubility(*, draws: int, kelvin: float) -> Answer:
    """Largest over smallest solubility of lithium inside the liquid window."""
    record = _solubility(kelvin, draws)
    high, low = record.solubility.max().item(), record.solubility.min().item()
    return Answer(
        value=high / low,
        label=record.attrs["label"],
        remark=f"from {digits(100 * high)} to {digits(100 * low)} at% Li",
        sources=load_assessment("Li-Na-K").sources,
    )


def limiting_current(*, draws: int, alloy: str, thickness: str, kelvin: float) -> Answer:
    """Current density (mA cm-2) that diffusion of lithium through a film allows."""
    film = lithium_film(alloy, thickness=thickness, temperature=kelvin, draws=draws)
    estimate = film_estimates(film)["limiting_current_density"]
    at = film.isel(composition=0)
    low, high = estimate.interval or (np.nan, np.nan)
    drawn = _bounds(at, "limiting_current_density_assessment_interval", 0.1)
    rounder = lithium_film(alloy, thickness=thickness, temperature=kelvin, diffusivity="5e-5 cm2 s-1", draws=0)
    return Answer(
        value=at.limiting_current_density.item() / 10,
        interval=_bounds(at, "limiting_current_density_interval", 0.1),
        assessment_interval=drawn,
        label=film.attrs["label"],
        remark=f"with all uncertainties {digits(low / 10)} to {digits(high / 10)}, most of it the diffusion coefficient; "
        f"{digits(rounder.limiting_current_density.item() / 10)} with 5e-5 cm2 s-1",
        sources=load_assessment("Li-Na-K").sources,
    )


@functools.cache
def _solubility(kelvin: float, draws: int) -> xr.Dataset:
    return lithium_solubility(temperature=kelvin, draws=draws, points=_POINTS)


def _bounds(at: xr.Dataset, name: str, factor: float = 100.0) -> tuple[float, float]:
    if name not in at:
        return (np.nan, np.nan)
    low, high = (factor * float(bound) for bound in at[name])
    return low, high


QUESTIONS = {
    "largest solubility of lithium": largest_solubility,
    "fall of the solubility": fall_of_solubility,
    "limiting current": limiting_current,
}
