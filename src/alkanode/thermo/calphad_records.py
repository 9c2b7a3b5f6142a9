"""Records of what pycalphad mapped; no pycalphad here, only its numbers."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import xarray as xr

from alkanode.thermo.conditions import Array
from alkanode.thermo.provenance import mark

Line: TypeAlias = tuple[tuple[str, ...], Array]
"""Phases, and mole fractions (phase, point, element)."""

_SAME = 1e-3


def section_record(lines: list[Line], corners: list[Line], elements: tuple[str, ...], tie_lines: int) -> xr.Dataset:
    """An isothermal section from lines of tie lines and from tie triangles.

    Parameters
    ----------
    lines
        Two phases each, and the ends of their tie lines along the field.
    corners
        Three phases each, one point; the same triangle may come several times.
    elements
        Symbols, in the order of the mole fractions.
    tie_lines
        Tie lines kept of each line.

    Returns
    -------
    Dataset
        Fields of kind ``isothermal_section``, without units; boundaries are filled with NaN.
    """
    longest = max((ends.shape[1] for _, ends in lines), default=1)
    boundaries, names, others = [], [], []
    kept, kept_phases, regions = [], [], []
    for phases, ends in lines:
        for one, other in ((0, 1), (1, 0)):
            filled = np.full((longest, 3), np.nan)
            filled[: ends.shape[1]] = ends[one]
            boundaries.append(filled)
            names.append(phases[one])
            others.append(phases[other])
        chosen = np.unique(np.linspace(0, ends.shape[1] - 1, tie_lines).round().astype(int))
        kept += [ends[:, n] for n in chosen]
        kept_phases += [phases[:2]] * len(chosen)
        regions.append((" + ".join(phases), ends[:, ends.shape[1] // 2].mean(axis=0)))
    triangles = _distinct(corners)
    regions += [(" + ".join(phases), points.mean(axis=0)) for phases, points in triangles]
    record = xr.Dataset(
        {
            "boundary_mole_fraction": (("boundary", "point", "element"), np.array(boundaries).reshape(-1, longest, 3)),
            "boundary_phase": ("boundary", np.array(names, dtype=np.str_)),
            "boundary_other_phase": ("boundary", np.array(others, dtype=np.str_)),
            "tie_line_mole_fraction": (("tie_line", "end", "element"), np.array(kept).reshape(-1, 2, 3)),
            "tie_line_phase": (("tie_line", "end"), np.array(kept_phases, dtype=np.str_).reshape(-1, 2)),
            "triangle_mole_fraction": (
                ("triangle", "corner", "element"),
                np.array([points for _, points in triangles]).reshape(-1, 3, 3),
            ),
            "triangle_phase": (
                ("triangle", "corner"),
                np.array([phases for phases, _ in triangles], dtype=np.str_).reshape(-1, 3),
            ),
            "region_mole_fraction": (("region", "element"), np.array([where for _, where in regions]).reshape(-1, 3)),
            "region_phases": ("region", np.array([name for name, _ in regions], dtype=np.str_)),
        },
        coords={"element": list(elements)},
    )
    for prefix in ("boundary", "tie_line", "triangle", "region"):
        mark(record, f"{prefix}_mole_fraction", "mole_fraction", "Atoms of one element over all atoms")
    return record


def _distinct(corners: list[Line]) -> list[Line]:
    """Each triangle once: pycalphad comes upon it from each of its sides."""
    found: list[Line] = []
    for phases, points in corners:
        order = np.lexsort((points[:, 0, 0], np.array(phases)))
        triangle = tuple(phases[n] for n in order), points[order, 0]
        same = (other[0] == triangle[0] and np.abs(other[1] - triangle[1]).max() < _SAME for other in found)
        if not any(same):
            found.append(triangle)
    return found
