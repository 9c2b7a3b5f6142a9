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

from alkanode.impedance.circuits.time_scales import Slot, layout, placed
from alkanode.impedance.circuits.tree import Leaf, Node, Parallel, parameter_count, shape

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Arc:
    """A resistance with its relaxation time, by positions among the parameters of a circuit.

    Attributes
    ----------
    resistance
        Position of R.
    others
        Positions of what makes the relaxation time: Q and alpha, C, or tau itself.
    own_time
        Whether the element names its tau: tau does not change with R.
    """

    resistance: int
    others: tuple[int, ...]
    own_time: bool = False

    @property
    def storage(self) -> int:
        """Position of Q, C or tau."""
        return self.others[0]

    @property
    def exponent(self) -> int | None:
        """Position of alpha; ``None`` beside a capacitance."""
        return self.others[1] if len(self.others) > 1 else None

    def log_time(self, values: FloatArray) -> FloatArray:
        """ln(tau / s) from values (..., parameter), shape (...,)."""
        storage = np.log(values[..., self.storage])
        if self.own_time:
            return np.asarray(storage)
        product = np.log(values[..., self.resistance]) + storage
        return np.asarray(product if self.exponent is None else product / values[..., self.exponent])

    def log_time_gradient(self, values: FloatArray) -> FloatArray:
        """Derivatives of ln(tau) with respect to (R, *others), shape (..., 1 + others)."""
        R, first = values[..., self.resistance], values[..., self.storage]
        if self.own_time:
            return np.stack([np.zeros_like(R), 1 / first], axis=-1)
        if self.exponent is None:
            return np.stack([1 / R, 1 / first], axis=-1)
        alpha = values[..., self.exponent]
        return np.stack([1 / (alpha * R), 1 / (alpha * first), -self.log_time(values) / alpha], axis=-1)


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


def arcs_of(node: Node, first: int = 0) -> tuple[Arc, ...]:
    """Every arc in the order of the text, also where a diffusion follows the resistance: ``p(R1-W1,CPE1)``.

    Parameters
    ----------
    node
        Of a tree.
    first
        Position of its first parameter.
    """
    return tuple(_arc(slot) for slot in layout(node, first).slots if slot.kind != "loop")


def _arc(slot: Slot) -> Arc:
    at = slot.resistance.place
    if slot.partner is None:
        return Arc(at, (at + 1,), own_time=True)
    width = 2 if slot.partner.symbol == "CPE" else 1
    return Arc(at, tuple(range(slot.partner.place, slot.partner.place + width)))


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
    for member, k in placed(node.members, first):
        if _has_time(member):
            groups.setdefault(shape(member), []).append((member, k))
        yield from interchangeable(member, k)
    for group in groups.values():
        if len(group) > 1:
            count = parameter_count(group[0][0])
            yield Interchangeable(tuple(m for m, _ in group), np.array([np.arange(k, k + count) for _, k in group]))


def _own_time(leaf: Leaf) -> int | None:
    """Place of tau among the parameters of an element, if it has one."""
    names = [parameter.name for parameter in leaf.element.parameters]
    return names.index("tau") if "tau" in names else None


def _has_time(node: Node) -> bool:
    if isinstance(node, Leaf):
        return _own_time(node) is not None
    return isinstance(node, Parallel) and any(not arc.own_time for arc in arcs_of(node))


def _log_time(node: Node, first: int, values: FloatArray) -> FloatArray:
    """ln(tau / s) of a node that has one."""
    if isinstance(node, Leaf):
        place = _own_time(node)
        return np.asarray(np.log(values[:, first + (place or 0)]))
    return next(arc.log_time(values) for arc in arcs_of(node, first) if not arc.own_time)
