"""Circuit description codes after Boukamp: ``LR(RQ)(RQ)``, ``R(Q[RW])``.

Elements side by side stand in round brackets, elements in series stand one after another, inside a round bracket in
square ones. Boukamp's own codes use round brackets throughout, of which every second level is a series:
``R(Q(RW))`` is ``R(Q[RW])``. Both are read, since a parallel written directly in a parallel would mean nothing new.
"""

from __future__ import annotations

from alkanode.impedance.circuits.grammar import Scanner, numbered
from alkanode.impedance.circuits.tree import Leaf, Node, Parallel, Series, joined

_SHORT = {"CPE": "Q"}
_CLOSING = {"(": ")", "[": "]"}


def parse_code(text: str) -> Node:
    """Read a code such as ``R(RQ)`` into a tree; see :func:`alkanode.impedance.parse_circuit`."""
    scanner = Scanner(text)
    node = joined(Series, _members(scanner, parallel=False))
    if scanner.peek():
        scanner.fail("an element or an opening bracket is needed", todo=_hint(scanner.peek()))
    return numbered(node)


def _members(scanner: Scanner, *, parallel: bool) -> list[Node]:
    """Elements and brackets up to a closing bracket or the end."""
    members: list[Node] = []
    while scanner.peek() not in {"", ")", "]", "{"}:
        start = scanner.place
        opening = next((mark for mark in _CLOSING if scanner.take(mark)), "")
        if not opening:
            members.append(scanner.element())
            continue
        inner_parallel = opening == "(" and not parallel
        inner = _members(scanner, parallel=inner_parallel)
        if not scanner.take(_CLOSING[opening]):
            scanner.fail(f"'{_CLOSING[opening]}' is needed for the '{opening}' at character {start + 1}")
        if inner_parallel and len(inner) < 2:
            scanner.fail("round brackets need two or more members side by side", place=start)
        members.append(joined(Parallel if inner_parallel else Series, inner))
    if not members:
        scanner.fail("an element or an opening bracket is needed", todo=_hint(scanner.peek()))
    return members


def _hint(found: str) -> str:
    if found == "{":
        return "Values do not belong into the circuit: give them as start=, fixed= or bounds="
    return "For example LR(RQ)(RQ): round brackets hold what stands side by side, square brackets a series in them"


def code(node: Node) -> str:
    """Write a tree as a code, with the numbers of its elements."""
    return _code(node, inside=False)


def _code(node: Node, *, inside: bool) -> str:
    if isinstance(node, Leaf):
        return _SHORT.get(node.element.symbol, node.element.symbol) + node.number
    text = "".join(_code(member, inside=isinstance(node, Parallel)) for member in node.members)
    if isinstance(node, Parallel):
        return f"({text})"
    return f"[{text}]" if inside else text
