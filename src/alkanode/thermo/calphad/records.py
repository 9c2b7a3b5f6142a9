"""Records of what pycalphad mapped; no pycalphad here, only its numbers."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import xarray as xr

from alkanode.materials import element
from alkanode.thermo.conditions import Array
from alkanode.thermo.provenance import mark

Line: TypeAlias = tuple[tuple[str, ...], Array]
"""Phases, and coordinates (phase, point, coordinate): mole fractions, or one mole fraction and the temperature."""

_SAME = 1e-3
_SAME_KELVIN = 0.1
_ONE_PHASE = 1e-6


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


def diagram_record(lines: list[Line], met: list[Line], elements: tuple[str, ...]) -> xr.Dataset:
    """A binary phase diagram from lines of tie lines and from invariants.

    Parameters
    ----------
    lines
        Two phases each; mole fraction of the second element and temperature (K) of both ends along the field.
    met
        Three phases each, one point; the same invariant may come several times.
    elements
        Symbols.

    Returns
    -------
    Dataset
        Fields of kind ``phase_diagram`` with units; shorter lines repeat their last point.
    """
    kept = _without_repeats(lines)
    longest = max(points.shape[1] for _, points in kept)
    sides = [(phases[one], phases[1 - one], points[one]) for phases, points in kept for one in (0, 1)]
    filled = np.stack([np.pad(points, ((0, longest - len(points)), (0, 0)), mode="edge") for _, _, points in sides])
    invariants = sorted(_distinct_invariants(met), key=lambda found: float(found[1][0, 0, 1]))
    x_met = np.array([points[:, 0, 0] for _, points in invariants]).reshape(-1, 3)
    record = xr.Dataset(
        {
            "temperature": (("line", "point"), filled[..., 1]),
            "mole_fraction": (("line", "point"), 1 - filled[..., 0]),
            "mass_fraction": (("line", "point"), _first_mass_fraction(filled[..., 0], elements)),
            "phase": ("line", np.array([phase for phase, _, _ in sides], dtype=np.str_)),
            "other_phase": ("line", np.array([other for _, other, _ in sides], dtype=np.str_)),
            "boundary": ("line", np.array([_boundary(phase, other) for phase, other, _ in sides], dtype=np.str_)),
            "invariant_temperature": ("invariant", np.array([float(points[0, 0, 1]) for _, points in invariants])),
            "invariant_kind": ("invariant", np.array([_reaction(phases) for phases, _ in invariants], dtype=np.str_)),
            "invariant_mole_fraction": (("invariant", "role"), 1 - x_met),
            "invariant_mass_fraction": (("invariant", "role"), _first_mass_fraction(x_met, elements)),
            "invariant_phase": (
                ("invariant", "role"),
                np.array([phases for phases, _ in invariants], dtype=np.str_).reshape(-1, 3),
            ),
        },
        attrs={"system": "-".join(elements)},
    )
    for prefix in ("", "invariant_"):
        mark(record, f"{prefix}temperature", "temperature", "Temperature")
        for name, what in (("mole_fraction", "Atoms"), ("mass_fraction", "Mass")):
            mark(record, prefix + name, name, f"{what} of {elements[0]} over the whole", element=elements[0])
    record.attrs["element"] = elements[0]
    return record


def _first_mass_fraction(x: Array, elements: tuple[str, ...]) -> Array:
    heavy, light = (element(symbol).molar_mass.value for symbol in elements)
    fraction: Array = (1 - x) * heavy / ((1 - x) * heavy + x * light)
    return fraction


def _liquid(phase: str) -> bool:
    return phase.upper().startswith("LIQ")


def _boundary(phase: str, other: str) -> str:
    if _liquid(phase):
        return "binodal" if _liquid(other) else "liquidus"
    return "solidus" if _liquid(other) else "solvus"


def _reaction(phases: tuple[str, ...]) -> str:
    """Kind of an invariant from where the liquids stand among its phases, sorted by composition."""
    liquid = [_liquid(phase) for phase in phases]
    if sum(liquid) == 1:
        return "eutectic" if liquid[1] else "peritectic"
    return "monotectic" if sum(liquid) == 2 else "invariant"


def _without_repeats(lines: list[Line]) -> list[Line]:
    """Each boundary once: pycalphad follows most of them from both ends, and pure elements above their melting point."""
    found: list[Line] = []
    for phases, points in sorted(lines, key=lambda line: -float(np.ptp(line[1][0, :, 1]))):
        real = np.abs(points[0, :, 0] - points[1, :, 0]) > _ONE_PHASE
        kept = phases, points[:, real][:, np.argsort(points[0, real, 1], kind="stable")]
        if real.sum() > 1 and not any(_repeats(kept, other) for other in found):
            found.append(kept)
    return found


def _repeats(line: Line, other: Line) -> bool:
    (phases, points), (others, known) = line, other
    for turned in (slice(None), slice(None, None, -1)):
        if phases == others[turned]:
            inside = [
                np.interp(a[:, 1], b[:, 1], b[:, 0], np.nan, np.nan) for a, b in zip(points, known[turned], strict=True)
            ]
            apart = np.abs(np.stack(inside) - points[..., 0])
            within = ~np.isnan(apart)
            if within.any() and within.mean() > 1 / 2 and apart[within].max() < _SAME:
                return True
    return False


def _distinct_invariants(met: list[Line]) -> list[Line]:
    """Each invariant once, its phases sorted by composition."""
    found: list[Line] = []
    for phases, points in met:
        order = np.argsort(points[:, 0, 0])
        entry = tuple(phases[n] for n in order), points[order]
        if not any(e[0] == entry[0] and abs(e[1][0, 0, 1] - entry[1][0, 0, 1]) < _SAME_KELVIN for e in found):
            found.append(entry)
    return found
