"""Figures of Park2021 beside the flaw models, the lever rule and the film's limiting current; failures included."""

from __future__ import annotations

import xarray as xr

from alkanode.cell_models.flaws.limits import flaw_limits
from alkanode.cell_models.parameters import ParameterSet, load_parameters
from alkanode.cell_models.printed import PrintedRow, figures_and_model, verdict_of
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import film_estimates, lever_rule, lithium_film

_THICKNESSES = (
    ("S004-158", "Li", 5.4e4, 7.5),
    ("S004-163", "Na", 1.08e5, 27.4),
    ("S004-164", "K", 1.08e5, 51.5),
    ("S004-171", "Li", 9.0e3, 1.25),
    ("S004-172", "Li", 1.08e5, 15.0),
)
_LIQUIDS = (
    ("S004-059", "K0.95Na0.05", "enriched", 3.8),
    ("S004-085", "K0.95Na0.05", "depleted", 20.0),
    ("S004-062", "K0.90Na0.10", "enriched", 38.0),
    ("S004-087", "K0.90Na0.10", "depleted", 70.0),
)
_MISSING = (
    (
        "S004-064",
        "largest critical current density, K0.90Na0.10",
        20.0,
        "no law for a paste of solid and liquid: its yield stress is not known",
    ),
    (
        "S004-067",
        "critical current density of K0.95Na0.05 over that of K",
        4.0,
        "as above; with the largest of 8 mA cm-2 the mean of K is below 2",
    ),
    (
        "S004-083",
        "critical current density with a Na-K film over that without",
        2.0,
        "the film's limiting current bounds it, nothing here computes it",
    ),
    (
        "S004-093",
        "current density above which Li cells fail open",
        1.0,
        "growth of voids: no law with constants for Li on LLZTO could be read",
    ),
)


def flaw_comparison(parameters: str | ParameterSet = "Park2021") -> xr.Dataset:
    """Printed figures of the paper beside the models.

    Parameters
    ----------
    parameters
        Parameter set.

    Returns
    -------
    Dataset
        Kind ``figures_and_model``. Ratios of critical current densities are those of plastic extrusion, with the baseline 1 (no
        dependence on the metal). The four liquid fractions helped to make the shipped assessment: calibrated.

    References
    ----------
    :cite:`Park2021`
    """
    given = load_parameters(parameters)
    limits = flaw_limits(flaw_lengths=[given["Flaw length"].at()], parameters=given)
    rows = [_thickness(*row, limits) for row in _THICKNESSES]
    rows += [_liquid(given, *row) for row in _LIQUIDS]
    rows += _currents(given, limits)
    rows.append(_film(given))
    rows += [
        PrintedRow(
            figure=figure,
            quantity=quantity,
            published=published,
            unit="1" if published in (2.0, 4.0) else "mA cm-2",
            status="missing",
            verdict="cannot say",
            reason=reason,
        )
        for figure, quantity, published, reason in _MISSING
    ]
    return figures_and_model(rows, paper="Park2021", sources=("Porz2017", "Virkar1981"))


def _thickness(figure: str, metal: str, charge: float, published: float, limits: xr.Dataset) -> PrintedRow:
    at = limits.sel(metal=metal).isel(flaw=0)
    volume = float(at["critical_overpotential"] / at["critical_pressure"]) * FARADAY_CONSTANT
    model = 1e6 * charge * volume / FARADAY_CONSTANT
    return PrintedRow(
        figure=figure,
        quantity=f"thickness of {metal} plated",
        published=published,
        model=model,
        unit="um",
        status="predicted",
        verdict=verdict_of(published, model, 0.035 * published),
        reason="charge, molar mass and density; 3.5 % is what densities in tables differ by",
    )


def _liquid(given: ParameterSet, figure: str, alloy: str, electrode: str, published: float) -> PrintedRow:
    found = lever_rule(
        alloy,
        areal_capacity=given["Areal capacity"].at(),
        volume=given["Electrode volume"].at(),
        diameter=given["Electrode diameter"].at(),
        temperature=given["Temperature"].at(),
    ).sel(electrode=electrode)
    low, high = (100 * float(end) for end in found["liquid_fraction_interval"])
    model = 100 * float(found["liquid_fraction"])
    return PrintedRow(
        figure=figure,
        quantity=f"liquid in the {electrode} electrode of {alloy}",
        published=published,
        model=model,
        interval=(low, high),
        unit="mol%",
        status="calibrated",
        verdict=verdict_of(published, model, 1.0, (low, high)),
        reason="lever rule; the tie line made of these figures is in the assessment. The interval is that of the temperature",
    )


def _currents(given: ParameterSet, limits: xr.Dataset) -> list[PrintedRow]:
    v = given.values()
    measured = v["Lithium critical current density [A.m-2]"] / 10
    rows = [
        PrintedRow(
            figure="S004-088",
            quantity="mean critical current density, Li",
            published=0.50,
            model=measured,
            unit="mA cm-2",
            status="fitted",
            verdict="in sample",
            reason="scales the law of plastic extrusion: its only fitted number",
        )
    ]
    lithium = limits.sel(metal="Li")
    for figure, metal in (("S004-105", "Na"), ("S004-106", "K")):
        one = limits.sel(metal=metal)
        model = float(one["extrudable_length"] / lithium["extrudable_length"])
        spread = _ratio_spread(given, metal)
        interval = (model / spread, model * spread)
        rows.append(
            PrintedRow(
                figure=figure,
                quantity=f"critical current density of {metal} over that of Li",
                published=4.5,
                model=model,
                interval=interval,
                baseline=1.0,
                unit="1",
                status="predicted",
                verdict=verdict_of(4.5, model, 0.5, interval),
                reason="plastic extrusion, inverse to the yield stress; printed as 4 to 5. The interval is that of the yield stresses, 95 %",
            )
        )
    return rows


def _ratio_spread(given: ParameterSet, metal: str) -> float:
    """Factor of the 95 % interval of a ratio of yield stresses, from their standard deviations."""
    import math

    names = {"Li": "Lithium", "Na": "Sodium", "K": "Potassium"}
    squares = 0.0
    for symbol in ("Li", metal):
        one = given[f"{names[symbol]} yield stress"]
        low, high = one.bounds() or (one.at(), one.at())
        squares += (0.5 * math.log(high / low)) ** 2
    return math.exp(1.96 * math.sqrt(squares))


def _film(given: ParameterSet) -> PrintedRow:
    area = 3.141592653589793 / 4 * given["Lithium electrode diameter"].at() ** 2
    film = lithium_film(
        "K0.68Na0.32", thickness=given["Film volume"].at() / area, temperature=given["Temperature"].at()
    )
    found = film_estimates(film)["limiting_current_density"]
    low, high = found.interval or (float("nan"), float("nan"))
    model = float("nan") if found.value is None else found.value / 10
    return PrintedRow(
        figure="S004-090",
        quantity="largest critical current density through a Na-K film on Li",
        published=2.0,
        model=model,
        interval=(low / 10, high / 10),
        unit="mA cm-2",
        status="predicted",
        verdict="bound met" if model >= 2.0 else ("cannot say" if high >= 20 else "bound broken"),
        reason="limiting current F D c / thickness of 5 uL on one disc: a bound that what was reached must not exceed",
    )
