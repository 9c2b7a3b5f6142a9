"""Paths of alloys of three metals: they meet the binaries where they must, and say what is never liquid."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.materials import Alloy
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import lever_rule, path_estimates, plating_path, stripping_path
from alkanode.thermo.anode.vanishing import vanishing_points

EVENTS = ("capacity_to_first_liquid", "capacity_into_liquid", "capacity_to_liquidus", "capacity_to_last_liquid")


def test_without_the_third_metal_the_ternary_is_the_binary() -> None:
    for alloy in ("NaK80", "Na80K20"):
        two = stripping_path(alloy, points=9, draws=0)
        three = stripping_path(alloy, points=9, draws=0, system="Li-Na-K")
        for name in EVENTS:
            assert three[name].item() == pytest.approx(two[name].item(), rel=1e-7, abs=1e-3)
            assert three[f"{name}_interval"].values == pytest.approx(two[f"{name}_interval"].values, rel=1e-7, abs=1e-3)
        charge = np.linspace(0, 0.99, 7) * two.theoretical_capacity.item()
        for name in ("electrode_potential", "element_mole_fraction"):
            a, b = (
                record[name].sel(element="Na") if "element" in record[name].dims else record[name]
                for record in (two, three)
            )
            assert np.interp(charge, three.specific_capacity, b) == pytest.approx(
                np.interp(charge, two.specific_capacity, a), rel=2e-2, abs=2e-4
            )


def test_lithium_plated_into_liquid_soon_stays_solid() -> None:
    path = plating_path("NaK50", "Li+", draws=0, points=9)
    assert path.capacity_into_liquid == 0
    per_atom = Alloy.from_name("NaK50").composition.molar_mass / FARADAY_CONSTANT
    solubility = path.capacity_to_liquidus.item() * per_atom
    assert 1e-4 < solubility < 1e-2  # less than 1 % of lithium dissolves in Na-K near room temperature
    assert path.phase_fraction.sel(phase="bcc_Li").values[-1] > 0.4
    assert path.electrode_potential.values[-1] == pytest.approx(0, abs=1e-4)  # next to lithium that is nearly pure


def test_lithium_rich_anode_is_never_all_liquid() -> None:
    path = stripping_path("Li20Na40K40", "K+", points=9, draws=4)
    assert np.isnan(path.capacity_to_liquidus)
    assert path_estimates(path)["capacity_to_liquidus"].value is None
    assert path.capacity_to_first_liquid == 0
    low, high = path.capacity_to_last_liquid_assessment_interval.values
    assert 0.9 * path.capacity_to_last_liquid < low <= high < 1.1 * path.capacity_to_last_liquid
    assert np.allclose(path.phase_fraction.sum("phase"), 1, rtol=0, atol=1e-9)
    charge = path.specific_capacity.values * Alloy.from_name("Li20Na40K40").composition.molar_mass / FARADAY_CONSTANT
    left = 0.4 - charge
    assert path.element_mole_fraction.sel(element="K").values == pytest.approx(left / (left + 0.6), abs=1e-9)


def test_lever_rule_of_three_metals() -> None:
    cell = lever_rule("Li10Na10K80", areal_capacity="1 mAh cm-2", thickness="250 um", draws=0)
    whole = (cell.phase_fraction * cell.phase_mole_fraction.fillna(0)).sum("phase")
    assert np.allclose(whole, cell.mole_fraction, atol=1e-9)
    assert cell.liquid_fraction.values[2] > cell.liquid_fraction.values[0] > cell.liquid_fraction.values[1]
    assert np.isnan(cell.liquid_fraction_assessment_interval).all()


def test_where_amounts_vanish() -> None:
    ends = np.array([0.2, 0.55, 0.9])

    def smooth(x: np.ndarray) -> np.ndarray:
        return np.where(x < ends, 1 - np.exp(3 * (x - ends)), 0.0)

    def step(x: np.ndarray) -> np.ndarray:
        return np.where(x < ends, 1.0, 0.0)

    assert vanishing_points(smooth, np.zeros(3), np.ones(3)) == pytest.approx(ends, abs=1e-9)
    assert vanishing_points(step, np.zeros(3), np.ones(3)) == pytest.approx(ends, abs=1e-7)
