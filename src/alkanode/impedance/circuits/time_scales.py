"""What a circuit is made of in the order of time scales: the slots that starting values fill.

A circuit is read from left to right. Each resistance beside a capacitor or constant-phase element is a *slot* for one
relaxation; so is each element that relaxes by itself (``Ws``, ``G``, ``K``, ``Zarc``, ``HN``). Inside a branch, what
follows the resistance is slower than the capacitor around it. Elements that block direct current are *tails*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from alkanode.impedance.circuits.tree import Leaf, Node, Parallel, Series, leaves, parameter_count

BLOCKING = frozenset({"C", "CPE", "W", "Wo", "TLMQ", "Gs"})
CAPACITIVE = frozenset({"C", "CPE"})
RELAXING = frozenset({"Ws", "G", "K", "Zarc", "HN"})
INDUCTIVE = frozenset({"L", "La"})


@dataclass(frozen=True, slots=True)
class Placed:
    """An element and the place of its first parameter."""

    symbol: str
    place: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One relaxation: a resistance with the capacitor beside it, or an element that relaxes by itself.

    Attributes
    ----------
    kind
        ``"arc"`` (resistance and capacitor), ``"element"`` (one element) or ``"loop"`` (resistance and inductance).
    resistance
        The resistance, or the element itself.
    partner
        Capacitor, constant-phase element or inductance beside it; ``None`` for an element.
    """

    kind: Literal["arc", "element", "loop"]
    resistance: Placed
    partner: Placed | None = None

    @property
    def shape(self) -> str:
        """Symbol of what makes the relaxation: slots of one shape can be exchanged."""
        return self.resistance.symbol if self.partner is None else self.partner.symbol


@dataclass(slots=True)
class Layout:
    """Slots, tails and series elements of a circuit, each in the order of the text."""

    slots: list[Slot] = field(default_factory=list)
    tails: list[Placed] = field(default_factory=list)
    series_resistances: list[Placed] = field(default_factory=list)
    inductances: list[Placed] = field(default_factory=list)
    others: list[Placed] = field(default_factory=list)


def layout(tree: Node, first: int = 0) -> Layout:
    """Slots and tails of a circuit, or of a node of it whose first parameter has the position ``first``."""
    found = Layout()
    _chain(tree, first, found, partner=None, outermost=True)
    return found


def _members(node: Node, place: int) -> list[tuple[Node, int]]:
    """Members of a series (or the node itself) with the places of their first parameters."""
    if not isinstance(node, Series):
        return [(node, place)]
    return placed(node.members, place)


def placed(members: tuple[Node, ...], place: int) -> list[tuple[Node, int]]:
    """Members of a node, and the position of the first parameter of each."""
    found = []
    for member in members:
        found.append((member, place))
        place += parameter_count(member)
    return found


def _chain(node: Node, place: int, found: Layout, *, partner: Placed | None, outermost: bool) -> None:
    """Read elements in series; the first resistance takes the partner beside the whole chain."""
    for member, at in _members(node, place):
        if isinstance(member, Parallel):
            _side_by_side(member, at, found)
        elif isinstance(member, Leaf):
            one = Placed(member.element.symbol, at)
            if one.symbol == "R" and partner is not None:
                found.slots.append(Slot("loop" if partner.symbol in INDUCTIVE else "arc", one, partner))
                partner = None
            elif one.symbol == "R":
                (found.series_resistances if outermost else found.others).append(one)
            elif one.symbol in RELAXING:
                found.slots.append(Slot("element", one))
            elif one.symbol in BLOCKING:
                found.tails.append(one)
            elif outermost:
                found.inductances.append(one)
            else:
                found.others.append(one)
    if partner is not None:
        found.others.append(partner)


def _side_by_side(node: Parallel, place: int, found: Layout) -> None:
    """Read elements side by side: capacitors alone in a branch are partners of the first resistance of the others."""
    branches = placed(node.members, place)
    partners = [
        Placed(branch.element.symbol, at)
        for branch, at in branches
        if isinstance(branch, Leaf) and branch.element.symbol in CAPACITIVE | INDUCTIVE
    ]
    paths = [
        (branch, at)
        for branch, at in branches
        if not (isinstance(branch, Leaf) and branch.element.symbol in CAPACITIVE | INDUCTIVE)
    ]
    if not paths:  # only capacitors side by side: the first blocks, the others add to it
        found.tails.append(partners[0])
        found.others += partners[1:]
        return
    resistive = [one for one in paths if any(leaf.element.symbol == "R" for leaf in leaves(one[0]))]
    first = resistive[0] if resistive else paths[0]
    for path in paths:
        _chain(*path, found, partner=partners[0] if path is first and partners else None, outermost=False)
    found.others += partners[1:]
