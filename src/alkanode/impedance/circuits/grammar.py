"""Texts of circuits as impedance.py writes them: ``L0-R0-p(R1,CPE1)-p(R2-Wo1,CPE2)``.

A minus joins in series, ``p(a,b)`` puts side by side, brackets may be nested. The text is read once, letter by letter,
into a tree; nothing of it is ever executed.
"""

from __future__ import annotations

from typing import NoReturn

from alkanode.foundation.errors import SchemaError
from alkanode.impedance.circuits.element_table import SYMBOLS
from alkanode.impedance.circuits.tree import Leaf, Node, Parallel, Series, joined


class Scanner:
    """A text, and how far it has been read. Blanks do not count."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self._taken: set[str] = set()

    def peek(self) -> str:
        """The next letter that is not blank; empty at the end."""
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1
        return self.text[self.place : self.place + 1]

    def take(self, mark: str) -> bool:
        """Read a mark if it comes next."""
        if self.peek() != mark:
            return False
        self.place += 1
        return True

    def fail(self, needed: str, *, place: int | None = None, todo: str = "") -> NoReturn:
        """Raise with the place marked in the text."""
        place = self.place if place is None else place
        rest = self.text[place:].strip()
        found = f"{rest[:1]!r} at character {place + 1}" if rest else "the end of the text"
        raise SchemaError(needed, found=f"{found}: {self.text[:place]} >>> {rest or '(nothing)'}", todo=todo)

    def element(self) -> Leaf:
        """Read an element: the longest symbol that fits, and its number if there is one."""
        self.peek()
        start = self.place
        fitting = [symbol for symbol in SYMBOLS if self.text.startswith(symbol, start)]
        if not fitting:
            self.fail("an element of a circuit is needed", todo=f"Elements: {', '.join(SYMBOLS)}")
        symbol = max(fitting, key=len)
        self.place += len(symbol)
        stop = digits = self.place + self.text.startswith("_", self.place)
        while stop < len(self.text) and self.text[stop] in "0123456789":
            stop += 1
        number = self.text[digits:stop]
        if number:
            self.place = stop
        leaf = Leaf(SYMBOLS[symbol], number)
        if number and leaf.label in self._taken:
            self.fail(f"{leaf.label} may stand only once in a circuit", place=start, todo="Give each element a number")
        self._taken.add(leaf.label)
        return leaf


def parse_chain_text(text: str) -> Node:
    """Read a text such as ``R0-p(R1,CPE1)`` into a tree; see :func:`alkanode.impedance.parse_circuit`."""
    scanner = Scanner(text)
    node = _series(scanner)
    if scanner.peek():
        scanner.fail("'-' or the end of the circuit is needed", todo=_hint(scanner.peek()))
    return numbered(node)


def _series(scanner: Scanner) -> Node:
    members = [_member(scanner)]
    while scanner.take("-"):
        members.append(_member(scanner))
    return joined(Series, members)


def _member(scanner: Scanner) -> Node:
    if not scanner.take("p"):
        if scanner.peek() in {"(", "["}:
            scanner.fail("an element or 'p(' is needed", todo=_hint("("))
        return scanner.element()
    if not scanner.take("("):
        scanner.fail("'(' is needed after 'p'")
    branches = [_series(scanner)]
    while scanner.take(","):
        branches.append(_series(scanner))
    if not scanner.take(")"):
        scanner.fail("'-', ',' or ')' is needed", todo=_hint(scanner.peek()))
    if len(branches) < 2:
        scanner.fail("p(...) needs two or more branches, separated by commas")
    return joined(Parallel, branches)


def _hint(found: str) -> str:
    if found in {"(", "["}:
        return "Write p(a,b) for elements side by side, or the whole circuit as a Boukamp code without '-' and ','"
    return "Write 'a-b' for a series and 'p(a,b)' for elements side by side"


def numbered(node: Node) -> Node:
    """Give each element without a number the next free one of its symbol.

    Numbers start at 0 where the first element of that symbol stands in the chain itself, and at 1 where it stands in a
    bracket: ``LR(RQ)(RQ)`` is L0, R0, R1, CPE1, R2, CPE2.
    """
    taken: set[str] = set()
    _collect(node, taken)
    nexts: dict[str, int] = {}

    def visit(node: Node, inside: bool) -> Node:
        if not isinstance(node, Leaf):
            within = inside or isinstance(node, Parallel)
            return type(node)(tuple(visit(member, within) for member in node.members))
        symbol = node.element.symbol
        number = nexts.setdefault(symbol, int(inside))
        if node.number:
            nexts[symbol] = max(number, int(node.number) + 1)
            return node
        while f"{symbol}{number}" in taken:
            number += 1
        nexts[symbol] = number + 1
        return Leaf(node.element, str(number))

    return visit(node, inside=False)


def _collect(node: Node, taken: set[str]) -> None:
    if isinstance(node, Leaf):
        if node.number:
            taken.add(node.label)
    else:
        for member in node.members:
            _collect(member, taken)


def chain_text(node: Node) -> str:
    """Write a tree as impedance.py does."""
    if isinstance(node, Leaf):
        return node.label
    inner = [chain_text(member) for member in node.members]
    return "-".join(inner) if isinstance(node, Series) else f"p({','.join(inner)})"
