"""What parts on phase equilibria share: systems by name, invariant points, and what intervals cover."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Estimate
from alkanode.materials import Composition
from alkanode.studies.part import Table
from alkanode.studies.wording import shown
from alkanode.thermo import Assessment, Invariant, load_assessment
from alkanode.thermo.assessment.reading import SHIPPED

if TYPE_CHECKING:
    from alkanode.foundation.units import QuantityLike

_BELOW, _ABOVE, _ROUND = 20.0, 5.0, 10.0
"""K: a diagram reaches this far beyond its lowest and highest invariant point, to whole tens."""


def binary_system(system: str | Assessment) -> Assessment:
    """The assessment of a system of two elements.

    Raises
    ------
    PhysicsError
        For a system of three elements, or one without a shipped assessment; the nearest shipped one is named.
    """
    found = known_system(system)
    if len(found.elements) != 2:
        raise PhysicsError(
            "a system of two elements is needed",
            found=repr(found.system),
            todo="Three elements at one temperature: alkanode thermo section, or alkanode.thermo.isothermal_section",
        )
    return found


def two_elements(system: str) -> tuple[str, ...]:
    """Symbols of a system of two elements, in alphabetical order.

    Raises
    ------
    PhysicsError
        For another number of elements.
    """
    symbols = tuple(sorted(part.strip().upper() for part in system.split("-")))
    if len(symbols) != 2:
        raise PhysicsError("two elements joined by a hyphen are needed", found=repr(system), todo="Write Na-K")
    return symbols


def known_system(system: str | Assessment) -> Assessment:
    """The assessment of a system.

    Raises
    ------
    PhysicsError
        For a system without a shipped assessment; the nearest one is named where one is near.
    """
    try:
        return load_assessment(system)
    except PhysicsError as reason:
        if near := _nearest(str(system)):
            raise PhysicsError(
                reason.needed, found=reason.found, todo=f"Did you mean {near!r}? {reason.todo}"
            ) from None
        raise


def _nearest(name: str) -> str:
    """The shipped system that a misspelt name probably meant, or ``""``."""
    spellings: dict[str, str] = {}
    for elements in SHIPPED:
        system = load_assessment("-".join(elements)).system
        parts = system.split("-")
        for text in ("-".join(parts), "-".join(reversed(parts)), "".join(parts), "".join(reversed(parts))):
            spellings[text.lower()] = system
    found = difflib.get_close_matches(name.lower(), spellings, n=1, cutoff=0.75)
    return spellings[found[0]] if found else ""


def diagram_range(points: Sequence[Invariant], assessment: Assessment) -> tuple[float, float]:
    """Temperatures (K) that show all invariant points of a system, to whole tens; no farther than the assessment's use."""
    heights = [point.temperature for point in points]
    first, last = assessment.use_range
    low = _ROUND * math.floor((min(heights) - _BELOW) / _ROUND)
    high = _ROUND * math.ceil((max(heights) + _ABOVE) / _ROUND)
    return (max(low, first) if min(heights) > first else low), (min(high, last) if max(heights) < last else high)


def invariant_details(points: Sequence[Invariant], assessment: Assessment) -> list[dict[str, Any]]:
    """Invariant points for machines; compositions are mole fractions of the first element."""
    first = assessment.elements[0]
    return [
        {
            "kind": point.kind,
            "temperature_K": point.temperature,
            "phases": list(point.branches),
            f"mole_fractions_of_{first}": [1 - float(x) for x in point.compositions],
        }
        for point in points
    ]


def invariant_estimates(points: Sequence[Invariant], assessment: Assessment, label: str) -> dict[str, Estimate]:
    """Temperatures of invariant points by name; a melting point carries its metal, kinds that recur are numbered."""
    estimates: dict[str, Estimate] = {}
    for point in points:
        name = f"{point.kind}_temperature"
        if point.kind == "melting":
            name = f"melting_temperature_of_{assessment.elements[int(point.compositions[0] > 0.5)]}"
        elif name in estimates:
            name = f"{name}_{sum(key.startswith(name) for key in estimates) + 1}"
        estimates[name] = Estimate(value=point.temperature, unit="K", quantity="temperature", label=label)
    return estimates


def invariant_table(points: Sequence[Invariant], assessment: Assessment) -> Table:
    """Invariant points for people, each phase with its composition in both bases."""
    first, second = assessment.elements
    rows = []
    for point in points:
        parts = []
        for phase, x in dict(zip(point.branches, point.compositions, strict=True)).items():
            both = Composition.from_mole_fractions(**{first: 1 - float(x), second: float(x)})
            at, wt = both.mole_fraction(first), both.mass_fraction(first)
            parts.append(f"{phase} {shown(at, 'mole_fraction', 3)} ({shown(wt, 'mass_fraction', 3)})")
        kelvin = f"{point.temperature:.2f}"
        rows.append((point.kind, shown(point.temperature, "temperature"), kelvin, ", ".join(parts)))
    return Table(
        title="Invariant points",
        columns=("kind", "temperature", "T / K", f"phases and their content of {first}"),
        rows=tuple(rows),
    )


def interval_rows(
    record: Any, fields: Sequence[str], quantity: str, names: Sequence[str]
) -> tuple[tuple[str | float | None, ...], ...]:
    """Rows of name, value, interval over the temperature and interval over the assessment, as text in display units."""

    def both(field: str) -> str | None:
        if field not in record:
            return None
        low, high = (float(end) for end in record[field].to_numpy())
        return f"{shown(low, quantity)} to {shown(high, quantity)}"

    return tuple(
        (name, shown(float(record[field]), quantity), both(f"{field}_interval"), both(f"{field}_assessment_interval"))
        for field, name in zip(fields, names, strict=True)
    )


def intervals_of(record: Any, fields: Sequence[str]) -> dict[str, list[float]]:
    """Intervals over the assessment (95 %) for machines, SI; fields without one are left out."""
    names = {field: f"{field}_assessment_interval" for field in fields}
    return {
        field: [float(end) for end in record[name].to_numpy()]
        for field, name in names.items()
        if name in record and bool(record[name].notnull().all())
    }


def temperature_text(value: QuantityLike) -> str:
    """A temperature as it was written, or a number in K in degC."""
    return value if isinstance(value, str) else shown(float(value), "temperature")
