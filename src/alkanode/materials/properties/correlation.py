"""A property of one substance as a formula: form, coefficients, range, uncertainty and where it comes from."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.foundation.sources import Trust

Array: TypeAlias = npt.NDArray[np.float64]

ZERO_CELSIUS = 273.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a number of a property rests on.

    Attributes
    ----------
    uncertainty
        Relative standard uncertainty.
    source
        Key in ``references.bib``, or ``""``.
    trust
        Trust label.
    note
        Conditions and checks, for people.
    """

    uncertainty: float
    source: str
    trust: Trust
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """A property of one substance against temperature.

    Attributes
    ----------
    form
        One of :data:`FORMS`.
    coefficients
        Numbers of the form, for SI values.
    range
        Temperatures (K) for which the formula was made.
    origin
        What it rests on.
    """

    form: str
    coefficients: tuple[float, ...]
    range: tuple[float, float]
    origin: Origin

    def __call__(self, temperature: npt.ArrayLike) -> Array:
        """Value in SI, shaped like the temperature (K)."""
        return FORMS[self.form](np.asarray(temperature, dtype=np.float64), self.coefficients)


def _celsius_polynomial(temperature: Array, c: Sequence[float]) -> Array:
    """c0 + c1 t + c2 t^2 + ..., t in degC."""
    value: Array = np.polynomial.polynomial.polyval(temperature - ZERO_CELSIUS, np.asarray(c))
    return value


def _kelvin_polynomial(temperature: Array, c: Sequence[float]) -> Array:
    """c0 + c1 T + c2 T^2 + ..."""
    value: Array = np.polynomial.polynomial.polyval(temperature, np.asarray(c))
    return value


def _andrade(temperature: Array, c: Sequence[float]) -> Array:
    """exp(c0 + c1 ln T + c2 / T)."""
    value: Array = np.exp(c[0] + c[1] * np.log(temperature) + c[2] / temperature)
    return value


def _vogel(temperature: Array, c: Sequence[float]) -> Array:
    """10^(c0 + c1 / (c2 + T))."""
    value: Array = 10 ** (c[0] + c[1] / (c[2] + temperature))
    return value


def _critical(temperature: Array, c: Sequence[float]) -> Array:
    """c0 (1 - T / c1)^c2; zero at and above the critical temperature c1."""
    value: Array = c[0] * np.clip(1 - temperature / c[1], 0, None) ** c[2]
    return value


FORMS: dict[str, Callable[[Array, Sequence[float]], Array]] = {
    "celsius_polynomial": _celsius_polynomial,
    "kelvin_polynomial": _kelvin_polynomial,
    "andrade": _andrade,
    "vogel": _vogel,
    "critical": _critical,
}
"""Forms of a formula by name."""


def warn_outside(temperature: float, limits: tuple[float, float], what: str, *, stacklevel: int = 3) -> bool:
    """Warn where a temperature (K) lies outside the range of a formula, and say whether it does.

    Raises
    ------
    PhysicsError
        At 0 K and below.

    Warns
    -----
    ExtrapolationWarning
        Names the range and the temperature.
    """
    if not temperature > 0:
        raise PhysicsError(
            "a temperature above 0 K is needed",
            found=f"{temperature:g} K",
            todo="A bare number is in kelvin; write '25 degC' for a Celsius temperature",
        )
    return _warn(temperature, limits, what, " K", stacklevel + 1)


def warn_beyond(value: float, limits: tuple[float, float], what: str, *, stacklevel: int = 3) -> bool:
    """Warn where a pure number lies outside the range of a formula, and say whether it does.

    Warns
    -----
    ExtrapolationWarning
        Names the range and the number.
    """
    return _warn(value, limits, what, "", stacklevel + 1)


def _warn(value: float, limits: tuple[float, float], what: str, unit: str, stacklevel: int) -> bool:
    low, high = limits
    beyond = not low <= value <= high
    if beyond:
        warnings.warn(
            f"{what} is known from {low:g} to {high:g}{unit}; {value:g}{unit} is extrapolated",
            ExtrapolationWarning,
            stacklevel=stacklevel,
        )
    return beyond
