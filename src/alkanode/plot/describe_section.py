"""Figure of an isothermal section of three metals: an equilateral triangle, and the solubility its edge hides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.materials.alloys import Alloy
from alkanode.materials.composition import Composition
from alkanode.plot.describe_phase_diagram import label_notes
from alkanode.plot.description import Area, Axis, Figure, FloatArray, Panel, Role, Series, SeriesStyle
from alkanode.plot.diagram_paths import PATH_KINDS
from alkanode.plot.display import log_padded, positive, shown_number, spread
from alkanode.plot.free_places import FreePlaces
from alkanode.plot.phase_words import field_name, is_liquid, metal_role, phase_name
from alkanode.plot.placement import ends
from alkanode.plot.section_names import region_names
from alkanode.plot.style import CYCLE, number
from alkanode.plot.triangle import Triangle
from alkanode.plot.twin_scales import Basis

if TYPE_CHECKING:
    import xarray as xr

_CORNERS = ("K", "Na", "Li")
_PIECES = 12
_PATH_POINTS = 24
_HEIGHT, _ALONE = 2.6, 1.6
_LETTER = (0.0094, 0.028)


def isothermal_section(
    section: xr.Dataset,
    *,
    basis: Basis = "mole",
    corners: tuple[str, str, str] | None = None,
    solute: str | None = None,
    alloys: Sequence[str | Composition | Alloy] = (),
    paths: Sequence[xr.Dataset] = (),
) -> Figure:
    """Phase fields of three metals at one temperature.

    Parameters
    ----------
    section
        An ``isothermal_section`` record.
    basis
        What the edges of the triangle count.
    corners
        Symbols at the left, right and top corner; by default K, Na and Li, or the order of the record where it holds
        other elements.
    solute
        Metal whose solubility in the liquid stands in the second panel, on a logarithmic scale; by default the one at
        the top. The panel is left out where no liquid meets the solid metal.
    alloys
        Alloys, compositions or their names, each drawn as a point.
    paths
        ``stripping_path`` or ``plating_path`` records with ``element_mole_fraction``; each becomes an arrow.

    Returns
    -------
    Figure
        Lines join phases that coexist; where three coexist the triangle between them is coloured. Pointing at a line
        tells the compositions at its ends.

    Raises
    ------
    SchemaError
        When the record is of another kind, or corners, solute, alloys or paths are not of its elements.
    """
    section = check(section, "isothermal_section")
    order = [str(symbol) for symbol in section["element"].to_numpy()]
    chosen = corners or (_CORNERS if set(_CORNERS) == set(order) else tuple(order))
    if sorted(chosen) != sorted(order) or len(chosen) != 3:
        raise SchemaError(
            "a triangle needs the three elements of its record", found=", ".join(chosen), todo=f"Use {', '.join(order)}"
        )
    triangle = Triangle(elements=(chosen[0], chosen[1], chosen[2]), basis=basis)
    dissolved = solute or chosen[2]
    if dissolved not in order:
        raise SchemaError("the solute is one of the three elements", found=dissolved, todo=f"Use {', '.join(order)}")
    marks = (*_paths(paths, triangle), *_alloys(alloys, triangle))
    first, second = _triangle_panel(section, triangle, order, marks), _solubility(section, dissolved, order)
    at = _temperature(section)
    name = "-".join(chosen[::-1])
    return Figure(
        title=f"Isothermal section {name}{f' at {at}' if at else ''}",
        caption=f"Phase fields of {name}{f' at {at}' if at else ''}, computed. Thin lines join two phases that coexist; "
        "in the coloured triangles three phases coexist, those of the corners."
        + (
            ""
            if second is None
            else f" Below: {dissolved} in the liquid that coexists with solid {dissolved}, too little to be seen above."
        ),
        panels=(replace(first, height=_ALONE),) if second is None else (first, second),
        notes=label_notes(section),
    )


def _temperature(section: xr.Dataset) -> str:
    """Temperature in both scales, where the record states it."""
    if "temperature" in section:
        kelvin = float(section["temperature"])
    elif "temperature" in section.attrs:
        kelvin = float(section.attrs["temperature"])
    else:
        return ""
    return f"{round(kelvin, 2):g} K ({shown_number(kelvin, 'temperature')})"


def _triangle_panel(section: xr.Dataset, triangle: Triangle, order: list[str], marks: Sequence[Series]) -> Panel:
    frame, notes = triangle.frame()
    ties = _tie_lines(section, triangle, order)
    areas, outlines = _triangles(section, triangle, order)
    edges = _boundaries(section, triangle, order)
    x, y = triangle.axes()
    empty = Panel(x=x, y=y)
    room = FreePlaces(x, y, *ends(empty), letter=_LETTER)
    for note in notes:
        room.put(note.text, [(note.x, note.y, note.anchor, note.level)])
    for series in (*edges, *outlines, frame[1], *marks):
        room.avoid(series.x, series.y)
    return Panel(
        x=x,
        y=y,
        series=(*frame, *ties, *outlines, *edges, *marks),
        areas=tuple(areas),
        notes=(*notes, *region_names(section, triangle, order, room)),
        height=_HEIGHT,
        bare=True,
    )


def _tie_lines(section: xr.Dataset, triangle: Triangle, order: list[str]) -> list[Series]:
    """Tie lines as one series, each in pieces, so that pointing anywhere at it tells what it joins."""
    fractions = triangle.fractions(section["tie_line_mole_fraction"].to_numpy(), order)
    phases = section["tie_line_phase"].to_numpy()
    parts, hover = [], []
    steps = np.linspace(0, 1, _PIECES)[:, None]
    for ends_of, names in zip(fractions, phases, strict=True):
        parts += [ends_of[0] + steps * (ends_of[1] - ends_of[0]), np.full((1, 3), np.nan)]
        text = "<br>".join(
            f"{phase_name(str(name))}: {triangle.words(end)}" for name, end in zip(names, ends_of, strict=True)
        )
        hover += [text] * _PIECES + [""]
    if not parts:
        return []
    x, y = triangle.places(np.concatenate(parts))
    return [Series(name="tie lines", x=x, y=y, style="thin", role="primary", hover=tuple(hover))]


def _triangles(section: xr.Dataset, triangle: Triangle, order: list[str]) -> tuple[list[Area], list[Series]]:
    fractions = triangle.fractions(section["triangle_mole_fraction"].to_numpy(), order)
    areas, outlines = [], []
    for place, (corners, names) in enumerate(zip(fractions, section["triangle_phase"].to_numpy(), strict=True)):
        x, y = triangle.places(corners)
        phases = [str(name) for name in names]
        text = field_name(phases)
        areas.append(Area(name=text, x=x, y=y, role="three-phase"))
        hover = tuple(
            f"{text}<br>{phase_name(phases[i])}: {triangle.words(corners[i])}" for i in (*range(len(phases)), 0)
        )
        outlines.append(
            Series(
                name="three phases coexist",
                x=np.append(x, x[0]),
                y=np.append(y, y[0]),
                role="second",
                hover=hover,
                in_legend=place == 0,
            )
        )
    return areas, outlines


def _boundaries(section: xr.Dataset, triangle: Triangle, order: list[str]) -> list[Series]:
    """Edges of the one-phase fields, those of liquids blue."""
    fractions = triangle.fractions(section["boundary_mole_fraction"].to_numpy(), order)
    series, seen = [], set()
    for line, phase, other in zip(
        fractions, section["boundary_phase"].to_numpy(), section["boundary_other_phase"].to_numpy(), strict=True
    ):
        x, y = triangle.places(line)
        liquid = is_liquid(str(phase))
        name = "edge of the liquid" if liquid else "edge of a solid"
        series.append(
            Series(
                name=name,
                x=x,
                y=y,
                role="model" if liquid else "muted",
                hover=tuple(
                    f"{phase_name(str(phase))} beside {phase_name(str(other))}: {triangle.words(point)}"
                    if np.isfinite(point).all()
                    else ""
                    for point in line
                ),
                in_legend=name not in seen,
            )
        )
        seen.add(name)
    return series


def _alloys(alloys: Sequence[str | Composition | Alloy], triangle: Triangle) -> list[Series]:
    """Points of alloys, each with its composition."""
    series = []
    for place, alloy in enumerate(alloys):
        if isinstance(alloy, Alloy):
            name, composition = alloy.name, alloy.composition
        else:
            name, composition = str(alloy), Composition.from_name(alloy) if isinstance(alloy, str) else alloy
        parts = dict(composition.mole_fractions)
        _known(list(parts), triangle, name)
        point = np.array([parts.get(symbol, 0.0) for symbol in triangle.elements])
        series.append(_marked(triangle, point[None, :], name, CYCLE[place % len(CYCLE)], "points", (name,)))
    return series


def _paths(paths: Sequence[xr.Dataset], triangle: Triangle) -> list[Series]:
    """Arrows of overall compositions while charge passes."""
    series = []
    for place, given in enumerate(paths):
        kind = str(given.attrs.get("kind", PATH_KINDS[0]))
        path = check(given, kind if kind in PATH_KINDS else PATH_KINDS[0])
        name = str(path.attrs.get("alloy", f"alloy {place + 1}"))
        if "element_mole_fraction" not in path:
            raise SchemaError("a path in a triangle needs element_mole_fraction", found=f"{name} without it")
        symbols = [str(symbol) for symbol in path["element"].to_numpy()]
        _known(symbols, triangle, name)
        values = path["element_mole_fraction"].to_numpy()
        rows = np.flatnonzero(np.isfinite(values).all(axis=1))
        rows = rows[spread(rows.size, _PATH_POINTS)]
        fractions = np.zeros((rows.size, 3))
        for corner, symbol in enumerate(triangle.elements):
            if symbol in symbols:
                fractions[:, corner] = values[rows, symbols.index(symbol)]
        charge = path["specific_capacity"].to_numpy()[rows]
        words = tuple(f"{name} after {shown_number(float(one), 'specific_capacity')}" for one in charge)
        role = CYCLE[(place + 2) % len(CYCLE)]
        series.append(_marked(triangle, fractions, f"{name} along its charge", role, "arrow", words))
        series.append(_marked(triangle, fractions[:1], name, role, "points", (name,)))
    return series


def _marked(
    triangle: Triangle, mole: FloatArray, name: str, role: Role, style: SeriesStyle, words: tuple[str, ...]
) -> Series:
    fractions = triangle.fractions(mole, list(triangle.elements))
    x, y = triangle.places(fractions)
    hover = tuple(f"{word}: {triangle.words(point)}" for word, point in zip(words, fractions, strict=True))
    return Series(name=name, x=x, y=y, style=style, role=role, hover=hover, in_legend=style == "points")


def _known(symbols: Sequence[str], triangle: Triangle, name: str) -> None:
    if not set(symbols) <= set(triangle.elements):
        raise SchemaError(f"a triangle of {', '.join(triangle.elements)} holds alloys of these", found=name)


def _solubility(section: xr.Dataset, solute: str, order: list[str]) -> Panel | None:
    """Solubility of a metal in the liquid beside its solid, over the ratio of the two others."""
    first, second = (symbol for symbol in order if symbol != solute)
    if first == "K":
        first, second = second, first
    series: list[Series] = []
    found: list[FloatArray] = []
    for line, phase, other in zip(
        section["boundary_mole_fraction"].to_numpy(),
        section["boundary_phase"].to_numpy(),
        section["boundary_other_phase"].to_numpy(),
        strict=True,
    ):
        if not (is_liquid(str(phase)) and str(other) == f"bcc_{solute}"):
            continue
        parts = {symbol: line[:, order.index(symbol)] for symbol in order}
        ratio = 100 * parts[first] / (parts[first] + parts[second])
        y = positive(100 * parts[solute])
        found.append(y)
        series.append(
            Series(
                name=f"{solute} in {phase_name(str(phase))} beside {solute}(s)",
                x=ratio,
                y=y,
                role=metal_role(solute),
                hover=tuple(f"{number(float(part))} at% {solute} dissolved" for part in y),
                in_legend=not series,
            )
        )
    if not series:
        return None
    return Panel(
        x=Axis(label=f"{first} over {first} + {second} in the liquid", unit="at%", limits=(0.0, 100.0)),
        y=Axis(
            label=f"{solute} in the liquid",
            unit="at%",
            quantity="mole_fraction",
            scale="log",
            limits=log_padded(np.concatenate(found)),
        ),
        series=tuple(series),
        height=1.0,
    )
