"""The phase diagram as lines to draw, in both bases."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from alkanode.data.schema import SCHEMA_VERSION, check
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.branches import is_liquid
from alkanode.thermo.binary.fields import TieLineField
from alkanode.thermo.binary.phase_map import PhaseMap, phase_map
from alkanode.thermo.binary.suspension import phase_names
from alkanode.thermo.conditions import Array, first_mass_fraction, temperatures
from alkanode.thermo.provenance import mark, rest_on


def phase_diagram(
    system: str | Assessment = "Na-K",
    temperature_range: tuple[QuantityLike, QuantityLike] | None = None,
    *,
    points: int = 200,
    suspend: tuple[str, ...] = (),
) -> xr.Dataset:
    """Boundaries of all two-phase fields, and the invariant temperatures.

    Parameters
    ----------
    system
        Shipped system or an assessment.
    temperature_range
        Lower and upper temperature: K or text. ``None`` shows all that happens: from 20 K below the first to 10 K above
        the last invariant, in round numbers (240 to 380 K for Na-K), and no further than the assessment was made for where
        that holds all invariants.
    points
        Points on each line, at least 2. Each line has its own temperatures, so none is padded: evenly spaced, but closer
        together towards a consolute or congruent point, where a line turns back.
    suspend
        Phases kept out of equilibrium, as for :func:`liquid_fraction`.

    Returns
    -------
    Dataset
        Over (line, point): ``temperature``, ``mole_fraction`` and ``mass_fraction`` of the first element. Over ``line``: ``phase``, which
        the line bounds, ``other_phase`` at the other end of the tie line, and ``boundary`` (``liquidus``, ``solidus``,
        ``solvus``, ``compound``, or ``binodal`` between two liquids). Two lines that follow each other belong to one field.
        Over (invariant, role): ``invariant_mole_fraction``, ``invariant_mass_fraction``, ``invariant_phase``; over
        ``invariant``: ``invariant_temperature`` and ``invariant_kind``. Melting points and consolute points fill all roles
        alike.

    Raises
    ------
    PhysicsError
        For an empty or unknown range of temperatures, or fewer than 2 points.

    Examples
    --------
    >>> diagram = phase_diagram("Na-K")
    >>> sorted({str(name) for name in diagram.boundary.values})
    ['compound', 'liquidus', 'solidus', 'solvus']
    """
    assessment = load_assessment(system)
    chart = phase_map(assessment, phase_names(suspend))
    low, high = temperatures(list(temperature_range or _all_that_happens(chart)), assessment)
    if not low < high or points < 2:
        raise PhysicsError(
            "an increasing range of temperatures and at least 2 points are needed",
            found=f"{low:g} to {high:g} K, {points} points",
        )
    lines: list[tuple[Array, Array, str, str]] = []
    for part in chart.ranges:
        start, stop = max(part.lower, low), min(part.upper, high)
        if start >= stop:
            continue
        for place, field in enumerate(part.fields):
            t = _temperatures_of_line(field, start, stop, points)
            solved = chart.tie_lines(np.clip(t, np.nextafter(part.lower, np.inf), np.nextafter(part.upper, -np.inf)))
            left, right = _with_ends(field, t, solved.left[place], solved.right[place])
            lines += [(t, left, field.left, field.right), (t, right, field.right, field.left)]
    if not lines:
        raise PhysicsError("a range of temperatures with two-phase fields is needed", found=f"{low:g} to {high:g} K")
    t_lines, x = np.stack([line[0] for line in lines]), np.stack([line[1] for line in lines])
    compounds = chart.model.compounds
    met = [point for point in chart.invariants if low <= point.temperature <= high]
    roles = 3
    x_met = np.array([np.resize(point.compositions, roles) for point in met]).reshape(-1, roles)
    record = xr.Dataset(
        {
            "temperature": (("line", "point"), t_lines),
            "mole_fraction": (("line", "point"), 1 - x),
            "mass_fraction": (("line", "point"), first_mass_fraction(x, assessment)),
            "phase": ("line", [line[2] for line in lines]),
            "other_phase": ("line", [line[3] for line in lines]),
            "boundary": ("line", [_boundary(line[2], line[3], compounds) for line in lines]),
            "invariant_temperature": ("invariant", np.array([point.temperature for point in met])),
            "invariant_kind": ("invariant", np.array([point.kind for point in met], dtype=np.str_)),
            "invariant_mole_fraction": (("invariant", "role"), 1 - x_met),
            "invariant_mass_fraction": (("invariant", "role"), first_mass_fraction(x_met, assessment)),
            "invariant_phase": (
                ("invariant", "role"),
                np.array([np.resize(point.branches, roles) for point in met], dtype=np.str_).reshape(-1, roles),
            ),
        }
    )
    first = assessment.elements[0]
    for prefix in ("", "invariant_"):
        mark(record, f"{prefix}temperature", "temperature", "Temperature")
        for name, what in (("mole_fraction", "Atoms"), ("mass_fraction", "Mass")):
            mark(record, prefix + name, name, f"{what} of {first} over the whole", element=first)
    low_use, high_use = assessment.use_range
    record.attrs.update(system=assessment.system, use_range_lower=low_use, use_range_upper=high_use)
    rest_on(record, assessment, phase_names(suspend))
    check(record, "phase_diagram")
    record.attrs.update(kind="phase_diagram", schema_version=SCHEMA_VERSION)
    return record


def _all_that_happens(chart: PhaseMap) -> tuple[float, float]:
    low, high = chart.assessment.function_range
    met = [point.temperature for point in chart.invariants]
    if not met:
        return low, high
    first, last = max(low, 10 * math.floor((met[0] - 20) / 10)), min(high, 10 * round((met[-1] + 10) / 10))
    made_for = chart.assessment.use_range
    if first < made_for[0] < met[0]:
        first = made_for[0]
    if met[-1] < made_for[1] < last:
        last = made_for[1]
    return first, last


def _temperatures_of_line(field: TieLineField, start: float, stop: float, points: int) -> Array:
    """Even steps, or steps that shrink towards an end where the field closes (its width is a square root there)."""
    share = np.linspace(0, 1, points)
    upper, lower = field.closes_at(stop), field.closes_at(start)
    if upper and lower:
        share = (1 - np.cos(np.pi * share)) / 2
    elif upper:
        share = 1 - (1 - share) ** 2
    elif lower:
        share = share**2
    t: Array = start + (stop - start) * share
    t[-1] = stop
    return t


def _boundary(phase: str, other: str, compounds: dict[str, float]) -> str:
    if is_liquid(phase):
        return "binodal" if is_liquid(other) else "liquidus"
    if phase in compounds:
        return "compound"
    return "solidus" if is_liquid(other) else "solvus"


def _with_ends(field: TieLineField, temperature: Array, left: Array, right: Array) -> tuple[Array, Array]:
    """Replace points at the exact ends of a field (invariants) by the values that were solved there."""
    for end in (0, -1):
        at_end = temperature == field.temperature[end]
        left = np.where(at_end, field.x_left[end], left)
        right = np.where(at_end, field.x_right[end], right)
    return left, right
