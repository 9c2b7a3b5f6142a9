"""The phase diagram as lines to draw, in both bases."""

from __future__ import annotations

import numpy as np
import xarray as xr

from alkanode.data.schema import SCHEMA_VERSION, check
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.units import QuantityLike
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.binary.phase_map import TieLineField, phase_map
from alkanode.thermo.conditions import Array, first_mass_fraction, temperatures
from alkanode.thermo.provenance import mark, rest_on


def phase_diagram(
    system: str | Assessment = "Na-K",
    temperature_range: tuple[QuantityLike, QuantityLike] = (240.0, 380.0),
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
        Lower and upper temperature: K or text. The default starts where the Na-K assessment does and ends above the
        melting point of Na.
    points
        Points on each line, at least 2; each line has its own evenly spaced temperatures, so none is padded.
    suspend
        Compounds kept out of equilibrium.

    Returns
    -------
    Dataset
        Over (line, point): ``temperature``, ``mole_fraction`` and ``mass_fraction`` of K. Over ``line``: ``phase``, which
        the line bounds, ``other_phase`` at the other end of the tie line, and ``boundary`` (``liquidus``, ``solidus``,
        ``solvus`` or ``compound``). Two lines that follow each other belong to one field.
        Over (invariant, role): ``invariant_mole_fraction``, ``invariant_mass_fraction``, ``invariant_phase``; over
        ``invariant``: ``invariant_temperature`` and ``invariant_kind``. Melting points fill all roles of a pure element
        alike.

    Raises
    ------
    PhysicsError
        For an empty or unknown range of temperatures, or fewer than 2 points.

    Examples
    --------
    >>> diagram = phase_diagram("Na-K", (240.0, 380.0))
    >>> sorted({str(name) for name in diagram.boundary.values})
    ['compound', 'liquidus', 'solidus', 'solvus']
    """
    assessment = load_assessment(system)
    low, high = temperatures(list(temperature_range), assessment)
    if not low < high or points < 2:
        raise PhysicsError(
            "an increasing range of temperatures and at least 2 points are needed",
            found=f"{low:g} to {high:g} K, {points} points",
        )
    chart = phase_map(assessment, tuple(suspend))
    lines: list[tuple[Array, Array, str, str]] = []
    for part in chart.ranges:
        start, stop = max(part.lower, low), min(part.upper, high)
        if start >= stop:
            continue
        t = np.linspace(start, stop, points)
        inner = np.clip(t, np.nextafter(part.lower, np.inf), np.nextafter(part.upper, -np.inf))
        solved = chart.tie_lines(inner)
        for place, field in enumerate(part.fields):
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
    record.attrs.update(system=assessment.system)
    rest_on(record, assessment, tuple(suspend))
    check(record, "phase_diagram")
    record.attrs.update(kind="phase_diagram", schema_version=SCHEMA_VERSION)
    return record


def _boundary(phase: str, other: str, compounds: dict[str, float]) -> str:
    if phase == "liquid":
        return "liquidus"
    if phase in compounds:
        return "compound"
    return "solidus" if other == "liquid" else "solvus"


def _with_ends(field: TieLineField, temperature: Array, left: Array, right: Array) -> tuple[Array, Array]:
    """Replace points at the exact ends of a field (invariants) by the values that were solved there."""
    for end in (0, -1):
        at_end = temperature == field.temperature[end]
        left = np.where(at_end, field.x_left[end], left)
        right = np.where(at_end, field.x_right[end], right)
    return left, right
