"""Quantities at the door: text, pint or number in, SI number out.

Kernels see plain floats in SI. Text such as ``"0.5 mA cm-2"`` or ``"25 degC"`` is converted once, where it
enters. pint is imported here and nowhere else, and only when a text or a pint quantity arrives.
"""

from __future__ import annotations

import functools
import math
import re
from typing import Any, TypeAlias

from alkanode.foundation.errors import UnitsError
from alkanode.foundation.vocabulary import quantity

QuantityLike: TypeAlias = "float | str | Any"
"""A number in SI, a text with a unit, or a ``pint.Quantity``."""

_TEXT = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")
_EXPONENT = re.compile(r"([A-Za-zµμΩ°]+)\^?(-?\d+)")
_COMPOSITION = re.compile(
    r"(wt|at|mol|mass|vol|w|a)\s*[-./]?\s*%|%\s*(wt|at|mol)|\bpct\b|weight percent", re.IGNORECASE
)
_AMBIGUOUS = {"a.u.", "a.u", "au", "arb", "arb.u.", "M", "C/n", "n"}


@functools.cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
    return registry


def _pint_unit(text: str) -> str:
    """Turn ``mA cm-2`` into ``mA*cm**-2``."""
    text = (
        text.replace("·", " ")
        .replace("Ω", "ohm")
        .replace("°C", "degC")
        .replace("²", "2")
        .replace("µ", "u")
        .replace("μ", "u")
    )
    text = text.replace("mA h", "mAh").replace("A h", "Ah") if re.search(r"\bm?A h\b", text) else text
    text = _EXPONENT.sub(r"\1**\2", text)
    return re.sub(r"(?<=[\w)])\s+(?=[A-Za-z(])", "*", text.strip())


def to_si(value: QuantityLike, name: str) -> float:
    """Turn what a user wrote into an SI number of a known quantity.

    Parameters
    ----------
    value
        A number (taken as SI), a text with a unit such as ``"4.3 mg"`` or ``"25 degC"``, or a pint quantity.
    name
        Field name of the quantity in the vocabulary, which fixes the dimension.

    Returns
    -------
    float
        The value in the SI unit of the vocabulary.

    Raises
    ------
    UnitsError
        For an unknown or ambiguous unit, a composition written as a unit, a text without a unit where one is
        needed, a wrong dimension, or a value that is not finite.

    Examples
    --------
    >>> round(to_si("1 mA cm-2", "current_density"), 6)
    10.0
    >>> to_si("25 degC", "temperature")
    298.15
    """
    target = quantity(name)
    if isinstance(value, bool):
        raise UnitsError(f"{name} must be a number or a text with a unit", found=repr(value))
    if isinstance(value, int | float):
        return _finite(float(value), name, value)
    if isinstance(value, str):
        return _finite(_parse(value, name), name, value)
    if hasattr(value, "magnitude") and hasattr(value, "to"):
        return _finite(_convert(float(value.magnitude), str(value.units), name, repr(value)), name, value)
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        return _finite(float(value.item()), name, value)
    raise UnitsError(
        f"{name} must be a number in {target.unit}, a text such as '1 {target.shown_unit}', or a pint quantity",
        found=f"{type(value).__name__} {value!r}",
    )


def _finite(number: float, name: str, original: object) -> float:
    if not math.isfinite(number):
        raise UnitsError(f"{name} must be finite", found=repr(original))
    return number


def _parse(text: str, name: str) -> float:
    target = quantity(name)
    match = _TEXT.match(text)
    if match is None:
        raise UnitsError(
            f"{name} must be written as number and unit",
            found=repr(text),
            todo=f"Write for example '1 {target.shown_unit}'",
        )
    number, unit = float(match.group(1)), match.group(2)
    if not unit:
        if target.unit == "1":
            return number
        raise UnitsError(
            f"{name} needs a unit",
            found=repr(text),
            todo=f"Write for example '{match.group(1)} {target.shown_unit}' (a bare number in Python is SI, {target.unit})",
        )
    return _convert(number, unit, name, repr(text))


def _convert(number: float, unit: str, name: str, original: str) -> float:
    target = quantity(name)
    if _COMPOSITION.search(unit) or "%" in unit:
        raise UnitsError(
            "a composition is not a unit: 'wt%' and 'at%' are never parsed",
            found=original,
            todo="Use Alloy.from_mass_fractions(Na=0.5, K=0.5), Alloy.from_mole_fractions(...), or a name such as 'NaK50' or 'Na50K50'",
        )
    if unit in _AMBIGUOUS:
        raise UnitsError(
            f"the unit {unit!r} is ambiguous",
            found=original,
            todo=f"Write for example '1 {target.shown_unit}'",
        )
    if unit == target.shown_unit:
        return target.to_si(number)
    registry = _registry()
    try:
        parsed = registry.Quantity(number, _pint_unit(unit))
        wanted = _pint_unit(target.unit) if target.unit != "1" else "dimensionless"
        if name == "temperature_difference" and str(parsed.units) in {"degree_Celsius", "kelvin"}:
            return number
        return float(parsed.to(wanted).magnitude)
    except Exception as cause:
        known = type(cause).__name__
        what = (
            "an unknown unit"
            if "Undefined" in known
            else "a unit of another dimension"
            if "Dimensionality" in known
            else "an unreadable unit"
        )
        raise UnitsError(
            f"{name} needs a unit of the dimension of {target.shown_unit}",
            found=f"{what} in {original}",
            todo=f"Write for example '1 {target.shown_unit}'",
        ) from cause
