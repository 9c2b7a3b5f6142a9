"""Temperatures and compositions at the door of this layer: text, alloys and arrays in, checked floats out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.foundation.units import QuantityLike, to_si
from alkanode.materials import Alloy, Composition, element
from alkanode.thermo.assessment.data import Assessment

Array: TypeAlias = npt.NDArray[np.float64]
TemperatureLike: TypeAlias = "QuantityLike | Sequence[QuantityLike] | npt.ArrayLike"
CompositionLike: TypeAlias = "Alloy | Composition | npt.ArrayLike"


def temperatures(value: TemperatureLike, assessment: Assessment, *, stacklevel: int = 3) -> Array:
    """Temperatures in K, checked against the range of an assessment.

    Parameters
    ----------
    value
        A number or array in K, a text such as ``"25 degC"``, a pint quantity, or a sequence of these.
    assessment
        Gives the ranges.
    stacklevel
        Frames between the warning and the user's line.

    Returns
    -------
    ndarray
        Same shape as ``value``.

    Raises
    ------
    PhysicsError
        Where the functions of the assessment do not hold, and for what is no temperature.

    Warns
    -----
    ExtrapolationWarning
        Outside the range for which the assessment was made.
    """
    array = kelvin(value)
    low, high = assessment.function_range
    bad = ~((array >= low) & (array <= high))
    if bad.any():
        raise PhysicsError(
            f"temperatures from {low:g} to {high:g} K are needed by {assessment.name}",
            found=f"{array[bad].flat[0]:g} K",
            todo="A bare number is in kelvin; write '25 degC' for a Celsius temperature",
        )
    first, last = assessment.use_range
    outside = (array < first) | (array > last)
    if outside.any():
        warnings.warn(
            f"{assessment.name} was made for {first:g}-{last:g} K; {array[outside].flat[0]:g} K is extrapolated",
            ExtrapolationWarning,
            stacklevel=stacklevel,
        )
    return array


def kelvin(value: Any) -> Array:
    """Temperatures in K from a number, a text, a pint quantity, a labelled field, or a sequence of these.

    Raises
    ------
    PhysicsError
        For what is no real number, or a field that is labelled with another unit than K.
    UnitsError
        For text without a unit of temperature.
    """
    units = getattr(value, "attrs", {}).get("units", "K")
    if units != "K":
        raise PhysicsError("temperatures in K are needed", found=f"a field in {units}", todo="Convert it to K first")
    if hasattr(value, "magnitude") and np.ndim(value.magnitude) > 0:
        value = list(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "UO":
        value = value.tolist()
    if isinstance(value, str) or hasattr(value, "magnitude"):
        return np.asarray(to_si(value, "temperature"))
    if isinstance(value, list | tuple) and any(isinstance(part, str) or hasattr(part, "magnitude") for part in value):
        return np.array([to_si(part, "temperature") for part in value])
    return real_numbers(value, "temperature in K")


def real_numbers(value: Any, what: str) -> Array:
    """Real numbers as an array; nothing is dropped silently.

    Raises
    ------
    PhysicsError
        For complex or masked numbers, truth values, dates, and what is no number; ``what`` is named as needed.
    """
    try:
        raw = np.asarray(value)
        if raw.dtype.kind in "bcmM" or value is None or np.ma.is_masked(value):
            raise TypeError
        return np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError) as cause:
        raise PhysicsError(f"{what} as real numbers is needed", found=f"{value!r:.80}") from cause


def second_fraction(value: CompositionLike, assessment: Assessment) -> Array:
    """Mole fraction of the second element of an assessment (Na in K-Na).

    Parameters
    ----------
    value
        An alloy, a composition, or mole fractions (0-1) of the second element.
    assessment
        Gives the elements.

    Returns
    -------
    ndarray

    Raises
    ------
    PhysicsError
        For other elements, fractions that are not numbers from 0 to 1, or a field of a record that is labelled as the
        fraction of another element or by mass.
    """
    _check_label(value, assessment.elements[1])
    composition = value.composition if isinstance(value, Alloy) else value
    if isinstance(composition, Composition):
        others = set(composition.elements) - set(assessment.elements)
        if others:
            raise PhysicsError(
                f"an alloy of {' and '.join(assessment.elements)} is needed by {assessment.name}",
                found=f"{composition} with {', '.join(sorted(others))}",
            )
        return np.asarray(composition.mole_fraction(assessment.elements[1]))
    array = real_numbers(composition, f"mole fraction of {assessment.elements[1]}")
    bad = ~((array >= 0) & (array <= 1))
    if bad.any():
        raise PhysicsError(
            f"mole fractions of {assessment.elements[1]} from 0 to 1 are needed",
            found=f"{array[bad].flat[0]:g}",
            todo="For percentages by mass or atoms use Alloy.from_mass_fractions or Alloy.from_mole_fractions",
        )
    return array


def _check_label(value: Any, second: str) -> None:
    """Records carry fractions of the first element in both bases; here mole fractions of the second are meant."""
    told = getattr(value, "attrs", {}).get("element", second)
    if told != second or getattr(value, "name", None) == "mass_fraction":
        raise PhysicsError(
            f"mole fractions of {second} are needed",
            found=f"a field {getattr(value, 'name', None) or 'without name'!r} of {told}",
            todo="From the mole fraction of the other element: 1 - field.to_numpy()",
        )


def as_alloy(value: Alloy | Composition | str) -> Alloy:
    """An alloy from an alloy, a composition or a name such as ``"NaK50"``.

    Raises
    ------
    PhysicsError
        When it is none of these.
    """
    if isinstance(value, Alloy):
        return value
    if isinstance(value, Composition):
        return Alloy(value, str(value))
    if isinstance(value, str):
        return Alloy.from_name(value)
    raise PhysicsError("an Alloy, a Composition or an alloy name is needed", found=repr(value))


def first_mass_fraction(x: Array, assessment: Assessment) -> Array:
    """Mass fraction of the first element (K) at mole fraction ``x`` of the second (Na)."""
    heavy, light = (element(symbol).molar_mass.value for symbol in assessment.elements)
    fraction: Array = (1 - x) * heavy / ((1 - x) * heavy + x * light)
    return fraction
