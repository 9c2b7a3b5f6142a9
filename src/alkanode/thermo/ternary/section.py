"""The isothermal section of a ternary system as lines to draw."""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import ConvergenceError, DataQualityWarning, PhysicsError
from alkanode.foundation.units import QuantityLike
from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.assessment.reading import load_assessment
from alkanode.thermo.conditions import Array, temperatures
from alkanode.thermo.gibbs.model import ternary_model
from alkanode.thermo.provenance import mark, rest_on
from alkanode.thermo.ternary.section_fields import Fields, section_fields
from alkanode.thermo.ternary.suspension import checked_suspension

MOVES = (0.002, -0.002, 0.01, -0.01, 0.05, -0.05)
"""Temperature differences, K, at which a section is looked for beside a temperature where fields open or close."""

_FEWEST = 3


def isothermal_section(
    temperature: QuantityLike = 300.0,
    *,
    system: str | Assessment = "Li-Na-K",
    suspend: tuple[str, ...] = (),
    tie_lines: int = 12,
    points: int = 60,
    moves: tuple[float, ...] = MOVES,
) -> xr.Dataset:
    """Phase fields of three metals at one temperature: boundaries, tie lines and tie triangles.

    Parameters
    ----------
    temperature
        K, or text such as ``"27 degC"``.
    system
        Shipped ternary system or an assessment.
    suspend
        Phases that are kept from forming; the section is then metastable.
    tie_lines
        Tie lines in each two-phase field.
    points
        Points on each boundary; 60 follow every curve of the shipped system within the width of a line.
    moves
        Temperature differences (K) that are tried in this order where fields open or close; the default stays far within
        what a temperature in a cell is known to.

    Returns
    -------
    Dataset
        Kind ``isothermal_section``. ``boundary_mole_fraction`` (boundary, point, element) is the line where the phase
        ``boundary_phase`` meets its two-phase field with ``boundary_other_phase``. ``tie_line_mole_fraction``
        (tie_line, end, element) with ``tie_line_phase`` (tie_line, end). ``triangle_mole_fraction`` (triangle, corner,
        element) with ``triangle_phase`` (triangle, corner). ``region_mole_fraction`` (region, element) is a place to write
        ``region_phases``, the phases of a field joined by " + ". Where two liquids coexist they are named after the
        elements that tell them apart. The attribute ``computed_at`` is the temperature of the fields, K.

    Raises
    ------
    PhysicsError
        For an unknown phase, a temperature outside the range of the functions, or fewer than three points.
    ConvergenceError
        When the fields do not close there, nor at any temperature that ``moves`` allows.

    Warns
    -----
    ExtrapolationWarning
        Outside the temperatures for which the assessment was made.
    DataQualityWarning
        When the section is that of a temperature beside the one asked for, within 0.05 K. This happens where fields open
        or close: they are then smaller than can be told from nothing.

    Examples
    --------
    >>> section = isothermal_section(300.0)
    >>> sorted(" + ".join(sorted(corner)) for corner in section.triangle_phase.values)
    ['bcc_K + bcc_Li + liquid', 'bcc_Li + bcc_Na + liquid']
    """
    assessment = load_assessment(system)
    left_out = checked_suspension(suspend, assessment)
    t = temperatures(temperature, assessment)
    if t.ndim != 0:
        raise PhysicsError("one temperature is needed", found=f"{t.size} of them", todo="Make one section for each")
    if points < _FEWEST or tie_lines < 1:
        raise PhysicsError(
            "at least three points on a boundary and one tie line are needed", found=f"{points} and {tie_lines}"
        )
    fields, computed_at = _fields(assessment, float(t), left_out, points, moves)
    record = _record(fields, assessment.elements, tie_lines, points)
    record["temperature"] = ((), float(t))
    record.attrs.update(system=assessment.system, tie_lines=tie_lines, points=points, computed_at=computed_at)
    for name in ("boundary", "tie_line", "triangle", "region"):
        mark(record, f"{name}_mole_fraction", "mole_fraction", "Atoms of one element over all atoms")
    rest_on(record, assessment, left_out)
    return label(record, "isothermal_section")


def _fields(
    assessment: Assessment, temperature: float, suspended: tuple[str, ...], points: int, moves: tuple[float, ...]
) -> tuple[Fields, float]:
    """Fields at a temperature, or at the first one beside it where they close, and that temperature."""
    model = ternary_model(assessment)
    low, high = assessment.function_range
    refused: list[ConvergenceError] = []
    for move in (0.0, *moves):
        if not low <= temperature + move <= high:
            continue
        try:
            fields = section_fields(model, temperature + move, suspended, points)
        except ConvergenceError as error:
            refused.append(error)
            continue
        if move:
            warnings.warn(
                f"fields open or close at {temperature:g} K, too small to be told from nothing; the section is that at "
                f"{temperature + move:.6g} K",
                DataQualityWarning,
                stacklevel=3,
            )
        return fields, temperature + move
    raise refused[0]


def _record(fields: Fields, elements: tuple[str, ...], tie_lines: int, points: int) -> xr.Dataset:
    boundaries: list[Array] = []
    phases: list[tuple[str, str]] = []
    lines: list[Array] = []
    line_phases: list[tuple[str, str]] = []
    regions = list(fields.single)
    for family in fields.families:
        for end in (0, 1):
            if np.ptp(family.ends[:, end], axis=0).max() > 0:
                boundaries.append(family.ends[:, end])
                phases.append((family.names[end], family.names[1 - end]))
        chosen = np.unique(np.linspace(0, len(family.ends) - 1, tie_lines + 2).round().astype(int)[1:-1])
        lines += list(family.ends[chosen])
        line_phases += [family.names] * len(chosen)
        regions.append((" + ".join(family.names), family.ends[len(family.ends) // 2].mean(axis=0)))
    for names, corners in fields.triangles:
        regions.append((" + ".join(names), corners.mean(axis=0)))
    triangles = [np.where(corners < np.finfo(float).eps, 0.0, corners) for _, corners in fields.triangles]
    return xr.Dataset(
        {
            "boundary_mole_fraction": (("boundary", "point", "element"), _stack(boundaries, (points, 3))),
            "boundary_phase": ("boundary", _text([phase for phase, _ in phases])),
            "boundary_other_phase": ("boundary", _text([other for _, other in phases])),
            "tie_line_mole_fraction": (("tie_line", "end", "element"), _stack(lines, (2, 3))),
            "tie_line_phase": (("tie_line", "end"), _text(line_phases).reshape(-1, 2)),
            "triangle_mole_fraction": (("triangle", "corner", "element"), _stack(triangles, (3, 3))),
            "triangle_phase": (("triangle", "corner"), _text([names for names, _ in fields.triangles]).reshape(-1, 3)),
            "region_mole_fraction": (("region", "element"), _stack([where for _, where in regions], (3,))),
            "region_phases": ("region", _text([name for name, _ in regions])),
        },
        coords={"element": list(elements)},
    )


def _stack(parts: list[Array], shape: tuple[int, ...]) -> Array:
    return np.stack(parts) if parts else np.empty((0, *shape))


def _text(names: list[str] | list[tuple[str, str]] | list[tuple[str, ...]]) -> np.ndarray:
    return np.array(names, dtype=np.str_)
