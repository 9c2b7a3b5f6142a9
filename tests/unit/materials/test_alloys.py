"""Compositions carry their basis; capacities follow from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy, Composition, working_metal

fractions = st.floats(0.001, 0.999)


@pytest.mark.parametrize(
    ("name", "potassium_mass", "potassium_mole"),
    [("NaK50", 0.5, 0.370), ("NaK65", 0.65, 0.522), ("NaK80", 0.8, 0.702), ("Na50K50", 0.630, 0.5)],
)
def test_names_of_the_field(name: str, potassium_mass: float, potassium_mole: float) -> None:
    composition = Alloy.from_name(name).composition
    assert composition.mass_fraction("K") == pytest.approx(potassium_mass, abs=5e-4)
    assert composition.mole_fraction("K") == pytest.approx(potassium_mole, abs=5e-4)


@pytest.mark.parametrize(("name", "printed"), [("NaK50", 583), ("NaK65", 408), ("NaK80", 233)])
def test_theoretical_capacities_of_the_papers(name: str, printed: int) -> None:
    """Wu 2025, theoretical capacities from the Na content, mAh per g of alloy."""
    assert round(Alloy.from_name(name).theoretical_capacity() / 3600) == printed


@pytest.mark.parametrize(
    "bad", ["NaK", "Na50", "NaK50Na50", "Na30K30", "50", "", "Xx50", "nak50", "KC8", "LiC6", "KNa2"]
)
def test_a_name_without_a_basis_is_refused(bad: str) -> None:
    with pytest.raises(PhysicsError):
        Alloy.from_name(bad)


@pytest.mark.parametrize(
    "bad", [{"Na": 0.5}, {"Na": 50.0, "K": 50.0}, {"Na": -0.1, "K": 1.1}, {}, {"Na": float("nan"), "K": 0.5}]
)
def test_fractions_must_be_fractions(bad: dict[str, float]) -> None:
    with pytest.raises(PhysicsError):
        Composition.from_mass_fractions(**bad)


@given(w=fractions)
def test_mass_and_mole_fractions_round_trip(w: float) -> None:
    mass = Composition.from_mass_fractions(Na=w, K=1 - w)
    mole = Composition.from_mole_fractions(Na=mass.mole_fraction("Na"), K=mass.mole_fraction("K"))
    assert mole.mass_fraction("Na") == pytest.approx(w, rel=1e-9)
    assert sum(x for _, x in mass) == pytest.approx(1.0)


@given(w=fractions)
def test_capacity_is_charge_of_the_moles(w: float) -> None:
    """F x moles of Na in one kg, whatever the basis it was given in."""
    alloy = Alloy.from_mass_fractions(Na=w, K=1 - w)
    assert alloy.theoretical_capacity("Na+") == pytest.approx(96485.33212 * w / 22.98977e-3, rel=1e-9)


def test_names_are_given_back() -> None:
    assert Alloy.from_mass_fractions(Na=0.5, K=0.5).name == "NaK50"
    assert Alloy.from_mole_fractions(Na=0.5, K=0.5).name == "Na50K50"
    assert Alloy.from_name("NaK50").composition == Composition.from_mass_fractions(Na=0.5, K=0.5)
    assert str(Alloy.from_name("NaK50")) == "NaK50 (50 wt% K, 50 wt% Na)"


def test_ions_are_ions() -> None:
    assert working_metal("Na+") == "Na"
    for bad in ("Na", "C+", "+", "Na2+"):
        with pytest.raises(PhysicsError):
            working_metal(bad)


@given(w=fractions)
def test_ideal_density_lies_between_the_metals(w: float) -> None:
    rho = Alloy.from_mass_fractions(Na=w, K=1 - w).density()
    assert 862.0 <= rho <= 968.0
