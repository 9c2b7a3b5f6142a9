"""Second scales of diagrams of alloys: the other basis of composition at the top, kelvin at the right."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from alkanode.materials.composition import Composition
from alkanode.plot.description import Axis, Twin
from alkanode.plot.display import shown
from alkanode.plot.style import number

Basis = Literal["mass", "mole"]

BASIS_UNIT: Final[dict[Basis, str]] = {"mass": "wt%", "mole": "at%"}
_STEPS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_MOST_TICKS = 11
_CLOSEST = 0.035


def other_basis(basis: Basis) -> Basis:
    """``"mole"`` for ``"mass"`` and the reverse."""
    return "mole" if basis == "mass" else "mass"


def composition_axis(element: str, basis: Basis, limits: tuple[float, float] = (0.0, 100.0)) -> Axis:
    """Axis of the content of an element in per cent."""
    return Axis(label=f"{element} content", unit=BASIS_UNIT[basis], quantity=f"{basis}_fraction", limits=limits)


def composition_twin(element: str, second: str, basis: Basis, limits: tuple[float, float] = (0.0, 100.0)) -> Twin:
    """The scale of the other basis over an axis of the content of ``element`` beside ``second``, in per cent."""
    other = other_basis(basis)
    low, high = (100 * converted(end / 100, element, second, other) for end in limits)
    values = _round_values(low, high).tolist()
    marks = [(100 * converted(value / 100, element, second, basis), number(value)) for value in values]
    kept = _apart(marks, _CLOSEST * (limits[1] - limits[0]))
    return Twin(
        axis=Axis(label=f"{element} content", unit=BASIS_UNIT[other], quantity=f"{other}_fraction"),
        side="top",
        positions=tuple(place for place, _ in kept),
        labels=tuple(text for _, text in kept),
    )


def _apart(marks: list[tuple[float, str]], closest: float) -> list[tuple[float, str]]:
    """Marks that keep a distance; the first and the last one always stay."""
    if not marks:
        return []
    kept = [marks[0]]
    for mark in marks[1:-1]:
        if mark[0] - kept[-1][0] >= closest and marks[-1][0] - mark[0] >= closest:
            kept.append(mark)
    return [*kept, *marks[1:][-1:]]


def converted(fraction: float, element: str, second: str, basis: Basis) -> float:
    """A fraction of the other basis in this one, clipped to 0-1."""
    part = min(max(fraction, 0.0), 1.0)
    parts = {element: part, second: 1 - part}
    if basis == "mass":
        return Composition.from_mole_fractions(**parts).mass_fraction(element)
    return Composition.from_mass_fractions(**parts).mole_fraction(element)


def kelvin_twin(limits: tuple[float, float]) -> Twin:
    """Kelvin beside an axis in degC."""
    zero = float(shown(0.0, "temperature"))
    kelvin = _round_values(limits[0] - zero, limits[1] - zero)
    return Twin(
        axis=Axis(label="temperature", unit="K", quantity="temperature"),
        side="right",
        positions=tuple((kelvin + zero).tolist()),
        labels=tuple(number(float(value)) for value in kelvin),
    )


def _round_values(low: float, high: float) -> npt.NDArray[np.float64]:
    """Round numbers between two ends, at most :data:`_MOST_TICKS` of them."""
    step = next((one for one in _STEPS if (high - low) / one <= _MOST_TICKS - 1), (high - low) / (_MOST_TICKS - 1))
    return np.arange(step * np.ceil(low / step - 1e-9), high + 1e-9 * step, step) + 0.0
