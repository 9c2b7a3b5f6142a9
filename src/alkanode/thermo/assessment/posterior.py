"""Draws of an assessment's parameters, which carry its uncertainty to windows, capacities and potentials."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np

from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.thermo.assessment.data import Assessment, ParameterUncertainty
from alkanode.thermo.assessment.ensemble import split_r_hat, stretch
from alkanode.thermo.assessment.fit import fit_assessment
from alkanode.thermo.assessment.least_squares import Problem, WeakPrior
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.assessment.refits import refit_draws
from alkanode.thermo.conditions import Array

_FEWEST_STEPS = 4
_METHODS = ("shipped", "laplace", "refits", "mcmc")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainOptions:
    """How Markov chains sample the parameters.

    Attributes
    ----------
    ensembles, walkers
        Independent ensembles, and walkers in each. Four ensembles are enough to see a disagreement; many walkers cost
        little, since all of them are solved at once, and shorten the chains.
    burn_in, steps
        Steps that are thrown away, and steps that are kept. The walkers start from the covariance of the fit, so that
        little is lost at the beginning.
    prior
        Expectation of the coefficients; ``None`` is flat, as in the shipped fits.
    largest_r_hat
        Disagreement of the ensembles that gives a warning. The default, 1.05, means that the interval would shrink by
        about 5 % at most if the chains ran for ever. It compares ensembles that all start from the covariance of the fit:
        a posterior with longer tails than that (the solid of Li-Na) can pass before it is explored.
    """

    ensembles: int = 4
    walkers: int = 128
    burn_in: int = 200
    steps: int = 400
    prior: WeakPrior | None = None
    largest_r_hat: float = 1.05


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posterior:
    """Sampled parameters of a binary assessment.

    Attributes
    ----------
    draws
        Name of a parameter -> values (draw,), in random order.
    r_hat
        Name -> agreement of the independent ensembles; 1 is perfect.
    acceptance
        Share of the moves that were taken; 0.2 to 0.6 is healthy.
    """

    draws: dict[str, Array]
    r_hat: dict[str, float]
    acceptance: float


def parameter_draws(
    assessment: Assessment | str = "Na-K",
    count: int = 200,
    seed: int = 0,
    *,
    method: Literal["shipped", "laplace", "refits", "mcmc"] = "shipped",
) -> dict[str, Array]:
    """Draw sets of parameters as probable as the assessment's observations make them.

    Parameters
    ----------
    assessment
        An assessment, or the name of a shipped system.
    count
        Number of sets. The default, 200, finds the ends of a 95 % interval to about a sixth of its half width.
    seed
        Of the random numbers: the same seed gives the same draws.
    method
        ``"shipped"`` draws from what the assessment carries: its sampled sets where it has some (Li-Na, whose
        covariance would blur invariants that are known to 0.05 K by half a kelvin), else its covariance. ``"laplace"``
        draws from the covariance only. ``"refits"`` fits observations again that were moved by their ``uncertainty``, a
        few fits a second (:mod:`alkanode.thermo.assessment.refits`): the sets of Li-Na are such. ``"mcmc"`` samples the posterior of the observations with their ``uncertainty``
        and takes about half a minute (:func:`sample_posterior` gives its diagnostics); for Na-K it is narrower than what
        is shipped, since it takes the weights of the fit for granted.

    Returns
    -------
    dict
        Name of a parameter -> values (draw,), for ``BinaryModel.terms(T, parameters)`` with T of shape (draw,).

    Raises
    ------
    PhysicsError
        When the uncertainty is not known, for fewer than one draw, an unknown method, or ``"refits"`` or ``"mcmc"`` of a
        ternary system.

    Warns
    -----
    DataQualityWarning
        When the Markov chains do not agree.

    Examples
    --------
    >>> draws = parameter_draws("Na-K", 100)
    >>> draws["liquid K-Na 0 constant"].shape
    (100,)
    """
    data = load_assessment(assessment)
    if count < 1 or seed < 0 or method not in _METHODS:
        raise PhysicsError(
            f"at least one draw by one of {', '.join(_METHODS)}, and a seed of 0 or more, are needed",
            found=f"{count} draws by {method!r}, seed {seed}",
        )
    rng = np.random.default_rng(seed)
    if method == "refits":
        return refit_draws(fit_assessment(data).assessment, count, rng)[0]
    if method != "mcmc":
        known = _known(data)
        centre = np.array([data.parameters[name] for name in known.parameters])
        sets = centre + _normal(np.array(known.covariance), count, rng)
        drawn = dict(zip(known.parameters, sets.T, strict=True))
        return drawn if method == "laplace" else drawn | _resampled(data, known, count, rng)
    posterior = sample_posterior(data, seed=seed)
    size = next(iter(posterior.draws.values())).size
    chosen = rng.choice(size, count, replace=count > size)
    return {name: values[chosen] for name, values in posterior.draws.items()}


def sample_posterior(
    assessment: Assessment | str = "Na-K", *, options: ChainOptions | None = None, seed: int = 0
) -> Posterior:
    """Sample the parameters of a binary assessment with Markov chains.

    Parameters
    ----------
    assessment
        A binary assessment with observations, or the name of a shipped one. The density is that of normally distributed
        observations with their stated uncertainties.
    options
        Length of the chains and the prior.
    seed
        Of the random numbers.

    Returns
    -------
    Posterior

    Raises
    ------
    PhysicsError
        For a ternary system, fitted observations without uncertainty, or fewer than 2 ensembles, 4 steps, or twice as
        many walkers as parameters.

    Warns
    -----
    DataQualityWarning
        When the ensembles disagree (r-hat above ``options.largest_r_hat``).

    References
    ----------
    :cite:`GoodmanWeare2010`, :cite:`GelmanRubin1992`
    """
    chosen = options or ChainOptions()
    data = load_assessment(assessment)
    fit = fit_assessment(data, prior=chosen.prior)
    used = [one for one in fit.assessment.observations if one.in_fit]
    problem = Problem(fit.assessment, used, chosen.prior)
    _check(chosen, len(problem.names))

    def density(scaled: Array) -> Array:
        rows = problem.residuals(scaled)
        height = -0.5 * (rows**2).sum(axis=0)
        return np.where(np.isfinite(height), height, -np.inf)

    rng = np.random.default_rng(seed)
    covariance = fit.covariance / np.outer(problem.scale, problem.scale)
    shape = (chosen.ensembles, chosen.walkers, len(problem.names))
    start = problem.start + _normal(covariance, shape[0] * shape[1], rng).reshape(shape)
    chains = stretch(density, start, chosen.burn_in + chosen.steps, rng)
    kept = chains.draws[chosen.burn_in :]
    r_hat = dict(zip(problem.names, split_r_hat(kept).tolist(), strict=True))
    worst = max(r_hat, key=lambda name: r_hat[name])
    if r_hat[worst] > chosen.largest_r_hat:
        warnings.warn(
            f"the Markov chains of {data.name} do not agree (r-hat {r_hat[worst]:.3f} of {worst}); run more steps",
            DataQualityWarning,
            stacklevel=2,
        )
    sets = rng.permutation(kept.reshape(-1, len(problem.names))) * problem.scale
    return Posterior(draws=dict(zip(problem.names, sets.T, strict=True)), r_hat=r_hat, acceptance=chains.acceptance)


def _check(options: ChainOptions, parameters: int) -> None:
    few = options.ensembles < 2 or options.steps < _FEWEST_STEPS or options.walkers < 2 * parameters
    if few or options.walkers % 2:
        raise PhysicsError(
            f"at least 2 ensembles, {_FEWEST_STEPS} steps and an even number of walkers, {2 * parameters} or more, are needed",
            found=f"{options.ensembles} ensembles of {options.walkers} walkers, {options.steps} steps",
        )


def _known(assessment: Assessment) -> ParameterUncertainty:
    if assessment.uncertainty is None:
        raise PhysicsError(
            "an assessment that knows the uncertainty of its parameters is needed",
            found=assessment.name,
            todo="fit_assessment(...).assessment has one",
        )
    return assessment.uncertainty


def _resampled(
    assessment: Assessment, known: ParameterUncertainty, count: int, rng: np.random.Generator
) -> dict[str, Array]:
    """Draws of the parameters that have samples: rows at random, each once where there are enough."""
    if not known.samples:
        return {}
    size = len(known.samples[0][1])
    rows = rng.choice(size, count, replace=count > size)
    return {name: assessment.parameters[name] + np.array(column)[rows] for name, column in known.samples}


def _normal(covariance: Array, count: int, rng: np.random.Generator) -> Array:
    """Draws (count, parameter) of mean 0, by the eigenvectors of the correlations, which forgives rounded numbers."""
    width = np.sqrt(np.diag(covariance))
    width = np.where(width > 0, width, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(width, width))
    noise = rng.standard_normal((count, len(width))) * np.sqrt(np.clip(values, 0, None))
    drawn: Array = noise @ vectors.T * width
    return drawn
