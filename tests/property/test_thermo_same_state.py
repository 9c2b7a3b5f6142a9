"""One state, asked in several ways: paths, equilibria, tables and potentials must agree, and charge must be atoms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.materials import Alloy, element
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import (
    alloy_potentials,
    binary_equilibrium,
    electrode_potential,
    liquid_fraction,
    plating_path,
    stripping_path,
    ternary_equilibrium,
)

pytestmark = pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.ExtrapolationWarning")

METALS = ("Li", "Na", "K")
pairs = st.sampled_from([("K", "Na"), ("Li", "Na"), ("K", "Li")])
kelvin = st.floats(262, 420)
shares = st.one_of(st.floats(0.01, 0.99), st.sampled_from([1e-7, 1 - 1e-7]))
triples = st.tuples(*[st.floats(0.01, 1)] * 3)


@settings(max_examples=25, deadline=None)
@given(pairs, kelvin, shares, st.integers(0, 1), st.booleans())
def test_a_path_runs_through_equilibria(pair: tuple[str, str], t: float, x: float, moving: int, plate: bool) -> None:
    alloy, metal, system = Alloy.from_mole_fractions(**{pair[0]: 1 - x, pair[1]: x}), pair[moving], "-".join(pair)
    follow = plating_path if plate else stripping_path
    path = follow(alloy, f"{metal}+", temperature=t, points=7, draws=0, allow_solid=True).isel(point=slice(0, -1))
    charge = path.specific_capacity.to_numpy() * alloy.composition.molar_mass / FARADAY_CONSTANT
    other = alloy.composition.mole_fraction(pair[1 - moving])
    left = alloy.composition.mole_fraction(metal) + (charge if plate else -charge)
    share = left / (left + other)
    assert path.element_mole_fraction.sel(element=metal).to_numpy() == pytest.approx(share, abs=1e-8)
    assert path.phase_fraction.sum("phase").to_numpy() == pytest.approx(1, abs=1e-9)
    second = path.element_mole_fraction.sel(element=pair[1]).to_numpy()
    inside = np.flatnonzero((second > 1e-9) & (second < 1 - 1e-9))
    names = [name for name in path.phase.values if str(name).startswith("liquid")]
    found = path.phase_fraction.sel(phase=names).sum("phase").to_numpy()
    assert found[inside] == pytest.approx(liquid_fraction(t, second[inside], system=system), abs=1e-6)
    expected = electrode_potential(t, second[inside], f"{metal}+", system=system)
    assert path.electrode_potential.to_numpy()[inside] == pytest.approx(expected, abs=1e-7)


@settings(max_examples=10, deadline=None)
@given(st.floats(285, 320), triples, st.permutations(METALS))
def test_three_metals_in_any_order_and_basis(t: float, amounts: tuple[float, ...], order: list[str]) -> None:
    x = np.array(amounts) / sum(amounts)
    by_metal = dict(zip(METALS, x, strict=True))
    masses = {metal: part * element(metal).molar_mass.value for metal, part in by_metal.items()}
    whole = sum(masses.values())
    alloy = Alloy.from_mole_fractions(**by_metal)
    by_mass = Alloy.from_mass_fractions(**{metal: mass / whole for metal, mass in masses.items()})
    records = [
        ternary_equilibrium(t, [[by_metal[metal] for metal in order]], elements=order),
        *(ternary_equilibrium(t, one) for one in (alloy, alloy.composition, by_mass)),
    ]
    potentials = np.array([record.chemical_potential.sel(element=list(METALS)).to_numpy()[0] for record in records])
    assert np.ptp(potentials, axis=0).max() < 1e-5
    volts = alloy_potentials(alloy, temperature=t, draws=0).electrode_potential.sel(element=list(METALS)).to_numpy()
    assert volts.ravel() == pytest.approx(-potentials[0] / FARADAY_CONSTANT, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.floats(285, 320), triples)
def test_a_potential_is_the_slope_of_the_energy(t: float, amounts: tuple[float, ...]) -> None:
    """mu of a metal is dG/dn of the equilibrium system, all other amounts fixed."""
    x, h = np.array(amounts) / sum(amounts), 1e-6
    moles = np.concatenate([[x], x + h * np.eye(3), x - h * np.eye(3)])
    total = moles.sum(axis=1, keepdims=True)
    found = (
        ternary_equilibrium(t, moles / total, elements=METALS).chemical_potential.sel(element=list(METALS)).to_numpy()
    )
    energy = (found * moles).sum(axis=1)
    assert (energy[1:4] - energy[4:7]) / (2 * h) == pytest.approx(found[0], abs=0.05)


@settings(max_examples=20, deadline=None)
@given(pairs, st.floats(220, 600), st.floats(1e-8, 1 - 1e-8))
def test_two_metals_are_three_with_one_absent(pair: tuple[str, str], t: float, x: float) -> None:
    third = next(metal for metal in METALS if metal not in pair)
    two = binary_equilibrium(t, x, system="-".join(pair))
    three = ternary_equilibrium(t, [[1 - x, x, 0.0]], elements=[*pair, third])
    for metal in pair:
        potentials = [record.chemical_potential.sel(element=metal).item() for record in (two, three)]
        assert potentials[1] == pytest.approx(potentials[0], abs=1e-4)
