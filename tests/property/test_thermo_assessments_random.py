"""Random parameters: what is called an equilibrium has equal chemical potentials, whatever the coefficients are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alkanode.thermo import fit_assessment, load_assessment, parameter_draws
from alkanode.thermo.assessment.coexistence import coexisting, phase_of
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.model import gibbs_model

CASES = {
    "Na-K": [("bcc_K", "liquid"), ("bcc_Na", "liquid")],
    "Li-Na": [("bcc_Na", "liquid_Na"), ("bcc_Li", "liquid_Li")],
}


@settings(max_examples=40)
@given(
    st.sampled_from([(system, pair) for system, pairs in CASES.items() for pair in pairs]),
    st.floats(285.0, 330.0),
    st.integers(0, 10_000),
    st.floats(0.1, 3.0),
)
def test_coexisting_phases_have_equal_chemical_potentials(
    case: tuple[str, tuple[str, str]], kelvin: float, seed: int, width: float
) -> None:
    system, pair = case
    data = load_assessment(system)
    draws = parameter_draws(data, 4, seed)
    moved = {name: data.parameters[name] + width * (values - data.parameters[name]) for name, values in draws.items()}
    guess = np.full((2, 4, 2), 0.5)
    rich = data.elements.index(pair[0][-2:] if pair[0][-2:] in data.elements else pair[0][-1:])
    guess[0, :, rich], guess[0, :, 1 - rich] = 0.98, 0.02
    guess[1, :, rich], guess[1, :, 1 - rich] = 0.7, 0.3
    found = coexisting(data, pair, guess, np.full(4, kelvin), moved, invariant=False)
    solved = np.isfinite(found.temperature)
    assume(solved.any())
    terms = gibbs_model(data).terms(np.full(4, kelvin), moved)
    potentials = []
    for place, branch in enumerate(pair):
        entry = terms[phase_of(branch, data)]
        assert isinstance(entry, SolutionTerms)
        mu_1, mu_2, _ = entry.potentials(found.compositions[place, :, 1])
        potentials.append(np.stack([mu_1, mu_2])[:, solved])
    assert potentials[0] == pytest.approx(potentials[1], abs=1e-5)
    assert found.compositions[:, solved].sum(axis=-1) == pytest.approx(1)


@settings(max_examples=8)
@given(st.integers(0, 1000))
def test_any_start_near_the_fit_leads_to_the_same_fit(seed: int) -> None:
    draws = parameter_draws("Na-K", 1, seed)
    fit = fit_assessment("Na-K", start={name: float(value[0]) for name, value in draws.items()})
    shipped = load_assessment("Na-K").parameters
    for name, error in fit.standard_errors.items():
        assert fit.parameters[name] == pytest.approx(shipped[name], abs=0.01 * error), name
