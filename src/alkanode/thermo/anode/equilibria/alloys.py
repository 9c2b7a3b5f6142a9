"""Alloys at the door of functions for any number of metals: names, alloys or mole fractions in, one array out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.materials import Alloy, Composition
from alkanode.thermo.anode.equilibria.system import assessment_of
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.conditions import Array, as_alloy

AlloysLike: TypeAlias = "Alloy | Composition | str | Sequence[Alloy | Composition | str] | npt.ArrayLike | xr.DataArray"
"""One alloy or several, by object or name; or mole fractions."""

_DEFAULT = "Na-K"
_CLOSE = 1e-6


def alloy_states(value: AlloysLike, system: str | Assessment | None) -> tuple[Assessment, Array, tuple[str, ...]]:
    """Compositions as mole fractions of every element of a system.

    Parameters
    ----------
    value
        An alloy, a composition, a name such as ``"Na50K50"``, or a sequence of these; or mole fractions: one-dimensional of
        the second element of a binary system, or two-dimensional (composition, element) of all elements, in the system's order or
        with a coordinate ``element``.
    system
        Shipped system or an assessment. ``None`` takes the smallest shipped system that holds the alloys' elements, and
        Na-K for numbers.

    Returns
    -------
    Assessment, ndarray, tuple of str
        The system, mole fractions (composition, element) that sum to 1, and names (empty for numbers).

    Raises
    ------
    PhysicsError
        For elements outside the system, or fractions that are negative, beyond 1, or do not sum to 1 within 1e-6.
    """
    alloys = named_alloys(value)
    if alloys is None:
        assessment = load_assessment(_DEFAULT if system is None else system)
        return assessment, _fractions(value, assessment), ()
    present = {symbol for alloy in alloys for symbol in alloy.composition.elements}
    assessment = assessment_of(present, system)
    x = np.array([[alloy.composition.mole_fraction(symbol) for symbol in assessment.elements] for alloy in alloys])
    return assessment, x, tuple(alloy.name for alloy in alloys)


def named_alloys(value: AlloysLike | None) -> list[Alloy] | None:
    """The alloys that a value names, or ``None`` where it holds numbers."""
    if isinstance(value, Alloy | Composition | str):
        return [as_alloy(value)]
    if isinstance(value, list | tuple) and any(isinstance(part, Alloy | Composition | str) for part in value):
        return [as_alloy(part) for part in value]
    return None


def _fractions(value: AlloysLike, assessment: Assessment) -> Array:
    elements = assessment.elements
    if isinstance(value, xr.DataArray) and "element" in value.coords:
        strange = set(map(str, value.element.values)) ^ set(elements)
        if strange:
            raise PhysicsError(
                f"mole fractions of {', '.join(elements)} are needed",
                found=f"{', '.join(map(str, value.element.values))}",
            )
        value = value.sel(element=list(elements)).transpose(..., "element").to_numpy()
    try:
        given = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as cause:
        raise PhysicsError("alloys, alloy names or mole fractions are needed", found=repr(value)) from cause
    if given.ndim < 2 and len(elements) == 2:
        second = np.atleast_1d(given)
        x = np.stack([1 - second, second], axis=-1)
    elif given.ndim == 2 and given.shape[1] == len(elements):
        x = given
    else:
        raise PhysicsError(
            f"mole fractions over (composition, {len(elements)} elements {', '.join(elements)}) are needed",
            found=f"an array of shape {given.shape}",
        )
    outside = ~((x >= 0) & (x <= 1))
    bad = outside.any(axis=1) | (np.abs(np.where(outside, 0.0, x).sum(axis=1) - 1) > _CLOSE)
    if bad.any() or not x.size:
        raise PhysicsError(
            f"mole fractions of {', '.join(elements)} from 0 to 1 that sum to 1 are needed",
            found=str(x[bad][0].tolist()) if bad.any() else "an empty array",
            todo="50 % is written 0.5",
        )
    total: Array = x / x.sum(axis=1, keepdims=True)
    return total
