"""An equilateral triangle of compositions: its places, its frame with grid and scales, and texts beside its edges.

The three elements stand at the left, the right and the top corner. Each edge carries the scale of the element at its
end when one walks counterclockwise: the bottom that of the right corner, the right edge that of the top, the left edge
that of the left corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from alkanode.materials.elements import element
from alkanode.plot.description import Axis, FloatArray, Note, Role, Series
from alkanode.plot.free_places import Anchor
from alkanode.plot.style import number
from alkanode.plot.twin_scales import BASIS_UNIT, Basis

_TALL = float(np.sqrt(3) / 2)
_ACROSS = (-0.16, 1.16)
_UPRIGHT = (-0.17, 0.94)
SPANS = (_ACROSS[1] - _ACROSS[0], _UPRIGHT[1] - _UPRIGHT[0])
_STEP = 20
TITLE_DISTANCE = 0.115
Edge = Literal["bottom", "right", "left"]
_EDGES: Final[tuple[Edge, ...]] = ("bottom", "right", "left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangle:
    """Places of compositions of three elements.

    Attributes
    ----------
    elements
        Symbols at the left, right and top corner.
    basis
        What the edges count.
    """

    elements: tuple[str, str, str]
    basis: Basis

    def fractions(self, mole_fraction: FloatArray, order: list[str]) -> FloatArray:
        """Fractions of the triangle's basis and corner order from mole fractions (..., element) in another order."""
        picked = mole_fraction[..., [order.index(symbol) for symbol in self.elements]]
        if self.basis == "mole":
            return picked
        weighted = picked * np.array([element(symbol).molar_mass.value for symbol in self.elements])
        with np.errstate(invalid="ignore"):
            return np.asarray(weighted / weighted.sum(axis=-1, keepdims=True))

    def places(self, fractions: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Horizontal and vertical place of fractions (..., corner)."""
        return fractions[..., 1] + 0.5 * fractions[..., 2], _TALL * fractions[..., 2]

    def words(self, fractions: FloatArray) -> str:
        """One composition as text, the largest part first."""
        pairs = sorted(zip(self.elements, fractions.tolist(), strict=True), key=lambda pair: -pair[1])
        parts = [f"{_share(part)} % {symbol}" for symbol, part in pairs]
        return f"{', '.join(parts)} ({BASIS_UNIT[self.basis]})"

    def axes(self) -> tuple[Axis, Axis]:
        """The unseen axes behind the triangle."""
        return Axis(label="", limits=_ACROSS, equal=True), Axis(label="", limits=_UPRIGHT, equal=True)

    def frame(self) -> tuple[list[Series], list[Note]]:
        """Outline, grid, scales along the edges and names of the corners."""
        outline = self._line("frame", np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]), "model")
        grid, notes = [], []
        for value in range(_STEP, 100, _STEP):
            part = value / 100
            for corner in range(3):
                ends = np.zeros((2, 3))
                ends[:, corner] = part
                ends[0, (corner + 1) % 3] = ends[1, (corner + 2) % 3] = 1 - part
                grid.append(ends)
            for edge in _EDGES:
                notes.append(self._number(value, edge))
        gap = np.full((1, 3), np.nan)
        lines = np.concatenate([piece for ends in grid for piece in (ends, gap)])
        x, y = self.places(lines)
        rules = Series(name="grid", x=x, y=y, style="thin", role="faint", in_legend=False)
        left, right, top = self.elements
        for edge, symbol in zip(_EDGES, (right, top, left), strict=True):
            notes.append(edge_title(f"{symbol} / {BASIS_UNIT[self.basis]}", edge, 0.5, "model"))
        notes += [
            Note(text=left, x=-0.02, y=-0.012, anchor="right", level="on", role="model"),
            Note(text=right, x=1.02, y=-0.012, anchor="left", level="on", role="model"),
            Note(text=top, x=0.5, y=_TALL + 0.005, level="above", role="model"),
        ]
        return [rules, outline], notes

    def _line(self, name: str, fractions: FloatArray, role: Literal["model", "faint"]) -> Series:
        x, y = self.places(fractions)
        return Series(name=name, x=x, y=y, role=role, in_legend=False)

    def edge_of(self, fractions: FloatArray, within: float) -> tuple[Edge, float] | None:
        """The edge that a composition lies near, and how far along it is; ``None`` inside the triangle."""
        poorest = int(np.argmin(fractions))
        if fractions[poorest] > within:
            return None
        if poorest == 2:
            return "bottom", float(fractions[1])
        return ("right", float(fractions[2])) if poorest == 0 else ("left", float(fractions[0]))

    def _number(self, value: int, edge: Edge) -> Note:
        """A number of the scale of an edge."""
        x, y = edge_place(edge, value / 100, 0.032 if edge == "bottom" else 0.012)
        anchor: Anchor = "centre" if edge == "bottom" else "left" if edge == "right" else "right"
        return Note(text=str(value), x=x, y=y, anchor=anchor, role="model")


def edge_title(text: str, edge: Edge, part: float, role: Role) -> Note:
    """A text along an edge, outside its numbers."""
    x, y = edge_place(edge, part, TITLE_DISTANCE)
    return Note(text=text, x=x, y=y, angle={"bottom": 0.0, "right": -60.0, "left": 60.0}[edge], role=role)


def edge_place(edge: Edge, part: float, distance: float) -> tuple[float, float]:
    """Place outside an edge at a distance from it."""
    if edge == "bottom":
        return part, -distance
    x, y = (1 - 0.5 * part, _TALL * part) if edge == "right" else (0.5 * (1 - part), _TALL * (1 - part))
    away = distance * np.array([_TALL, 0.5])
    return (x + away[0], y + away[1]) if edge == "right" else (x - away[0], y + away[1])


def _share(part: float) -> str:
    """A fraction in per cent: two digits for traces, one decimal else."""
    percent = 100 * max(part, 0.0)
    if percent < 0.05:
        return f"{percent:.1e}" if percent < 1e-3 else f"{percent:.2g}"
    return number(round(percent, 2))
