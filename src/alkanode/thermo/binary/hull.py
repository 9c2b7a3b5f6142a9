"""Lower convex hull of all Gibbs curves at one temperature: which phases are stable, and where the tie lines lie.

The hull is drawn through points of a fixed grid of compositions, dense near both pure elements, so compositions are
accurate to the grid (0.005) only. :mod:`alkanode.thermo.binary.phase_map` polishes them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from alkanode.thermo.assessment.data import Assessment
from alkanode.thermo.gibbs.binary_solution import SolutionTerms
from alkanode.thermo.gibbs.model import BinaryModel

_GRID = np.unique(np.concatenate([expit(np.linspace(-18, 18, 145)), np.linspace(0, 1, 201)]))

Point = tuple[float, float, str, int]
"""Composition, energy, phase, number on the grid (-1 for a compound)."""


@dataclass(frozen=True, slots=True)
class HullEdge:
    """A tie line as the hull shows it: branches and compositions at its two ends."""

    left: str
    right: str
    x_left: float
    x_right: float


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


def phase_of(branch: str) -> str:
    """Phase that a branch belongs to: ``"bcc_K"`` -> ``"bcc_A2"``."""
    return "bcc_A2" if branch.startswith("bcc_") else branch


def branches_of(assessment: Assessment) -> tuple[str, ...]:
    """Names of the phases as they appear in results.

    The bcc solution has two branches, named after the element that each is rich in.
    """
    first, second = assessment.elements
    compounds = [phase.name for phase in assessment.phases if phase.model == "compound"]
    return ("liquid", f"bcc_{second}", f"bcc_{first}", *compounds)


def section(model: BinaryModel, temperature: float, suspended: tuple[str, ...] = ()) -> Section:
    """Topology at one temperature from the lower convex hull.

    Parameters
    ----------
    model
        Gibbs energies.
    temperature
        K.
    suspended
        Compounds left out.

    Returns
    -------
    Section
        Compositions are accurate to the grid.
    """
    terms = model.terms(np.array([temperature]))
    energies = []
    for name in model.solutions:
        curve = terms[name]
        if isinstance(curve, SolutionTerms):
            energies.append(curve.energy(_GRID))
    stacked = np.stack(energies)
    lowest = stacked.argmin(axis=0)
    points: list[Point] = [
        (float(x), float(stacked[k, i]), model.solutions[k], i)
        for i, (x, k) in enumerate(zip(_GRID, lowest, strict=True))
    ]
    for name, x in model.compounds.items():
        if name not in suspended:
            points.append((x, float(np.asarray(terms[name]).item()), name, -1))
    points.sort(key=lambda point: point[:2])
    fields = _single_phase_fields(_lower_hull(points))
    names = [_branch(field, model.assessment.elements) for field in fields]
    edges = tuple(
        HullEdge(name_a, name_b, a[-1][0], b[0][0])
        for (name_a, a), (name_b, b) in itertools.pairwise(zip(names, fields, strict=True))
    )
    return Section(temperature, names[0], edges)


def _single_phase_fields(hull: list[Point]) -> list[list[Point]]:
    """Split the hull at its long edges, which are the tie lines."""
    fields = [[hull[0]]]
    for a, b in itertools.pairwise(hull):
        if a[2] != b[2] or b[3] - a[3] > 1:
            fields.append([])
        fields[-1].append(b)
    return fields


def _branch(field: list[Point], elements: tuple[str, ...]) -> str:
    """A bcc field is named after the pure element that it reaches, or else the one that it is closer to."""
    phase, low, high = field[0][2], field[0][0], field[-1][0]
    if phase != "bcc_A2":
        return phase
    return f"bcc_{elements[int(low > 0 and (high == 1 or low + high > 1))]}"


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
