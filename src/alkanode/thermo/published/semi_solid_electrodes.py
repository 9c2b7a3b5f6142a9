"""Answers on the semi-solid K-Na electrodes of Park2021: liquid after half a cycle, forwards and backwards.

The paper prints four liquid fractions, volume, diameter and charge. Forwards, the assessment gives the fractions; backwards, the
fractions give a tie line without any assessment.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import xarray as xr
from scipy.optimize import minimize_scalar

from alkanode.thermo.anode.lever_rule.inversion import invert_lever_rule
from alkanode.thermo.anode.lever_rule.two_electrodes import lever_rule
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.published.figure import Answer
from alkanode.thermo.published.refits import basis, sodium_potassium

Fractions: TypeAlias = Mapping[str, tuple[float, float]]
"""Printed liquid (mol%) in the enriched and in the depleted electrode, by alloy."""

_CHARGE = "3 mAh cm-2"
_VOLUME = "10 uL"
_DIAMETER = "7.14 mm"
_SEARCH = (16.0, 25.0)


def liquid_after(*, draws: int, alloy: str, electrode: str, celsius: float, held_out: str = "") -> Answer:
    """Liquid (mol%) in one electrode after 3 mAh cm-2 of K have moved: 10 uL on 7.14 mm."""
    cell = _cell(alloy, celsius, held_out, draws)
    at = cell.sel(electrode=electrode)
    return Answer(
        value=100 * at.liquid_fraction.item(),
        interval=_percent(at.liquid_fraction_interval),
        assessment_interval=_percent(at.liquid_fraction_assessment_interval),
        label=basis(cell.attrs["label"], held_out),
        sources=load_assessment("Na-K").sources,
    )


def liquid_at_thickness(*, draws: int, alloy: str, electrode: str, celsius: float, thickness: str) -> Answer:
    """Liquid (mol%) in one electrode after 3 mAh cm-2, from a stated thickness in place of the volume."""
    cell = lever_rule(alloy, areal_capacity=_CHARGE, thickness=thickness, temperature=f"{celsius} degC", draws=draws)
    at = cell.sel(electrode=electrode)
    return Answer(
        value=100 * at.liquid_fraction.item(),
        interval=_percent(at.liquid_fraction_interval),
        assessment_interval=_percent(at.liquid_fraction_assessment_interval),
        label=cell.attrs["label"],
        sources=load_assessment("Na-K").sources,
    )


def best_temperature(*, draws: int, fractions: Fractions) -> Answer:
    """Temperature (degC) at which the shipped assessment comes nearest to the four fractions (least squares)."""
    del draws

    def misfit(celsius: float) -> float:
        gaps = [
            100 * _cell(alloy, celsius, "", 0).liquid_fraction.sel(electrode=name).item() - value
            for alloy, pair in fractions.items()
            for name, value in zip(("enriched", "depleted"), pair, strict=True)
        ]
        return math.fsum(gap**2 for gap in gaps)

    found = minimize_scalar(misfit, bounds=_SEARCH, method="bounded", options={"xatol": 1e-3})
    return Answer(
        value=float(found.x),
        label=load_assessment("Na-K").label,
        remark=f"rms misfit there {math.sqrt(found.fun / 4):.2f} mol%",
        sources=load_assessment("Na-K").sources,
    )


def moved_share(*, draws: int, alloy: str) -> Answer:
    """Moles of K moved over moles of atoms, from volume, diameter and charge."""
    del draws
    cell = _cell(alloy, 21.0, "", 0)
    return Answer(
        value=float(cell.attrs["moved_share"]),
        label=cell.attrs["volume_label"],
        sources=load_assessment("Na-K").sources,
    )


def inverted(*, draws: int, alloy: str, fractions: Fractions) -> Answer:
    """Liquid (mole fraction) in the electrode before cycling, on the tie line that the four printed fractions give."""
    del draws
    enriched, depleted = ([pair[place] / 100 for pair in fractions.values()] for place in (0, 1))
    found = invert_lever_rule(list(fractions), enriched=enriched, depleted=depleted)
    at = found.liquid_fraction.isel(alloy=list(fractions).index(alloy)).sel(electrode="initial")
    liquid, solid = (found[f"{name}_mole_fraction"].sel(element="Na").item() for name in ("liquid", "solid"))
    return Answer(
        value=float(at),
        label="four printed fractions and the lever rule; no assessment",
        remark=f"tie line {100 * liquid:.2f} and {100 * solid:.2f} at% Na, moved share {found.moved_share.item():.4f}, "
        f"largest misfit {100 * float(np.abs(found.residual).max()):.2f} mol%",
        sources=("Park2021",),
    )


def initial_liquid(*, draws: int, alloy: str, celsius: float) -> Answer:
    """Liquid (mole fraction) in the electrode before cycling, from the assessment."""
    at = _cell(alloy, celsius, "", draws).sel(electrode="initial")
    low, high = (float(bound) for bound in at.liquid_fraction_interval)
    least, most = (float(bound) for bound in at.liquid_fraction_assessment_interval)
    return Answer(
        value=at.liquid_fraction.item(),
        interval=(low, high),
        assessment_interval=(least, most),
        label=at.attrs["label"],
        sources=load_assessment("Na-K").sources,
    )


@functools.cache
def _cell(alloy: str, celsius: float, held_out: str, draws: int) -> xr.Dataset:
    return lever_rule(
        alloy,
        areal_capacity=_CHARGE,
        volume=_VOLUME,
        diameter=_DIAMETER,
        temperature=f"{celsius} degC",
        system=sodium_potassium(held_out),
        draws=draws,
    )


def _percent(bounds: xr.DataArray) -> tuple[float, float]:
    low, high = (100 * float(bound) for bound in bounds)
    return low, high


QUESTIONS = {
    "liquid after half a cycle": liquid_after,
    "liquid at a thickness": liquid_at_thickness,
    "best temperature": best_temperature,
    "moved share": moved_share,
    "inverted liquid": inverted,
    "initial liquid": initial_liquid,
}
