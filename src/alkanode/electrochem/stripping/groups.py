"""Replicate stripping tests: same alloy, current, pressure and protocol, with the mean and its interval."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.electrochem.protocols import alike, differences, shown
from alkanode.electrochem.stripping.protocol import WORDS, protocols
from alkanode.electrochem.stripping.series import at_cutoff, lower_bounds
from alkanode.foundation.sources import add_sources
from alkanode.foundation.units import QuantityLike
from alkanode.numerics.small_samples import describe


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
    groups_of = alike([given[index] for index in telling], WORDS)
    first = [int(telling[group[0]]) for group in groups_of]
    for place, group in enumerate(groups_of):
        member[telling[group]] = place
    bounds = lower_bounds(at)
    samples = [describe(values[member == n], bounds[member == n], level, unit="test") for n in range(len(first))]
    dim = ("group",)
    groups = xr.Dataset(
        {
            "alloy": (dim, _texts(series["alloy"].to_numpy()[first])),
            "current_density": (dim, series["current_density"].to_numpy()[first]),
            "stack_pressure": (dim, series["stack_pressure"].to_numpy()[first]),
            "count": (dim, np.bincount(member[member >= 0], minlength=len(first))),
            "count_censored": (dim, np.bincount(member[(member >= 0) & bounds], minlength=len(first))),
            "mean": (dim, np.array([one.mean for one in samples], dtype=float), {"units": "C kg-1"}),
            "standard_deviation": (
                dim,
                np.array([one.standard_deviation for one in samples], dtype=float),
                {"units": "C kg-1"},
            ),
            "mean_interval": (
                ("group", "bound"),
                np.array([one.interval for one in samples], dtype=float).reshape(-1, 2),
                {"units": "C kg-1"},
            ),
            "median": (dim, np.array([one.median for one in samples], dtype=float), {"units": "C kg-1"}),
            "reason": (dim, _texts(np.array([one.reason for one in samples]))),
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
    twins = [given[at] for at in first if not differences([given[at], one], WORDS, apart=set(given[at]) - set(keys))]
    rest = differences(twins, WORDS, apart=keys)
    words = [text.partition(" (")[0] for text in rest]
    named = {"origin": "origin", "counter electrode": "counter", "place in the test": "half_cycle"}
    told = [shown(named[word], one[named[word]]) for word in words if word in named] or words
    return f"{name} ({', '.join(told)})" if told else name
