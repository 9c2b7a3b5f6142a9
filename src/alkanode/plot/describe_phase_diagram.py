"""Figure of a binary phase diagram, with the paths of anodes whose composition a charge moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.plot.alloy_axis import diagram_elements
from alkanode.plot.description import Figure, FloatArray, Note, Panel, Role, Series
from alkanode.plot.diagram_fields import DiagramField, joined, one_phase_fields, open_at_top, two_phase_fields
from alkanode.plot.diagram_paths import Labelled, mark, path_marks
from alkanode.plot.display import axis_of, shown
from alkanode.plot.free_places import FreePlaces, Spot
from alkanode.plot.phase_words import field_name, is_liquid, phase_name
from alkanode.plot.placement import ends
from alkanode.plot.style import number, with_unit
from alkanode.plot.twin_scales import (
    BASIS_UNIT,
    Basis,
    composition_axis,
    composition_twin,
    kelvin_twin,
    other_basis,
)

if TYPE_CHECKING:
    import xarray as xr

_ROLES: dict[str, Role] = {
    "liquidus": "primary",
    "solidus": "second",
    "solvus": "third",
    "binodal": "fourth",
    "compound": "muted",
}
_HEIGHT = 1.25
_MARGIN, _ROOM_FOR_NAME = 0.03, 0.09
_TOO_CLOSE = -0.5


def phase_diagram(diagram: xr.Dataset, *, paths: Sequence[xr.Dataset] = (), basis: Basis = "mass") -> Figure:
    """Boundaries and names of the fields of a binary system over composition and temperature.

    Parameters
    ----------
    diagram
        What :func:`alkanode.thermo.phase_diagram` returns: lines over (line, point), named by ``phase``,
        ``other_phase`` and ``boundary``, and invariants.
    paths
        ``stripping_path`` or ``plating_path`` records of the same two elements; each becomes an arrow at its
        temperature, from where it starts to where it ends, with a point where it leaves the liquid field.
    basis
        Composition at the bottom by mass or by mole; the other basis stands at the top.

    Returns
    -------
    Figure
        Temperature in degC at the left and in K at the right. Liquid fields are blue, fields of two phases pale orange,
        those of one solid grey.

    Raises
    ------
    SchemaError
        When the record is no phase diagram, or a path no path of these two elements.
    """
    diagram = check(diagram, "phase_diagram")
    panel = diagram_panel(diagram, basis=basis, paths=paths)
    system = str(diagram.attrs.get("system", ""))
    trusted = _outside_use(diagram)
    return Figure(
        title=f"Phase diagram {system}{f', extrapolated outside {trusted}' if trusted else ''}".strip(),
        caption=f"Phase boundaries of the system {system}, computed. The lower scale is "
        f"{BASIS_UNIT[basis]}, the upper {BASIS_UNIT[other_basis(basis)]}. Blue: liquid; pale orange: two phases; grey: one "
        "solid. Dotted: three phases meet."
        + (" L: liquid." if any(note.text.startswith("L + ") or "-rich L" in note.text for note in panel.notes) else "")
        + _unnamed(panel)
        + (f" The assessment was made for {trusted}; what lies outside is extrapolated." if trusted else "")
        + (
            " Arrows: overall composition while charge passes; points: the alloy, and where it leaves the liquid field."
            if paths
            else ""
        ),
        panels=(panel,),
        notes=label_notes(diagram, *paths),
    )


def diagram_panel(
    diagram: xr.Dataset,
    *,
    basis: Basis,
    paths: Sequence[xr.Dataset] = (),
    composition: tuple[float, float] = (0.0, 100.0),
    temperature: tuple[float, float] | None = None,
    extra: Sequence[Series] = (),
    height: float = _HEIGHT,
) -> Panel:
    """The panel of a diagram, whole or a part of it, with what else is drawn into it.

    Parameters
    ----------
    diagram
        A checked ``phase_diagram`` record.
    basis
        Of the lower scale.
    paths
        As for :func:`phase_diagram`.
    composition, temperature
        Ends of the axes in per cent and degC; ``None`` shows all temperatures.
    extra
        Curves over composition and temperature.
    height
        Of the panel.
    """
    element, second = diagram_elements(diagram)
    field = f"{basis}_fraction"
    t = shown(diagram["temperature"].to_numpy(), "temperature")
    x = shown(diagram[field].to_numpy(), field)
    phases, others = ([str(name) for name in diagram[key].to_numpy()] for key in ("phase", "other_phase"))
    between = two_phase_fields(x, t, phases, others)
    low, high = float(t.min()), float(t.max())
    margin = _ROOM_FOR_NAME if "consolute" in diagram["invariant_kind"].to_numpy() else _MARGIN
    top = high if open_at_top(between) is not None else high + margin * (high - low)
    t_limits = (low, top) if temperature is None else temperature
    single = one_phase_fields(between, (0.0, 100.0), top)
    frame = Panel(
        x=composition_axis(element, basis, composition),
        y=axis_of("temperature", limits=t_limits),
        twins=(composition_twin(element, second, basis, composition), kelvin_twin(t_limits)),
    )
    boundaries = [one for one in _boundaries(diagram, x, t) if _in_sight(one, *ends(frame))]
    room = FreePlaces(frame.x, frame.y, *ends(frame), letter=(0.0122, 0.0605 / height))
    path_series, path_spots = path_marks(paths, field, diagram)
    fixed, labels = _invariants(diagram, field)
    for series in (*boundaries, *fixed, *path_series, *extra):
        room.avoid(series.x, series.y)
    notes = [
        room.put(text, spots, role) for text, spots, role in (*path_spots, *labels) if _visible(spots, ends(frame))
    ]
    notes += _field_names([*single, *joined(between)], room, ends(frame))
    return Panel(
        x=frame.x,
        y=frame.y,
        series=(*boundaries, *fixed, *path_series, *extra),
        areas=tuple(one.area for one in (*between, *single)),
        notes=tuple(notes),
        twins=frame.twins,
        height=height,
    )


def label_notes(*records: xr.Dataset) -> tuple[str, ...]:
    """What the numbers of records rest on, each said once."""
    said = [str(record.attrs.get("label", "")) for record in records]
    return tuple(f"Phases: {text}." for text in dict.fromkeys(said) if text)


def _boundaries(diagram: xr.Dataset, composition: FloatArray, temperature: FloatArray) -> tuple[Series, ...]:
    """One series per kind of boundary: its lines one after another, with gaps between them."""
    kinds = [str(kind) for kind in diagram["boundary"].to_numpy()]
    phases = [phase_name(str(phase)) for phase in diagram["phase"].to_numpy()]
    others = [phase_name(str(phase)) for phase in diagram["other_phase"].to_numpy()]
    order = list(_ROLES)
    series = []
    for kind in sorted(set(kinds), key=lambda kind: (order.index(kind) if kind in order else len(order), kind)):
        rows = [row for row, here in enumerate(kinds) if here == kind]
        gap = np.array([np.nan])
        hover: list[str] = []
        for row in rows:
            hover += [f"{kind}: {phases[row]} beside {others[row]}"] * composition.shape[1] + [""]
        series.append(
            Series(
                name=kind,
                x=np.concatenate([np.concatenate((composition[row], gap)) for row in rows]),
                y=np.concatenate([np.concatenate((temperature[row], gap)) for row in rows]),
                role=_ROLES.get(kind, "fourth"),
                hover=tuple(hover),
            )
        )
    return tuple(series)


def _field_names(
    fields: Sequence[DiagramField],
    room: FreePlaces,
    limits: tuple[tuple[float, float], tuple[float, float]],
) -> list[Note]:
    """Name of each field at its roomiest place, once per set of phases.

    A field too small for its name has a short one (``L + K(s)``), or goes without.
    """
    best: dict[str, tuple[float, str, Spot, Role]] = {}
    slender: dict[str, DiagramField] = {}
    for field in fields:
        seen = _cut(field, *limits)
        if seen is None:
            continue
        name = field_name(field.phases)
        role: Role = "primary" if len(field.phases) == 1 and is_liquid(field.phases[0]) else "muted"
        for text in dict.fromkeys((name, name.replace("liquid", "L") if " + " in name else name)):
            found = seen.best_spot(text, room)
            if found is not None and found[0] > _TOO_CLOSE:
                if name not in best or found[0] > best[name][0]:
                    best[name] = (found[0], text, found[1], role)
                break
        else:
            if len(field.phases) == 1:
                slender[name] = seen
    notes: list[Note] = []
    for _, text, spot, role in sorted(best.values(), key=lambda item: -item[0]):
        if room.cost(room.box(text, *spot)) < 1:
            notes.append(room.put(text, [spot], role))
    for name, seen in slender.items():
        upright = None if name in best else seen.upright_spot(name, room)
        if upright is not None:
            notes.append(Note(text=name, x=upright[0], y=upright[1], angle=90.0))
    return notes


def _unnamed(panel: Panel) -> str:
    """Which one-phase fields are too slender for a name, from left to right."""
    named = {note.text for note in panel.notes}
    left: dict[str, float] = {}
    for area in panel.areas:
        if area.role in {"solid", "liquid"} and area.name not in named:
            left.setdefault(area.name, float(area.x.mean()))
    words = [name for name, _ in sorted(left.items(), key=lambda item: item[1])]
    return f" Too slender for a name, from left to right: {', '.join(words)}." if words else ""


def _outside_use(diagram: xr.Dataset) -> str:
    """Temperatures for which the assessment was made, where the diagram reaches beyond them."""
    if not {"use_range_lower", "use_range_upper"} <= set(diagram.attrs):
        return ""
    low, high = (float(diagram.attrs[f"use_range_{end}"]) for end in ("lower", "upper"))
    t = diagram["temperature"].to_numpy()
    if np.nanmin(t) >= low and np.nanmax(t) <= high:
        return ""
    return f"{number(low)} to {number(high)} K"


def _cut(field: DiagramField, x: tuple[float, float], y: tuple[float, float]) -> DiagramField | None:
    """The part of a field inside the panel."""
    low, high = max(y[0], float(field.temperature[0])), min(y[1], float(field.temperature[-1]))
    if low >= high:
        return None
    t = np.unique(np.concatenate([field.temperature, [low, high]]))
    t = t[(t >= low) & (t <= high)]
    left, right = (np.clip(np.interp(t, field.temperature, side), *x) for side in (field.left, field.right))
    return DiagramField(phases=field.phases, temperature=t, left=left, right=right)


def _in_sight(series: Series, x: tuple[float, float], y: tuple[float, float]) -> bool:
    """Whether any point of a curve lies in the panel."""
    inside = (series.x >= x[0]) & (series.x <= x[1]) & (series.y >= y[0]) & (series.y <= y[1])
    return bool(inside.any())


def _visible(spots: Sequence[Spot], limits: tuple[tuple[float, float], tuple[float, float]]) -> bool:
    (left, right), (low, high) = limits
    return any(left <= x <= right and low <= y <= high for x, y, *_ in spots)


def _invariants(diagram: xr.Dataset, field: str) -> tuple[list[Series], list[Labelled]]:
    """Dotted lines and marks where phases meet, with the places their names may take."""
    at = shown(diagram[f"invariant_{field}"].to_numpy(), field)
    temperature = shown(diagram["invariant_temperature"].to_numpy(), "temperature")
    kinds = [str(kind) for kind in diagram["invariant_kind"].to_numpy()]
    phases = [[str(name) for name in row] for row in diagram["invariant_phase"].to_numpy()]
    series: list[Series] = []
    labels: list[Labelled] = []
    unit = f"{'wt%' if field == 'mass_fraction' else 'at%'} {diagram_elements(diagram)[0]}"
    for row, (kind, height) in enumerate(zip(kinds, temperature.tolist(), strict=True)):
        low, high = float(at[row].min()), float(at[row].max())
        text = f"{kind} {with_unit(round(height, 1), 'degC')}"
        if high - low < 1e-6:
            series.append(mark(low, height, text, "muted"))
            if kind != "melting":
                labels.append((text, [(low, height, "centre", "above"), (low, height, "centre", "below")], "model"))
            continue
        order = np.argsort(at[row])
        hover = tuple(
            f"{text}: {phase_name(phases[row][place])} with {number(float(at[row, place]))} {unit}" for place in order
        )
        series.append(
            Series(
                name=text,
                x=at[row][order],
                y=np.full(order.size, height),
                style="dotted",
                role="model",
                hover=hover,
                in_legend=False,
            )
        )
        span = high - low
        spots: list[Spot] = [
            (place, height, "left", level)
            for part in (0.02, 0.1, 0.25, 0.4, 0.55, 0.7)
            for place in (low + part * span,)
            for level in ("below", "above")
        ]
        spots += [(high - 0.02 * span, height, "right", level) for level in ("below", "above")]
        labels.append((text, spots, "model"))
    return series, labels
