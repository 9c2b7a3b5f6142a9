"""Critical stripping capacity against current density or pressure: no dependence, a power law, or a transition.

Against the current j, with the scatter of a logarithm normal:

* ``constant``: q = q0; the phase diagram alone decides, not the rate.
* ``power``: q = q0 (j/j0)^-k, as Peukert's law has it.
* ``transition``: q = q_p up to a current j_t, then q_p (j/j_t)^-k: at low current the phase diagram ends the test, at high
  current the growth of voids does.

Against the pressure p the transition has its plateau at high pressure, and the exponent of p is +k.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.electrochem.protocols import differences
from alkanode.electrochem.stripping.protocol import WORDS, protocols
from alkanode.electrochem.stripping.series import at_cutoff, lower_bounds
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.sources import Estimate, add_sources
from alkanode.foundation.units import QuantityLike
from alkanode.numerics.censored_line import CensoredLine, corrected_criterion, fit_line, line_likelihood
from alkanode.numerics.quantiles import student

Floats = npt.NDArray[np.float64]
Axis = Literal["current_density", "stack_pressure"]

MODELS = ("constant", "power", "transition")

WITHIN = 7
"""Places of a transition inside its own interval whose plateaus and slopes make up the intervals of these."""

CURVE_POINTS = 61
"""Places at which a fitted law is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawRule:
    """When a law is fitted, and when one is preferred.

    Attributes
    ----------
    least_values
        Distinct currents (or pressures) below which nothing is fitted; through two points every law goes.
    least_for_transition
        Distinct values for a transition: two on each side of it and one more.
    distinct
        Share by which two values must differ to count as distinct; 2 %, that of a protocol.
    margin
        Difference of the corrected Akaike criterion from which a law with more numbers is preferred; 2 is the habit.
    transitions
        Places between the second and the last but one value at which a transition is tried.
    level
        Confidence of all intervals.
    """

    least_values: int = 3
    least_for_transition: int = 5
    distinct: float = 0.02
    margin: float = 2.0
    transitions: int = 61
    level: float = 0.95


@dataclass(slots=True)
class _Fitted:
    """One law: its fit or why there is none, its fitted numbers (scatter included), and the design of a curve."""

    fit: CensoredLine | str
    parameters: int
    transition: float = float("nan")
    transition_ends: tuple[float, float] = field(default=(float("nan"), float("nan")))


