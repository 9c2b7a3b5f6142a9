from __future__ import annotations

import math

import numpy as np
import pytest

from alkanode.foundation.errors import ConvergenceError, ExtrapolationWarning, PhysicsError
from alkanode.materials import Alloy
from alkanode.thermo import (
    binary_equilibrium,
    chemical_potential,
    invariants,
    liquid_fraction,
    load_assessment,
    phase_fractions,
)
from alkanode.thermo.binary import equilibrium
from alkanode.thermo.binary.equilibrium import equilibrate
from alkanode.thermo.binary.phase_map import phase_map
from alkanode.thermo.gibbs.model import gibbs_model

SYSTEMS = {"Na-K": (200.0, 400.0), "Li-Na": (200.0, 600.0), "Li-K": (200.0, 600.0)}


def random_states(system: str, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures and compositions, a third of them within 1e-11 to 0.1 of a pure element."""
    random = np.random.default_rng(seed)
    x = random.uniform(0, 1, count)
    x[::6] = 10 ** random.uniform(-11, -1, x[::6].size)
    x[1::6] = 1 - 10 ** random.uniform(-11, -1, x[1::6].size)
    return random.uniform(*SYSTEMS[system], count), x


@pytest.mark.parametrize("suspended", [(), ("bcc_A2",), ("liquid",)])
@pytest.mark.parametrize("system", SYSTEMS)
def test_random_states_are_those_of_the_tables(system: str, suspended: tuple[str, ...]) -> None:
    t, x = random_states(system, 1200, 7)
    chart = phase_map(load_assessment(system), suspended)
    found = equilibrate(chart.model, t, x, suspended)
    lines = chart.tie_lines(t)
    for number, phase in enumerate(found.phases):
        ours = np.where(found.left == number, 1 - found.right_fraction, 0.0)
        ours += np.where((found.right == number) & ~found.single, found.right_fraction, 0.0)
        stem = phase.split("_")[0]
        theirs = sum(lines.fraction(branch, x) for branch in chart.branches if branch.split("_")[0] == stem)
        assert ours == pytest.approx(theirs, abs=1e-9)
    mu = np.stack(lines.potentials(chart.model.terms(t), x), axis=-1)
    assert found.potentials == pytest.approx(mu, abs=1e-6)


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.ExtrapolationWarning")
@pytest.mark.parametrize("system", SYSTEMS)
def test_branches_are_named_as_in_the_tables(system: str) -> None:
    t, x = random_states(system, 200, 11)
    record = binary_equilibrium(t, x, system=system).phase_fraction
    table = phase_fractions(t, x, system=system).phase_fraction
    diagonal = {str(name): table.sel(phase=name).to_numpy().diagonal() for name in table.phase.values}
    for name in record.phase.values:
        assert record.sel(phase=name).values == pytest.approx(diagonal[str(name)], abs=1e-9)


@pytest.mark.parametrize("system", SYSTEMS)
def test_close_to_every_invariant(system: str) -> None:
    chart = phase_map(load_assessment(system))
    offsets = np.array([-0.1, -1e-3, -1e-6, 1e-6, 1e-3, 0.1])
    for point in invariants(system):
        t = np.repeat(point.temperature + offsets, 41)
        x = np.tile(np.linspace(0, 1, 41), offsets.size)
        if point.kind == "consolute":
            near = np.abs(t - point.temperature) < 1e-4  # the gap is narrower than 1e-3
            t, x = t[~near], x[~near]
        found = equilibrate(chart.model, t, x)
        liquid = np.where(found.left == 0, 1 - found.right_fraction, 0) + np.where(
            (found.right == 0) & ~found.single, found.right_fraction, 0
        )
        assert liquid == pytest.approx(chart.tie_lines(t).liquid_fraction(x), abs=1e-6)


@pytest.mark.parametrize(
    ("distance", "tolerance"), [(1e-4, 2e-3), (1e-3, 1e-5), (0.01, 1e-6), (0.1, 1e-9), (1.0, 1e-9)]
)
def test_the_gap_is_found_however_narrow(distance: float, tolerance: float) -> None:
    chart = phase_map(load_assessment("Li-Na"))
    t = chart.invariants[-1].temperature - distance
    lines = chart.tie_lines(np.array(t))
    x = np.linspace(lines.left[0] - 1e-3, lines.right[0] + 1e-3, 402)
    found = equilibrate(chart.model, np.full(x.size, t), x)
    inside = (x > lines.left[0]) & (x < lines.right[0])
    assert inside.any()
    assert (found.single == ~inside).all()
    assert found.right_fraction[inside] == pytest.approx(lines.fraction("liquid_Na", x)[inside], abs=tolerance)


def test_the_record() -> None:
    record = binary_equilibrium([270.0, 298.15], [[0.8], [0.1]])
    assert record.attrs["kind"] == "binary_equilibrium"
    assert record.sizes == {"state": 4, "phase": 4, "element": 2}
    assert record.phase_fraction.sum("phase").values == pytest.approx(1)
    assert record.mole_fraction.values == pytest.approx([0.2, 0.2, 0.9, 0.9])
    assert record.phase_mole_fraction.attrs["element"] == "K"
    assert record.chemical_potential.attrs["units"] == "J mol-1"
    assert "recalled" in record.attrs["label"]
    conserved = (record.phase_fraction * record.phase_mole_fraction.fillna(0)).sum("phase")
    assert conserved.values == pytest.approx(record.mole_fraction.values)
    absent = record.phase_fraction.values == 0
    assert np.isnan(record.phase_mole_fraction.values[absent]).all()


def test_an_alloy_in_the_liquid() -> None:
    record = binary_equilibrium("25 degC", Alloy.from_name("NaK50"))
    x = Alloy.from_name("NaK50").composition.mole_fraction("Na")
    assert record.phase_fraction.sel(phase="liquid").item() == 1
    for metal in ("Na", "K"):
        expected = float(chemical_potential(metal, "25 degC", x))
        assert record.chemical_potential.sel(element=metal).item() == pytest.approx(expected)


def test_pure_metals() -> None:
    record = binary_equilibrium(350.0, [0.0, 1.0])
    assert record.phase_fraction.sel(phase="liquid").values.tolist() == [1, 0]
    assert record.phase_fraction.sel(phase="bcc_Na").values.tolist() == [0, 1]
    assert record.chemical_potential.values.tolist() == [[0, -math.inf], [-math.inf, 0]]


def test_a_compound_alone() -> None:
    record = binary_equilibrium(250.0, 2 / 3)
    assert record.phase_fraction.sel(phase="Na2K").item() == 1
    assert record.phase_mole_fraction.sel(phase="Na2K").item() == pytest.approx(1 / 3)
    without = binary_equilibrium(250.0, 2 / 3, suspend=("Na2K",))
    assert "Na2K" not in without.phase
    assert "metastable without Na2K" in without.attrs["label"]


def test_two_liquids() -> None:
    record = binary_equilibrium(500.0, 0.5, system="Li-Na")
    present = record.phase.values[record.phase_fraction.values[0] > 0].tolist()
    assert present == ["liquid_Na", "liquid_Li"]
    rich = record.phase_mole_fraction.sel(phase=present).values[0]
    assert rich[0] < 0.5 < rich[1]
    one = binary_equilibrium(590.0, 0.5, system="Li-Na")
    assert one.phase_fraction.sel(phase="liquid").item() == 1


def test_draws_do_not_need_the_topology_of_the_assessment() -> None:
    """Of two compounds of the same composition range one is stable only for the second draw."""
    data = load_assessment("Na-K")
    draws = {"Na2K constant": data.parameters["Na2K constant"] + np.array([0.0, 600.0])}
    found = equilibrate(gibbs_model(data), np.full(2, 270.0), np.full(2, 0.75), (), draws)
    assert found.phases[found.left[0]] == "Na2K"
    assert found.phases[found.left[1]] == "liquid"


def test_no_states_at_all() -> None:
    assert binary_equilibrium(300.0, []).sizes["state"] == 0


def test_broken_input() -> None:
    with pytest.raises(PhysicsError, match="0 to 1"):
        binary_equilibrium(300.0, [-0.1, 0.5])
    with pytest.raises(PhysicsError, match="kelvin"):
        binary_equilibrium(25.0, 0.5)
    with pytest.raises(PhysicsError, match="LiNa"):
        binary_equilibrium(300.0, 0.5, suspend=("LiNa",))
    with pytest.raises(PhysicsError, match="two elements"):
        binary_equilibrium(300.0, 0.5, system="Li-Na-K")
    with pytest.warns(ExtrapolationWarning) as caught:
        binary_equilibrium(220.0, 0.5)
    assert caught[0].filename == __file__


def test_a_state_that_does_not_settle_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equilibrium, "_BELOW", -1.0)  # no tangent is good enough
    with pytest.raises(ConvergenceError, match="1 of 1 states"):
        binary_equilibrium(300.0, 0.5)


def test_the_tables_are_the_same_function() -> None:
    t, x = np.linspace(245, 330, 12)[:, None], np.linspace(0.02, 0.98, 9)
    record = binary_equilibrium(t, x)
    assert record.phase_fraction.sel(phase="liquid").values == pytest.approx(liquid_fraction(t, x).ravel(), abs=1e-10)
