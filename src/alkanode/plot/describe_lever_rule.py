"""Figure of the lever rule: the electrodes of a cell before and after a charge, in the phase diagram and by their phases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.plot.alloy_axis import diagram_elements, elements_of
from alkanode.plot.describe_phase_diagram import diagram_panel, label_notes
from alkanode.plot.describe_window import interval_words
from alkanode.plot.description import Axis, Figure, Fill, FloatArray, Panel, Role, Series
from alkanode.plot.display import shown, shown_number
from alkanode.plot.phase_words import ion_name, is_liquid, phase_name, phase_role
from alkanode.plot.style import CYCLE, number
from alkanode.plot.twin_scales import BASIS_UNIT, Basis, converted

_START = "initial"
_KELVIN_AROUND = 22.0
_SHARE_AROUND = 0.35
_HALF_BAR = 0.3


def lever_rule(
    inventory: xr.Dataset | Sequence[xr.Dataset], *, diagram: xr.Dataset | None = None, basis: Basis = "mole"
) -> Figure:
    """Where the electrodes of a cell go when charge moves between them, and how much of each is liquid.

    Parameters
    ----------
    inventory
        An ``electrode_inventory`` record, or several of one system and temperature (two alloys, for example).
    diagram
        The ``phase_diagram`` of the system. With it, the part around the tie line is drawn with an arrow from each alloy
        to both of its electrodes.
    basis
        Of the composition axis.

    Returns
    -------
    Figure
        Top: the diagram, where it is given. Bottom: liquid share of every electrode with its intervals: over the
        temperature uncertainty, and over the parameters of the assessment at 95 %.

    Raises
    ------
    SchemaError
        When a record is of another kind, none is given, or it is not of the elements of the diagram.
    """
    given = [inventory] if isinstance(inventory, xr.Dataset) else list(inventory)
    checked = [check(one, "electrode_inventory") for one in given]
    if not checked:
        raise SchemaError("a lever rule needs at least one inventory of electrodes", found="none")
    panels = []
    if diagram is not None:
        panels.append(_in_diagram(check(diagram, "phase_diagram"), checked, basis))
    panels.append(_phases(checked))
    what = " and ".join(_name(one, place) for place, one in enumerate(checked))
    at = _temperature(checked[0])
    return Figure(
        title=f"Lever rule: {what}{at} after {_charge(checked[0])}",
        caption=f"Electrodes of {what}{at} after {_charge(checked[0])} has moved from one to the other."
        + (
            " Top: arrows run from the alloy to the composition that the electrode reaches; the dotted line joins the two "
            "phases that coexist."
            if diagram is not None
            else ""
        )
        + (" L: liquid." if any(note.text.startswith("L + ") for panel in panels for note in panel.notes) else "")
        + " Bars: share of the atoms in each phase; points: liquid, with intervals over the temperature uncertainty and, at "
        "95 %, over the parameters of the assessment.",
        panels=tuple(panels),
        notes=label_notes(*checked),
    )


def _name(inventory: xr.Dataset, place: int) -> str:
    return str(inventory.attrs.get("alloy", f"alloy {place + 1}"))


def _temperature(inventory: xr.Dataset) -> str:
    if "temperature" not in inventory.attrs:
        return ""
    return f" at {shown_number(float(inventory.attrs['temperature']), 'temperature')}"


def _charge(inventory: xr.Dataset) -> str:
    ion = str(inventory.attrs.get("ion", "")).strip()
    if "areal_capacity" not in inventory.attrs:
        return f"a charge of {ion}" if ion else "charge"
    text = shown_number(float(inventory.attrs["areal_capacity"]), "areal_capacity")
    return f"{text} of {ion_name(ion)}" if ion else text


def _electrodes(inventory: xr.Dataset) -> list[str]:
    return [str(name) for name in inventory["electrode"].to_numpy()]


def _electrode_name(inventory: xr.Dataset, electrode: str) -> str:
    """What an electrode has gained or lost: ``enriched in K``."""
    metal = str(inventory.attrs.get("ion", "")).rstrip("+")
    return f"{electrode} in {metal}" if electrode != _START and metal else electrode


def _role(place: int) -> Role:
    return CYCLE[(place + 3) % len(CYCLE)]


def _content(inventory: xr.Dataset, fractions: FloatArray, element: str, second: str, basis: Basis) -> FloatArray:
    """Content of the diagram's element in per cent, from mole fractions (..., element)."""
    symbols = elements_of(inventory)
    if not {element, second} <= set(symbols):
        raise SchemaError(f"electrodes of {element} and {second} are needed", found=", ".join(symbols))
    mole = fractions[..., symbols.index(element)]
    if basis == "mole":
        return np.asarray(100 * mole, dtype=float)
    one_by_one = [100 * converted(float(part), element, second, "mass") for part in mole.ravel()]
    return np.reshape(np.array(one_by_one), mole.shape)