def stripping_against(
    series: xr.Dataset,
    axis: Axis = "current_density",
    *,
    alloy: str | None = None,
    cutoff: QuantityLike | None = None,
    capacity: Literal["specific_capacity", "areal_capacity"] = "specific_capacity",
    allow_mixed: bool = False,
    rule: LawRule | None = None,
) -> xr.Dataset:
    """Fit laws of the critical stripping capacity over current density or pressure.

    Parameters
    ----------
    series
        A ``stripping_series`` record. Lower bounds count as such.
    axis
        ``"current_density"`` or ``"stack_pressure"``.
    alloy
        Only tests of this alloy; by default all, which must then be of one.
    cutoff
        V; default as :func:`alkanode.electrochem.at_cutoff`.
    capacity
        Per mass of alloy (default: what the phase diagram limits) or per area.
    allow_mixed
        Whether tests whose protocols differ in more than the axis are fitted together all the same, with a warning.
    rule
        Thresholds; stored with the result.

    Returns
    -------
    Dataset
        Kind ``stripping_law``. Over ``test``: ``axis_value`` (A m-2 or Pa), ``capacity`` (C kg-1 or C m-2), ``censored``. Over
        ``model`` (:data:`MODELS`): ``usable``, ``refused`` (why not), ``parameters``, ``log_likelihood``, ``criterion``
        (corrected Akaike, infinite where there are too few tests). Over ``point``: ``axis_point``, ``fitted_capacity`` and
        ``fitted_interval`` (of the law, not of a test). ``attrs``: ``exponent`` k with ``_lower``, ``_upper``, and
        ``capacity_at_reference`` at ``reference`` (geometric mean of the axis) of the power law; ``plateau``, ``transition``,
        ``transition_exponent`` with intervals; ``scatter`` (standard deviation of ln q about the power law); ``preferred`` and
        ``reason``; ``mixed``; ``rule``.

    Raises
    ------
    SchemaError
        With fewer than three distinct values of the axis, with no test that reached the cut-off, for several alloys, for
        tests of another protocol, or for an alloy or cut-off that the series lacks.

    Warns
    -----
    DataQualityWarning
        When mixed protocols are fitted together, or tests without the axis or a capacity are left out.

    Notes
    -----
    Intervals are profile likelihoods with a threshold that makes them Student's t where nothing is censored. They cover the
    scatter of the tests, not a common error of mass or area; those of plateau and slope of a transition cover every place of
    the transition inside its own interval. The exponent counts positive where the capacity falls with the
    current, or rises with the pressure.
    """
    chosen = rule or LawRule()
    at = _selected(at_cutoff(check(series, "stripping_series"), cutoff), axis, alloy, capacity)
    apart = differences(protocols(at), WORDS, apart=[axis])
    if apart and not allow_mixed:
        raise SchemaError(
            "only tests of one protocol are fitted together",
            found="different " + "; ".join(apart),
            todo="Select tests that differ in the axis only, or allow mixed protocols explicitly",
        )
    if apart:
        text = f"mixed protocols are fitted together: different {'; '.join(apart)}"
        warnings.warn(text, DataQualityWarning, stacklevel=2)
    x, q, censored = at[axis].to_numpy(), at[capacity].to_numpy(), lower_bounds(at)
    distinct = _distinct(x, chosen.distinct)
    word = axis.replace("_", " ")
    if distinct.size < chosen.least_values:
        values = f"{distinct.size} of {x.size} tests" if x.size else "no test with one and a capacity"
        raise SchemaError(f"a law over the {word} needs {chosen.least_values} distinct values", found=values)
    if censored.all():
        raise SchemaError("a law needs a test that reached the cut-off", found="lower bounds only")
    sign = -1.0 if axis == "current_density" else 1.0
    u, y = np.log(x), np.log(q)
    reference = float(u.mean())
    fitted = {
        "constant": _Fitted(fit_line(_design("constant", u, reference, sign), y, censored, level=chosen.level), 2),
        "power": _Fitted(fit_line(_design("power", u, reference, sign), y, censored, level=chosen.level), 3),
        "transition": _transition(u, y, censored, np.log(distinct), sign, chosen),
    }
    likelihood = [one.fit.log_likelihood if isinstance(one.fit, CensoredLine) else np.nan for one in fitted.values()]
    criterion = [
        corrected_criterion(value, one.parameters, x.size) if np.isfinite(value) else np.inf
        for value, one in zip(likelihood, fitted.values(), strict=True)
    ]
    preferred, reason = _preferred(fitted, criterion, chosen)
    points = np.linspace(u.min(), u.max(), CURVE_POINTS)
    curves = [_curve(name, one, points, reference, sign, chosen.level) for name, one in fitted.items()]
    unit = str(at[capacity].attrs["units"])
    law = xr.Dataset(
        {
            "axis_value": ("test", x),
            "capacity": ("test", q, {"units": unit}),
            "censored": ("test", censored),
            "usable": ("model", np.array([isinstance(one.fit, CensoredLine) for one in fitted.values()])),
            "refused": (
                "model",
                np.array([one.fit if isinstance(one.fit, str) else "" for one in fitted.values()], dtype=np.str_),
            ),
            "parameters": ("model", np.array([one.parameters for one in fitted.values()])),
            "log_likelihood": ("model", np.array(likelihood)),
            "criterion": ("model", np.array(criterion)),
            "axis_point": ("point", np.exp(points)),
            "fitted_capacity": (("model", "point"), np.array([curve for curve, _ in curves]), {"units": unit}),
            "fitted_interval": (("model", "point", "bound"), np.array([band for _, band in curves]), {"units": unit}),
        },
        coords={"test": at["test"].to_numpy(), "model": list(MODELS), "bound": ["lower", "upper"]},
        attrs={
            "axis": axis,
            "capacity": capacity,
            "cutoff": float(at["cutoff"]),
            "alloy": " / ".join(dict.fromkeys(str(name) for name in at["alloy"].to_numpy())),
            "origin": " / ".join(dict.fromkeys(str(name) for name in at["origin"].to_numpy())),
            "reference": float(np.exp(reference)),
            "preferred": preferred,
            "reason": reason,
            "mixed": "; ".join(apart),
            "confidence": chosen.level,
            "rule": str(chosen),
            **_numbers(fitted),
        },
    )
    add_sources(law, str(series.attrs.get("sources", "")).split())
    return label(law, "stripping_law")


