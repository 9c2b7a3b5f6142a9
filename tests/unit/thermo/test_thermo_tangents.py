from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alkanode.foundation.errors import ConvergenceError, ExtrapolationWarning
from alkanode.thermo import invariants, load_assessment, phase_fractions
from alkanode.thermo.assessment.data import Interaction
from alkanode.thermo.binary.phase_map import phase_map
from alkanode.thermo.binary.tangents import common_tangent, tangent_slope
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.model import gibbs_model


def ideal(melting: tuple[float, float], t: np.ndarray) -> SolutionTerms:
    pure = (np.full_like(t, melting[0]), np.full_like(t, melting[1]))
    return SolutionTerms(rt=8.314 * t, pure=pure, interaction=(np.zeros_like(t),))


def test_ideal_solutions_have_the_textbook_tie_line() -> None:
    t = np.array([300.0, 400.0])
    terms = {"a": ideal((0.0, 500.0), t), "b": ideal((300.0, 0.0), t)}
    left, right = common_tangent(terms, {}, ("a", "b"), (np.array([0.1, 0.1]), np.array([0.9, 0.9])))
    k_1, k_2 = np.exp(300 / (8.314 * t)), np.exp(-500 / (8.314 * t))
    assert right == pytest.approx((1 - k_1) / (k_2 - k_1))
    assert left == pytest.approx(k_2 * right)


def test_two_compounds_and_the_slope_between_them() -> None:
    t = np.array([300.0])
    terms = {"AB": np.array([-900.0]), "AB2": np.array([-1000.0])}
    compounds = {"AB": 0.5, "AB2": 2 / 3}
    left, right = common_tangent(terms, compounds, ("AB", "AB2"), (t, t))
    assert (left, right) == (pytest.approx(0.5), pytest.approx(2 / 3))
    assert tangent_slope(terms, compounds, ("AB", "AB2"), left, right) == pytest.approx(-600)


def test_a_symmetric_gap() -> None:
    t = np.array([300.0])
    gap = dataclasses.replace(ideal((0.0, 0.0), t), interaction=(np.array([8000.0]),))
    left, right = common_tangent({"s": gap}, {}, ("s", "s"), (np.array([0.05]), np.array([0.95])))
    assert left == pytest.approx(1 - right)
    assert np.log(left / (1 - left)) == pytest.approx(-8000 * (1 - 2 * left) / (8.314 * 300))


def test_no_tangent_is_an_error_not_a_number() -> None:
    t = np.array([300.0])
    terms = {"a": ideal((0.0, 0.0), t), "b": ideal((500.0, 500.0), t), "c": np.array([5000.0])}
    guess = (np.array([0.3]), np.array([0.7]))
    with pytest.raises(ConvergenceError, match="a and b"):
        common_tangent(terms, {}, ("a", "b"), guess)
    with pytest.raises(ConvergenceError, match="a and c"):
        common_tangent(terms, {"c": 0.7}, ("a", "c"), guess)


def test_tie_lines_that_shrink_to_a_pure_metal_beside_ordinary_ones() -> None:
    melting = invariants()[2].temperature
    lines = phase_map(load_assessment()).tie_lines(np.array([melting - 1e-10, melting - 1.0]))
    assert 0 <= lines.left[0, 0] < 1e-9
    assert lines.left[0, 1] == pytest.approx(0.0009, abs=1e-4)


def test_interactions_of_higher_order_have_consistent_derivatives() -> None:
    data = load_assessment()
    extra = tuple(
        Interaction(
            phase="liquid",
            elements=data.elements,
            order=order,
            constant=value,
            slope=0.3,
            unit="",
            source="",
            trust=t,
            in_fit=False,
        )
        for order, value, t in ((2, 700.0, data.weakest_trust), (3, -400.0, data.weakest_trust))
    )
    model = gibbs_model(dataclasses.replace(data, interactions=data.interactions + extra))
    x, h, t = np.linspace(0.05, 0.95, 19), 1e-4, np.array(310.0)
    terms = model.solution("liquid", t)
    slope = (terms.energy(x + h) - terms.energy(x - h)) / (2 * h)
    bend = (terms.energy(x + h) - 2 * terms.energy(x) + terms.energy(x - h)) / h**2
    mu_1, mu_2, stiffness = terms.potentials(x)
    assert mu_2 - mu_1 == pytest.approx(slope, abs=1e-2)
    assert (1 - x) * mu_1 + x * mu_2 == pytest.approx(terms.energy(x))
    assert stiffness / (x * (1 - x)) == pytest.approx(bend, rel=1e-4, abs=1)


@pytest.mark.parametrize(
    ("constant", "kinds"),
    [
        (-500.0, ["eutectic", "peritectic", "melting", "melting"]),
        (-200.0, ["peritectoid", "eutectic", "melting", "melting"]),
    ],
)
def test_a_compound_of_another_composition(constant: float, kinds: list[str]) -> None:
    data = load_assessment()
    phases = tuple(
        dataclasses.replace(p, name="NaK", atoms=(("Na", 1), ("K", 1))) if p.model == "compound" else p
        for p in data.phases
    )
    compound = dataclasses.replace(data.compounds[0], phase="NaK", constant=constant, slope=0.5)
    made_up = dataclasses.replace(data, phases=phases, compounds=(compound,))
    assert [point.kind for point in invariants(made_up)] == kinds
    with pytest.warns(ExtrapolationWarning):
        amounts = phase_fractions(210.0, [0.5, 0.75], system=made_up).phase_fraction.sel(phase="NaK")
    assert amounts.values[0, 0] == pytest.approx(1)
    assert 0 < amounts.values[0, 1] < 1