def _in_diagram(diagram: xr.Dataset, inventories: list[xr.Dataset], basis: Basis) -> Panel:
    element, second = diagram_elements(diagram)
    extra: list[Series] = []
    places: list[float] = []
    heights = [float(shown(float(one.attrs["temperature"]), "temperature")) for one in inventories]
    for place, one in enumerate(inventories):
        names, height, role = _electrodes(one), heights[place], _role(place)
        x = _content(one, one["mole_fraction"].to_numpy(), element, second, basis)
        ends = np.unique(_content(one, one["phase_mole_fraction"].to_numpy(), element, second, basis).ravel())
        ends = ends[np.isfinite(ends)]
        places += [*x.tolist(), *ends.tolist()]
        if place == 0 or height != heights[place - 1]:
            hover = tuple(f"coexisting phase: {number(float(end))} {BASIS_UNIT[basis]} {element}" for end in ends)
            extra.append(
                Series(
                    name="tie line",
                    x=ends,
                    y=np.full(ends.size, height),
                    style="dotted",
                    role="muted",
                    hover=hover,
                    in_legend=False,
                )
            )
        start = names.index(_START) if _START in names else 0
        liquid = one["liquid_fraction"].to_numpy()
        for row, name in enumerate(names):
            words = f"{_name(one, place)}, {name}: {number(float(x[row]))} {BASIS_UNIT[basis]} {element}, "
            words += f"{number(100 * float(liquid[row]))} % liquid"
            if row == start:
                extra.append(
                    Series(
                        name=_name(one, place),
                        x=x[[row]],
                        y=np.array([height]),
                        style="points",
                        role=role,
                        hover=(words,),
                    )
                )
                continue
            extra.append(
                Series(
                    name=f"{_name(one, place)}, {name}",
                    x=x[[start, row]],
                    y=np.full(2, height),
                    style="arrow",
                    role=role,
                    hover=(words, words),
                    in_legend=False,
                )
            )
    low, high = min(places), max(places)
    wide = max(high - low, 2.0)
    limits = (max(0.0, low - _SHARE_AROUND * wide), min(100.0, high + _SHARE_AROUND * wide))
    t = shown(diagram["temperature"].to_numpy(), "temperature")
    around = (max(float(t.min()), min(heights) - _KELVIN_AROUND), min(float(t.max()), max(heights) + _KELVIN_AROUND))
    return diagram_panel(diagram, basis=basis, composition=limits, temperature=around, extra=extra, height=1.3)


def _phases(inventories: list[xr.Dataset]) -> Panel:
    """Shares of the phases of every electrode as bars, and the liquid as points with intervals."""
    names, liquid, shares = [], [], []
    bounds: dict[str, list[FloatArray]] = {"interval": [], "assessment_interval": []}
    phases = list(dict.fromkeys(str(name) for one in inventories for name in one["phase"].to_numpy()))
    phases.sort(key=lambda phase: not is_liquid(phase))
    for place, one in enumerate(inventories):
        own = [str(name) for name in one["phase"].to_numpy()]
        for row, electrode in enumerate(_electrodes(one)):
            alone = len(inventories) == 1
            names.append(_electrode_name(one, electrode) if alone else f"{_name(one, place)} {electrode}")
            liquid.append(float(one["liquid_fraction"][row]))
            fractions = np.nan_to_num(one["phase_fraction"].to_numpy()[row])
            shares.append([float(fractions[own.index(name)]) if name in own else 0.0 for name in phases])
            for suffix, rows in bounds.items():
                rows.append(one[f"liquid_fraction_{suffix}"].to_numpy()[row])
    amounts = 100 * np.array(shares)
    at, middle = np.array(liquid) * 100, np.arange(len(names), dtype=float)
    series, fills = _bars(amounts, phases, names)
    words_of = interval_words(inventories[0])
    for suffix, words, role, shift in (
        ("interval", words_of["interval"].replace("interval", "liquid"), "model", -0.08),
        ("assessment_interval", words_of["assessment_interval"].replace("interval", "liquid"), "muted", 0.08),
    ):
        ends = 100 * np.array(bounds[suffix])
        series.append(
            Series(
                name=words,
                x=at,
                y=middle + shift,
                style="points" if suffix == "interval" else "crosses",
                role="model" if role == "model" else "muted",
                x_interval=(ends[:, 0], ends[:, 1]),
                hover=tuple(
                    f"{name}: {number(round(value, 1))} % liquid, {words.removeprefix('liquid: ')} "
                    f"{number(round(float(low), 1))} to {number(round(float(high), 1))} %"
                    for name, value, (low, high) in zip(names, at.tolist(), ends, strict=True)
                ),
            )
        )
    return Panel(
        x=Axis(label="share of the atoms", unit="%", quantity="phase_fraction", limits=(-1.0, 102.0)),
        y=Axis(label="", categories=tuple(names), limits=(-0.5, len(names) - 0.5), reversed=True),
        series=tuple(series),
        fills=tuple(fills),
        height=max(0.6, 0.17 * len(names) + 0.2),
    )


def _bars(amounts: FloatArray, phases: list[str], names: list[str]) -> tuple[list[Series], list[Fill]]:
    """Share of each phase in each electrode, one bar per electrode, and its outline, which names it to the pointer."""
    outlines: list[Series] = []
    fills: list[Fill] = []
    left = np.zeros(len(names))
    for place, phase in enumerate(phases):
        right = left + amounts[:, place]
        rows = np.flatnonzero(amounts[:, place] > 0)
        if rows.size:
            name, role = phase_name(phase), phase_role(phase)
            gap = np.full(rows.size, np.nan)
            x = np.stack([left[rows], right[rows], gap], axis=1).ravel()
            low = np.stack([rows - _HALF_BAR, rows - _HALF_BAR, gap], axis=1).ravel()
            fills.append(Fill(name=name, x=x, lower=low, upper=low + 2 * _HALF_BAR, role=role))
            corners = [left[rows], right[rows], right[rows], left[rows], left[rows], gap]
            sides = [rows - _HALF_BAR, rows - _HALF_BAR, rows + _HALF_BAR, rows + _HALF_BAR, rows - _HALF_BAR, gap]
            words = [f"{names[row]}: {number(round(float(amounts[row, place]), 1))} % {name}" for row in rows]
            outlines.append(
                Series(
                    name=f"{name}, outline",
                    x=np.stack(corners, axis=1).ravel(),
                    y=np.stack(sides, axis=1).ravel(),
                    style="thin",
                    role=role,
                    hover=tuple(text for word in words for text in (word,) * 5 + ("",)),
                    in_legend=False,
                )
            )
        left = right
    return outlines, fills
