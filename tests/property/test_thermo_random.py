"""Statements about random temperatures and compositions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alkanode.materials import Alloy
from alkanode.thermo import (
    electrode_potential,
    liquid_fraction,
    liquid_window,
    load_assessment,
    phase_fractions,
    stripping_path,
)
from alkanode.thermo.anode.equilibria.liquid_bounds import liquid_bounds
from alkanode.thermo.binary.phase_map import phase_map

kelvin = st.floats(240, 600)
fraction = st.floats(0, 1)
inner = st.floats(1e-6, 1 - 1e-6)


@given(kelvin, st.lists(fraction, min_size=1, max_size=8))
def test_amounts_are_fractions_of_one(temperature: float, x: list[float]) -> None:
    amounts = phase_fractions(temperature, x).phase_fraction.to_numpy()
    assert (amounts >= 0).all()
    assert (amounts <= 1).all()
    assert np.allclose(amounts.sum(axis=-1), 1, rtol=0, atol=1e-12)


@given(kelvin, kelvin, fraction)
def test_warmer_is_never_less_liquid(a: float, b: float, x: float) -> None:
    low, high = liquid_fraction(np.array(sorted((a, b))), x)
    assert low <= high + 1e-10


@given(st.lists(kelvin, min_size=1, max_size=6), st.lists(fraction, min_size=1, max_size=6))
def test_a_grid_is_its_points(t: list[float], x: list[float]) -> None:
    grid = liquid_fraction(np.array(t)[:, None], np.array(x))
    one_by_one = [[float(liquid_fraction(each, other)) for other in x] for each in t]
    assert grid == pytest.approx(np.array(one_by_one), abs=1e-10)


@given(kelvin, inner)
def test_potentials_are_positive_and_finite(temperature: float, x: float) -> None:
    for ion in ("Na+", "K+"):
        potential = float(electrode_potential(temperature, x, ion))
        assert np.isfinite(potential)
        assert potential >= -1e-12


@given(kelvin, inner, inner)
def test_potential_of_sodium_falls_with_sodium(temperature: float, a: float, b: float) -> None:
    lean, rich = electrode_potential(temperature, np.array(sorted((a, b))))
    assert lean >= rich - 1e-12


@given(st.floats(262.6, 600), inner)
def test_the_liquid_window_is_where_all_is_liquid(temperature: float, x: float) -> None:
    lower, upper = liquid_window("Na-K", temperature, draws=0).mole_fraction.values[0]
    inside = lower <= 1 - x <= upper
    assert (float(liquid_fraction(temperature, x)) > 1 - 1e-12) == inside or min(
        abs(1 - x - lower), abs(1 - x - upper)
    ) < 1e-9


@given(st.floats(262.6, 330), st.floats(0.01, 0.99), st.floats(0, 0.9))
def test_headlines_are_ordered(temperature: float, x: float, share: float) -> None:
    alloy = Alloy.from_mole_fractions(Na=x, K=1 - x)
    path = stripping_path(alloy, temperature=temperature, potassium_in_carbon=share * (1 - x), points=20, draws=0)
    names = ("capacity_into_liquid", "capacity_to_liquidus", "capacity_to_last_liquid", "theoretical_capacity")
    values = [path[name].item() for name in names]
    assert values[0] >= 0
    assert (np.diff(values) >= -1e-9).all()
    for name in names[:3]:
        low, high = path[f"{name}_interval"].values
        assert low <= path[name].item() <= high
    assert np.allclose(path.phase_fraction.sum("phase"), 1, rtol=0, atol=1e-12)
    assert (np.diff(path.specific_capacity) > 0).all()


@given(st.floats(260.6, 330), st.floats(260.6, 330))
def test_a_warmer_window_holds_the_colder_one(a: float, b: float) -> None:
    bounds = liquid_bounds(phase_map(load_assessment()), np.array(sorted((a, b))))
    assert bounds.lower[1] <= bounds.lower[0] + 1e-10
    assert bounds.upper[1] >= bounds.upper[0] - 1e-10
