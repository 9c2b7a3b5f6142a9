"""Cells of one kind pooled: mean with its interval, median, Weibull law of values that are known as intervals.

A critical current density lies between the last level that passed and the first that failed. Taking the failing level for
the value itself biases high; that naive fit stands beside the proper one, for comparison with papers that used it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.special import betaincinv

from alkanode.data.schema import label
from alkanode.electrochem.critical_currents.estimates import AreaBasis, area_of, density_interval
from alkanode.electrochem.critical_currents.ramp_protocol import WORDS, ramp_protocols
from alkanode.electrochem.protocols import differences
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.sources import source
from alkanode.numerics.small_samples import describe
from alkanode.numerics.weibull import WeibullFit, fit_weibull, most_likely

Floats = npt.NDArray[np.float64]

LEAST_FOR_BOOTSTRAP = 8
"""Cells from which the interval of the mean is also taken by resampling; fewer have too few distinct resamples."""

RESAMPLES = 9999
"""Resamples of the bootstrap: its ends then scatter by about 1 % of their distance."""

SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.632, 0.75, 0.85, 0.92, 0.96, 0.98, 0.99)
"""Shares of failed cells at which the fitted law and its band are given."""


@source("Park2021", "Ross1994", "Makalic2023")
def pool(
    results: Sequence[xr.Dataset],
    *,
    area: AreaBasis = "final",
    allow_mixed: bool = False,
    level: float = 0.95,
    seed: int = 0,
) -> xr.Dataset:
    """Describe the critical current densities of several cells together.

    Parameters
    ----------
    results
        One ``critical_current`` record per cell.
    area
        ``"final"`` (the metal's area measured after the test) or ``"nominal"``. Where no cell has a final area, the nominal
        one is used with a warning; a mixture of both is refused.
    allow_mixed
        Whether ramps of different protocols (levels, target per half cycle, pressure, temperature, materials) are pooled
        all the same; the result then says what differs.
    level
        Confidence of all intervals; 0.95 is the habit.
    seed
        Seed of the bootstrap, so that a result can be repeated.

    Returns
    -------
    Dataset
        Kind ``replicates``, dimension ``cell``: ``interval`` (A m-2, dimension ``bound``; 0 and infinite where open),
        ``critical_current_density`` (its middle; the known end of a one-sided one), ``censoring``, ``failed_share`` (median
        rank of the middles, NaN for cells that never failed). With a Weibull law also, over ``point``: ``fitted_share``,
        ``fitted_current_density`` (A m-2), ``fitted_interval``. ``attrs``: ``n``, counts by censoring; ``mean``,
        ``standard_deviation``, ``mean_lower``, ``mean_upper`` (Student's t), ``bootstrap_lower``, ``bootstrap_upper``,
        ``median``; ``shape``, ``shape_unbiased``, ``scale`` with ``_lower`` and ``_upper``; ``naive_shape``, ``naive_scale``;
        ``weibull_reason`` and ``mean_reason``, why there is none; ``mixed``, ``area_basis``, ``protocol``. Unknown numbers
        are NaN.

    Raises
    ------
    SchemaError
        Without cells, for cells without the area, a mixture of areas, or protocols that differ (the message names what).

    Warns
    -----
    DataQualityWarning
        When the nominal area stands in for the final one, mixed protocols are pooled, or a cell says nothing.

    Notes
    -----
    The mean is that of the middles of the intervals; its interval is t(n - 1) SD / sqrt(n), 2.48 SD for three cells and
    1.59 SD for four, widened where needed to the means of the lower and of the upper ends: cells that stop at one level
    have no scatter, yet are known no better than the level is wide. Cells that never failed have no middle, so that with one
    of them mean and SD are unknown; the Weibull law uses them as lower bounds. Median ranks are those of the order
    statistics, shifted by cells that never failed (Johnson's ranks). A symmetric cell is the smaller of two interfaces;
    no area or interface is scaled: see :func:`alkanode.electrochem.weakest_link_scale`.
    """
    if not results:
        raise SchemaError("replicates need at least one cell", found="none")
    basis = _basis(results, area)
    apart = differences(ramp_protocols(results), WORDS)
    if apart and not allow_mixed:
        raise SchemaError(
            "only ramps of one protocol are pooled",
            found="different " + "; ".join(apart),
            todo="Pool them apart, or allow mixed protocols explicitly",
        )
    if apart:
        warnings.warn(f"mixed protocols are pooled: different {'; '.join(apart)}", DataQualityWarning, stacklevel=3)
    telling = [result for result in results if result.attrs["censoring"] != "none"]
    if len(telling) < len(results):
        text = f"{len(results) - len(telling)} of {len(results)} cells are left out: no level passed and none shorted"
        warnings.warn(text, DataQualityWarning, stacklevel=3)
    ends = np.array([density_interval(result, basis) for result in telling]).reshape(-1, 2)
    middle = np.where(np.isinf(ends[:, 1]), ends[:, 0], ends.mean(axis=1))
    censoring = np.array([str(result.attrs["censoring"]) for result in telling], dtype=np.str_)
    fit = fit_weibull(ends[:, 0], ends[:, 1], level=level, probability=SHARES)
    spreads = [area_of(result, basis)[1] for result in telling]
    pooled = xr.Dataset(
        {
            "critical_current_density": ("cell", np.where(censoring == "left", ends[:, 1], middle)),
            "interval": (("cell", "bound"), ends, {"units": "A m-2"}),
            "censoring": ("cell", censoring),
            "failed_share": ("cell", failed_shares(middle, np.isfinite(ends[:, 1]))),
        },
        coords={"cell": _names(telling), "bound": ["lower", "upper"]},
        attrs={
            "n": len(telling),
            **{f"n_{kind}": int((censoring == kind).sum()) for kind in ("interval", "left", "right")},
            **_moments(middle, ends, level, seed),
            **_law(fit, ends),
            "confidence": level,
            "seed": seed,
            "mixed": "; ".join(apart),
            "area_basis": basis,
            "largest_area_share": float(2 * max(spreads, default=0.0)),
            "protocol": str(results[0].attrs["protocol"]),
            "anode": " / ".join(dict.fromkeys(str(result.attrs["anode"]) for result in telling)),
            "interfaces": " / ".join(dict.fromkeys(str(result.attrs["interfaces"]) for result in telling)),
        },
    )
    if isinstance(fit, WeibullFit):
        pooled = pooled.assign(
            fitted_share=("point", fit.probability),
            fitted_current_density=("point", fit.quantile, {"units": "A m-2"}),
            fitted_interval=(("point", "bound"), fit.quantile_interval.T, {"units": "A m-2"}),
        )
    return label(pooled, "replicates")


def _basis(results: Sequence[xr.Dataset], wanted: AreaBasis) -> AreaBasis:
    """The area that all cells have."""
    known = [bool(np.isfinite(area_of(result, wanted)[0])) for result in results]
    if all(known):
        return wanted
    if any(known):
        without = [str(result.attrs["cell"]) for result, here in zip(results, known, strict=True) if not here]
        raise SchemaError(
            f"current densities are pooled on one area; the {wanted} area of every cell is needed",
            found=f"none of {', '.join(without)}",
            todo="Pool on the nominal area" if wanted == "final" else "State the areas of the cells",
        )
    if wanted == "nominal" or not all(np.isfinite(area_of(result, "nominal")[0]) for result in results):
        raise SchemaError("pooling current densities needs the area of every cell", found="cells without one")
    text = "no final area is known: current densities rest on nominal areas, which may be wrong by tens of per cent"
    warnings.warn(text, DataQualityWarning, stacklevel=4)
    return "nominal"


def _names(results: Sequence[xr.Dataset]) -> list[str]:
    """A name per cell, told apart by a number where needed."""
    names = [str(result.attrs["cell"]) or "cell" for result in results]
    return [
        name if names.count(name) == 1 else f"{name} ({names[: at + 1].count(name)})" for at, name in enumerate(names)
    ]


def failed_shares(middle: Floats, failed: npt.NDArray[np.bool_]) -> Floats:
    """Median ranks of values, some of which are only lower bounds.

    Parameters
    ----------
    middle
        (value,) middles of the intervals, or lower bounds.
    failed
        (value,) false for lower bounds.

    Returns
    -------
    ndarray
        (value,) share of the population that has failed at each value, by the median of its order statistic; NaN for lower
        bounds, which raise the ranks of the values above them (Johnson's ranks).
    """
    n = middle.size
    shares = np.full(n, np.nan)
    rank = 0.0
    for place, index in enumerate(np.lexsort((~failed, middle))):
        if failed[index]:
            rank += (n + 1 - rank) / (n - place + 1)
            shares[index] = betaincinv(rank, n - rank + 1, 0.5)
    return shares


def _moments(middle: Floats, ends: Floats, level: float, seed: int) -> dict[str, Any]:
    """Mean, spread and median of the middles, with intervals; NaN with the reason where they are unknown."""
    one = describe(middle, np.isinf(ends[:, 1]), level, unit="cell")
    lower, upper = one.interval
    if np.isfinite(lower) and np.isfinite(upper):  # the ends say how well the mean of these very cells is known
        lower, upper = min(lower, float(ends[:, 0].mean())), max(upper, float(ends[:, 1].mean()))
    found: dict[str, Any] = {
        "mean": one.mean,
        "standard_deviation": one.standard_deviation,
        "mean_lower": lower,
        "mean_upper": upper,
        "bootstrap_lower": float("nan"),
        "bootstrap_upper": float("nan"),
        "median": one.median,
        "mean_reason": one.reason,
    }
    if not one.reason and middle.size >= LEAST_FOR_BOOTSTRAP and one.standard_deviation > 0:
        from scipy.stats import bootstrap  # loaded where it is used: it takes most of a second

        drawn = bootstrap((middle,), np.mean, confidence_level=level, n_resamples=RESAMPLES, rng=seed)
        interval = drawn.confidence_interval
        found.update(bootstrap_lower=float(interval.low), bootstrap_upper=float(interval.high))
    return found


def _law(fit: WeibullFit | str, ends: Floats) -> dict[str, Any]:
    """The Weibull law as attributes, and the naive one, which takes the failing level for the value."""
    nan = float("nan")
    names = ("shape", "shape_lower", "shape_upper", "shape_unbiased", "scale", "scale_lower", "scale_upper")
    law: dict[str, Any] = dict.fromkeys(names, nan)
    law["weibull_reason"] = fit if isinstance(fit, str) else ""
    if isinstance(fit, WeibullFit):
        law.update(
            shape=fit.shape,
            shape_lower=fit.shape_interval[0],
            shape_upper=fit.shape_interval[1],
            shape_unbiased=fit.shape_unbiased,
            scale=fit.scale,
            scale_lower=fit.scale_interval[0],
            scale_upper=fit.scale_interval[1],
        )
    naive = most_likely(np.where(np.isinf(ends[:, 1]), ends[:, 0], ends[:, 1]), ends[:, 1])
    law["naive_shape"], law["naive_scale"] = (nan, nan) if isinstance(naive, str) else naive
    return law
