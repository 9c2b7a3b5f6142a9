"""Draws follow the covariance; chains find a known density, and say when they have not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.thermo import (
    ChainOptions,
    WeakPrior,
    fit_assessment,
    load_assessment,
    observation_table,
    parameter_draws,
    sample_posterior,
)
from alkanode.thermo.assessment.ensemble import split_r_hat, stretch
from alkanode.thermo.assessment.observables import Observer

SHORT = ChainOptions(ensembles=4, walkers=32, burn_in=60, steps=120)


@pytest.mark.parametrize("system", ["Na-K", "Li-Na", "Li-K", "Li-Na-K"])
def test_draws_have_the_mean_and_the_covariance_of_the_assessment(system: str) -> None:
    data = load_assessment(system)
    known = data.uncertainty
    assert known is not None
    draws = parameter_draws(system, 20_000, method="laplace")
    assert tuple(draws) == known.parameters
    assert set(draws) == set(data.parameters)
    values = np.array(list(draws.values()))
    covariance = np.array(known.covariance)
    width = np.sqrt(np.diag(covariance))
    centre = np.array([data.parameters[name] for name in draws])
    assert (values.mean(axis=1) - centre) / width == pytest.approx(np.zeros(len(width)), abs=0.03)
    ours, shipped = (c / np.outer(width, width) for c in (np.cov(values), covariance))
    assert ours == pytest.approx(shipped, abs=0.04)


def test_draws_of_different_binaries_are_independent() -> None:
    draws = parameter_draws("Li-Na-K", 20_000)
    pair = np.corrcoef(draws["liquid K-Na 0 constant"], draws["liquid Li-Na 0 constant"])[0, 1]
    assert abs(pair) < 0.03


def test_the_seed_decides() -> None:
    one, again, other = (parameter_draws("Na-K", 5, seed) for seed in (1, 1, 2))
    name = "liquid K-Na 0 slope"
    assert one[name].tolist() == again[name].tolist()
    assert one[name].tolist() != other[name].tolist()


def test_the_spread_of_an_observable_is_its_computed_uncertainty() -> None:
    table = observation_table("Na-K")
    values = Observer(load_assessment("Na-K"))(parameter_draws("Na-K", 2000, seed=4))
    assert np.isfinite(values).all()
    assert values.std(axis=1) == pytest.approx(table.computed_uncertainty.values, rel=0.1)


@pytest.mark.parametrize("system", ["Li-Na", "Li-Na-K"])
def test_draws_keep_the_invariants_of_lithium_and_sodium(system: str) -> None:
    """A covariance alone scatters the monotectic ten times too far; refits keep what was measured."""
    binary = load_assessment("Li-Na")
    seen = [one for one in binary.observations if one.in_fit]
    observed, width = (np.array([getattr(one, name) for one in seen]) for name in ("observed", "uncertainty"))
    names = set(binary.parameters)
    kept, blurred = (
        Observer(binary, seen)({n: v for n, v in parameter_draws(system, 200, method=m).items() if n in names})  # type: ignore[arg-type]
        for m in ("shipped", "laplace")
    )
    assert np.isfinite(kept).all()
    assert kept.mean(axis=1) == pytest.approx(observed, abs=0.25 * width.max(), rel=0.02)
    assert kept.std(axis=1) / width == pytest.approx(np.ones(len(seen)), abs=0.2)
    assert blurred.std(axis=1)[0] > 5 * width[0], "the monotectic temperature"


def test_samples_follow_the_coefficients_of_the_assessment_that_carries_them() -> None:
    data = load_assessment("Li-Na")
    name = "bcc_A2 Li-Na 0 constant"
    moved = parameter_draws(data.with_parameters({name: data.parameters[name] + 100}), 50, 3)
    assert moved[name] - parameter_draws(data, 50, 3)[name] == pytest.approx(np.full(50, 100.0))
    assert np.unique(parameter_draws(data, 300)[name]).size == 300, "each set once"
    assert parameter_draws(data, 1000)[name].size == 1000


@pytest.mark.slow
def test_shipped_samples_are_refits() -> None:
    data = load_assessment("Li-Na")
    assert data.uncertainty is not None
    again = parameter_draws(data, 4, seed=0, method="refits")
    for name, column in data.uncertainty.samples:
        width = np.std(column)
        shipped = data.parameters[name] + np.array(column[:4])
        assert again[name] == pytest.approx(shipped, abs=1e-3 * width), name


def test_planned_spread_of_the_liquid_window() -> None:
    """Planned at 25 degC: 0.141 +- 0.001 and 0.712 +- 0.005, with the weights of the fit taken for granted."""
    data = fit_assessment("Na-K").assessment
    seen = [o for o in data.observations if o.short.endswith("liquidus at 25 degC")]
    low, high = Observer(data, seen)(parameter_draws(data, 500)).std(axis=1)
    assert low == pytest.approx(0.001, abs=0.0005)
    assert high == pytest.approx(0.005, abs=0.0015)


def test_chains_of_an_almost_linear_problem_agree_with_its_covariance() -> None:
    posterior = sample_posterior("Li-K", options=SHORT)
    known = load_assessment("Li-K").uncertainty
    assert known is not None
    for i, name in enumerate(known.parameters):
        assert posterior.r_hat[name] < 1.05
        assert posterior.draws[name].std() == pytest.approx(known.covariance[i][i] ** 0.5, rel=0.25)
    assert 0.2 < posterior.acceptance < 0.9
    drawn = posterior.draws["liquid K-Li 0 constant"]
    assert drawn.shape == (SHORT.ensembles * SHORT.walkers * SHORT.steps,)


@pytest.mark.slow
def test_chains_of_sodium_and_potassium_confirm_the_covariance() -> None:
    posterior = sample_posterior("Na-K")
    known = fit_assessment("Na-K").assessment.uncertainty
    assert known is not None
    assert max(posterior.r_hat.values()) < 1.02
    for i, name in enumerate(known.parameters):
        assert posterior.draws[name].std() == pytest.approx(known.covariance[i][i] ** 0.5, rel=0.1)
    draws = parameter_draws("Na-K", 300, method="mcmc")
    assert draws["Na2K slope"].shape == (300,)


def test_a_prior_narrows_the_chains() -> None:
    narrow = dataclasses.replace(SHORT, prior=WeakPrior(constant=20e3, slope=0.1))
    slope = sample_posterior("Li-K", options=narrow).draws["liquid K-Li 0 slope"]
    assert slope.std() < 0.2


def test_chains_that_disagree_warn() -> None:
    with pytest.warns(DataQualityWarning, match="do not agree"):
        sample_posterior("Li-K", options=dataclasses.replace(SHORT, burn_in=0, steps=10, largest_r_hat=1.0001))


@pytest.mark.parametrize("bad", [{"walkers": 4}, {"walkers": 15}, {"ensembles": 1}, {"steps": 2}])
def test_chains_that_could_not_work_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(PhysicsError, match="an even number of walkers"):
        sample_posterior("Na-K", options=dataclasses.replace(SHORT, **bad))


def test_stretch_moves_sample_a_correlated_normal_distribution() -> None:
    mean, covariance = np.array([3.0, -1.0]), np.array([[1.0, 0.99], [0.99, 1.0]])
    inverse = np.linalg.inv(covariance)

    def density(sets: np.ndarray) -> np.ndarray:
        return -0.5 * np.einsum("ni,ij,nj->n", sets - mean, inverse, sets - mean)

    rng = np.random.default_rng(0)
    chains = stretch(density, mean + 0.1 * rng.standard_normal((4, 40, 2)), 1500, rng)
    kept = chains.draws[300:].reshape(-1, 2)
    assert kept.mean(axis=0) == pytest.approx(mean, abs=0.08)
    assert np.cov(kept.T) == pytest.approx(covariance, abs=0.12)
    assert split_r_hat(chains.draws[300:]) == pytest.approx([1, 1], abs=0.03)


def test_impossible_sets_are_never_kept() -> None:
    def density(sets: np.ndarray) -> np.ndarray:
        return np.where(sets[:, 0] > 0, -sets[:, 0], -np.inf)

    rng = np.random.default_rng(1)
    chains = stretch(density, rng.random((2, 20, 1)) + 0.1, 800, rng)
    assert (chains.draws > 0).all()
    assert chains.draws[100:].mean() == pytest.approx(1.0, abs=0.1)


def test_r_hat_sees_ensembles_that_sit_apart() -> None:
    rng = np.random.default_rng(2)
    draws = rng.standard_normal((200, 4, 10, 1)) + np.arange(4)[None, :, None, None]
    assert split_r_hat(draws)[0] > 1.3


@pytest.mark.parametrize("bad", [{"count": 0}, {"method": "guess"}])
def test_bad_requests(bad: dict[str, object]) -> None:
    with pytest.raises(PhysicsError, match="draw"):
        parameter_draws("Na-K", **bad)  # type: ignore[arg-type]


def test_an_assessment_without_uncertainty_says_so() -> None:
    bare = dataclasses.replace(load_assessment("Na-K"), uncertainty=None)
    with pytest.raises(PhysicsError, match="knows the uncertainty"):
        parameter_draws(bare)
    assert np.isnan(observation_table(bare).computed_uncertainty.values).all()


def test_chains_need_a_binary() -> None:
    with pytest.raises(PhysicsError, match="one by one"):
        parameter_draws("Li-Na-K", method="mcmc")
