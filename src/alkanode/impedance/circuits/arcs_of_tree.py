"""Arcs found in the tree of a circuit: nodes with a resistance and a charge storage, hence with a relaxation time.

``p(R,CPE)`` relaxes at tau = (R Q)^(1/alpha), ``p(R,C)`` at R C; ``Zarc``, ``K`` and the like name their tau. Arcs of
one shape in one series are interchangeable: any order of them fits equally well, so that only a rule such as "fastest
first" makes a column of a series mean the same in every spectrum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.impedance.circuits.tree import Leaf, Node, Parallel, Series, parameter_count, shape

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

_STORES = ("CPE", "C")


@dataclass(frozen=True, slots=True)
class Arc:
    """A resistance beside a constant-phase element or capacitance, by positions among the parameters.

    Attributes
    ----------
    resistance, storage
        Positions of R and of Q or C.
    exponent
        Position of alpha; ``None`` beside a capacitance.
    """

    resistance: int
    storage: int
    exponent: int | None

    def log_time(self, values: FloatArray) -> FloatArray:
        """ln(tau / s) from values (batch, parameter), shape (batch,)."""
        product = np.log(values[:, self.resistance]) + np.log(values[:, self.storage])
        return np.asarray(product if self.exponent is None else product / values[:, self.exponent])


@dataclass(frozen=True, slots=True, eq=False)
class Interchangeable:
    """Arcs of one shape in one series.

    Attributes
    ----------
    nodes
        The arcs.
    positions
        Positions of their parameters, shape (arc, parameter of each).
    """

    nodes: tuple[Node, ...]
    positions: IntArray

    def log_times(self, values: FloatArray) -> FloatArray:
        """ln(tau / s) of each from values (batch, parameter), shape (batch, arc)."""
        pairs = zip(self.nodes, self.positions[:, 0], strict=True)
        return np.stack([_log_time(node, int(first), values) for node, first in pairs], axis=1)


def arcs_of(node: Node, first: int = 0) -> Iterator[Arc]:
    """Every resistance beside a storage, also where a diffusion follows the resistance: ``p(R1-W1,CPE1)``.

    Parameters
    ----------
    node
        Of a tree.
    first
        Position of its first parameter.
    """
    if isinstance(node, Leaf):
        return
    places = _places(node, first)
    if isinstance(node, Parallel):
        storage = next(((m, k) for m, k in places if isinstance(m, Leaf) and m.element.symbol in _STORES), None)
        inside = [
            pair
            for member, k in places
            for pair in (_places(member, k) if isinstance(member, Series) else [(member, k)])
        ]
        resistance = next((k for m, k in inside if isinstance(m, Leaf) and m.element.symbol == "R"), None)
        if storage is not None and resistance is not None:
            leaf, k = storage
            yield Arc(resistance, k, k + 1 if leaf.element.symbol == "CPE" else None)
    for member, k in places:
        yield from arcs_of(member, k)


def interchangeable(node: Node, first: int = 0) -> Iterator[Interchangeable]:
    """Groups of two or more arcs of one shape in one series or side by side, inner groups first.

    Parameters
    ----------
    node, first
        As in :func:`arcs_of`.
    """
    if isinstance(node, Leaf):
        return
    groups: dict[str, list[tuple[Node, int]]] = {}
    for member, k in _places(node, first):
        if _has_time(member):
            groups.setdefault(shape(member), []).append((member, k))
        yield from interchangeable(member, k)
    for group in groups.values():
        if len(group) > 1:
            count = parameter_count(group[0][0])
            yield Interchangeable(tuple(m for m, _ in group), np.array([np.arange(k, k + count) for _, k in group]))


def _places(node: Series | Parallel, first: int) -> list[tuple[Node, int]]:
    """Members of a node, and the position of the first parameter of each."""
    placed = []
    for member in node.members:
        placed.append((member, first))
        first += parameter_count(member)
    return placed


def _own_time(leaf: Leaf) -> int | None:
    """Place of tau among the parameters of an element, if it has one."""
    names = [parameter.name for parameter in leaf.element.parameters]
    return names.index("tau") if "tau" in names else None


def _has_time(node: Node) -> bool:
    if isinstance(node, Leaf):
        return _own_time(node) is not None
    return isinstance(node, Parallel) and any(True for _ in arcs_of(node))


def _log_time(node: Node, first: int, values: FloatArray) -> FloatArray:
    """ln(tau / s) of a node that has one."""
    if isinstance(node, Leaf):
        place = _own_time(node)
        return np.asarray(np.log(values[:, first + (place or 0)]))
    return next(arc.log_time(values) for arc in arcs_of(node, first))
