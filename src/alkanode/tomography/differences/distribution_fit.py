"""Fit of noise and grains to the distribution of the change, and the error that correlated voxels leave.

Voxels that touch share their noise, so a count of voxels scatters more than a Poisson count. The likelihood takes them as
independent; the error does not: it is the scatter of what each block of the volume adds to the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from alkanode.tomography.differences.grain_distribution import GrainModel
from alkanode.tomography.differences.slabs import Floats

_ROUNDS = 40
_HALVINGS = 6
_AT_REST = 0.1
"""Gain of a round, in deviance, below which a fit has come to rest; one standard error of a total is worth 1 or more."""


@dataclass(frozen=True, slots=True)
class DistributionFit:
    """Grains found in a distribution.

    Attributes
    ----------
    densities
        (kind,) grains per voxel.
    baseline, excess
        m-1 and m-2, see :class:`~alkanode.tomography.differences.grain_distribution.GrainModel`.
    deviance
        Twice the log-likelihood ratio against the counts themselves, with the terms of what is known of the noise.
    covariance
        (kind + 2, kind + 2) of densities, baseline and excess; 0 for kinds that were not found.
    settled
        Whether the fit came to rest.
    """

    densities: Floats
    baseline: float
    excess: float
    deviance: float
    covariance: Floats
    settled: bool


def noise_limits(blocks: Floats, values: Floats, data: float) -> tuple[float, float]:
    """Standard errors with which mean and variance of noise are known.

    Parameters
    ----------
    blocks
        (block, coarse) counts of values of the noise in each block of its volume.
    values
        (coarse,) value of each bin, m-1.
    data
        Number of voxels of the data, whose own noise scatters alike.

    Returns
    -------
    mean, variance
        m-1 and m-2.
    """
    counts = blocks.sum(axis=1)
    used = counts > 0
    share = blocks[used] / counts[used, None]
    mean = share @ values
    variance = share @ values**2 - mean**2
    weight = counts[used] / counts.sum()
    more = np.sqrt(1 + counts.sum() / data)
    found = []
    for each in (mean, variance):
        scatter = np.sum(weight**2 * (each - weight @ each) ** 2)
        found.append(more * float(np.sqrt(scatter * used.sum() / max(used.sum() - 1, 1))))
    return found[0], found[1]


def fit_distribution(
    model: GrainModel, blocks: Floats, noise_blocks: Floats, limits: tuple[float, float]
) -> DistributionFit:
    """Densities of grains, none below 0, that make the observed distribution most likely.

    Parameters
    ----------
    model
        Noise and kinds of grains.
    blocks, noise_blocks
        (block, coarse) counts of the data and of the noise.
    limits
        Standard errors of baseline (m-1) and excess variance (m-2), both about 0.

    Returns
    -------
    DistributionFit

    Notes
    -----
    Fisher scoring: each round solves a least-squares problem without negative densities, weighted by the expected counts.
    A step that makes the likelihood worse is halved. Each round has a cautious step, which is not misled by tails that are
    far from explained, and a plain one, which ends at the maximum.
    """
    observed = blocks.sum(axis=0)
    total = float(observed.sum())
    kinds = len(model.volumes)
    here = np.zeros(kinds + 2)
    here[:kinds] = 1e-9
    best = _deviance(model, here, observed, limits)
    settled = False
    for _ in range(_ROUNDS):
        start = best
        for cautious in (True, False):
            here, best = _descended(model, here, best, observed, limits, cautious=cautious)
        if start - best < _AT_REST:
            settled = True
            break
    covariance = _covariance(model, here, blocks, noise_blocks, limits, total)
    return DistributionFit(here[:kinds], float(here[-2]), float(here[-1]), best, covariance, settled)


def _descended(
    model: GrainModel, here: Floats, best: float, observed: Floats, limits: tuple[float, float], *, cautious: bool
) -> tuple[Floats, float]:
    """One step of scoring, halved until it helps; the same place where it never does."""
    target = _scored(model, here, observed, limits, cautious=cautious)
    for halving in range(_HALVINGS):
        trial = here + 0.5**halving * (target - here)
        reached = _deviance(model, trial, observed, limits)
        if reached < best:
            return trial, reached
    return here, best


def _split(here: Floats) -> tuple[Floats, float, float]:
    return here[:-2], float(here[-2]), float(here[-1])


def _deviance(model: GrainModel, here: Floats, observed: Floats, limits: tuple[float, float]) -> float:
    shares = model.shares(*_split(here))[0]
    expected = np.maximum(shares, 1e-12) * observed.sum()
    seen = observed > 0
    misfit = 2 * float(np.sum(observed[seen] * np.log(observed[seen] / expected[seen])) + np.sum(expected - observed))
    return misfit + float((here[-2] / limits[0]) ** 2 + (here[-1] / limits[1]) ** 2)


def _whitened(
    model: GrainModel, here: Floats, total: float, observed: Floats | None = None
) -> tuple[Floats, Floats, Floats]:
    """Expected shares, slopes of the counts over their standard errors, and those inverse errors.

    Far from the end a tail that is not explained yet would outweigh all else by its tiny expected count; there the counts
    ``observed`` take part in the error.
    """
    shares, slopes = model.shares(*_split(here))
    expected = shares * total
    weight = 1 / np.sqrt(np.maximum(expected if observed is None else 0.5 * (expected + observed), 1.0))
    return shares, slopes * total * weight[:, None], weight


def _scored(
    model: GrainModel, here: Floats, observed: Floats, limits: tuple[float, float], *, cautious: bool
) -> Floats:
    shares, slopes, weight = _whitened(model, here, float(observed.sum()), observed if cautious else None)
    right = (observed - observed.sum() * shares) * weight + slopes @ here
    known = np.zeros((2, here.size))
    known[0, -2], known[1, -1] = 1 / limits[0], 1 / limits[1]
    rows = np.concatenate([slopes, known])
    size = np.linalg.norm(rows, axis=0)
    size[size == 0] = 1.0
    # baseline and excess may be negative, which the solver does not know: each enters with both signs
    both = np.concatenate([rows / size, -(rows / size)[:, -2:]], axis=1)
    found = optimize.nnls(both, np.concatenate([right, [0.0, 0.0]]), maxiter=100 * both.shape[1])[0]
    found[-4:-2] -= found[-2:]
    return np.asarray(found[:-2] / size)


def _covariance(
    model: GrainModel, here: Floats, blocks: Floats, noise_blocks: Floats, limits: tuple[float, float], total: float
) -> Floats:
    """Scatter of what blocks of the data and of the noise add to the result."""
    shares, slopes, weight = _whitened(model, here, total)
    free = np.concatenate([here[:-2] * model.volumes > 1e-7, [True, True]])
    own = slopes[:, free]
    size = np.linalg.norm(own, axis=0)
    own = own / size
    known = np.zeros((own.shape[1], own.shape[1]))
    known[-2, -2], known[-1, -1] = (1 / (limits[0] * size[-2])) ** 2, (1 / (limits[1] * size[-1])) ** 2
    to_result = np.linalg.pinv(own.T @ own + known, rcond=1e-12, hermitian=True) @ (own * weight[:, None]).T
    to_result /= size[:, None]
    added = []
    quiet = noise_blocks.sum(axis=0) / noise_blocks.sum()
    for counts, expected, scale in (
        (blocks, shares, 1.0),
        (noise_blocks, quiet, total / float(noise_blocks.sum())),
    ):
        of_block = counts.sum(axis=1)
        used = of_block > 0
        off = scale * (counts[used] - of_block[used, None] * expected)
        off -= off.mean(axis=0)
        scatter = off @ to_result.T
        added.append(scatter.T @ scatter * used.sum() / max(int(used.sum()) - 1, 1))
    result = np.zeros((here.size, here.size))
    result[np.ix_(free, free)] = added[0] + added[1]
    return result
