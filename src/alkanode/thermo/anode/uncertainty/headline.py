"""Headline numbers: a value, one interval, and a label that says what the interval covers.

Two things move such a number: the temperature, which nobody knows better than to a kelvin or two, and the parameters of the
assessment. They are independent, so that an interval over both joins the distances to their bounds in quadrature.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.vocabulary import quantity
from alkanode.thermo.conditions import Array

Covers = Literal["temperature", "assessment", "both"]
"""What the interval of a headline number covers."""

Interval = tuple[float, float]


def joined(value: float, bounds: Sequence[Array], *, factors: bool = False) -> Interval | None:
    """An interval over several independent causes.

    Parameters
    ----------
    value
        The number itself.
    bounds
        Lower and upper end by each cause alone.
    factors
        Join the logarithms of the ends over the value, for causes that act as factors.

    Returns
    -------
    tuple or None
        ``None`` without bounds, and where one of them is not finite.
    """
    ends = np.array(bounds, dtype=np.float64).reshape(-1, 2)
    if not ends.size or not np.isfinite(ends).all() or not math.isfinite(value):
        return None
    if len(ends) == 1:
        return float(ends[0, 0]), float(ends[0, 1])
    away = np.log(ends / value) if factors else ends - value
    reach = np.sqrt((away**2).sum(axis=0)) * np.array([-1.0, 1.0])
    low, high = value * np.exp(reach) if factors else value + reach
    return float(low), float(high)


def headline(
    at: xr.Dataset,
    name: str,
    like: str,
    *,
    rests_on: str,
    covers: Covers = "temperature",
    most: float = math.inf,
) -> Estimate:
    """A headline number out of a record.

    Parameters
    ----------
    at
        Holds the number as a scalar, ``NAME_interval`` and perhaps ``NAME_assessment_interval`` over ``bound``, and
        ``attrs["temperature_uncertainty"]`` (K).
    name, like
        The field, and the quantity of the vocabulary that it is: 0 or more, and at most ``most``.
    rests_on
        What the number rests on.
    covers
        ``"temperature"``: the range over the temperature uncertainty; the label also gives the interval over the
        assessment. ``"assessment"``: 95 % over the parameters. ``"both"``: joined in quadrature.

    Returns
    -------
    Estimate
        Without value where it is not finite, without interval where a bound is not.

    Raises
    ------
    PhysicsError
        For another word in ``covers``.
    """
    if covers not in get_args(Covers):
        raise PhysicsError(
            "an interval is needed that covers something known",
            found=repr(covers),
            todo=f"Known: {', '.join(map(repr, get_args(Covers)))}",
        )
    value = float(at[name])
    by_temperature = at[f"{name}_interval"].to_numpy()
    within = f"{name}_assessment_interval"
    drawn = at[within].to_numpy() if within in at and np.isfinite(at[within]).all() else None
    kelvin = f"interval covers a temperature uncertainty of {at.attrs['temperature_uncertainty']:g} K"
    if covers == "temperature":
        bounds, text = [by_temperature], f"{kelvin} only{_alone(drawn, like)}"
    elif covers == "assessment":
        known = "interval covers the parameters of the assessment at 95 % only"
        bounds = [] if drawn is None else [drawn]
        text = "interval unknown: no draws of the assessment's parameters" if drawn is None else known
    elif drawn is None:
        bounds, text = [by_temperature], f"{kelvin} only; that of the assessment is not known"
    else:
        bounds = [by_temperature, drawn]
        text = f"{kelvin} and the parameters of the assessment at 95 %, joined in quadrature"
    interval = joined(value, bounds)
    return Estimate(
        value=value if math.isfinite(value) else None,
        unit=quantity(like).unit,
        quantity=like,
        interval=None if interval is None else (max(interval[0], 0.0), min(interval[1], most)),
        label=f"{rests_on}; {text}",
    )


def _alone(drawn: Array | None, like: str) -> str:
    """The interval over the assessment alone, in the display unit."""
    if drawn is None:
        return ""
    entry = quantity(like)
    factor, unit = (100.0, "%") if entry.shown_unit == "1" else (1.0, entry.shown_unit)
    low, high = (factor * entry.to_display(float(end)) for end in drawn)
    return f"; the parameters of the assessment alone give {low:.4g} to {high:.4g} {unit} (95 %)"
