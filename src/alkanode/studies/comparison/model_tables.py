"""Tables of a model beside a measurement: numbers, events, parameters with what each does."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from alkanode.foundation.sources import Estimate
from alkanode.studies.part import Table
from alkanode.studies.wording import number, shown, spoken, worded

NO_DIFFERENCE = 5e-4
"""Relative change of a charge below which a parameter is said to do nothing to it."""

_FIRST = ("fitted", "assumed", "protocol", "known")

_PASSES = ("duration", "capacity")
"""Events that every step ends with."""


def told_numbers(comparison: xr.Dataset) -> tuple[str, ...]:
    """Names (``part_name``) of the numbers that people read: per mass before per area before total, no doubles."""
    names = [str(name) for name in comparison["name"].to_numpy()]
    told = []
    for name in names:
        per_mass, per_area = (
            name.replace("stripping.charge_at", f"stripping.{word}_capacity_at") for word in ("specific", "areal")
        )
        if name.startswith("stripping.charge_at"):
            chosen = next(one for one in (per_mass, per_area, name) if one in names)
        elif name.startswith("stripping.") or name.endswith("_area_specific"):
            continue
        else:
            chosen = name
        told.append(chosen.replace(".", "_", 1))
    return tuple(dict.fromkeys(told))


def estimate_at(comparison: xr.Dataset, k: int, word: str) -> Estimate:
    """One side of a row as an estimate."""
    value, low, high = (float(comparison[f"{word}{end}"].to_numpy()[k]) for end in ("", "_lower", "_upper"))
    bounded = math.isfinite(low) and math.isfinite(high)
    return Estimate(
        value=value if math.isfinite(value) else None,
        unit=str(comparison["unit"].to_numpy()[k]),
        quantity=str(comparison["quantity"].to_numpy()[k]),
        interval=(low, high) if bounded else None,
        label="computed",
    )


def comparison_table(comparison: xr.Dataset, told: tuple[str, ...]) -> Table:
    """Every number of both, with the residual and whether it is calibrated."""
    rows = []
    for k, name in enumerate(comparison["name"].to_numpy()):
        if str(name).replace(".", "_", 1) not in told:
            continue
        measured, predicted = (float(comparison[word].to_numpy()[k]) for word in ("measured", "predicted"))
        residual = float(comparison["standardised_residual"].to_numpy()[k])
        where, _, what = str(name).partition(".")
        rows.append(
            (
                f"{where}: {spoken(what)}",
                _said(comparison, k, "measured"),
                _said(comparison, k, "predicted"),
                _signed(100 * (predicted / measured - 1), 1e-3, " %") if measured else "-",
                _signed(residual, 1e-2),
                str(comparison["status"].to_numpy()[k]),
            )
        )
    return Table(
        title="Numbers of the model beside measured ones",
        columns=("number", "measured (interval)", "model (interval)", "difference", "in standard deviations", "status"),
        rows=tuple(rows),
    )


def _signed(value: float, least: float, unit: str = "") -> str:
    """A difference with its sign; below what is worth saying it is zero."""
    if not math.isfinite(value):
        return "-"
    return f"0{unit}" if abs(value) < least else f"{value:+.2g}{unit}"


def _said(comparison: xr.Dataset, k: int, word: str) -> str:
    one = estimate_at(comparison, k, word)
    return "-" if one.value is None else worded(one)


def event_table(events: xr.Dataset) -> Table:
    """What happened to the model, ordinary ends of steps apart."""
    rows = tuple(
        (
            str(name).replace("_", " "),
            str(electrode) or "-",
            int(step) + 1,
            float(time) / 3600,
            shown(float(areal), "areal_capacity") if math.isfinite(float(areal)) else "-",
            str(reason),
        )
        for name, electrode, step, time, areal, reason in zip(
            *(events[key].to_numpy() for key in ("name", "electrode", "step", "time", "areal_capacity", "reason")),
            strict=True,
        )
        if str(name) not in _PASSES
    )
    return Table(
        title="What happened to the model",
        columns=("event", "electrode", "step", "time / h", "net charge", "why"),
        rows=rows,
    )


def parameter_table(parameters: xr.Dataset, influence: xr.Dataset | None) -> Table:
    """Parameters by role, those that move the charge most first."""
    effects = {} if influence is None else effects_of(influence)
    columns = ("parameter", "value", "lower", "upper", "unit", "role", "trust", "fitted_to")
    found = list(zip(*(parameters[key].to_numpy() for key in columns), strict=True))

    def rank(row: tuple[object, ...]) -> tuple[int, float]:
        low, high = effects.get(str(row[0]), (0.0, 0.0))
        role = str(row[5])
        size = sum(abs(end) for end in (low, high) if math.isfinite(end))
        return (_FIRST.index(role) if role in _FIRST else len(_FIRST), -size)

    rows = tuple(
        (
            str(name).partition(" [")[0],
            number(float(value), 4),
            f"{number(float(low), 3)} to {number(float(high), 3)}" if math.isfinite(float(low)) else "-",
            "" if str(unit) == "1" else str(unit),
            str(role) + (f" to {target}" if str(target) else ""),
            str(trust),
            _effect(effects.get(str(name)), varied=influence is not None),
        )
        for name, value, low, high, unit, role, trust, target in sorted(found, key=rank)
    )
    return Table(
        title="Numbers that the model rests on",
        columns=("parameter", "value", "interval", "unit", "role", "trust", "moves the charge by"),
        rows=rows,
    )


def effects_of(influence: xr.Dataset) -> dict[str, tuple[float, float]]:
    """Relative change of the middle charge that is reached with each parameter at its lower and upper end; NaN where no cell can be made."""
    base = influence["charge"].to_numpy()
    reached = np.flatnonzero(np.isfinite(base) & (base > 0))
    if reached.size == 0:
        return {}
    k = int(reached[reached.size // 2])
    ends = np.stack([influence[word].to_numpy()[:, k] for word in ("at_lower", "at_upper")], axis=1) / base[k] - 1
    return {
        str(name): (float(pair[0]), float(pair[1]))
        for name, pair in zip(influence["parameter"].to_numpy(), ends, strict=True)
    }


def _effect(ends: tuple[float, float] | None, *, varied: bool) -> str:
    if ends is None:
        return "not varied" if varied else "-"
    known = [end for end in ends if math.isfinite(end)]
    if not known:
        return "no cell at either end"
    if max(abs(end) for end in known) < NO_DIFFERENCE:
        return "nothing"
    text = " to ".join(f"{100 * end:+.1f} %" for end in dict.fromkeys(known))
    return text if len(known) == 2 else f"{text}; no cell at the other end"
