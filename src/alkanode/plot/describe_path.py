"""Figures of an anode along its charge: the phases in it, its potential, its thickness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.plot.describe_phase_diagram import label_notes
from alkanode.plot.describe_window import interval_words
from alkanode.plot.description import Figure, Fill, FloatArray, Line, Panel, Role, Series
from alkanode.plot.diagram_paths import PATH_KINDS
from alkanode.plot.display import axis_of, padded, shown, shown_number
from alkanode.plot.phase_words import ion_name, is_liquid, phase_name, phase_role
from alkanode.plot.style import CYCLE, number

if TYPE_CHECKING:
    import xarray as xr

_EVENTS = {
    "capacity_to_first_liquid": "first liquid",
    "capacity_into_liquid": "all liquid",
    "capacity_to_liquidus": "solid appears",
    "capacity_to_last_liquid": "last liquid",
}
_SPREADS: dict[str, Role] = {"interval": "model", "assessment_interval": "fourth"}
_ABOVE = 1.06
_PRESENT = 1e-9


def anode_path(path: xr.Dataset) -> Figure:
    """Phases, potential and thickness of one anode while charge passes.

    Parameters
    ----------
    path
        A ``stripping_path`` or ``plating_path`` record.

    Returns
    -------
    Figure
        Top: share of the atoms in each phase, one over the other, and over them the charges at which the liquid comes and
        goes, with two intervals: over the temperature uncertainty, and over the parameters of the assessment at 95 %.
        Below: potential against the pure metal, and thickness where the record holds it.

    Raises
    ------
    SchemaError
        When the record is of another kind.
    """
    path = _checked(path)
    x = shown(path["specific_capacity"].to_numpy(), "specific_capacity")
    x_axis = axis_of("specific_capacity", limits=_reach(path, x))
    potential = shown(path["electrode_potential"].to_numpy(), "electrode_potential")
    panels = [
        Panel(
            x=x_axis,
            y=axis_of("phase_fraction", label="share of the atoms", limits=(0.0, _ABOVE + 0.1)),
            series=(*_edges(path, x), *_events(path)),
            fills=_stack(path, x),
            height=1.1,
        ),
        Panel(
            x=x_axis,
            y=axis_of("electrode_potential", label=_potential_label(path)),
            series=(Series(name="potential", x=x, y=potential, role="model", hover=_hover(path), in_legend=False),),
            fills=_spread(path, x),
            lines=_event_lines(path),
        ),
    ]
    if "thickness" in path and np.isfinite(path["thickness"].to_numpy()).any():
        thickness = shown(path["thickness"].to_numpy(), "thickness")
        panels.append(
            Panel(
                x=x_axis,
                y=axis_of("thickness", limits=padded(thickness, floor=0.0)),
                series=(Series(name="thickness", x=x, y=thickness, role="model", hover=_hover(path), in_legend=False),),
                height=0.8,
            )
        )
    return Figure(
        title=_title(path),
        caption=f"{_title(path)}, computed from the phase diagram. Top: share of the atoms in each phase; points: charges at "
        "which the liquid comes and goes, with intervals over the temperature uncertainty and, at 95 %, over the parameters "
        "of the assessment. Below: equilibrium potential against the pure metal with the same intervals; it stands still "
        "where two phases coexist." + (" Bottom: thickness." if len(panels) > 2 else ""),
        panels=tuple(panels),
        shared_x=True,
        notes=label_notes(path),
    )


def anode_paths(paths: Sequence[xr.Dataset]) -> Figure:
    """Liquid fraction and potential of several anodes over the charge.

    Parameters
    ----------
    paths
        ``stripping_path`` or ``plating_path`` records, for example of NaK50, NaK65 and NaK80.

    Returns
    -------
    Figure
        One colour per anode; points where it leaves the liquid field.

    Raises
    ------
    SchemaError
        When there is none, a record is of another kind, or stripping and plating stand together.
    """
    checked = [_checked(path) for path in paths]
    if len({path.attrs["kind"] for path in checked}) != 1:
        raise SchemaError(
            "paths of one kind are needed, all stripping or all plating",
            found=", ".join(str(path.attrs["kind"]) for path in checked) or "no path",
        )
    reach = max(_reach(path, shown(path["specific_capacity"].to_numpy(), "specific_capacity"))[1] for path in checked)
    x_axis = axis_of("specific_capacity", limits=(0.0, reach))
    liquids, potentials = [], []
    for place, path in enumerate(checked):
        x = shown(path["specific_capacity"].to_numpy(), "specific_capacity")
        role, name = CYCLE[place % len(CYCLE)], _name(path, place)
        liquid, volts = _liquid(path), shown(path["electrode_potential"].to_numpy(), "electrode_potential")
        hover = _hover(path)
        liquids.append(Series(name=name, x=x, y=liquid, role=role, hover=hover))
        potentials.append(Series(name=name, x=x, y=volts, role=role, hover=hover, in_legend=False))
        leaving = float(path["capacity_to_liquidus"]) if "capacity_to_liquidus" in path else np.nan
        if np.isfinite(leaving) and leaving > 0:
            at = shown(np.array([leaving]), "specific_capacity")
            words = (f"{name} leaves the liquid field after {shown_number(leaving, 'specific_capacity')}",)
            for line, values in ((liquids, liquid), (potentials, volts)):
                y = np.interp(at, x, values)
                line.append(Series(name=words[0], x=at, y=y, style="points", role=role, hover=words, in_legend=False))
    first = checked[0]
    return Figure(
        title=f"{_word(first)} {ion_name(str(first.attrs.get('ion', '')))}: liquid fraction and potential".replace(
            "  ", " "
        ),
        caption="Share of the atoms that is liquid (top) and equilibrium potential against the pure metal (bottom), computed "
        "from the phase diagram. Points: the alloy leaves the liquid field.",
        panels=(
            Panel(x=x_axis, y=axis_of("liquid_fraction", limits=(-0.03, 1.06)), series=tuple(liquids)),
            Panel(
                x=x_axis,
                y=axis_of("electrode_potential", label=_potential_label(first)),
                series=tuple(potentials),
            ),
        ),
        shared_x=True,
        notes=label_notes(*checked),
    )


def _checked(path: xr.Dataset) -> xr.Dataset:
    kind = str(path.attrs.get("kind", PATH_KINDS[0]))
    return check(path, kind if kind in PATH_KINDS else PATH_KINDS[0])


def _word(path: xr.Dataset) -> str:
    return "Stripping" if path.attrs["kind"] == PATH_KINDS[0] else "Plating"


def _name(path: xr.Dataset, place: int = 0) -> str:
    return str(path.attrs.get("alloy", f"anode {place + 1}"))


def _title(path: xr.Dataset) -> str:
    into = "from" if path.attrs["kind"] == PATH_KINDS[0] else "into"
    words = f"{_word(path)} {ion_name(str(path.attrs.get('ion', '')))} {into} {_name(path)}".replace("  ", " ")
    if "temperature" in path.attrs:
        words += f" at {shown_number(float(path.attrs['temperature']), 'temperature')}"
    return words


def _potential_label(path: xr.Dataset) -> str:
    ion = str(path.attrs.get("ion", "")).rstrip("+")
    return f"potential vs {ion}" if ion else "potential"


def _reach(path: xr.Dataset, x: FloatArray) -> tuple[float, float]:
    """The whole path, or its part around what happens where that is a small one (plating has no natural end)."""
    return 0.0, float(np.nanmax(x))


def _liquid(path: xr.Dataset) -> FloatArray:
    here = [is_liquid(str(name)) for name in path["phase"].to_numpy()]
    return np.asarray(path["phase_fraction"].to_numpy()[:, here].sum(axis=1), dtype=float)


def _present(path: xr.Dataset) -> list[tuple[str, FloatArray]]:
    """Phases that occur along a path, liquids first, with their fractions."""
    names = [str(name) for name in path["phase"].to_numpy()]
    amounts = np.nan_to_num(path["phase_fraction"].to_numpy())
    order = sorted(range(len(names)), key=lambda place: (not is_liquid(names[place]), place))
    return [(names[place], amounts[:, place]) for place in order if amounts[:, place].max() > _PRESENT]


def _stack(path: xr.Dataset, x: FloatArray) -> tuple[Fill, ...]:
    fills, below = [], np.zeros(x.size)
    for name, amount in _present(path):
        fills.append(Fill(name=phase_name(name), x=x, lower=below, upper=below + amount, role=phase_role(name)))
        below = below + amount
    return tuple(fills)


def _edges(path: xr.Dataset, x: FloatArray) -> list[Series]:
    """Upper edge of each phase, which carries its name and amount to the pointer."""
    series, below = [], np.zeros(x.size)
    for name, amount in _present(path):
        below = below + amount
        hover = tuple(f"{_percent(part)} {phase_name(name)}" for part in amount)
        here = amount > _PRESENT
        here[1:] |= amount[:-1] > _PRESENT
        here[:-1] |= amount[1:] > _PRESENT
        y = np.where(here, below, np.nan)
        series.append(
            Series(name=f"up to {phase_name(name)}", x=x, y=y, role=phase_role(name), hover=hover, in_legend=False)
        )
    return series


def _hover(path: xr.Dataset) -> tuple[str, ...]:
    """Phases at every point of a path."""
    present = _present(path)
    return tuple(
        f"{_name(path)}: "
        + ", ".join(f"{_percent(part[row])} {phase_name(name)}" for name, part in present if part[row] > _PRESENT)
        for row in range(path.sizes["point"])
    )


def _percent(part: float) -> str:
    return f"{number(round(100 * float(part), 1))} %"


def _happened(path: xr.Dataset) -> list[tuple[str, str, float]]:
    """Events inside a path: field, words and charge (C kg-1)."""
    end = float(path["specific_capacity"].to_numpy()[-1])
    found = []
    for field, words in _EVENTS.items():
        at = float(path[field]) if field in path else np.nan
        if np.isfinite(at) and 0 < at <= end:
            found.append((field, words, at))
    return found


def _events(path: xr.Dataset) -> list[Series]:
    series = []
    heights = {"interval": _ABOVE + 0.04, "assessment_interval": _ABOVE - 0.02}
    for suffix, words in interval_words(path).items():
        rows = [(name, at, path[f"{field}_{suffix}"].to_numpy()) for field, name, at in _happened(path)
                if f"{field}_{suffix}" in path]  # fmt: skip
        if not rows:
            continue
        ends = [shown(np.array([row[2][side] for row in rows]), "specific_capacity") for side in (0, 1)]
        series.append(
            Series(
                name=words,
                x=shown(np.array([row[1] for row in rows]), "specific_capacity"),
                y=np.full(len(rows), heights[suffix]),
                style="points" if suffix == "interval" else "crosses",
                role=_SPREADS[suffix],
                x_interval=(ends[0], ends[1]),
                hover=tuple(
                    f"{name} at {shown_number(at, 'specific_capacity')}, {words}: "
                    f"{number(float(ends[0][row]))} to {number(float(ends[1][row]))}"
                    for row, (name, at, _) in enumerate(rows)
                ),
            )
        )
    return series


def _event_lines(path: xr.Dataset) -> tuple[Line, ...]:
    return tuple(
        Line(
            value=float(shown(np.array(at), "specific_capacity")),
            upright=True,
            label=words,
            hover=f"{words} at {shown_number(at, 'specific_capacity')}",
        )
        for _, words, at in _happened(path)
    )


def _spread(path: xr.Dataset, x: FloatArray) -> tuple[Fill, ...]:
    fills = []
    for suffix, words in interval_words(path).items():
        name = f"electrode_potential_{suffix}"
        if name in path:
            ends = shown(path[name].to_numpy(), "electrode_potential")
            fills.append(
                Fill(name=words, x=x, lower=ends[:, 0], upper=ends[:, 1], role=_SPREADS[suffix], in_legend=False)
            )
    return tuple(fills)