def _selected(at: xr.Dataset, axis: Axis, alloy: str | None, capacity: str) -> xr.Dataset:
    """Tests of one alloy with a value on the axis and a positive capacity."""
    names = [str(name) for name in at["alloy"].to_numpy()]
    if alloy is not None and alloy not in names:
        raise SchemaError(f"tests of {alloy!r} are needed", found=", ".join(dict.fromkeys(names)))
    mine = np.array([alloy is None or name == alloy for name in names])
    good = np.isfinite(at[axis].to_numpy()) & (at[axis].to_numpy() > 0) & (at[capacity].to_numpy() > 0)
    if (mine & ~good).any():
        left = ", ".join(str(name) for name in at["test"].to_numpy()[mine & ~good])
        text = f"left out of the law: {left} (no {axis.replace('_', ' ')} or no {capacity.replace('_', ' ')})"
        warnings.warn(text, DataQualityWarning, stacklevel=3)
    return at.isel(test=np.flatnonzero(mine & good))


def _distinct(x: Floats, share: float) -> Floats:
    """Smallest of each run of values that lie within a share of each other."""
    ordered = np.sort(x)
    kept = [float(value) for value in ordered[:1]]
    for value in ordered[1:]:
        if value > kept[-1] * (1 + share):
            kept.append(float(value))
    return np.array(kept)


def _design(model: str, u: Floats, place: float, sign: float) -> Floats:
    """(value, column) design: the level, and the distance along which a law with a slope moves away from it."""
    level = np.ones(u.size)
    if model == "constant":
        return level[:, None]
    if model == "power":
        return np.stack([level, sign * (u - place)], axis=1)
    return np.stack([level, -np.maximum(-sign * (u - place), 0.0)], axis=1)


def _transition(
    u: Floats, y: Floats, censored: npt.NDArray[np.bool_], distinct: Floats, sign: float, rule: LawRule
) -> _Fitted:
    """The most likely transition, tried between the second and the last but one value, with its profile interval."""
    if distinct.size < rule.least_for_transition:
        return _Fitted(f"{distinct.size} distinct values; a transition needs {rule.least_for_transition}", 4)
    places = np.linspace(distinct[1], distinct[-2], rule.transitions)
    designs = [_design("transition", u, place, sign) for place in places]
    likelihood = np.array([line_likelihood(design, y, censored) for design in designs])
    best = int(np.argmax(likelihood))
    fit = fit_line(designs[best], y, censored, level=rule.level)
    if isinstance(fit, str):
        return _Fitted(fit, 4)
    if fit.freedom < 2:
        return _Fitted("too few values that are no lower bounds for three fitted numbers and their scatter", 4)
    freedom = fit.freedom - 1
    allowed = 0.5 * u.size * np.log1p(student(freedom, rule.level) ** 2 / freedom)
    inside = np.flatnonzero(likelihood >= likelihood[best] - allowed)
    few = np.unique(np.round(np.linspace(inside[0], inside[-1], WITHIN)).astype(np.intp))
    tried = [fit_line(designs[n], y, censored, level=rule.level) for n in few]
    near = [fit, *(one for one in tried if isinstance(one, CensoredLine))]
    ends = np.stack([one.interval for one in near])
    wide = np.stack([ends[:, :, 0].min(axis=0), ends[:, :, 1].max(axis=0)], axis=1)
    return _Fitted(
        replace(fit, interval=wide), 4, float(places[best]), (float(places[inside[0]]), float(places[inside[-1]]))
    )


def _preferred(fitted: dict[str, _Fitted], criterion: Sequence[float], rule: LawRule) -> tuple[str, str]:
    """The law to speak of, and why: by the criterion where it can judge, else by the interval of the exponent."""
    power = fitted["power"].fit
    if isinstance(power, str):
        return "", f"cannot say: {power}"
    low, high = power.interval[1]
    if not np.isfinite(criterion[1]):
        if low > 0 or high < 0:
            return (
                "power",
                "the interval of the exponent does not hold zero; too few tests for an information criterion",
            )
        return "", "cannot say: the interval of the exponent holds zero, and there are too few tests for a criterion"
    best = int(np.argmin(criterion))
    near = [n for n in range(best + 1) if criterion[n] <= criterion[best] + rule.margin]
    name = MODELS[near[0]]
    others = ", ".join(
        f"{MODELS[n]} {criterion[n] - criterion[near[0]]:+.3g}"
        for n in range(3)
        if n != near[0] and np.isfinite(criterion[n])
    )
    text = f"corrected Akaike criterion against {name}: {others}"
    if near[0] != best:
        text += f"; the simpler law is taken, since the difference to {MODELS[best]} is below {rule.margin:g}"
    return name, text


