"""Where a text fits in a panel without covering curves or other texts.

Everything is counted in shares (0-1) of the width and the height of the panel, so one rule serves every axis. The size
of a text is estimated from its letters; it is that of the narrower renderer, a picture of one column.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

import numpy as np

from alkanode.plot.description import Axis, FloatArray, Note, Role
from alkanode.plot.placement import share

_OTHER_TEXT = 100.0
"""Weight of covering another text, in points of a curve."""

_LINE_OVER_LETTER = 2.64
"""Height of a line of text over the width of a letter."""

Anchor = Literal["left", "centre", "right"]
Level = Literal["on", "above", "below"]
Spot = tuple[float, float, Anchor, Level]
Box = tuple[float, float, float, float]


class FreePlaces:
    """The room of one panel, which fills up as texts are put into it.

    Parameters
    ----------
    x, y
        The axes.
    x_limits, y_limits
        Their ends.
    letter
        Width and height of a letter as shares of the panel; the defaults suit a panel 5.4 x 3.7 inches in size.
    """

    def __init__(
        self,
        x: Axis,
        y: Axis,
        x_limits: tuple[float, float],
        y_limits: tuple[float, float],
        *,
        letter: tuple[float, float] = (0.0122, 0.047),
    ) -> None:
        self._axes = ((x, x_limits), (y, y_limits))
        self._letter = letter
        self._points = np.empty((0, 2))
        self._boxes: list[Box] = []

    def size(self, text: str) -> tuple[float, float]:
        """Width and height of a text as shares of the panel."""
        return self._letter[0] * (len(text) + 0.5), self._letter[1]

    def upright_size(self, text: str) -> tuple[float, float]:
        """The same for a text turned by 90 degrees; the panel is as wide as a picture of one column."""
        line, letter = _LINE_OVER_LETTER * self._letter[0], self._letter[1] / _LINE_OVER_LETTER
        return line, letter * (len(text) + 0.5)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place as shares of the panel."""
        return share(x, self._axes[0][1], self._axes[0][0]), share(y, self._axes[1][1], self._axes[1][0])

    def avoid(self, x: FloatArray, y: FloatArray) -> None:
        """Keep texts off a curve; NaN is a gap in it."""
        placed = np.array([self.at(float(a), float(b)) for a, b in zip(x, y, strict=True)]).reshape(-1, 2)
        parts = [self._points]
        for start, stop in pairwise(placed):
            if np.isfinite(start).all() and np.isfinite(stop).all():
                steps = 2 + int(np.abs(stop - start).max() / 0.008)
                parts.append(start + np.linspace(0, 1, steps)[:, None] * (stop - start))
        parts.append(placed[np.isfinite(placed).all(axis=1)])
        self._points = np.concatenate(parts)

    def box(self, text: str, x: float, y: float, anchor: Anchor = "centre", level: Level = "on") -> Box:
        """Left, right, lower and upper end of a text as shares of the panel."""
        wide, high = self.size(text)
        a, b = self.at(x, y)
        left = a - {"left": 0.0, "centre": 0.5, "right": 1.0}[anchor] * wide
        low = b + {"on": -0.5 * high, "above": 0.01, "below": -high - 0.01}[level]
        return left, left + wide, low, low + high

    def cost(self, box: Box) -> float:
        """How much a text would cover or leave the panel; 0 is a free place."""
        left, right, low, high = box
        inside = (
            (self._points[:, 0] > left)
            & (self._points[:, 0] < right)
            & (self._points[:, 1] > low)
            & (self._points[:, 1] < high)
        )
        covered = sum(
            max(0.0, min(right, other[1]) - max(left, other[0])) * max(0.0, min(high, other[3]) - max(low, other[2]))
            > 0
            for other in self._boxes
        )
        beyond = max(0.0, -left) + max(0.0, right - 1) + max(0.0, -low) + max(0.0, high - 1)
        return float(inside.sum()) + _OTHER_TEXT * covered + 1e3 * beyond

    def put(self, text: str, spots: Iterable[Spot], role: Role = "muted") -> Note:
        """A text at the freest of some places, the earlier one of equals.

        Parameters
        ----------
        text
            The words.
        spots
            x, y, anchor and level of each candidate, the best first; at least one.
        role
            Colour of the text.
        """
        x, y, anchor, level = min(spots, key=lambda spot: self.cost(self.box(text, *spot)))
        self._boxes.append(self.box(text, x, y, anchor, level))
        return Note(text=text, x=x, y=y, anchor=anchor, level=level, role=role)
