"""Fields of a binary diagram as outlines: two-phase fields between their lines, one-phase fields between those.

A record of a diagram holds lines. Between two temperatures at which lines begin or end the fields stand side by side in
the same order; what lies between two of them, or beside the outermost, is one phase, that of the line beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from alkanode.plot.description import Area, FloatArray
from alkanode.plot.free_places import FreePlaces, Spot
from alkanode.plot.phase_words import field_name, field_role, is_liquid

_ROWS = 60
_SNUG = 0.7
"""Share of the height of a line of text that a slender field needs, since few letters reach above or below the others."""
_CLOSED = 2.0
"""Width in per cent below which a field counts as closed at its top: a melting point or a consolute point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagramField:
    """A field between two curves over temperature, all in display units.

    Attributes
    ----------
    phases
        One or two.
    temperature
        Increasing.
    left, right
        Composition of both sides.
    """

    phases: tuple[str, ...]
    temperature: FloatArray
    left: FloatArray
    right: FloatArray

    @property
    def area(self) -> Area:
        """The field as an outline."""
        return Area(
            name=field_name(self.phases),
            x=np.concatenate([self.left, self.right[::-1]]),
            y=np.concatenate([self.temperature, self.temperature[::-1]]),
            role=field_role(self.phases),
        )

    def best_spot(self, text: str, room: FreePlaces) -> tuple[float, Spot] | None:
        """Roomiest place that holds a text, with the margin around it (share of the panel); ``None`` where none does."""
        wide, high = room.size(text)
        sides = np.array([[room.at(float(x), float(t)) for x, t in zip(side, self.temperature, strict=True)]
                          for side in (self.left, self.right)])  # fmt: skip
        (low, up), heights = np.sort(sides[:, :, 0], axis=0), sides[0, :, 1]
        best: tuple[float, Spot] | None = None
        for centre in np.linspace(heights[0] + 0.5 * high, heights[-1] - 0.5 * high, 25):
            if heights[-1] - heights[0] < high:
                break
            grid = np.linspace(centre - 0.5 * high, centre + 0.5 * high, 5)
            inner_left, inner_right = np.interp(grid, heights, low).max(), np.interp(grid, heights, up).min()
            spare = inner_right - inner_left - wide
            if spare < 0:
                continue
            upright = min(centre - 0.5 * high - heights[0], heights[-1] - centre - 0.5 * high)
            for part in (0.5, 0.35, 0.65, 0.2, 0.8):
                middle = inner_left + 0.5 * wide + part * spare
                margin = min(min(part, 1 - part) * spare, upright, 0.1)
                margin -= room.cost(
                    (middle - 0.5 * wide, middle + 0.5 * wide, centre - 0.5 * high, centre + 0.5 * high)
                )
                if margin > (-1.0 if best is None else best[0]):
                    best = (margin, (*_back(self, middle, centre, sides, heights), "centre", "on"))
        return best

    def upright_spot(self, text: str, room: FreePlaces) -> Spot | None:
        """Place that holds a text turned by 90 degrees in a slender field; ``None`` where none does."""
        wide, high = room.upright_size(text)
        sides = np.array([[room.at(float(x), float(t)) for x, t in zip(side, self.temperature, strict=True)]
                          for side in (self.left, self.right)])  # fmt: skip
        (low, up), heights = np.sort(sides[:, :, 0], axis=0), sides[0, :, 1]
        if heights[-1] - heights[0] < high:
            return None
        best: tuple[float, float, float] | None = None
        for centre in np.linspace(heights[0] + 0.55 * high, heights[-1] - 0.55 * high, 25):
            grid = np.linspace(centre - 0.5 * high, centre + 0.5 * high, 5)
            inner = float(np.interp(grid, heights, low).max()), float(np.interp(grid, heights, up).min())
            if inner[1] - inner[0] > (_SNUG * wide if best is None else best[0] + 1e-9):
                best = (inner[1] - inner[0], 0.5 * sum(inner), float(centre))
        if best is None:
            return None
        return (*_back(self, best[1], best[2], sides, heights), "centre", "on")


