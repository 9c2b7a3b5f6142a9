"""Draws from the posterior by an ensemble of walkers, with what speaks for and against their number."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alkanode.foundation.runtime import NoProgress, Progress, require
from alkanode.numerics.gaussian_fit import GaussianFit
from alkanode.studies.calibration.problem import Problem

Floats = npt.NDArray[np.float64]

FEWEST_WALKERS = 10
INDEPENDENT = 0.7
"""Share of moves that are drawn afresh from a wide shape around the best place; the others stretch between walkers. Where the
posterior looks like that shape, most fresh ones are accepted, and draws are nearly independent."""

DEGREES = 5.0
"""Of Student's distribution, the wide shape."""

BURN = 0.2
"""Share of the draws asked for that is run before and thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Draws in coordinates.

    Attributes
    ----------
    place
        (walker, step, coordinate).
    log_posterior
        (walker, step).
    autocorrelation_time
        (coordinate,) in steps of a walker.
    acceptance
        Mean share of accepted moves.
    """

    place: Floats
    log_posterior: Floats
    autocorrelation_time: Floats
    acceptance: float

    @property
    def effective(self) -> Floats:
        """(coordinate,) number of draws over the autocorrelation time."""
        walkers, steps, _ = self.place.shape
        return np.asarray(walkers * steps / np.maximum(self.autocorrelation_time, 1.0))

    @property
    def split_r_hat(self) -> Floats:
        """(coordinate,) spread between halves of walkers over that within; 1 where they agree."""
        half = self.place.shape[1] // 2
        parts = np.concatenate([self.place[:, :half], self.place[:, -half:]])
        within = parts.var(axis=1, ddof=1).mean(axis=0)
        between = parts.mean(axis=1).var(axis=0, ddof=1)
        return np.asarray(np.sqrt(1 - 1 / half + between / within))


def draw(problem: Problem, fit: GaussianFit, samples: int, *, seed: int, progress: Progress | None = None) -> Draws:
    """Draw from the posterior.

    Parameters
    ----------
    problem
        What is drawn from.
    fit
        Its best place; walkers start around it as wide as the Gaussian there, or as the prior where that is narrower.
    samples
        Draws kept, about.
    seed
        Of the random numbers.
    progress
        Told of every step.

    Returns
    -------
    Draws

    Notes
    -----
    Affine-invariant moves after Goodman and Weare and independent ones, mixed, by emcee. The autocorrelation time is Sokal's, its window five times itself.
    """
    emcee = require("emcee", extra="models")
    n = fit.best.size
    walkers = max(FEWEST_WALKERS, 2 * n + 2)
    steps = max(math.ceil(samples / walkers), 8)
    burn = max(math.ceil(BURN * steps), 5)
    random = np.random.default_rng(seed)
    fresh = emcee.moves.MHMove(_fresh_places(*_shape(problem, fit)))
    moves = [(fresh, INDEPENDENT), (emcee.moves.StretchMove(), 1 - INDEPENDENT)]
    sampler = emcee.EnsembleSampler(walkers, n, problem.log_posterior, moves=moves)
    sampler.random_state = np.random.RandomState(seed).get_state()
    state = emcee.State(_starts(problem, fit, walkers, random), random_state=sampler.random_state)
    report = progress or NoProgress()
    for count, _ in enumerate(sampler.sample(state, iterations=burn + steps), start=1):
        report.update(count, burn + steps, "steps")
    chain = sampler.get_chain(discard=burn)
    return Draws(
        place=np.swapaxes(chain, 0, 1),
        log_posterior=np.swapaxes(sampler.get_log_prob(discard=burn), 0, 1),
        autocorrelation_time=np.atleast_1d(emcee.autocorr.integrated_time(chain, c=5, tol=0, quiet=True)),
        acceptance=float(np.mean(sampler.acceptance_fraction)),
    )


def _shape(problem: Problem, fit: GaussianFit) -> tuple[Floats, Floats]:
    """Best place, and a factor of a covariance around it that is nowhere wider than the priors."""
    widths = np.array([one.width for one in problem.priors])
    covariance = fit.covariance
    if not np.isfinite(covariance).all():
        return fit.best, np.diag(widths)
    values, vectors = np.linalg.eigh(covariance / np.outer(widths, widths))
    return fit.best, (widths[:, None] * vectors) * np.sqrt(np.clip(values, 1e-10, 1.0))


def _fresh_places(centre: Floats, factor: Floats) -> Callable[[Floats, Any], tuple[Floats, Floats]]:
    """Proposal of emcee: places (walker, coordinate) of Student's distribution, whatever the old ones, and the log of the ratio."""
    inverse = np.linalg.inv(factor)
    n = centre.size

    def log_density(places: Floats) -> Floats:
        z = (places - centre) @ inverse.T
        return np.asarray(-0.5 * (DEGREES + n) * np.log1p((z * z).sum(axis=1) / DEGREES))

    def propose(places: Floats, random: Any) -> tuple[Floats, Floats]:
        normal = random.standard_normal(places.shape)
        scale = np.sqrt(DEGREES / random.chisquare(DEGREES, size=places.shape[0]))
        fresh = centre + scale[:, None] * (normal @ factor.T)
        return fresh, log_density(places) - log_density(fresh)

    return propose


def _starts(problem: Problem, fit: GaussianFit, walkers: int, random: np.random.Generator) -> Floats:
    """(walker, coordinate) around the best place, inside the priors and where the model runs."""
    widths = np.array([one.width for one in problem.priors])
    sigma = np.sqrt(np.clip(np.diag(fit.covariance), 1e-12, None))
    sigma = np.where(np.isfinite(sigma), np.minimum(sigma, widths), widths)
    margin = 1e-6 * (problem.upper - problem.lower)
    places = fit.best + sigma * random.standard_normal((walkers, fit.best.size))
    return np.asarray(np.clip(places, problem.lower + margin, problem.upper - margin))
