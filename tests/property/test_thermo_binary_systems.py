"""Statements about random states of all three binary systems: identities of thermodynamics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alkanode.thermo import load_assessment
from alkanode.thermo.binary.branches import phase_of
from alkanode.thermo.binary.equilibrium import equilibrate
from alkanode.thermo.binary.lever_rule import ABSENT
from alkanode.thermo.binary.phase_map import phase_map
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.model import gibbs_model

systems = st.sampled_from(["Na-K", "Li-Na", "Li-K"])
kelvin = st.floats(200, 700)
fraction = st.floats(0, 1)
log_odds = st.floats(-20, 20)
phases = st.sampled_from(["liquid", "bcc_A2"])


def composition(u: float) -> np.ndarray:
    return np.array(1 / (1 + np.exp(-u)))


@given(systems, phases, kelvin, log_odds)
def test_gibbs_duhem(system: str, phase: str, t: float, u: float) -> None:
    """x_1 dmu_1 + x_2 dmu_2 = 0 along composition, and the stiffness is the slope of mu_2 - mu_1 per log-odds."""
    terms, h = gibbs_model(load_assessment(system)).solution(phase, np.array(t)), 1e-4
    x = composition(u)
    low, high = (terms.potentials(composition(u + s), composition(-u - s)) for s in (-h, h))
    d_1, d_2 = ((high[k] - low[k]) / (2 * h) for k in (0, 1))
    assert (1 - x) * d_1 + x * d_2 == pytest.approx(0, abs=1e-2)
    assert d_2 - d_1 == pytest.approx(float(terms.potentials(x, composition(-u))[2]), abs=1e-2)


@given(systems, phases, kelvin, log_odds)
def test_energy_is_the_sum_of_the_potentials(system: str, phase: str, t: float, u: float) -> None:
    terms, x = gibbs_model(load_assessment(system)).solution(phase, np.array(t)), composition(u)
    mu_1, mu_2, _ = terms.potentials(x)
    assert (1 - x) * mu_1 + x * mu_2 == pytest.approx(float(terms.energy(x)), abs=1e-7)


@given(systems, kelvin)
def test_every_tie_line_is_a_common_tangent(system: str, t: float) -> None:
    chart = phase_map(load_assessment(system))
    lines, terms = chart.tie_lines(np.array(t)), chart.model.terms(np.array(t))
    for place in np.flatnonzero(lines.left != ABSENT[0]):
        ends = []
        for branch, x in ((lines.left_branch, lines.left), (lines.right_branch, lines.right)):
            entry = terms[phase_of(chart.branches[branch[place]])]
            if isinstance(entry, SolutionTerms):
                ends.append(entry.potentials(x[place])[:2])
            else:
                compound, c = float(entry), x[place]
        if len(ends) == 2:
            # the dilute end is only as good as the rounding of 1 - x
            rounding = 1e-5 + 8.3145 * t * 1e-15 / min(lines.left[place], 1 - lines.right[place])
            assert np.subtract(*ends) == pytest.approx(0, abs=rounding)
        else:
            assert (1 - c) * ends[0][0] + c * ends[0][1] == pytest.approx(compound, abs=1e-6)


@given(systems, kelvin, st.lists(fraction, min_size=1, max_size=20))
def test_lever_rule(system: str, t: float, x: list[float]) -> None:
    """Both metals are conserved, amounts are fractions of one, and no more than two phases coexist."""
    at = np.array(x)
    found = equilibrate(gibbs_model(load_assessment(system)), np.full(at.size, t), at)
    amount = found.right_fraction
    assert ((amount >= 0) & (amount <= 1)).all()
    assert (1 - amount) * found.x_left + amount * found.x_right == pytest.approx(at, abs=1e-12)
    lines = phase_map(load_assessment(system)).tie_lines(np.array(t))
    amounts = np.stack([lines.fraction(branch, at) for branch in lines.branches])
    assert amounts.min() >= 0
    assert amounts.sum(axis=0) == pytest.approx(1, abs=1e-12)
    assert ((amounts > 1e-12).sum(axis=0) <= 2).all()


@given(systems, kelvin)
def test_the_energy_of_the_system_is_convex(system: str, t: float) -> None:
    x = np.linspace(0.001, 0.999, 201)
    found = equilibrate(gibbs_model(load_assessment(system)), np.full(x.size, t), x)
    energy = (1 - x) * found.potentials[:, 0] + x * found.potentials[:, 1]
    assert np.diff(energy, 2).min() > -1e-7
    assert (np.diff(found.potentials[:, 0]) < 1e-6).all()  # less of an element: a lower potential
    assert (np.diff(found.potentials[:, 1]) > -1e-6).all()


@given(systems, kelvin, st.floats(1e-4, 1 - 1e-4))
def test_no_phase_lies_below_the_tangent(system: str, t: float, x: float) -> None:
    model = gibbs_model(load_assessment(system))
    mu_1, mu_2 = equilibrate(model, np.array([t]), np.array([x])).potentials[0]
    grid = composition(np.linspace(-20, 20, 401))
    terms = model.terms(np.array(t))
    for name, entry in terms.items():
        if isinstance(entry, SolutionTerms):
            assert (entry.energy(grid) - (1 - grid) * mu_1 - grid * mu_2).min() > -1e-5
        else:
            c = model.compounds[name]
            assert float(entry) - (1 - c) * mu_1 - c * mu_2 > -1e-5


@given(systems, kelvin, log_odds)
def test_both_ways_to_an_equilibrium_agree(system: str, t: float, u: float) -> None:
    chart, x = phase_map(load_assessment(system)), composition(u)
    found = equilibrate(chart.model, np.array([t]), np.array([float(x)]))
    lines = chart.tie_lines(np.array(t))
    mu = np.stack(lines.potentials(chart.model.terms(np.array(t)), np.array(float(x))))
    assert found.potentials[0] == pytest.approx(mu, abs=1e-5)


@given(systems, st.floats(300, 600), st.lists(st.floats(-0.02, 0.02), min_size=1, max_size=4))
def test_a_tie_line_of_a_draw_is_a_common_tangent_of_its_own_energies(
    system: str, t: float, shifts: list[float]
) -> None:
    data = load_assessment(system)
    chart, name = phase_map(data), next(iter(data.parameters))
    draw = {name: data.parameters[name] * (1 + np.array(shifts))}
    lines, terms = chart.tie_lines(np.array(t), draw), chart.model.terms(np.full(len(shifts), t), draw)
    used = lines.left[:, 0] != ABSENT[0]
    for place in np.flatnonzero(used):
        left, right = lines.left[place], lines.right[place]
        found = ~np.isnan(left)
        assert (lines.failed | found).all()
        ends = [
            entry.potentials(x)[:2]
            for branch, x in ((lines.left_branch[place, 0], left), (lines.right_branch[place, 0], right))
            if isinstance(entry := terms[phase_of(chart.branches[branch])], SolutionTerms)
        ]
        rounding = 1e-5 + 8.3145 * t * 1e-15 / np.fmin(left, 1 - right)[found].min(initial=1.0)
        assert np.abs(np.subtract(*ends))[:, found].max(initial=0.0) < rounding
        assert (left < right)[found].all()


@given(systems, st.floats(300, 600), st.floats(-0.02, 0.02), fraction)
def test_a_draw_is_an_assessment_of_its_own(system: str, t: float, shift: float, x: float) -> None:
    data = load_assessment(system)
    name = next(iter(data.parameters))
    moved = data.parameters[name] * (1 + shift)
    state = np.array([t, t]), np.array([x, x])
    drawn = equilibrate(gibbs_model(data), *state, (), {name: np.array([moved, data.parameters[name]])})
    own = [equilibrate(gibbs_model(each), *state) for each in (data.with_parameters({name: moved}), data)]
    for row, each in enumerate(own):
        assert drawn.right_fraction[row] == pytest.approx(each.right_fraction[0], abs=1e-9)
        assert drawn.x_left[row] == pytest.approx(each.x_left[0], abs=1e-9)
