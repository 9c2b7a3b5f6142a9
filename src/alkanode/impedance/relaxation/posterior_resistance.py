"""Resistances with intervals: areas under a posterior distribution between two relaxation times.

What is estimated is the integral of gamma between *stated* relaxation times. When the limits are taken at the valleys
beside a peak they are stated as well, and the interval is that of the area between them, not of where the valleys are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check, label
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.relaxation.posterior_interval import area_interval
from alkanode.impedance.relaxation.tent_basis import integration_weights
from alkanode.impedance.spectrum_coordinates import spectrum_coordinates

FloatArray = npt.NDArray[np.float64]

_DECADE = float(np.log(10))


def resistance_between(
    posterior: RecordLike,
    shortest: npt.ArrayLike,
    longest: npt.ArrayLike,
    *,
    include_series: bool = False,
) -> xr.Dataset:
    """Resistance of all that relaxes between two times, with its 95 % interval.

    Parameters
    ----------
    posterior
        Result of :func:`alkanode.impedance.relaxation_posterior`.
    shortest, longest
        Relaxation times (s), one for all spectra or one per spectrum. 0 and infinity mean the ends of the grid.
    include_series
        Add the series resistance, with its covariance: for example the whole electrolyte of which only a part is an arc
        inside the window.

    Returns
    -------
    Dataset
        Kind ``process_resistance``: ``resistance``, ``standard_deviation``, ``lower_95``, ``upper_95`` (ohm),
        ``shortest_relaxation_time``, ``longest_relaxation_time`` (s), and ``in_window``: whether both times were measured.
        Beyond the window the prior decides, and what relaxes beyond the grid is not counted.

    Raises
    ------
    SchemaError
        For a record without a posterior, or times that are not in order.

    Notes
    -----
    To first order in ln gamma: ``R = sum w_k gamma_k`` with variance ``v' S v``, ``v_k = w_k gamma_k`` and S the covariance
    of ln gamma for areas (``area_covariance``); the interval is log-normal.
    """
    posterior = _checked(posterior)
    n = posterior.sizes["spectrum"]
    limits = np.array([np.broadcast_to(np.asarray(time, dtype=np.float64), n) for time in (shortest, longest)])
    if not ((limits[0] >= 0) & (limits[0] < limits[1])).all():
        raise SchemaError(
            "shortest must be smaller than longest, and none negative",
            found=f"shortest from {limits[0].min():g} s, longest from {limits[1].min():g} s",
        )
    return _resistance(posterior, limits, include_series=include_series)


def resistance_of_process(posterior: RecordLike, relaxation_time: npt.ArrayLike, *, within: float = 0.5) -> xr.Dataset:
    """Resistance of the process near a relaxation time, cut at the valleys beside it, with its 95 % interval.

    Parameters
    ----------
    posterior
        Result of :func:`alkanode.impedance.relaxation_posterior`.
    relaxation_time
        s, one for all spectra or one per spectrum.
    within
        Decades around it in which the largest value of the distribution is taken as the peak. Default 0.5.

    Returns
    -------
    Dataset
        As :func:`resistance_between`; the valleys are in ``shortest_relaxation_time`` and ``longest_relaxation_time``. NaN
        where the distribution has no maximum there (it only rises through that range).

    Raises
    ------
    SchemaError
        For a record without a posterior, or times that are not positive.

    Notes
    -----
    Valleys are the nearest minima of the most probable distribution. They move with noise, and overlapping arcs share the area
    at the valley: to compare spectra, give :func:`resistance_between` one pair of times for all of them.
    """
    posterior = _checked(posterior)
    n = posterior.sizes["spectrum"]
    times = np.broadcast_to(np.asarray(relaxation_time, dtype=np.float64), n)
    if not ((times > 0).all() and within > 0):
        raise SchemaError("relaxation_time and within must be positive", found=f"{times.min():g} s, {within:g}")
    log_tau = np.log(posterior["relaxation_time"].to_numpy())
    limits = np.full((2, n), np.nan)
    for k, gamma in enumerate(posterior["distribution"].to_numpy()):
        near = np.flatnonzero(np.isfinite(gamma) & (np.abs(log_tau - np.log(times[k])) <= within * _DECADE))
        valleys = _valleys(gamma, near)
        if valleys is not None:
            limits[:, k] = np.exp(log_tau[list(valleys)])
    return _resistance(posterior, limits, include_series=False)


def _valleys(gamma: FloatArray, near: npt.NDArray[np.intp]) -> tuple[int, int] | None:
    """Nodes of the minima beside the largest maximum among some nodes."""
    if near.size == 0:
        return None
    top = int(near[np.argmax(gamma[near])])
    if not (0 < top < gamma.size - 1 and gamma[top] >= gamma[top - 1] and gamma[top] >= gamma[top + 1]):
        return None
    low, high = top, top
    while low > 0 and gamma[low - 1] <= gamma[low]:
        low -= 1
    while high < gamma.size - 1 and gamma[high + 1] <= gamma[high]:
        high += 1
    return low, high


def _resistance(posterior: xr.Dataset, limits: FloatArray, *, include_series: bool) -> xr.Dataset:
    log_tau = np.log(posterior["relaxation_time"].to_numpy())
    gamma = posterior["distribution"].to_numpy()
    with np.errstate(divide="ignore"):
        ends = np.log(limits)
    known = np.isfinite(ends).any(axis=0) | (limits[0] == 0)
    weights = np.zeros(gamma.shape)
    for pair in np.unique(ends[:, known], axis=1).T:
        here = known & (ends == pair[:, None]).all(axis=0)
        weights[here] = integration_weights(log_tau, *np.clip(pair, log_tau[0], log_tau[-1]))
    filled, covariance = np.nan_to_num(gamma), np.nan_to_num(posterior["area_covariance"].to_numpy().astype(np.float64))
    series = None
    if include_series:
        series = (
            posterior["series_resistance"].to_numpy(),
            posterior["series_deviation"].to_numpy(),
            np.nan_to_num(posterior["series_covariance"].to_numpy()),
        )
    found = np.array(area_interval(weights, filled, covariance, series=series))
    found[:, ~(known & np.isfinite(gamma).any(axis=1))] = np.nan
    inside = posterior["in_window"].to_numpy()
    step = (log_tau[1] - log_tau[0]) * (1 + 1e-6)
    first = np.where(inside, log_tau, np.inf).min(axis=1) - step
    last = np.where(inside, log_tau, -np.inf).max(axis=1) + step
    names = ("resistance", "standard_deviation", "lower_95", "upper_95")
    result = xr.Dataset(
        {
            **{name: ("spectrum", values) for name, values in zip(names, found, strict=True)},
            "shortest_relaxation_time": ("spectrum", limits[0]),
            "longest_relaxation_time": ("spectrum", limits[1]),
            "in_window": ("spectrum", np.asarray((ends[0] >= first) & (ends[1] <= last))),
        },
        coords=spectrum_coordinates(posterior),
        attrs={
            "estimand": "integral of the distribution over ln(tau) between the stated relaxation times"
            + (", plus series resistance" if include_series else "")
        },
    )
    for name in ("masked", "mask_reason"):
        if name in posterior.variables:
            result[name] = posterior[name].variable
    if "sources" in posterior.attrs:
        result.attrs["sources"] = posterior.attrs["sources"]
    return label(result, "process_resistance")


def _checked(posterior: RecordLike) -> xr.Dataset:
    record = check(posterior, "relaxation_times")
    if "area_covariance" not in record.variables:
        raise SchemaError(
            "a distribution with its covariance is needed",
            found="a record without area_covariance",
            todo="Make it with relaxation_posterior(record)",
        )
    return record
