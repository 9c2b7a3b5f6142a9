"""Replicate stripping tests: same alloy, current, pressure and protocol, with the mean and its interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.electrochem.critical_currents.replicates import half_width
from alkanode.electrochem.stripping.protocol import alike, differences, protocols, shown
from alkanode.electrochem.stripping.series import at_cutoff, lower_bounds
from alkanode.foundation.sources import add_sources
from alkanode.foundation.units import QuantityLike

NAN = float("nan")


def stripping_groups(series: xr.Dataset, *, cutoff: QuantityLike | None = None, level: float = 0.95) -> xr.Dataset:
    """Group the tests of a series whose protocols agree, and give the mean of each group.

    Parameters
    ----------
    series
        A ``stripping_series`` record.
    cutoff
        V; default as :func:`alkanode.electrochem.at_cutoff`.
    level
        Confidence of the intervals; 0.95 is the habit.

    Returns
    -------
    Dataset
        Kind ``stripping_groups``, dimension ``group``: ``alloy``, ``current_density`` (A m-2), ``stack_pressure`` (Pa),
        ``count``, ``count_censored`` (lower bounds among them), ``mean``, ``standard_deviation``, ``median`` (C kg-1),
        ``mean_interval`` (Student's t; NaN below two values), ``reason`` why there is no mean or interval; ``member`` (test)
        gives the group of each test, -1 without a capacity per mass. ``attrs``: ``cutoff``, ``confidence``.

    Raises
    ------
    SchemaError
        For a record of another kind, or a cut-off that the series lacks.

    Notes
    -----
    Tests are in one group when nothing in their protocols differs (currents within 2 %, pressures within 10 %, temperatures
    within 2 K); a group is named after its first test. With a lower bound among its tests a group has no mean.
    """
    series = check(series, "stripping_series")
    at = at_cutoff(series, cutoff)
    given, values = protocols(series), at["specific_capacity"].to_numpy()
    member = np.full(len(given), -1, dtype=np.int64)
    telling = np.flatnonzero(np.isfinite(values))
    groups_of = alike([given[index] for index in telling])
    first = [int(telling[group[0]]) for group in groups_of]
    for place, group in enumerate(groups_of):
        member[telling[group]] = place
    bounds = lower_bounds(at)
    rows = [_moments(values[member == n], bounds[member == n], level) for n in range(len(first))]
    table = np.array([row[:5] for row in rows], dtype=float).reshape(-1, 5)
    dim = ("group",)
    groups = xr.Dataset(
        {
            "alloy": (dim, _texts(series["alloy"].to_numpy()[first])),
            "current_density": (dim, series["current_density"].to_numpy()[first]),
            "stack_pressure": (dim, series["stack_pressure"].to_numpy()[first]),
            "count": (dim, np.bincount(member[member >= 0], minlength=len(first))),
            "count_censored": (dim, np.bincount(member[(member >= 0) & bounds], minlength=len(first))),
            "mean": (dim, table[:, 0], {"units": "C kg-1"}),
            "standard_deviation": (dim, table[:, 1], {"units": "C kg-1"}),
            "mean_interval": (("group", "bound"), table[:, 2:4], {"units": "C kg-1"}),
            "median": (dim, table[:, 4], {"units": "C kg-1"}),
            "reason": (dim, _texts(np.array([str(row[5]) for row in rows]))),
            "member": ("test", member),
        },
        coords={
            "group": _texts(np.array([_name(given[one], given, first) for one in first])),
            "test": series["test"].to_numpy(),
            "bound": ["lower", "upper"],
        },
        attrs={"cutoff": float(at["cutoff"]), "confidence": level},
    )
    add_sources(groups, str(series.attrs.get("sources", "")).split())
    return label(groups, "stripping_groups")


def _texts(values: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    return np.asarray(values, dtype=np.str_)


def _name(one: dict[str, object], given: list[dict[str, object]], first: list[int]) -> str:
    """Alloy, current and pressure of a group, and what else tells it from a group of the same three."""
    keys = ("alloy", "current_density", "stack_pressure")
    name = ", ".join(shown(key, one[key]) for key in keys if one.get(key) not in (None, ""))
    twins = [given[at] for at in first if not differences([given[at], one], apart=set(given[at]) - set(keys))]
    rest = differences(twins, apart=keys)
    words = [text.partition(" (")[0] for text in rest]
    named = {"origin": "origin", "counter electrode": "counter", "place in the test": "half_cycle"}
    told = [shown(named[word], one[named[word]]) for word in words if word in named] or words
    return f"{name} ({', '.join(told)})" if told else name


def _moments(
    values: npt.NDArray[np.float64], bounds: npt.NDArray[np.bool_], level: float
) -> tuple[float, float, float, float, float, str]:
    """Mean, SD, interval, median of a group, and why one of them is missing."""
    n = values.size
    ordered = float(np.median(np.where(bounds, np.inf, values)))
    median = ordered if np.isfinite(ordered) else NAN
    if bounds.any():
        return NAN, NAN, NAN, NAN, median, f"{int(bounds.sum())} of {n} are lower bounds"
    mean = float(values.mean())
    if n == 1:
        return mean, NAN, NAN, NAN, median, "one test says nothing of the scatter"
    spread = float(values.std(ddof=1))
    half = half_width(n, level) * spread
    return mean, spread, mean - half, mean + half, median, ""