def _back(
    field: DiagramField, across: float, height: float, sides: FloatArray, heights: FloatArray
) -> tuple[float, float]:
    """Composition and temperature of a place given in shares of the panel."""
    ends = [float(np.interp(height, heights, sides[side, :, 0])) for side in (0, 1)]
    values = [float(np.interp(height, heights, line)) for line in (field.left, field.right)]
    part = (across - ends[0]) / (ends[1] - ends[0])
    return values[0] + part * (values[1] - values[0]), float(np.interp(height, heights, field.temperature))


def two_phase_fields(
    composition: FloatArray, temperature: FloatArray, phases: list[str], others: list[str]
) -> list[DiagramField]:
    """Fields between two lines that follow each other in a record (line, point)."""
    fields = []
    for row in range(0, len(phases) - 1, 2):
        low = row if composition[row].mean() <= composition[row + 1].mean() else row + 1
        high = 2 * row + 1 - low
        fields.append(
            DiagramField(
                phases=(phases[low], others[low]),
                temperature=temperature[row],
                left=composition[low],
                right=composition[high],
            )
        )
    return fields


def one_phase_fields(fields: list[DiagramField], x_limits: tuple[float, float], top: float) -> list[DiagramField]:
    """What lies beside and between two-phase fields, and over them all up to a temperature."""
    turns = np.unique(np.concatenate([field.temperature[[0, -1]] for field in fields]))
    tracks: list[list[DiagramField]] = []
    for start, stop in pairwise(turns):
        t = np.linspace(start, stop, _ROWS)
        middle = 0.5 * (start + stop)
        here = [field for field in fields if field.temperature[0] <= middle <= field.temperature[-1]]
        here.sort(key=lambda field: float(np.interp(middle, field.temperature, field.left)))
        edges = [np.full(_ROWS, x_limits[0])]
        names: list[str] = []
        for field in here:
            names.append(field.phases[0])
            edges += [np.interp(t, field.temperature, line) for line in (field.left, field.right)]
        edges.append(np.full(_ROWS, x_limits[1]))
        names += [here[-1].phases[1]] if here else []
        for place, name in enumerate(names):
            left, right = edges[2 * place], edges[2 * place + 1]
            if (right - left).max() > 1e-3 * (x_limits[1] - x_limits[0]):
                _append(tracks, DiagramField(phases=(name,), temperature=t, left=left, right=right))
    if open_at_top(fields) is None and top > turns[-1]:
        t = np.array([turns[-1], top])
        ends = (np.full(2, x_limits[0]), np.full(2, x_limits[1]))
        _append(tracks, DiagramField(phases=("liquid",), temperature=t, left=ends[0], right=ends[1]))
    return [_in_one(track) for track in tracks]


def open_at_top(fields: list[DiagramField]) -> str | None:
    """Name of a field that is still wide at the highest temperature of all, or ``None`` where all is liquid there."""
    top = max(float(field.temperature[-1]) for field in fields)
    for field in fields:
        wide = abs(float(field.right[-1] - field.left[-1]))
        if field.temperature[-1] == top and (wide > _CLOSED or not any(map(is_liquid, field.phases))):
            return field_name(field.phases)
    return None


def joined(fields: list[DiagramField]) -> list[DiagramField]:
    """Parts of one field, which lines of a record cut at every invariant, in one piece."""
    tracks: list[list[DiagramField]] = []
    for field in sorted(fields, key=lambda field: float(field.temperature[0])):
        _append(tracks, field)
    return [_in_one(track) for track in tracks]


def _append(tracks: list[list[DiagramField]], part: DiagramField) -> None:
    """Add a part to the field of the same phases that it continues upwards, or start a new field."""
    for track in tracks:
        last = track[-1]
        meets = last.right[-1] >= part.left[0] and last.left[-1] <= part.right[0]
        if last.phases == part.phases and last.temperature[-1] == part.temperature[0] and meets:
            track.append(part)
            return
    tracks.append([part])


def _in_one(track: list[DiagramField]) -> DiagramField:
    return DiagramField(
        phases=track[0].phases,
        temperature=np.concatenate([part.temperature for part in track]),
        left=np.concatenate([part.left for part in track]),
        right=np.concatenate([part.right for part in track]),
    )
