"""Statements about random states of three metals."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.thermo import load_assessment
from alkanode.thermo.gibbs.model import ternary_model
from alkanode.thermo.gibbs.ternary_solution import TernaryTerms
from alkanode.thermo.ternary.kernel import Equilibria, equilibrate

MODEL = ternary_model(load_assessment("Li-Na-K"))

kelvin = st.floats(210, 990)
logarithms = st.lists(st.floats(-9, 0), min_size=3, max_size=3)
fractions = logarithms.map(lambda powers: 10.0 ** np.array(powers) / (10.0 ** np.array(powers)).sum())
suspended = st.sampled_from([(), ("Na2K",), ("bcc_A2",), ("liquid",)])


def at(temperature: float, x: np.ndarray, suspend: tuple[str, ...] = ()) -> Equilibria:
    return equilibrate(MODEL, np.array([temperature]), x[None], suspend)


@given(kelvin, fractions, suspended)
def test_nothing_is_lost(temperature: float, x: np.ndarray, suspend: tuple[str, ...]) -> None:
    """Lever rule: amounts are fractions of one and the phases hold the state's metals."""
    found = at(temperature, x, suspend)
    amount = found.fractions[0]
    assert (amount >= 0).all()
    assert abs(amount.sum() - 1) < 1e-9
    held = amount @ np.nan_to_num(found.compositions[0])
    assert np.allclose(held, x, rtol=1e-6, atol=1e-15)


@given(kelvin, fractions, suspended)
def test_one_plane_touches_the_phases_present(temperature: float, x: np.ndarray, suspend: tuple[str, ...]) -> None:
    """Common tangent: each metal has one potential in all phases, and no composition of a solution lies below the plane."""
    found = at(temperature, x, suspend)
    terms = MODEL.terms(np.array([temperature]))
    mu = found.potentials[0]
    for name, amount, composition in zip(found.phases, found.fractions[0], found.compositions[0], strict=True):
        solution = terms["bcc_A2" if name.startswith("bcc") else name.split("_")[0]]
        if amount > 1e-9 and isinstance(solution, TernaryTerms):
            assert np.allclose(solution.potentials(composition[None])[0], mu, rtol=0, atol=1e-3)
    net = np.random.default_rng(0).dirichlet([0.3, 0.3, 0.3], 500)
    for name, solution in terms.items():
        if name not in suspend and isinstance(solution, TernaryTerms):
            assert (solution.energy(net) - net @ mu).min() > -1e-3


@given(st.floats(250, 600), fractions, st.integers(0, 2))
@settings(max_examples=40)
def test_more_of_a_metal_never_lowers_its_potential(temperature: float, x: np.ndarray, element: int) -> None:
    """Convexity of the Gibbs energy of the equilibrium."""
    more = 0.9 * x + 0.1 * np.eye(3)[element]
    two = equilibrate(MODEL, np.full(2, temperature), np.stack([x, more]))
    assert two.potentials[1, element] >= two.potentials[0, element] - 1e-6


@given(st.floats(250, 600), fractions)
@settings(max_examples=40)
def test_potentials_follow_gibbs_and_duhem(temperature: float, x: np.ndarray) -> None:
    """Within one solution, sum x d mu = 0 along any change of composition."""
    terms = MODEL.terms(np.array([temperature]))["liquid"]
    assert isinstance(terms, TernaryTerms)
    change = np.array([1.0, -2.0, 1.0]) * 1e-4 * x.min()
    ahead, behind = terms.potentials((x + change)[None])[0], terms.potentials((x - change)[None])[0]
    scale = np.abs(x * (ahead - behind)).max()
    assert abs((x * (ahead - behind)).sum()) <= 1e-5 * scale + 1e-9


@given(kelvin, fractions)
@settings(max_examples=40)
def test_a_phase_by_itself_stays_as_it_is(temperature: float, x: np.ndarray) -> None:
    """A phase taken out of an equilibrium is at equilibrium with itself, at the same potentials."""
    found = at(temperature, x)
    for amount, composition in zip(found.fractions[0], found.compositions[0], strict=True):
        if amount > 1e-6 and np.isfinite(composition).all() and (composition > 0).all():
            alone = at(temperature, composition)
            assert np.allclose(alone.potentials, found.potentials, rtol=0, atol=0.05)
