"""What must hold for any equilibrium of a binary alloy, whatever its coefficients."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.materials import Alloy, element
from alkanode.materials.alloys import FARADAY_CONSTANT
from alkanode.thermo import (
    chemical_potential,
    electrode_potential,
    gibbs_curvature,
    gibbs_energy,
    invariants,
    liquid_fraction,
    liquid_window,
    phase_fractions,
    stripping_path,
    tie_line_table,
)

SOLUTIONS = ("liquid", "bcc_A2")
TEMPERATURES = np.array([245.0, 258.0, 262.0, 275.0, 279.9, 281.0, 298.15, 330.0, 345.0, 365.0])


def model_name(branch: str) -> str:
    return "bcc_A2" if branch.startswith("bcc") else branch


@pytest.mark.parametrize("phase", SOLUTIONS)
def test_gibbs_energy_is_the_sum_of_its_potentials(phase: str) -> None:
    x = np.linspace(0.01, 0.99, 99)
    t = TEMPERATURES[:, None]
    euler = (1 - x) * chemical_potential("K", t, x, phase) + x * chemical_potential("Na", t, x, phase)
    assert euler == pytest.approx(gibbs_energy(t, x, phase), abs=1e-8)


@pytest.mark.parametrize("phase", SOLUTIONS)
def test_gibbs_duhem(phase: str) -> None:
    x, h = np.linspace(0.05, 0.95, 91), 1e-5
    slope_k, slope_na = (
        (chemical_potential(e, 298.15, x + h, phase) - chemical_potential(e, 298.15, x - h, phase)) / (2 * h)
        for e in ("K", "Na")
    )
    assert (1 - x) * slope_k + x * slope_na == pytest.approx(0, abs=1e-3)
    assert slope_na == pytest.approx((1 - x) * gibbs_curvature(298.15, x, phase), rel=1e-6, abs=1e-3)


def test_dilute_solutions_obey_raoult_and_henry() -> None:
    x = np.array([1e-6, 1e-5])
    assert chemical_potential("K", 350.0, x) == pytest.approx(-8.314462618 * 350 * x, rel=1e-3)
    mu = chemical_potential("Na", 350.0, x)
    assert mu[1] - mu[0] == pytest.approx(8.314462618 * 350 * np.log(10), rel=1e-5)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_both_metals_have_one_potential_across_every_tie_line(temperature: float) -> None:
    table = tie_line_table(temperature).isel(temperature=0)
    for place in range(table.sizes["tie_line"]):
        x = 1 - table.mole_fraction.values[place]
        names = [str(name) for name in table.phase.values[place]]
        if "Na2K" in names:
            other = 1 - names.index("Na2K")
            mu_k, mu_na = (chemical_potential(e, temperature, x[other], model_name(names[other])) for e in ("K", "Na"))
            compound = float(gibbs_energy(temperature, 2 / 3, "Na2K"))
            assert (mu_k + 2 * mu_na) / 3 == pytest.approx(compound, abs=1e-7)
            continue
        for metal in ("K", "Na"):
            left, right = (chemical_potential(metal, temperature, x[end], model_name(names[end])) for end in (0, 1))
            assert left == pytest.approx(float(right), abs=1e-6)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_no_phase_lies_below_a_stable_tangent(temperature: float) -> None:
    grid = np.linspace(1e-6, 1 - 1e-6, 2001)
    for x in np.linspace(0.003, 0.997, 72):
        e_na, e_k = (float(electrode_potential(temperature, x, ion)) for ion in ("Na+", "K+"))
        tangent = -FARADAY_CONSTANT * (e_na * grid + e_k * (1 - grid))
        for phase in SOLUTIONS:
            assert (gibbs_energy(temperature, grid, phase) - tangent).min() > -1e-6
        height = float(gibbs_energy(temperature, 2 / 3, "Na2K")) + FARADAY_CONSTANT * (2 * e_na + e_k) / 3
        assert height > -1e-6


@pytest.mark.parametrize("index", [0, 1])
def test_three_phases_share_one_tangent_at_an_invariant(index: int) -> None:
    point = invariants()[index]
    levels = []
    for branch, x in zip(point.branches, point.compositions, strict=True):
        if branch != "Na2K":
            t = point.temperature
            levels.append([float(chemical_potential(e, t, x, model_name(branch))) for e in ("K", "Na")])
    assert levels[0] == pytest.approx(levels[1], abs=1e-5)
    compound = float(gibbs_energy(point.temperature, 2 / 3, "Na2K"))
    assert (levels[0][0] + 2 * levels[0][1]) / 3 == pytest.approx(compound, abs=1e-5)


def test_lever_rule_conserves_both_metals() -> None:
    x = np.linspace(0, 1, 203)
    for temperature in TEMPERATURES:
        amounts = phase_fractions(temperature, x).phase_fraction.isel(temperature=0)
        assert np.allclose(amounts.sum("phase"), 1, rtol=0, atol=1e-12)
        assert (amounts >= 0).all()
        assert ((amounts > 1e-12).sum("phase") <= 2).all()  # phase rule at given T and p
        table = tie_line_table(temperature).isel(temperature=0)
        for place in range(table.sizes["tie_line"]):
            low, high = 1 - table.mole_fraction.values[place]
            left, right = (amounts.sel(phase=str(name)).to_numpy() for name in table.phase.values[place])
            inside = (x > low) & (x < high)
            assert left[inside] * low + right[inside] * high == pytest.approx(x[inside], abs=1e-12)


def test_liquid_fraction_is_continuous_in_composition() -> None:
    x = np.linspace(0, 1, 20001)
    for temperature in (270.0, 298.15, 340.0):
        assert np.abs(np.diff(liquid_fraction(temperature, x))).max() < 0.02


def test_liquid_fraction_jumps_with_temperature_only_at_invariants() -> None:
    t = np.linspace(255.0, 345.0, 9001)
    for x in (0.1, 0.4, 0.8):
        step = np.abs(np.diff(liquid_fraction(t, x)))
        jumps = t[:-1][step > 0.02]
        assert len(jumps) > 0
        known = np.array([point.temperature for point in invariants()[:2]])
        assert np.abs(jumps[:, None] - known).min(axis=1).max() < 0.011


def test_melting_never_runs_backwards() -> None:
    x = np.linspace(0.01, 0.99, 50)
    liquid = liquid_fraction(np.linspace(245, 400, 312)[:, None], x)
    assert (np.diff(liquid, axis=0) >= -1e-12).all()


@pytest.mark.parametrize("alloy", ["NaK20", "NaK50", "NaK80", "NaK95"])
@pytest.mark.parametrize("temperature", [270.0, 298.15, 345.0])
def test_potential_rises_as_sodium_leaves(alloy: str, temperature: float) -> None:
    path = stripping_path(alloy, temperature=temperature)
    potential = path.electrode_potential.values
    assert potential[0] >= 0
    assert (np.diff(potential[:-1]) >= -1e-12).all()


def test_potential_is_flat_while_two_phases_coexist() -> None:
    path = stripping_path("NaK80")
    q = path.specific_capacity
    plateau = path.electrode_potential[(q > path.capacity_to_liquidus) & (q < path.capacity_to_last_liquid)]
    assert plateau.max() - plateau.min() < 1e-12


def test_area_under_the_potential_is_the_gibbs_energy_of_demixing() -> None:
    """Stripping all Na of one mole of liquid leaves pure K: the work is minus the Gibbs energy of the alloy."""
    alloy = Alloy.from_name("NaK50")
    path = stripping_path(alloy, points=40_001, draws=0)
    charge = path.specific_capacity.values * alloy.composition.molar_mass
    potential = path.electrode_potential.values
    tail = charge[-1] - charge[-2]
    work = np.trapezoid(potential[:-1], charge[:-1]) + tail * (potential[-2] + 0.0257)
    x = alloy.composition.mole_fraction("Na")
    assert work == pytest.approx(-float(gibbs_energy("25 degC", x)), rel=2e-4)


def test_charge_is_moles_times_faraday() -> None:
    path = stripping_path("NaK65")
    alloy = Alloy.from_name("NaK65")
    sodium = (1 - path.mole_fraction) / path.mole_fraction * alloy.composition.mole_fraction("K")
    stripped = (alloy.composition.mole_fraction("Na") - sodium) * FARADAY_CONSTANT / alloy.composition.molar_mass
    assert stripped.values == pytest.approx(path.specific_capacity.values, abs=1e-6)


def test_capacity_to_the_liquidus_ends_at_the_liquid_window() -> None:
    path = stripping_path("NaK50")
    q = path.capacity_to_liquidus.item()
    window = liquid_window().isel(temperature=0).sel(side="upper")
    assert np.interp(q, path.specific_capacity, path.mass_fraction) == pytest.approx(window.mass_fraction.item())
    assert np.interp(q, path.specific_capacity, path.mole_fraction) == pytest.approx(window.mole_fraction.item())


def test_the_basis_of_the_composition_does_not_matter() -> None:
    w = np.array([0.1, 0.5, 0.8, 0.95])
    m_na, m_k = (element(symbol).molar_mass.value for symbol in ("Na", "K"))
    moles_k = w / m_k / (w / m_k + (1 - w) / m_na)
    for weight, mole in zip(w, moles_k, strict=True):
        by_mass = stripping_path(Alloy.from_mass_fractions(Na=1 - weight, K=weight))
        by_mole = stripping_path(Alloy.from_mole_fractions(Na=1 - mole, K=mole))
        assert by_mass.capacity_to_last_liquid == pytest.approx(float(by_mole.capacity_to_last_liquid))
        assert by_mass.mass_fraction.values[0] == pytest.approx(weight)


def test_two_half_paths_make_one() -> None:
    """Stripping to a composition and starting from that composition lead to the same crossing."""
    whole = stripping_path("NaK50")
    passed = 0.4 * whole.theoretical_capacity.item()
    sodium_mass = passed * element("Na").molar_mass.value / FARADAY_CONSTANT
    rest = stripping_path(Alloy.from_mass_fractions(K=0.5 / (1 - sodium_mass), Na=1 - 0.5 / (1 - sodium_mass)))
    for name in ("capacity_to_liquidus", "capacity_to_last_liquid", "theoretical_capacity"):
        assert passed + (1 - sodium_mass) * rest[name].item() == pytest.approx(whole[name].item())


def test_bound_potassium_is_the_same_as_an_alloy_made_without_it() -> None:
    full = Alloy.from_mole_fractions(Na=0.4, K=0.6)
    bound = stripping_path(full, potassium_in_carbon=0.2)
    lean = stripping_path(Alloy.from_mole_fractions(Na=0.5, K=0.5))
    ratio = 0.8 * (0.5 * (22.98977 + 39.0983)) / (0.4 * 22.98977 + 0.6 * 39.0983)
    assert bound.capacity_to_liquidus.item() == pytest.approx(ratio * lean.capacity_to_liquidus.item())
    assert bound.mole_fraction.values[0] == pytest.approx(0.5)


def test_metastable_equilibrium_is_never_lower_in_energy() -> None:
    x = np.linspace(0.05, 0.95, 19)
    for temperature in (250.0, 270.0):
        stable, metastable = (
            -FARADAY_CONSTANT
            * (
                x * electrode_potential(temperature, x, "Na+", suspend=s)
                + (1 - x) * electrode_potential(temperature, x, "K+", suspend=s)
            )
            for s in ((), ("Na2K",))
        )
        assert (metastable - stable >= -1e-8).all()
        assert (metastable - stable).max() > 1
