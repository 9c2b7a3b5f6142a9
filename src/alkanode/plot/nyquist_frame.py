"""What of the complex plane is in the frame, and which frequencies are marked on the curves.

A blocking tail is a thousand times longer than the arc before it, and leads add a head far below the real axis. Either would
leave the arcs as a spot, so the frame leaves them out and a note says so. Decades of frequency are marked, as it is custom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alkanode.plot.description import FloatArray, Note, Series
from alkanode.plot.display import padded
from alkanode.plot.style import frequency as frequency_text

TOWERING = 5.0
"""A spectrum wider than this many times the median would shrink the others to a spot."""

_FEWEST_TO_TOWER = 5
_TAIL = 20.0  # end of a spectrum over its magnitude before the tail
_TAIL_PHASE = np.pi / 4
_ARC_PHASE = np.radians(3)  # by which the phase of an arc lies above that of the valley behind it
_TAIL_SHOWN = 2.0  # times the magnitude before the tail
_HEAD = 2.0  # depth of an inductive head over the height of the arcs
_MOST_MARKED = 6  # curves that all carry marks; of more only the first and the last do
_CHARACTER, _LINE, _GAP = (
    0.013,
    0.028,
    0.011,
)  # size of a name and its distance from the mark over the width of the frame
_FINE = 20  # places per point of a curve, where names look for room

Ends = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One spectrum as it is drawn: falling frequency (Hz), Re and -Im in display units."""

    frequency: FloatArray
    x: FloatArray
    y: FloatArray
    name: str
    number: int
    masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Ends of both axes, what lies outside in words, marks of the decades with their names."""

    x: Ends
    y: Ends
    notes: tuple[str, ...]
    marks: tuple[Series, ...]
    names: tuple[Note, ...]


def frame_of(curves: Sequence[Curve]) -> Frame:
    """Frame around spectra: those not masked (or all), with the real axis (y = 0) in sight."""
    framed, notes = _without_towers([one for one in curves if not one.masked] or list(curves))
    kept = [(one.x[shown], one.y[shown]) for one in framed for shown in [_before_tail(one)]]
    tails = sum(one.x.size > x.size for one, (x, _) in zip(framed, kept, strict=True))
    if tails:
        which = "The blocking tail reaches" if len(framed) == 1 else f"{tails} blocking tails reach"
        notes += (f"{which} beyond the frame, which shows the arcs before; zoom out to see all.",)
    height = max((float(np.nanmax(y, initial=0.0)) for _, y in kept), default=0.0)
    depth = -min((float(np.nanmin(y, initial=0.0)) for _, y in kept), default=0.0)
    if height > 0 and depth > _HEAD * height:
        kept = [(x[y >= -height], y[y >= -height]) for x, y in kept]
        notes += (
            "Inductive heads (leads, not the cell) reach below the frame; a frequency range leaves them out of the analysis.",
        )
    x_ends = padded(np.concatenate([x for x, _ in kept]), 0.04)
    low, high = padded(np.concatenate([np.zeros(1), *(y for _, y in kept)]), 0.06)
    y_ends = (low, high + _LINE * (x_ends[1] - x_ends[0]))  # room for a name over the highest arc
    marks, names = _decades(framed, list(curves), x_ends, y_ends)
    return Frame(x=x_ends, y=y_ends, notes=notes, marks=marks, names=names)


def _without_towers(candidates: list[Curve]) -> tuple[list[Curve], tuple[str, ...]]:
    """Spectra without the few that tower over the rest, and a note."""
    widths = np.array([np.ptp(one.x[np.isfinite(one.x)]) if np.isfinite(one.x).any() else 0.0 for one in candidates])
    towers = widths > TOWERING * np.median(widths)
    if len(candidates) < _FEWEST_TO_TOWER or not towers.any():
        return candidates, ()
    widest = candidates[int(np.argmax(widths))].name
    note = f"{int(towers.sum())} of {len(candidates)} spectra reach beyond the frame (farthest: {widest}); zoom out to see them."
    return [one for one, tower in zip(candidates, towers, strict=True) if not tower], (note,)


def _before_tail(one: Curve) -> slice:
    """Points before a blocking tail: the magnitude stays near that of the last valley of the phase."""
    known = np.isfinite(one.x) & np.isfinite(one.y)
    if not known.any():
        return slice(None)
    magnitude, phase = np.hypot(one.x, one.y), np.arctan2(one.y, one.x)
    last = int(np.flatnonzero(known)[-1])
    from_end = np.minimum.accumulate(np.where(known, phase, np.inf)[::-1])[::-1]
    arcs = np.flatnonzero(known & (phase > from_end + _ARC_PHASE))  # points before a smaller phase
    first = int(arcs[-1]) + 1 if arcs.size else 0
    least = first + int(np.nanargmin(np.where(known, np.abs(phase), np.nan)[first:]))
    if magnitude[last] < _TAIL * magnitude[least] or phase[last] < _TAIL_PHASE:
        return slice(None)
    beyond = np.flatnonzero(magnitude[least:] > _TAIL_SHOWN * magnitude[least])
    return slice(0, least + int(beyond[0]))


def _decades(curves: list[Curve], drawn: list[Curve], x: Ends, y: Ends) -> tuple[tuple[Series, ...], tuple[Note, ...]]:
    """Open squares where a curve passes 1, 10, 100 Hz ..., and the names of some on the widest curve."""
    marked = curves if len(curves) <= _MOST_MARKED else [curves[0], curves[-1]]
    places = [(one, *_passed(one, x, y)) for one in marked]
    found = [(one, decades, at_x, at_y) for one, decades, at_x, at_y in places if decades.size]
    if not found:
        return (), ()
    marks = Series(
        name="decades of frequency",
        x=np.concatenate([at_x for _, _, at_x, _ in found]),
        y=np.concatenate([at_y for _, _, _, at_y in found]),
        style="squares",
        role="model",
        hover=tuple(f"{frequency_text(f)}, spectrum {one.number}" for one, decades, _, _ in found for f in decades),
    )
    named = max(found, key=lambda item: float(np.ptp(item[2])))
    return (marks,), _names(*named, np.concatenate([*map(_fine, drawn), _squares(marks, x)]), x, y)


def _passed(one: Curve, x: Ends, y: Ends) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Decades of frequency of a curve inside the frame, falling, and where they are on it."""
    known = np.isfinite(one.x) & np.isfinite(one.y) & np.isfinite(one.frequency) & (one.frequency > 0)
    if known.sum() < 2:
        return np.empty(0), np.empty(0), np.empty(0)
    logs = np.log10(one.frequency[known])[::-1]
    decades = np.arange(np.floor(logs[-1] + 1e-9), np.ceil(logs[0] - 1e-9) - 0.5, -1.0)
    at_x, at_y = (np.interp(decades, logs, part[known][::-1]) for part in (one.x, one.y))
    inside = (at_x >= x[0]) & (at_x <= x[1]) & (at_y >= y[0]) & (at_y <= y[1])
    return 10.0 ** decades[inside], at_x[inside], at_y[inside]


