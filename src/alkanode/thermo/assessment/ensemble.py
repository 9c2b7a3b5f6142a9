"""Markov chains by the affine-invariant stretch move of Goodman and Weare, and the test whether they agree.

Several ensembles of walkers run apart from each other. The walkers of one half of every ensemble move together, so that
each step is one evaluation of all of them. The move needs no step sizes, and strong correlations do not slow it down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alkanode.thermo.conditions import Array

LogDensity = Callable[[Array], Array]
"""Log density (set,) of parameter sets (set, parameter); minus infinity where a set is impossible."""


@dataclass(frozen=True, slots=True)
class Chains:
    """Draws of several ensembles.

    Attributes
    ----------
    draws
        (step, ensemble, walker, parameter).
    acceptance
        Share of the moves that were taken.
    """

    draws: Array
    acceptance: float


def stretch(
    density: LogDensity, start: Array, steps: int, rng: np.random.Generator, *, stretching: float = 2.0
) -> Chains:
    """Run ensembles from a start.

    Parameters
    ----------
    density
        Evaluated for all moving walkers at once.
    start
        (ensemble, walker, parameter); an even number of walkers, at least twice the number of parameters.
    steps
        Steps of every walker.
    rng
        Random numbers.
    stretching
        Largest factor of a move; 2 is the choice of Goodman and Weare.

    Returns
    -------
    Chains

    References
    ----------
    :cite:`GoodmanWeare2010`
    """
    position = start.copy()
    ensembles, walkers, size = position.shape
    height = density(position.reshape(-1, size)).reshape(ensembles, walkers)
    half = walkers // 2
    kept = np.empty((steps, *position.shape))
    taken = 0
    for step in range(steps):
        for mine, others in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
            here, pool = position[:, mine], position[:, others]
            partner = np.take_along_axis(pool, rng.integers(0, half, here.shape[:2])[..., None], axis=1)
            z = ((stretching - 1) * rng.random(here.shape[:2]) + 1) ** 2 / stretching
            proposal = partner + z[..., None] * (here - partner)
            new = density(proposal.reshape(-1, size)).reshape(here.shape[:2])
            gain = (size - 1) * np.log(z) + new - height[:, mine]
            accept = np.log(rng.random(here.shape[:2])) < gain
            position[:, mine] = np.where(accept[..., None], proposal, here)
            height[:, mine] = np.where(accept, new, height[:, mine])
            taken += int(accept.sum())
        kept[step] = position
    return Chains(kept, taken / (steps * ensembles * walkers))


def split_r_hat(draws: Array) -> Array:
    """Potential scale reduction of each parameter over the halves of independent ensembles: near 1 when they agree.

    Parameters
    ----------
    draws
        (step, ensemble, walker, parameter). The walkers of one ensemble depend on each other and count as one chain.

    Returns
    -------
    ndarray
        Shape (parameter,).

    References
    ----------
    :cite:`GelmanRubin1992`
    """
    half = draws.shape[0] // 2
    chains = np.concatenate([draws[:half], draws[half : 2 * half]], axis=1)
    flat = np.moveaxis(chains, 1, 0).reshape(chains.shape[1], -1, chains.shape[-1])
    within = flat.var(axis=1, ddof=1).mean(axis=0)
    between = flat.mean(axis=1).var(axis=0, ddof=1)
    count = flat.shape[1]
    ratio: Array = np.sqrt((count - 1) / count + between / within)
    return ratio
