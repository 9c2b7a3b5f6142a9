"""How far numbers of Na-K go when its observations are weighted by what their sources support. Run with ``-s`` for the table.

The weights behind the shipped coefficients were looked for with the result in view. The second choice was not. What moves
between them is no error of either, but an interval over the assessment must hold it.
"""

from __future__ import annotations

import pytest

from alkanode.thermo import (
    alloy_potentials,
    fit_assessment,
    lever_rule,
    liquid_window,
    load_assessment,
    observation_table,
    reweighted,
    stripping_path,
)
from alkanode.thermo.assessment.data import Assessment


@pytest.fixture(scope="module")
def both() -> tuple[Assessment, Assessment]:
    data = load_assessment("Na-K")
    return data, fit_assessment(reweighted(data)).assessment


def show(name: str, here: float, there: float, bounds: tuple[float, float]) -> None:
    print(
        f"{name:40s} {here:10.4f} other weights {there:10.4f} ({there - here:+.4f}), 95 % {bounds[0]:.4f} to {bounds[1]:.4f}"
    )
    assert bounds[0] < there < bounds[1], name


def test_liquid_window(both: tuple[Assessment, Assessment]) -> None:
    here, there = (liquid_window(data) for data in both)
    for side in ("lower", "upper"):
        value, other = (float(w.mole_fraction.sel(side=side).item()) for w in (here, there))
        low, high = here.mole_fraction_assessment_interval.sel(side=side).to_numpy()[0]
        show(f"{side} end at 25 degC, mole fraction of K", value, other, (low, high))


@pytest.mark.parametrize("alloy", ["NaK50", "NaK65", "NaK80"])
def test_capacities(both: tuple[Assessment, Assessment], alloy: str) -> None:
    here, there = (stripping_path(alloy, system=data, points=40) for data in both)
    for event in ("capacity_to_liquidus", "capacity_to_last_liquid"):
        value, other = (float(path[event]) / 3600 for path in (here, there))
        low, high = here[f"{event}_assessment_interval"].to_numpy() / 3600
        show(f"{alloy} {event} (mAh/g)", value, other, (low, high))


def test_potentials(both: tuple[Assessment, Assessment]) -> None:
    here, there = (alloy_potentials([0.5], system=data) for data in both)
    for symbol in ("K", "Na"):
        value, other = (1e3 * float(r.electrode_potential.sel(element=symbol).item()) for r in (here, there))
        low, high = 1e3 * here.electrode_potential_assessment_interval.sel(element=symbol).to_numpy()[0]
        show(f"{symbol} in Na50K50 (mV)", value, other, (low, high))


def test_lever_rule(both: tuple[Assessment, Assessment]) -> None:
    given = {"areal_capacity": "3 mAh cm-2", "volume": "10 uL", "diameter": "7.14 mm", "temperature": "21 degC"}
    here, there = (lever_rule("K0.9Na0.1", system=data, **given) for data in both)  # type: ignore[arg-type]
    for electrode in ("enriched", "depleted"):
        value, other = (float(r.liquid_fraction.sel(electrode=electrode)) for r in (here, there))
        low, high = here.liquid_fraction_assessment_interval.sel(electrode=electrode).to_numpy()
        show(f"{electrode} electrode of K90Na10, liquid", value, other, (low, high))


def test_peritectic(both: tuple[Assessment, Assessment]) -> None:
    """The number that moves most, and rests on recalled observations only."""
    here, there = (observation_table(data) for data in both)
    place = int(((here.short == "peritectic") & (here.quantity == "invariant_temperature")).to_numpy().argmax())
    value, other = (float(table.computed[place]) for table in (here, there))
    width = 1.96 * float(here.computed_uncertainty[place])
    assert width > 2, "K"
    show("peritectic (K)", value, other, (value - width, value + width))
