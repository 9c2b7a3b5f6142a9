"""How probable a peak is: the fraction of distributions drawn from the posterior that have it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.relaxation.peaks import peaks

FloatArray = npt.NDArray[np.float64]

_DECADE = float(np.log(10))


def peak_probability(
    posterior: RecordLike,
    *,
    prominence: float = 0.05,
    within: float = 0.2,
    draws: int = 200,
    seed: int = 0,
) -> xr.Dataset:
    """Peaks of every distribution, each with the probability that there is a peak.

    Parameters
    ----------
    posterior
        Result of :func:`alkanode.impedance.relaxation_posterior`.
    prominence
        As for :func:`alkanode.impedance.peaks`, of the largest value of each draw.
    within
        Decades around the peak in which a draw must have one. Default 0.2, about the resolution of two arcs.
    draws
        Distributions drawn per spectrum. Default 200: the probability is known to 0.035 at worst.
    seed
        Of the random numbers.

    Returns
    -------
    Dataset
        The table of :func:`alkanode.impedance.peaks` with ``probability``, the fraction of draws with a peak of that prominence
        within that distance.

    Raises
    ------
    SchemaError
        For a record without a posterior, or an option out of range.

    Notes
    -----
    The probability is that of the posterior, so it rests on its prior: a shoulder that the prior smooths is no peak.
    """
    record = check(posterior, "relaxation_times")
    if "log_covariance" not in record.variables:
        raise SchemaError(
            "a distribution with its covariance is needed",
            found="a record without log_covariance",
            todo="Make it with relaxation_posterior(record)",
        )
    if not (within > 0 and draws >= 1):
        raise SchemaError("within must be positive and draws 1 or more", found=f"{within:g}, {draws}")
    table = peaks(record, prominence=prominence)
    log_tau = np.log(record["relaxation_time"].to_numpy())
    random = np.random.default_rng(seed)
    probability = np.full(table.sizes["row"], np.nan)
    places = np.log(table["relaxation_time"].to_numpy())
    owner = table["spectrum_index"].to_numpy()
    for spectrum in np.unique(owner):
        gamma = record["distribution"].to_numpy()[spectrum]
        known = np.flatnonzero(np.isfinite(gamma))
        covariance = record["log_covariance"].to_numpy()[spectrum][np.ix_(known, known)].astype(np.float64)
        sample = np.log(gamma[known]) + random.normal(size=(draws, known.size)) @ _root(covariance).T
        rows = np.flatnonzero(owner == spectrum)
        for row in rows:
            near = np.abs(log_tau[known] - places[row]) <= within * _DECADE
            probability[row] = _has_peak(np.exp(sample), np.flatnonzero(near), prominence).mean()
    table["probability"] = ("row", probability)
    table.attrs.update(peak_within=within, peak_draws=draws, peak_seed=seed)
    return label(table, "relaxation_peaks")


def _root(covariance: FloatArray) -> FloatArray:
    """Square root of a covariance that single precision may have made slightly indefinite."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _has_peak(gamma: FloatArray, near: npt.NDArray[np.intp], prominence: float) -> npt.NDArray[np.bool_]:
    """Whether distributions (draw, tau) have a prominent inner maximum at one of some nodes, shape (draw,)."""
    draws, n = gamma.shape
    if near.size == 0:
        return np.zeros(draws, dtype=bool)
    top = near[np.argmax(gamma[:, near], axis=1)]
    height = gamma[np.arange(draws), top]
    base = np.full(draws, -np.inf)
    for step in (-1, 1):
        lowest = height.copy()
        going = np.ones(draws, dtype=bool)
        at = top.copy()
        while going.any():
            at = at + step
            going &= (at >= 0) & (at < n)
            value = gamma[np.arange(draws), np.clip(at, 0, n - 1)]
            going &= value <= height
            lowest = np.where(going, np.minimum(lowest, value), lowest)
        base = np.maximum(base, lowest)
    inner = (top > 0) & (top < n - 1)
    return np.asarray(inner & (height - base >= prominence * gamma.max(axis=1)))
