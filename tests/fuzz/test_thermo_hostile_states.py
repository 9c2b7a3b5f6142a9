"""States as a hurried user writes them: an answer or an error of ours, and never an answer to another question."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alkanode.foundation.errors import AlkanodeError, PhysicsError
from alkanode.materials import Alloy
from alkanode.thermo import (
    binary_equilibrium,
    electrode_potential,
    gibbs_curvature,
    invariants,
    liquid_fraction,
    phase_diagram,
    phase_fractions,
    tie_line_table,
)

T = 298.15
MASKED = np.ma.MaskedArray([0.5, 0.2], mask=[False, True])


@pytest.mark.parametrize(
    "x",
    [-0.1, 50, np.nan, np.inf, 0.5 + 0j, np.array([0.5 + 0j]), MASKED, np.ma.masked, True, None, "NaK50", {"Na": 1}],
)
def test_fractions_that_are_none(x: Any) -> None:
    for function in (liquid_fraction, phase_fractions, binary_equilibrium, electrode_potential, gibbs_curvature):
        with pytest.raises(PhysicsError, match="mole fraction"):
            function(T, x)


@pytest.mark.parametrize(
    "t",
    [
        25.0,
        -5,
        0,
        np.nan,
        np.inf,
        "25",
        "warm",
        300 + 0j,
        np.array([300 + 5j]),
        np.ma.MaskedArray([300.0], mask=[True]),
        None,
    ],
)
def test_temperatures_that_are_none(t: Any) -> None:
    for function in (liquid_fraction, phase_fractions, binary_equilibrium, electrode_potential):
        with pytest.raises(AlkanodeError, match="temperature"):
            function(t, 0.5)
    with pytest.raises(AlkanodeError, match="temperature"):
        tie_line_table(t)


def test_texts_may_stand_in_an_array() -> None:
    assert liquid_fraction(np.array(["25 degC", "300 K"]), 0.1) == pytest.approx(liquid_fraction([298.15, 300.0], 0.1))


def test_a_field_of_the_other_element_is_not_swapped() -> None:
    """Records carry fractions of the first element, functions take those of the second."""
    record = binary_equilibrium(T, [0.2, 0.6])
    for name in ("mole_fraction", "mass_fraction"):
        with pytest.raises(PhysicsError, match="of K"):
            liquid_fraction(T, record[name])
    with pytest.raises(PhysicsError, match="a field in degC"):
        liquid_fraction(record.temperature.assign_attrs(units="degC"), 0.2)
    expected = liquid_fraction(T, np.array([0.2, 0.6]))
    assert liquid_fraction(record.temperature, 1 - record.mole_fraction.to_numpy()) == pytest.approx(expected)


def test_one_suspended_phase_needs_no_tuple() -> None:
    assert liquid_fraction(270.0, 0.6, suspend="Na2K") == liquid_fraction(270.0, 0.6, suspend=("Na2K",))  # type: ignore[arg-type]
    assert invariants(suspend="Na2K") == invariants(suspend=("Na2K",))  # type: ignore[arg-type]
    found, expected = (phase_diagram("Na-K", (250.0, 300.0), suspend=given) for given in ("Na2K", ("Na2K",)))  # type: ignore[arg-type]
    assert found.identical(expected)
    for bad in (5, None, ("bcc_Na",), "LIQUID", ("liquid", "bcc_A2")):
        with pytest.raises(PhysicsError):
            binary_equilibrium(270.0, 0.6, suspend=bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("x", [0.0, 5e-324, 1e-300, 1e-17, 1 - 2**-53, 1.0])
def test_ends_of_the_scale(x: float) -> None:
    assert liquid_fraction(T, x) == 0
    record = binary_equilibrium(T, x)
    assert record.phase_fraction.sum().item() == 1
    assert gibbs_curvature(T, x) > 0
    assert electrode_potential(T, x, "Na+") >= 0


@pytest.mark.parametrize("temperature", [245.0, 270.0, 279.9])
def test_a_compound_has_one_answer(temperature: float) -> None:
    """Exactly at Na2K potentials lie between two tie lines; both ways to them take the one towards K."""
    record = binary_equilibrium(temperature, 2 / 3)
    assert record.phase_fraction.sel(phase="Na2K").item() == 1
    for ion in ("K+", "Na+"):
        potential = record.chemical_potential.sel(element=ion[:-1]).item() / -96485.33212
        assert potential == pytest.approx(float(electrode_potential(temperature, 2 / 3, ion)), abs=1e-9)
        assert potential == pytest.approx(float(electrode_potential(temperature, 2 / 3 - 1e-6, ion)), abs=1e-9)


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.ExtrapolationWarning")
@pytest.mark.parametrize("system", ["Na-K", "Li-Na", "Li-K"])
@pytest.mark.parametrize("beside", [-1e-5, 0.0, 1e-5])
def test_states_at_invariants(system: str, beside: float) -> None:
    for point in invariants(system):
        x = np.unique([*point.compositions, 0.0, 1e-9, 0.5, 1 - 1e-9, 1.0])
        t = point.temperature + beside
        table, state = (function(t, x, system=system) for function in (phase_fractions, binary_equilibrium))
        assert table.phase_fraction.sum("phase").to_numpy() == pytest.approx(1, abs=1e-9)
        assert state.phase_fraction.sum("phase").to_numpy() == pytest.approx(1, abs=1e-9)
        if beside and point.kind != "consolute":
            liquid = [name for name in state.phase.values if str(name).startswith("liquid")]
            found = state.phase_fraction.sel(phase=liquid).sum("phase").to_numpy()
            assert found == pytest.approx(liquid_fraction(t, x, system=system), abs=1e-6)


def test_alloys_arrays_and_names_agree() -> None:
    for name, x in (("Na30K70", 0.3), ("K0.7Na0.3", 0.3)):
        alloy = Alloy.from_name(name)
        for given in (alloy, alloy.composition):
            assert liquid_fraction(285.0, given) == pytest.approx(liquid_fraction(285.0, x), abs=1e-12)
    by_mass = Alloy.from_name("NaK80")
    by_mole = Alloy.from_mole_fractions(
        K=by_mass.composition.mole_fraction("K"), Na=by_mass.composition.mole_fraction("Na")
    )
    assert liquid_fraction(280.5, by_mass) == pytest.approx(float(liquid_fraction(280.5, by_mole)), abs=1e-12)
    for system in ("Na-K", "K-Na"):
        assert liquid_fraction(280.5, by_mass, system=system) == liquid_fraction(280.5, by_mass)
