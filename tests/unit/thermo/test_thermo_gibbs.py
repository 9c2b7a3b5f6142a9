from __future__ import annotations

import numpy as np
import pytest

from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy
from alkanode.thermo import chemical_potential, gibbs_curvature, gibbs_energy, load_assessment
from alkanode.thermo.gibbs.model import gibbs_model


@pytest.mark.parametrize(
    ("x", "mu_na", "mu_k"), [(0.141, -2587, -86), (0.30, -1144, -469), (0.50, -426, -931), (0.70, -56, -1489)]
)
def test_potentials_of_the_liquid_at_25_degc(x: float, mu_na: float, mu_k: float) -> None:
    assert chemical_potential("Na", "25 degC", x) == pytest.approx(mu_na, abs=1)
    assert chemical_potential("K", "25 degC", x) == pytest.approx(mu_k, abs=1)


def test_raw_energies_of_the_pure_metals() -> None:
    t = np.array([298.15])
    model = gibbs_model(load_assessment())
    assert model.unary("K", "bcc_A2", t) == pytest.approx(-19284, abs=2)
    assert model.unary("Na", "bcc_A2", t) == pytest.approx(-15295, abs=50)


@pytest.mark.parametrize(("element", "melting"), [("K", 336.53), ("Na", 370.87)])
def test_unary_functions_join_at_the_melting_point(element: str, melting: float) -> None:
    model = gibbs_model(load_assessment())
    t = np.array([melting - 1e-7, melting + 1e-7])
    for phase in ("liquid", "bcc_A2"):
        below, above = model.unary(element, phase, t)
        assert below == pytest.approx(above, abs=0.01)
    assert model.unary(element, "liquid", t)[0] == pytest.approx(model.unary(element, "bcc_A2", t)[0], abs=0.01)


def test_mixed_segments_equal_one_by_one() -> None:
    model = gibbs_model(load_assessment())
    t = np.array([250.0, 336.53, 400.0, 300.0])
    together = model.unary("K", "liquid", t)
    assert together == pytest.approx([model.unary("K", "liquid", np.array([each])).item() for each in t])


def test_stable_pure_elements_are_the_zero() -> None:
    assert gibbs_energy(300.0, [0.0, 1.0], "bcc_A2") == pytest.approx([0, 0], abs=1e-9)
    assert gibbs_energy(400.0, [0.0, 1.0], "liquid") == pytest.approx([0, 0], abs=1e-9)
    assert (gibbs_energy(300.0, [0.0, 1.0], "liquid") > 0).all()


def test_compound_has_one_composition() -> None:
    assert gibbs_energy(270.0, 2 / 3, "Na2K") == pytest.approx((-731.042 - 0.78697 * 270) / 3)
    with pytest.raises(PhysicsError, match="only"):
        gibbs_energy(270.0, 0.5, "Na2K")
    with pytest.raises(PhysicsError, match="solution"):
        chemical_potential("Na", 270.0, 2 / 3, "Na2K")


def test_arrays_broadcast() -> None:
    grid = gibbs_energy(np.linspace(250, 350, 5)[:, None], np.linspace(0, 1, 7)[None, :], "bcc_A2")
    assert grid.shape == (5, 7)
    assert grid[3, 2] == pytest.approx(float(gibbs_energy(325.0, 2 / 6, "bcc_A2")))


def test_alloys_are_compositions() -> None:
    alloy = Alloy.from_name("Na50K50")
    assert gibbs_energy("25 degC", alloy) == gibbs_energy(298.15, 0.5)


def test_absent_metal_has_no_finite_potential() -> None:
    assert chemical_potential("Na", 300.0, 0.0) == -np.inf
    assert gibbs_curvature(300.0, 0.0) == np.inf


@pytest.mark.parametrize("temperature", [199.0, 1001.0, np.nan, -5.0, 25.0])
def test_temperatures_outside_the_functions(temperature: float) -> None:
    with pytest.raises(PhysicsError, match="200 to 1000 K"):
        gibbs_energy(temperature, 0.5)


@pytest.mark.parametrize("x", [-0.1, 1.1, np.nan, "half", None])
def test_compositions_that_are_none(x: object) -> None:
    with pytest.raises(PhysicsError, match="mole fraction"):
        gibbs_energy(300.0, x)  # type: ignore[arg-type]


def test_other_elements_and_phases() -> None:
    with pytest.raises(PhysicsError, match="Li"):
        gibbs_energy(300.0, Alloy.from_mole_fractions(Li=0.1, Na=0.9))
    with pytest.raises(PhysicsError, match="element of Na-K"):
        chemical_potential("Li", 300.0, 0.5)
    with pytest.raises(PhysicsError, match="hcp"):
        gibbs_energy(300.0, 0.5, "hcp")