def _curve(
    model: str, one: _Fitted, points: Floats, reference: float, sign: float, level: float
) -> tuple[Floats, Floats]:
    """A fitted law and its band along the axis; of a transition the band holds for its place."""
    if isinstance(one.fit, str):
        return np.full(points.size, np.nan), np.full((points.size, 2), np.nan)
    design = _design(model, points, one.transition if model == "transition" else reference, sign)
    centre = design @ one.fit.coefficients
    half = student(one.fit.freedom, level) * np.sqrt(np.einsum("ij,jk,ik->i", design, one.fit.covariance, design))
    return np.exp(centre), np.exp(np.stack([centre - half, centre + half], axis=1))


def _numbers(fitted: dict[str, _Fitted]) -> dict[str, float]:
    """Fitted numbers of the laws with their intervals; NaN where a law was not fitted."""
    nan = float("nan")
    names = ("exponent", "capacity_at_reference", "mean_capacity", "plateau", "transition_exponent", "transition")
    found = {f"{name}{end}": nan for name in names for end in ("", "_lower", "_upper")} | {"scatter": nan}

    def put(name: str, value: float, ends: Floats | tuple[float, float], *, power: bool = False) -> None:
        three = np.array([value, *ends])
        three = np.exp(three) if power else three
        found.update(zip((name, f"{name}_lower", f"{name}_upper"), map(float, three), strict=True))

    constant, law, transition = (fitted[name].fit for name in MODELS)
    if isinstance(constant, CensoredLine):
        put("mean_capacity", float(constant.coefficients[0]), constant.interval[0], power=True)
    if isinstance(law, CensoredLine):
        put("capacity_at_reference", float(law.coefficients[0]), law.interval[0], power=True)
        put("exponent", float(law.coefficients[1]), law.interval[1])
        found["scatter"] = law.scatter
    if isinstance(transition, CensoredLine):
        one = fitted["transition"]
        put("plateau", float(transition.coefficients[0]), transition.interval[0], power=True)
        put("transition_exponent", float(transition.coefficients[1]), transition.interval[1])
        put("transition", one.transition, one.transition_ends, power=True)
    return found


def stripping_law_estimates(law: xr.Dataset) -> dict[str, Estimate]:
    """Headline numbers of laws over current density or pressure.

    Parameters
    ----------
    law
        What :func:`stripping_against` returned.

    Returns
    -------
    dict
        ``exponent`` (1) and ``capacity_at_reference`` of the power law; ``plateau``, ``transition``, ``transition_exponent``
        where a transition was fitted. Each says in its label whether its law is the preferred one.
    """
    law = check(law, "stripping_law")
    attrs = law.attrs
    quantity, axis = str(attrs["capacity"]), str(attrs["axis"])
    unit, axis_unit = ("C kg-1", "C m-2")[quantity == "areal_capacity"], ("A m-2", "Pa")[axis == "stack_pressure"]
    kinds = {
        "exponent": ("fraction", "1", "power"),
        "capacity_at_reference": (quantity, unit, "power"),
        "plateau": (quantity, unit, "transition"),
        "transition": (axis, axis_unit, "transition"),
        "transition_exponent": ("fraction", "1", "transition"),
    }
    found = {}
    percent = f"{100 * float(attrs['confidence']):g} %"
    for name, (kind, si, model) in kinds.items():
        value = float(attrs[name])
        if not np.isfinite(value):
            continue
        state = (
            "preferred law"
            if attrs["preferred"] == model
            else "not the preferred law"
            if attrs["preferred"]
            else "no law is preferred"
        )
        found[name] = Estimate(
            value=value,
            unit=si,
            quantity=kind,
            interval=(float(attrs[f"{name}_lower"]), float(attrs[f"{name}_upper"])),
            label=f"fitted: {model} law over the {axis.replace('_', ' ')} ({attrs['origin']} tests; {state}); interval: {percent}, "
            "scatter of the tests",
        )
    return found
