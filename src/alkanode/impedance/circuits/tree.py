"""A circuit as a tree: elements at the leaves, series and parallel above them.

The impedance of a series is the sum. That of a parallel is ``1/sum(1/Z_i)``, and its derivative with respect to a
parameter of branch i is ``(Z/Z_i)^2 dZ_i``. The parameters of a node are those of its leaves from left to right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from alkanode.impedance.circuits.element_table import Element


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element with its number, for example CPE and "1"."""

    element: Element
    number: str

    @property
    def label(self) -> str:
        """Symbol and number: ``CPE1``."""
        return self.element.symbol + self.number


@dataclass(frozen=True, slots=True)
class Series:
    """Two or more nodes one after another."""

    members: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Two or more nodes side by side."""

    members: tuple[Node, ...]


Node: TypeAlias = Leaf | Series | Parallel


def joined(kind: type[Series] | type[Parallel], members: Sequence[Node]) -> Node:
    """Nodes in series or parallel; a series in a series dissolves, and one node alone is itself."""
    flat: list[Node] = []
    for member in members:
        flat.extend(member.members if isinstance(member, kind) else [member])
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def leaves(node: Node) -> Iterator[Leaf]:
    """Leaves from left to right."""
    if isinstance(node, Leaf):
        yield node
    else:
        for member in node.members:
            yield from leaves(member)


def parameter_count(node: Node) -> int:
    """Number of parameters of a node."""
    return sum(len(leaf.element.parameters) for leaf in leaves(node))


def shape(node: Node) -> str:
    """What a node is built of, without numbers: equal texts mean interchangeable nodes."""
    if isinstance(node, Leaf):
        return node.element.symbol
    inner = ",".join(shape(member) for member in node.members)
    return f"{'s' if isinstance(node, Series) else 'p'}({inner})"


def parts(node: Series | Parallel, values: Sequence[Any]) -> Iterator[tuple[Node, Sequence[Any]]]:
    """Members of a node with their own parameters."""
    start = 0
    for member in node.members:
        stop = start + parameter_count(member)
        yield member, values[start:stop]
        start = stop


def impedance(node: Node, s: Any, values: Sequence[Any]) -> Any:
    """Impedance (ohm) of a node; ``s = j omega`` and each value broadcast against each other."""
    if isinstance(node, Leaf):
        return node.element.impedance(s, *values)
    each = [impedance(member, s, own) for member, own in parts(node, values)]
    if isinstance(node, Series):
        return sum(each[1:], start=each[0])
    admittances = [1 / Z for Z in each]
    return 1 / sum(admittances[1:], start=admittances[0])


def with_derivatives(node: Node, s: Any, values: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Impedance and one derivative per parameter, each of which broadcasts against the impedance."""
    if isinstance(node, Leaf):
        Z = node.element.impedance(s, *values)
        return Z, list(node.element.derivatives(s, Z, *values))
    each = [with_derivatives(member, s, own) for member, own in parts(node, values)]
    if isinstance(node, Series):
        return sum((Z for Z, _ in each[1:]), start=each[0][0]), [d for _, derived in each for d in derived]
    admittances = [1 / Z for Z, _ in each]
    Z = 1 / sum(admittances[1:], start=admittances[0])
    derivatives = []
    for admittance, (_, derived) in zip(admittances, each, strict=True):
        share = Z * admittance
        square = share * share
        derivatives += [square * d for d in derived]
    return Z, derivatives
