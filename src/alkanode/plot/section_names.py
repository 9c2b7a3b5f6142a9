"""Names of the fields of a triangle: inside where there is room, along slender fields, beside the edge for slivers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from alkanode.plot.description import FloatArray, Note, Role
from alkanode.plot.free_places import FreePlaces, Spot
from alkanode.plot.phase_words import field_name, is_liquid
from alkanode.plot.triangle import SPANS, Edge, Triangle, edge_place, edge_title

if TYPE_CHECKING:
    import xarray as xr

_NEAR_EDGE = 0.03
_ASIDE = 0.24
_CORNER = 0.06
_SLIVER = 0.04


def region_names(section: xr.Dataset, triangle: Triangle, order: list[str], room: FreePlaces) -> list[Note]:
    """Texts for the fields of a section.

    Parameters
    ----------
    section
        A checked ``isothermal_section`` record.
    triangle
        Where its compositions lie.
    order
        Elements of the record.
    room
        The panel, with what is in the way.
    """
    corners = triangle.fractions(section["triangle_mole_fraction"].to_numpy(), order)
    notes = [
        _inside(field_name([str(name) for name in names]), *triangle.places(three), room)
        for three, names in zip(corners, section["triangle_phase"].to_numpy(), strict=True)
    ]
    fractions = triangle.fractions(section["region_mole_fraction"].to_numpy(), order)
    regions = [
        (point, [part for part in re.split(r"[\s+,/]+", str(text)) if part])
        for point, text in zip(fractions, section["region_phases"].to_numpy(), strict=True)
    ]
    for point, phases in sorted(regions, key=lambda region: not any(map(is_liquid, region[1]))):
        if len(phases) > 2:
            continue
        words = field_name(phases)
        role: Role = "primary" if len(phases) == 1 and is_liquid(phases[0]) else "muted"
        edge = triangle.edge_of(point, _NEAR_EDGE)
        if edge is not None:
            note = _along_edge(words, *edge, room, role)
            notes += [] if note is None else [note]
            continue
        note = _in_fan(words, *_fan(section, triangle, order, phases, point), room)
        notes += [] if note is None else [replace(note, role=role)]
    return notes


def _inside(words: str, x: FloatArray, y: FloatArray, room: FreePlaces) -> Note:
    """Name of a triangle of three phases, turned along it where it is slender."""
    points = np.column_stack([x, y])
    middle = points.mean(axis=0)
    wide, high = (size * span for size, span in zip(room.size(words), SPANS, strict=True))
    sides = [np.linalg.norm(points[i] - points[(i + 1) % 3]) for i in range(3)]
    shortest = int(np.argmin(sides))
    base = 0.5 * (points[shortest] + points[(shortest + 1) % 3])
    away = points[(shortest + 2) % 3] - base
    if wide < 0.55 * sides[shortest]:
        return room.put(words, [(float(middle[0]), float(middle[1]), "centre", "on")])
    angle = float((np.degrees(np.arctan2(away[1], away[0])) + 90) % 180 - 90)
    reach = min(0.33, max(0.0, (0.5 * wide + high) / float(np.linalg.norm(away))))
    place = base + reach * away
    return Note(text=words, x=float(place[0]), y=float(place[1]), angle=angle)


def _fan(
    section: xr.Dataset, triangle: Triangle, order: list[str], phases: list[str], point: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Both ends of the tie lines of a field, each (tie line, 2); without any, its point alone."""
    fractions = triangle.fractions(section["tie_line_mole_fraction"].to_numpy(), order)
    names = section["tie_line_phase"].to_numpy()
    here = [row for row, pair in enumerate(names) if sorted(map(str, pair)) == sorted(phases)]
    if not here:
        alone = np.column_stack(triangle.places(point[None, :]))
        return alone, alone
    first, second = (np.column_stack(triangle.places(fractions[here, end])) for end in (0, 1))
    wide = [float(np.ptp(one, axis=0).max()) for one in (first, second)]
    return (first, second) if wide[0] >= wide[1] else (second, first)


def _in_fan(words: str, base: FloatArray, tip: FloatArray, room: FreePlaces) -> Note | None:
    """Name of a field of two phases: level where the fan of its lines is wide, along them where not, else left out."""
    wide = room.size(words)[0] * SPANS[0]
    spots: list[Spot] = []
    for part in (0.35, 0.25, 0.15, 0.45, 0.55):
        across = base[[0, -1]] + part * (tip[[0, -1]] - base[[0, -1]])
        if len(base) == 1 or abs(float(across[1, 0] - across[0, 0])) > 1.15 * wide:
            x, y = across.mean(axis=0)
            spots.append((float(x), float(y), "centre", "on"))
    if spots:
        return replace(room.put(words, spots), backed=True)
    if float(np.linalg.norm(base[-1] - base[0])) < _SLIVER:
        return None
    away = tip.mean(axis=0) - base.mean(axis=0)
    angle = float((np.degrees(np.arctan2(away[1], away[0])) + 90) % 180 - 90)
    place = base.mean(axis=0) + min(0.4, (0.5 * wide + 0.04) / float(np.linalg.norm(away))) * away
    return Note(text=words, x=float(place[0]), y=float(place[1]), angle=angle, backed=True)


def _along_edge(words: str, edge: Edge, part: float, room: FreePlaces, role: Role) -> Note | None:
    """A name outside an edge; ``None`` where it finds no room. The bottom has a row for names under its numbers."""
    if edge != "bottom":
        if min(part, 1 - part) < _CORNER:
            return None
        return edge_title(words, edge, _ASIDE if part < 0.5 else 1 - _ASIDE, role)
    spots: list[Spot] = [(*edge_place(edge, part + shift, 0.072), "centre", "on") for shift in (0, 0.03, -0.03)]
    free = [spot for spot in spots if room.cost(room.box(f"  {words}  ", *spot)) < 1]
    return room.put(words, free, role) if free else None
