"""Viscosity, self-diffusion and surface tension of the pure metals."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.foundation.sources import Estimate, Trust
from alkanode.materials import Composition, element_surface_tension, self_diffusion, viscosity
from alkanode.materials.properties.diffusivities import sodium_diffusion, sodium_rule
from alkanode.materials.properties.reading import property_data
from alkanode.materials.properties.viscosities import liquid_viscosity

NAK = ("K", "Na")


def quietly(function: object, *arguments: object, **options: object) -> Estimate:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)
        return function(*arguments, **options)  # type: ignore[operator, no-any-return]


@pytest.mark.parametrize(
    ("metal", "temperature", "expected", "tolerance"),
    [
        ("Na", 373.0, 0.681e-3, 0.001),
        ("K", 422.0, 3.720e-4, 0.02),
        ("Na", 977.0, 1.779e-4, 0.05),
        ("K", 977.0, 1.285e-4, 0.08),
    ],
)
def test_viscosity_of_the_metals(metal: str, temperature: float, expected: float, tolerance: float) -> None:
    """Handbook values from kinematic viscosity and density (LiquidMetalsHandbook1952), none of them fitted."""
    assert viscosity(metal, temperature).value == pytest.approx(expected, rel=tolerance)


def test_viscosity_of_the_alloy_meets_the_handbook() -> None:
    """44 wt% K: the formula and the handbook differ by 2 to 3 %. A comparison, not a fit."""
    for row in property_data("viscosity")["observations"]:
        alloy = Composition.from_mass_fractions(K=row["mass_fraction"], Na=1 - row["mass_fraction"])
        found = viscosity(alloy, row["temperature"])
        assert found.value == pytest.approx(row["viscosity"], rel=0.035)
        assert found.interval is not None
        assert found.interval[0] < row["viscosity"] < found.interval[1]


def test_room_temperature_is_an_extrapolation_and_doubles_the_interval() -> None:
    inside = viscosity("NaK80", 330.0)
    with pytest.warns(ExtrapolationWarning, match="323"):
        outside = viscosity("NaK80", "25 degC")
    assert outside.value is not None
    assert outside.value == pytest.approx(0.81e-3, rel=0.01)
    for found, share in ((inside, 0.05), (outside, 0.1)):
        assert found.interval is not None
        assert found.interval[1] / found.value == pytest.approx(1 + 2 * share)
    with pytest.warns(ExtrapolationWarning, match="mass fraction of K"):
        viscosity("NaK10", 400.0)


@given(x=st.floats(0.0, 1.0), t=st.floats(260.0, 1000.0))
def test_viscosity_falls_on_heating(x: float, t: float) -> None:
    fractions = np.array([1 - x, x])
    hot = liquid_viscosity(t + 1, fractions, NAK)
    assert 0 < hot < liquid_viscosity(t, fractions, NAK)


def test_viscosity_of_a_batch() -> None:
    x = np.array([[1.0, 0.0], [0.4, 0.6], [0.0, 1.0]])
    table = liquid_viscosity(np.array([[400.0], [500.0]]), x, NAK)
    assert table[0, 0] == viscosity("K", 400.0).value
    assert table[1, 2] == viscosity("Na", 500.0).value
    assert table.shape == (2, 3)


def test_self_diffusion_table_is_its_own_least_squares_line() -> None:
    entry = property_data("diffusion")["sodium_in_NaK"]
    share, value = np.array(entry["points"]).T
    slope, constant = np.polyfit(share, value * 1e-9, 1)
    assert sodium_rule().constant == pytest.approx(constant, rel=1e-4)
    assert sodium_rule().slope == pytest.approx(slope, rel=1e-4)


def test_self_diffusion_at_the_ends() -> None:
    """Extrapolated to pure sodium it lies within the error of the measured value; a prediction."""
    measured = property_data("diffusion")["observations"][0]
    ours = self_diffusion("Na", measured["temperature"])
    assert ours.value is not None
    assert abs(ours.value - measured["self_diffusion"]) < 1.5 * measured["uncertainty"]


@given(w=st.floats(0.0, 1.0), t=st.floats(280.0, 480.0))
def test_diffusion_times_viscosity_over_temperature_is_kept(w: float, t: float) -> None:
    alloy = Composition.from_mass_fractions(K=w, Na=1 - w)
    x = np.clip([alloy.mole_fraction("K"), alloy.mole_fraction("Na")], 1e-9, 1 - 1e-9)
    kept = [sodium_diffusion(kelvin, x, NAK) * liquid_viscosity(kelvin, x, NAK) / kelvin for kelvin in (373.0, t)]
    assert kept[0] == pytest.approx(kept[1], rel=1e-12)


def test_lithium_is_an_assumption_with_a_wide_interval() -> None:
    sodium = self_diffusion("NaK80", 300.0)
    lithium = self_diffusion("NaK80", 300.0, species="Li")
    assert lithium.value == sodium.value
    assert Trust.ASSUMED.value in lithium.label
    assert Trust.ASSUMED.value not in sodium.label
    assert lithium.interval is not None
    assert sodium.interval is not None
    assert lithium.interval[0] < sodium.interval[0] < sodium.interval[1] < lithium.interval[1]


@pytest.mark.parametrize(
    ("metal", "temperature", "expected"),
    [
        ("Na", 371.0, 0.2008),
        ("K", 800.0, 0.07875),
        ("K", 900.0, 0.07215),
        ("K", 1000.0, 0.06555),
        ("Li", 453.7, 0.3957),
    ],
)
def test_surface_tension_of_the_metals(metal: str, temperature: float, expected: float) -> None:
    assert element_surface_tension(metal, temperature).value == pytest.approx(expected, rel=2e-3)


def test_surface_tension_beyond_its_range() -> None:
    with pytest.warns(ExtrapolationWarning, match="800"):
        potassium = element_surface_tension("K", 336.7)
    assert potassium.value == pytest.approx(0.110, rel=0.01)
    assert quietly(element_surface_tension, "Na", 2600.0).value == 0


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(PhysicsError, match="lithium"):
        viscosity("Li", 500.0)
    with pytest.raises(PhysicsError, match="host of Na and K"):
        self_diffusion("Li", 500.0)
    with pytest.raises(PhysicsError, match="species"):
        self_diffusion("NaK80", 300.0, species="K")
    with pytest.raises(PhysicsError, match=r"alkanode\.thermo\.surface_tension"):
        element_surface_tension("NaK80", 300.0)
