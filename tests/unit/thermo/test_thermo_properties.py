"""Surface tension by Butler's model, and the table of properties of an alloy."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import Avogadro, R
from scipy.optimize import brentq

from alkanode.data.schema import check
from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.foundation.sources import Trust, cite
from alkanode.materials import Alloy, density, element_surface_tension, self_diffusion
from alkanode.thermo import (
    ButlerOptions,
    alloy_properties,
    chemical_potential,
    gibbs_curvature,
    load_assessment,
    property_estimates,
    surface_tension,
)
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.properties.surface_tension import butler, surface_of

pytestmark = pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.ExtrapolationWarning")

OPTIONS = ButlerOptions()
T = 373.0


def ideal(temperature: float) -> SolutionTerms:
    zero = np.array(0.0)
    return SolutionTerms(rt=np.array(R * temperature), pure=(zero, zero), interaction=())


def test_pure_ends() -> None:
    for metal in ("Na", "K"):
        assert surface_tension(metal, T).value == pytest.approx(element_surface_tension(metal, T).value, rel=1e-12)


def test_equal_metals_have_one_surface() -> None:
    """Without a difference of tensions and areas the layer is the liquid."""
    tension, area = np.array(0.2), np.array(4e4)
    found = butler(ideal(T), np.linspace(0, 1, 7), (tension, tension), (area, area), 0.83)
    assert found.tension == pytest.approx(np.full(7, 0.2), abs=1e-12)
    assert found.fraction == pytest.approx(np.linspace(0, 1, 7), abs=1e-9)


@given(x=st.floats(1e-4, 1 - 1e-4), gap=st.floats(-0.1, 0.1))
def test_an_ideal_liquid_of_equal_areas_has_a_closed_form(x: float, gap: float) -> None:
    """exp(-gamma A / RT) is the sum of x_i exp(-gamma_i A / RT) (Guggenheim)."""
    area = 4e4
    tensions = (np.array(0.2), np.array(0.2 + gap))
    found = butler(ideal(T), np.array(x), tensions, (np.array(area), np.array(area)), 0.5)
    logs = [np.log(1 - x) - tensions[0] * area / (R * T), np.log(x) - tensions[1] * area / (R * T)]
    assert found.tension == pytest.approx(-np.logaddexp(*logs) * R * T / area, rel=1e-9)


def test_against_a_solver_of_one_equation() -> None:
    """The same equations written again from public functions, solved by another method."""
    x = Alloy.from_name("NaK50").composition.mole_fraction("Na")
    gas = load_assessment("Na-K").gas_constant
    areas, tensions = [], []
    for metal in ("K", "Na"):
        liquid = Alloy.from_name(metal)
        volume = liquid.composition.molar_mass / liquid.density(T, "liquid")
        areas.append(2 ** (1 / 3) * math.sqrt(3) / 2 * Avogadro ** (1 / 3) * volume ** (2 / 3))
        tensions.append(element_surface_tension(metal, T).value)

    def layer(place: int, surface: float) -> float:
        part = (1 - surface, surface)[place]
        bulk = (1 - x, x)[place]
        metal = ("K", "Na")[place]
        excess = [float(chemical_potential(metal, T, y)) - gas * T * np.log((1 - y, y)[place]) for y in (surface, x)]
        pure = float(chemical_potential(metal, T, float(place)))
        work = gas * T * np.log(part / bulk) + 0.83 * (excess[0] - pure) - (excess[1] - pure)
        return float(tensions[place] + work / areas[place])

    root = brentq(lambda y: layer(0, y) - layer(1, y), 1e-9, 1 - 1e-9, xtol=1e-15)
    found = surface_of(load_assessment("Na-K"), np.array(T), np.array(x), OPTIONS)
    assert found.fraction == pytest.approx(root, rel=1e-8)
    assert found.tension == pytest.approx(layer(0, root), rel=1e-10)


@settings(max_examples=30)
@given(x=st.floats(0.001, 0.999), t=st.floats(280.0, 700.0))
def test_potassium_gathers_at_the_surface_and_lowers_the_tension(x: float, t: float) -> None:
    """As a model of another kind finds (Koirala2013); the tension lies between those of the metals."""
    found = surface_of(load_assessment("Na-K"), np.array(t), np.array([x, min(x + 1e-3, 1.0)]), OPTIONS)
    assert found.fraction[0] < x
    assert found.tension[1] > found.tension[0]
    low, high = (surface_of(load_assessment("Na-K"), np.array(t), np.array(end), OPTIONS).tension for end in (0.0, 1.0))
    assert low < found.tension[0] < high


def test_interval_holds_other_choices_of_the_coordination() -> None:
    found = surface_tension("NaK65", T)
    assert found.interval is not None
    for share in (0.75, 0.9, 1.0):
        other = surface_tension("NaK65", T, options=ButlerOptions(coordination=share)).value
        assert other is not None
        assert found.interval[0] < other < found.interval[1]
    assert Trust.RECALLED.value in found.label


def test_surfaces_that_would_separate_are_refused() -> None:
    with pytest.raises(PhysicsError, match="two layers"):
        surface_tension("Li50Na50", 450.0, system="Li-Na")
    assert surface_tension("Li50Na50", 900.0, system="Li-Na").value == pytest.approx(0.178, abs=0.002)


@pytest.mark.parametrize(
    "bad", [{"coordination": 0.0}, {"coordination": 1.2}, {"geometry": 0.0}, {"coordination_bounds": (0.0, 1.0)}]
)
def test_options_are_checked(bad: dict[str, float]) -> None:
    with pytest.raises(PhysicsError, match="Butler"):
        ButlerOptions(**bad)  # type: ignore[arg-type]


def test_the_table_repeats_the_single_numbers() -> None:
    table = check(alloy_properties(["NaK50", "NaK80"], ["50 degC", T]), "alloy_properties")
    assert table.sizes == {"composition": 2, "temperature": 2, "bound": 2}
    at = table.isel(composition=1).sel(temperature=T)
    assert at.density.item() == pytest.approx(density("NaK80", T, phase="liquid").value)
    assert at.self_diffusion.item() == pytest.approx(self_diffusion("NaK80", T).value)
    assert at.surface_tension.item() == pytest.approx(surface_tension("NaK80", T).value)
    assert at.mass_fraction.item() == pytest.approx(0.8)
    assert at.density.attrs["units"] == "kg m-3"
    assert "Wu2025" in cite(table)


def test_thermodynamic_factor_is_the_curvature() -> None:
    x = np.array([0.1, 0.5, 0.9])
    table = alloy_properties(x, T)
    expected = x * (1 - x) * gibbs_curvature(T, x) / (load_assessment("Na-K").gas_constant * T)
    assert table.thermodynamic_factor.values[0] == pytest.approx(expected, rel=1e-12)
    assert table.chemical_diffusion.values == pytest.approx((table.self_diffusion * table.thermodynamic_factor).values)
    ends = alloy_properties([0.0, 1.0], T)
    assert ends.thermodynamic_factor.values == pytest.approx(1.0)


def test_estimates_carry_what_they_rest_on() -> None:
    found = property_estimates(alloy_properties("NaK80", "25 degC"))
    assert set(found) == {"density", "viscosity", "self_diffusion", "chemical_diffusion", "surface_tension"}
    for name, estimate in found.items():
        assert estimate.interval is not None, name
        assert estimate.value is not None
        assert estimate.interval[0] < estimate.value < estimate.interval[1], name
    assert Trust.ASSUMED.value in found["chemical_diffusion"].label
    with pytest.raises(PhysicsError, match="one temperature"):
        property_estimates(alloy_properties(["NaK50", "NaK80"], T))


def test_other_systems_have_what_is_known() -> None:
    table = alloy_properties(0.2, 700.0, system="Li-Na")
    assert "viscosity" not in table
    assert "surface_tension" in table
    split = alloy_properties(0.2, 480.0, system="Li-Na")
    assert "surface_tension" not in split
    assert "two layers" in split.attrs["surface_tension_missing"]
    assert set(property_estimates(split)) == {"density"}


def test_one_warning_names_everything_extrapolated() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        alloy_properties("NaK80", "25 degC")
    assert [w.category for w in caught] == [ExtrapolationWarning]
    assert all(word in str(caught[0].message) for word in ("viscosity", "surface tension of K", "298.15"))
    assert str(caught[0].filename) == __file__


def test_the_record_is_as_weak_as_its_weakest_property() -> None:
    """Potassium is assumed to diffuse as sodium does, and that field says so as well."""
    table = alloy_properties(0.5, 400.0, options=None)
    assert "assumed" in table.chemical_diffusion.attrs["basis"]
    assert table.attrs["trust"] == "assumed"
