"""Lower convex hull of all Gibbs curves at one temperature: which phases are stable, and where the tie lines lie.

The hull is drawn through points of a fixed grid of compositions, dense near both pure elements (down to 5e-12), so
compositions are accurate to the grid (0.005, or a quarter in the log-odds) only. Others polish them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from alkanode.thermo.binary.branches import alike, branch_names
from alkanode.thermo.conditions import Array
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.model import BinaryModel

GRID = np.unique(np.concatenate([expit(np.linspace(-26, 26, 209)), np.linspace(0, 1, 201)]))
"""Mole fractions of the second element."""

_FEWEST_UNSTABLE = 3

Point = tuple[float, float, str, int]
"""Composition, energy, phase, number on the grid (-1 for a compound)."""


@dataclass(frozen=True, slots=True)
class HullEdge:
    """A tie line as the hull shows it: branches and compositions at its two ends."""

    left: str
    right: str
    x_left: float
    x_right: float

    def is_like(self, other: HullEdge) -> bool:
        """Whether another tie line may be this one at another temperature."""
        return alike(self.left, other.left) and alike(self.right, other.right)


@dataclass(frozen=True, slots=True)
class Section:
    """The topology at one temperature: the branch at x = 0, then the tie lines from left to right."""

    temperature: float
    first: str
    edges: tuple[HullEdge, ...]

    @property
    def signature(self) -> tuple[str, ...]:
        """What stays the same inside one range of constant topology."""
        return (self.first, *(name for edge in self.edges for name in (edge.left, edge.right)))

    @property
    def last(self) -> str:
        """Branch at x = 1."""
        return self.edges[-1].right if self.edges else self.first


def section(model: BinaryModel, temperature: float, suspended: tuple[str, ...] = ()) -> Section:
    """Topology at one temperature from the lower convex hull.

    Parameters
    ----------
    model
        Gibbs energies.
    temperature
        K.
    suspended
        Phases left out.

    Returns
    -------
    Section
        Compositions are accurate to the grid.
    """
    terms = model.terms(np.array([temperature]))
    solutions = [name for name in model.solutions if name not in suspended]
    energies: list[Array] = []
    unstable: dict[str, float] = {}
    for name in solutions:
        curve = terms[name]
        if isinstance(curve, SolutionTerms):
            energies.append(curve.energy(GRID))
            unstable[name] = middle_of_gap(curve)
    stacked = np.stack(energies)
    lowest = stacked.argmin(axis=0)
    points: list[Point] = [
        (float(x), float(stacked[k, i]), solutions[k], i) for i, (x, k) in enumerate(zip(GRID, lowest, strict=True))
    ]
    for name, x in model.compounds.items():
        if name not in suspended:
            points.append((x, float(np.asarray(terms[name]).item()), name, -1))
    points.sort(key=lambda point: point[:2])
    fields = _single_phase_fields(_lower_hull(points))
    for a, b in itertools.pairwise(fields):
        if a[0][2] == b[0][2]:  # two fields of one solution: there is a gap, however narrow
            unstable[a[0][2]] = (a[-1][0] + b[0][0]) / 2
    names = [_branch(field, unstable, model) for field in fields]
    edges = tuple(
        HullEdge(name_a, name_b, a[-1][0], b[0][0])
        for (name_a, a), (name_b, b) in itertools.pairwise(zip(names, fields, strict=True))
    )
    return Section(temperature, names[0], edges)


def middle_of_gap(curve: SolutionTerms) -> float:
    """The least stable composition of a solution at one temperature; NaN where it has no gap that the grid can resolve."""
    stiffness = curve.potentials(GRID)[2]
    return float(GRID[stiffness.argmin()]) if (stiffness < 0).sum() >= _FEWEST_UNSTABLE else np.nan


def _single_phase_fields(hull: list[Point]) -> list[list[Point]]:
    """Split the hull at its long edges, which are the tie lines."""
    fields = [[hull[0]]]
    for a, b in itertools.pairwise(hull):
        if a[2] != b[2] or b[3] - a[3] > 1:
            fields.append([])
        fields[-1].append(b)
    return fields


def _branch(field: list[Point], unstable: dict[str, float], model: BinaryModel) -> str:
    """A field of a solution with a gap is named after the element on its side of the gap."""
    phase = field[0][2]
    if phase not in unstable:
        return phase
    bare, first, second = branch_names(phase, model.assessment)
    if np.isnan(unstable[phase]):
        return bare
    return second if (field[0][0] + field[-1][0]) / 2 > unstable[phase] else first


def _lower_hull(points: list[Point]) -> list[Point]:
    """Lower convex hull of points sorted by x (monotone chain)."""
    hull: list[Point] = []
    for point in points:
        if hull and point[0] == hull[-1][0]:
            continue
        while len(hull) > 1:
            (x_0, g_0, *_), (x_1, g_1, *_) = hull[-2], hull[-1]
            if (g_1 - g_0) * (point[0] - x_1) < (point[1] - g_1) * (x_1 - x_0):
                break
            hull.pop()
        hull.append(point)
    return hull