def _names(
    one: Curve, decades: FloatArray, at_x: FloatArray, at_y: FloatArray, ink: FloatArray, x: Ends, y: Ends
) -> tuple[Note, ...]:
    """Names beside the marks of a curve, on its outer side if there is room; none where they would hide ``ink``."""
    width = x[1] - x[0]
    boxes: list[FloatArray] = []
    notes: list[Note] = []
    for frequency, mark in zip(decades, np.column_stack([at_x, at_y]), strict=True):
        text = frequency_text(float(frequency))
        size = width * np.array([_CHARACTER * len(text), _LINE])
        for side in _sides(one, float(frequency)):
            gap = _GAP * width * np.where((side != 0).all(), [0.0, 1.0], 1.0)
            centre = mark + side * (0.5 * size + gap)
            box = np.stack([centre - 0.5 * size, centre + 0.5 * size])
            inside = bool((box[0] >= (x[0], y[0])).all() and (box[1] <= (x[1], y[1])).all())
            hidden = ((ink > box[0]) & (ink < box[1])).all(axis=1).any()
            meets = any(((box[0] < other[1]) & (box[1] > other[0])).all() for other in boxes)
            if inside and not hidden and not meets:
                boxes.append(box)
                notes.append(_name(text, mark, side))
                break
    return tuple(notes)


def _fine(one: Curve) -> FloatArray:
    """A curve as many places, shape (n, 2)."""
    known = np.isfinite(one.x) & np.isfinite(one.y)
    path = np.column_stack([one.x[known], one.y[known]])
    if len(path) < 2:
        return path
    steps = np.linspace(0, len(path) - 1, _FINE * len(path))
    return np.column_stack([np.interp(steps, np.arange(len(path)), column) for column in path.T])


def _squares(marks: Series, x: Ends) -> FloatArray:
    """Corners of the marks, shape (n, 2)."""
    half = 0.8 * _GAP * (x[1] - x[0])
    corners = half * np.array([[i, j] for i in (-1.0, 0.0, 1.0) for j in (-1.0, 0.0, 1.0)])
    return (np.column_stack([marks.x, marks.y])[:, None] + corners).reshape(-1, 2)


def _sides(one: Curve, frequency: float) -> FloatArray:
    """Directions from a mark: outwards first (to the left of falling frequency), then the other sides."""
    known = np.isfinite(one.x) & np.isfinite(one.y) & np.isfinite(one.frequency) & (one.frequency > 0)
    logs = np.log10(one.frequency[known])[::-1]
    around = np.log10(frequency) + np.array([0.15, -0.15])
    step = [float(np.diff(np.interp(around, logs, part[known][::-1]))[0]) for part in (one.x, one.y)]
    sides = np.array([[x, y] for x in (1.0, 0.0, -1.0) for y in (1.0, 0.0, -1.0) if x or y])
    outwards = sides @ np.array([-step[1], step[0]]) / np.hypot(*sides.T)
    return sides[np.argsort(-outwards, kind="stable")]


def _name(text: str, mark: FloatArray, side: FloatArray) -> Note:
    x, y = map(float, mark)
    return Note(
        text=text,
        x=x,
        y=y,
        anchor="left" if side[0] > 0 else "right" if side[0] < 0 else "centre",
        level="above" if side[1] > 0 else "below" if side[1] < 0 else "on",
        role="model",
    )
