"""Stripping tests of many cells as a part: the table, the laws over current and pressure, the null laws."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
import xarray as xr

from alkanode.electrochem.protocols import alike, shown
from alkanode.electrochem.stripping.capacity_bands import capacity_bands
from alkanode.electrochem.stripping.groups import stripping_groups
from alkanode.electrochem.stripping.law import Axis, LawRule, stripping_against, stripping_law_estimates
from alkanode.electrochem.stripping.null_laws import compare_null_laws
from alkanode.electrochem.stripping.protocol import WORDS, protocols
from alkanode.electrochem.stripping.series import at_cutoff
from alkanode.foundation.errors import AlkanodeError, DataQualityWarning, SchemaError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import QuantityLike
from alkanode.foundation.vocabulary import quantity
from alkanode.plot.describe_series import capacity_against, capacity_by_alloy
from alkanode.plot.description import Figure
from alkanode.studies.part import Part, Table
from alkanode.studies.tables import displayed
from alkanode.studies.wording import number, worded

_AXES: tuple[Axis, ...] = ("current_density", "stack_pressure")


def stripping_series_part(
    series: xr.Dataset, *, cutoff: QuantityLike | None = None, allow_mixed: bool = False, rule: LawRule | None = None
) -> Part:
    """Critical stripping capacities of many tests, compared.

    Parameters
    ----------
    series
        A ``stripping_series`` record.
    cutoff
        V; default as :func:`alkanode.electrochem.at_cutoff`.
    allow_mixed
        Whether tests of different protocols are fitted together. Otherwise each set of tests that differ in one thing only is
        fitted by itself.
    rule
        Thresholds of the laws.

    Returns
    -------
    Part
        ``stripping_series``. Laws that cannot be fitted through two or more tests stand in ``details["not_fitted"]`` with the
        reason.

    Raises
    ------
    SchemaError
        For a record of another kind, or a cut-off that the series lacks.
    """
    at = at_cutoff(series, cutoff)
    level = float(at["cutoff"])
    chosen = None if np.isnan(level) else level
    groups = stripping_groups(series, cutoff=chosen)
    refused: dict[str, str] = {}
    laws: dict[str, xr.Dataset] = {}
    known = np.isfinite(at["specific_capacity"].to_numpy())
    for alloy in dict.fromkeys(str(name) for name in series["alloy"].to_numpy()):
        for axis in _AXES:
            here = known & (series["alloy"].to_numpy() == alloy) & np.isfinite(series[axis].to_numpy())
            mine = series.isel(test=np.flatnonzero(here))
            for name, tests in _sets(mine, axis, allow_mixed).items():
                key = f"{alloy} over {axis.replace('_', ' ')}{name}"
                fit = partial(stripping_against, tests, axis, cutoff=chosen, allow_mixed=allow_mixed, rule=rule)
                laws |= _tried(key, fit, refused)
    nulls: dict[str, xr.Dataset] = {}
    placed = known & np.isfinite(series["capacity_to_liquidus"].to_numpy())
    for name, tests in _sets(series.isel(test=np.flatnonzero(placed)), "alloy", allow_mixed).items():
        compare = partial(compare_null_laws, tests, cutoff=chosen, allow_mixed=allow_mixed)
        nulls |= _tried(f"null laws{name}", compare, refused)
    bands = _bands(series)
    estimates = _estimates(groups, laws)
    return Part(
        name="stripping_series",
        title=f"Critical stripping of {series.sizes['test']} tests",
        estimates=estimates,
        details={
            "cutoff_V": level,
            "tests": series.sizes["test"],
            "laws": {
                key: {"preferred": str(law.attrs["preferred"]), "reason": str(law.attrs["reason"])}
                for key, law in laws.items()
            },
            "null_laws": {
                key: {
                    "verdict": str(law.attrs["verdict"]),
                    "gain": float(law.attrs["gain"]),
                    "laws": {
                        str(one): {
                            field: float(law[field][n])
                            for field in ("factor", "scatter", "log_likelihood", "criterion", "prediction_error")
                        }
                        for n, one in enumerate(law["law"].to_numpy())
                    },
                }
                for key, law in nulls.items()
            },
            "not_fitted": refused,
        },
        records={
            "stripping_series": series,
            "stripping_groups": groups,
            **{f"stripping_law_{n}": law for n, law in enumerate(laws.values(), start=1)},
            **{f"null_laws_{n}": law for n, law in enumerate(nulls.values(), start=1)},
            **{f"capacity_bands_{n}": one for n, one in enumerate(bands, start=1)},
        },
        figures=_figures(series, bands, laws, chosen),
        tables={"tests": _tests(at), "groups": _groups(groups), **({"null_laws": _null_table(nulls)} if nulls else {})},
        findings=tuple(_findings(at, laws, nulls, refused)),
    )


def _tried(name: str, compute: Callable[[], xr.Dataset], refused: dict[str, str]) -> dict[str, xr.Dataset]:
    """A law by its name, or nothing, with the reason written down."""
    try:
        return {name: compute()}
    except SchemaError as reason:
        refused[name] = str(reason)
        return {}


def _sets(series: xr.Dataset, axis: str, allow_mixed: bool) -> dict[str, xr.Dataset]:
    """Two or more tests that differ in one thing only, by what names each set."""
    given = protocols(series)
    groups = [list(range(len(given)))] if allow_mixed else alike(given, WORDS, apart=[axis])
    named: dict[str, xr.Dataset] = {}
    for group in (group for group in groups if len(group) > 1):
        one = given[group[0]]
        words = [
            shown(key, one[key])
            for key in ("current_density", "stack_pressure")
            if key != axis and one.get(key) is not None and not allow_mixed
        ]
        if one.get("origin") != "measured":
            words.append(str(one.get("origin")))
        name = f" ({', '.join(words)})" if words else ""
        if name in named:
            name = f"{name} [{len(named) + 1}]"
        named[name] = series.isel(test=group)
    return named


def _bands(series: xr.Dataset) -> list[xr.Dataset]:
    """Phase regions of each alloy of Na and K, at the temperature and K in carbon of its first test."""
    found: dict[str, xr.Dataset] = {}
    for n, alloy in enumerate(str(name) for name in series["alloy"].to_numpy()):
        if alloy in found or not np.isfinite(float(series["capacity_to_last_liquid"][n])):
            continue
        try:
            found[alloy] = capacity_bands(
                alloy,
                temperature=float(series["temperature"][n]),
                temperature_uncertainty=float(series["temperature_uncertainty"][n]),
                potassium_in_carbon=float(series["potassium_in_carbon"][n]),
            )
        except AlkanodeError as reason:
            warnings.warn(f"no phase regions of {alloy}: {reason}", DataQualityWarning, stacklevel=3)
    return list(found.values())


def _figures(
    series: xr.Dataset, bands: list[xr.Dataset], laws: dict[str, xr.Dataset], cutoff: float | None
) -> dict[str, Figure]:
    """Capacity against current and pressure where these vary, and by alloy; laws where one alloy has one."""
    figures: dict[str, Figure] = {}
    for axis in _AXES:
        values = series[axis].to_numpy()
        if np.unique(values[np.isfinite(values)]).size < 2:
            continue
        law = next((one for one in laws.values() if one.attrs["axis"] == axis), None)
        try:
            figures[f"capacity_over_{axis}"] = capacity_against(series, axis, bands=bands, law=law, cutoff=cutoff)
        except SchemaError:
            continue
    try:
        figures["capacity_by_alloy"] = capacity_by_alloy(series, bands=bands, cutoff=cutoff)
    except SchemaError:
        return figures
    return figures


def _estimates(groups: xr.Dataset, laws: dict[str, xr.Dataset]) -> dict[str, Estimate]:
    """Means of groups with replicates, and the numbers of the laws."""
    found: dict[str, Estimate] = {}
    percent = f"{100 * float(groups.attrs['confidence']):g} %"
    for n, name in enumerate(str(one) for one in groups["group"].to_numpy()):
        count = int(groups["count"][n])
        if count < 2:
            continue
        mean = float(groups["mean"][n])
        known = np.isfinite(mean)
        low, high = (float(end) for end in groups["mean_interval"][n])
        found[f"mean of {name}"] = Estimate(
            value=mean if known else None,
            unit="C kg-1",
            quantity="specific_capacity",
            interval=(low, high) if known else None,
            label=f"mean of {count} tests; interval: {percent}, Student's t"
            if known
            else f"cannot be said: {groups['reason'].to_numpy()[n]}",
        )
    for name, law in laws.items():
        found |= {f"{key.replace('_', ' ')} of {name}": one for key, one in stripping_law_estimates(law).items()}
    return found


def _span(ends: xr.DataArray, name: str) -> list[str]:
    """Intervals as text; an open one says "or more"."""
    texts = []
    for low, high in quantity(name).to_display(ends.to_numpy().astype(float)):
        if np.isnan(low):
            texts.append("-")
        else:
            texts.append(
                f"{number(float(low), 3)} or more"
                if np.isinf(high)
                else f"{number(float(low), 3)} to {number(float(high), 3)}"
            )
    return texts


def _temperatures(at: xr.Dataset) -> list[str]:
    """Temperatures with their uncertainty, those that nobody stated marked."""
    values = zip(
        displayed(at["temperature"], "temperature"),
        at["temperature_uncertainty"].to_numpy(),
        protocols(at),
        strict=True,
    )
    return [
        f"{number(value, 3)} +- {float(spread):g}{'' if given.get('temperature') is not None else ' (assumed)'}"
        for value, spread, given in values
    ]


def _tests(at: xr.Dataset) -> Table:
    columns = {
        "test": [str(name) for name in at["test"].to_numpy()],
        "alloy": [str(name) for name in at["alloy"].to_numpy()],
        "origin": [str(name) for name in at["origin"].to_numpy()],
        "current density / mA cm-2": displayed(at["current_density"], "current_density"),
        "pressure / MPa": displayed(at["stack_pressure"], "stack_pressure"),
        "temperature / degC": _temperatures(at),
        "known as": [
            {"right": "lower bound", "interval": "value"}.get(str(word), "nothing")
            for word in at["censoring"].to_numpy()
        ],
        "capacity / mAh g-1": displayed(at["specific_capacity"], "specific_capacity"),
        "its interval": _span(at["specific_capacity_interval"], "specific_capacity"),
        "capacity / mAh cm-2": displayed(at["areal_capacity"], "areal_capacity"),
        "share of theory": [float(value) for value in at["share_of_theory"].to_numpy()],
        "share of liquidus": [float(value) for value in at["share_of_liquidus"].to_numpy()],
        "its interval (liquidus)": _span(at["share_of_liquidus_interval"], "fraction"),
        "KC8 extent": [float(value) for value in at["kc8_extent"].to_numpy()],
        "ended in": [str(text) or "-" for text in at["region"].to_numpy()],
    }
    return Table(title="Tests", columns=tuple(columns), rows=tuple(zip(*columns.values(), strict=True)))


def _groups(groups: xr.Dataset) -> Table:
    columns = {
        "group": [str(name) for name in groups["group"].to_numpy()],
        "tests": [int(value) for value in groups["count"].to_numpy()],
        "lower bounds": [int(value) for value in groups["count_censored"].to_numpy()],
        "mean / mAh g-1": displayed(groups["mean"], "specific_capacity"),
        "its interval": _span(groups["mean_interval"], "specific_capacity"),
        "median / mAh g-1": displayed(groups["median"], "specific_capacity"),
        "remark": [str(text) for text in groups["reason"].to_numpy()],
    }
    return Table(
        title="Replicates: tests of one protocol",
        columns=tuple(columns),
        rows=tuple(zip(*columns.values(), strict=True)),
    )


def _null_table(nulls: dict[str, xr.Dataset]) -> Table:
    rows: list[tuple[str | float | int | None, ...]] = []
    for name, laws in nulls.items():
        for n, law in enumerate(str(one) for one in laws["law"].to_numpy()):
            low, high = (float(end) for end in laws["log_likelihood_interval"][n])
            rows.append(
                (
                    name,
                    law,
                    int(laws["parameters"][n]),
                    float(laws["factor"][n]),
                    100 * float(laws["scatter"][n]),
                    float(laws["log_likelihood"][n]),
                    f"{low:.3g} to {high:.3g}",
                    100 * float(np.expm1(laws["prediction_error"][n])),
                )
            )
    return Table(
        title="Null laws (an alloy is predicted from the others)",
        columns=(
            "tests",
            "law",
            "fitted numbers",
            "factor",
            "scatter / %",
            "ln likelihood",
            "over the liquidus",
            "error / %",
        ),
        rows=tuple(rows),
    )


def _findings(
    at: xr.Dataset, laws: dict[str, xr.Dataset], nulls: dict[str, xr.Dataset], refused: dict[str, str]
) -> list[str]:
    kinds, origins = at["censoring"].to_numpy(), at["origin"].to_numpy()
    own = origins != "digitised"
    reached, bounds = int((own & (kinds == "interval")).sum()), int((own & (kinds == "right")).sum())
    findings = []
    if own.any():
        origin = " and ".join(dict.fromkeys(str(name) for name in origins[own]))
        text = f"{reached} of {int(own.sum())} tests reached {float(at['cutoff']):g} V"
        text += f"; {bounds} did not, so that their capacities are lower bounds" if bounds else ""
        findings.append(f"{text}. [{origin}]")
    if not own.all():
        text = f"{int((~own).sum())} printed or digitised points stand beside; they are never pooled with tests"
        findings.append(f"{text}. [digitised]")
    for name, law in laws.items():
        numbers = stripping_law_estimates(law)
        preferred = str(law.attrs["preferred"])
        if preferred == "transition":
            text = f"a plateau of {worded(numbers['plateau'])} that ends at {worded(numbers['transition'])}"
        elif preferred == "power":
            text = f"a power law with the exponent {worded(numbers['exponent'])}"
        elif preferred == "constant":
            text = f"no dependence (exponent of a power law {worded(numbers['exponent'])})"
        else:
            text = f"no law is preferred (exponent of a power law {worded(numbers['exponent'])})"
        findings.append(f"{name}: {text}; {law.attrs['reason']}. [fitted]")
    findings += [
        f"{name[0].upper()}{name[1:]}: {law.attrs['verdict']}. [{law.attrs['origin']} over computed]"
        for name, law in nulls.items()
    ]
    shares = at["capacity_to_liquidus_by_kc8"].to_numpy()
    if np.isfinite(shares).all(axis=1).any():
        findings.append(
            "Shares of the liquidus rest on the stated extent of KC8, which is not measured; full uptake would move the liquidus by "
            f"up to {100 * float(np.nanmax(np.abs(shares[:, 1] / shares[:, 0] - 1))):.2g} %. [assumed]"
        )
    if refused:
        findings.append(f"Not fitted: {len(refused)} sets of tests, for the reasons in the results. [measured]")
    return findings
