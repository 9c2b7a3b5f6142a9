"""Answers of cyclic voltammetry: the oxidation peak and its growth, and the asymmetry of stripping and plating."""

from __future__ import annotations

import functools
import math

import numpy as np
import numpy.typing as npt

from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions, Dewetting
from alkanode.cell_models.published.cells import ALLOYS, MILLIAMPERE, cell
from alkanode.cell_models.published.figure import Answer
from alkanode.data.protocol import Protocol

Floats = npt.NDArray[np.float64]

VARIANTS: tuple[Dewetting, ...] = ("none", "stripped islands", "stripped liquid")
WINDOW = (0.0, 1.0, -1.0)
"""V. Not printed as numbers."""

_GRID = np.linspace(0.02, 0.98, 241)


@functools.cache
def _rises(alloy: str, dewetting: Dewetting) -> tuple[tuple[Floats, ...], float]:
    """Current density (mA cm-2) on the voltage grid in the rising sweep of each cycle, and the most negative one of the first."""
    made = cell(alloy, options=AlloyAnodeOptions(dewetting=dewetting))
    run = made.run(Protocol.voltammetry(0.01, list(WINDOW), 10))
    found, lowest = [], 0.0
    for cycle in range(1, 11):
        pieces = [piece for piece in run.tape.pieces if piece.cycle == cycle]
        if len(pieces) < 2:
            break
        rows = made.model.evaluate(
            ["Voltage [V]", "Current density [A.m-2]"], pieces[0].time, pieces[0].state, pieces[0].inputs
        )
        found.append(np.interp(_GRID, rows["Voltage [V]"], rows["Current density [A.m-2]"] / MILLIAMPERE))
        if cycle == 1:
            down = made.model.evaluate(["Current density [A.m-2]"], pieces[1].time, pieces[1].state, pieces[1].inputs)
            lowest = float(down["Current density [A.m-2]"].min()) / MILLIAMPERE
    return tuple(found), lowest


def _peak(rise: Floats) -> tuple[float, float]:
    """Voltage and height of the first maximum inside a rising sweep; NaN where there is none."""
    inside = np.flatnonzero((rise[1:-1] > rise[:-2]) & (rise[1:-1] >= rise[2:])) + 1
    return (float(_GRID[inside[0]]), float(rise[inside[0]])) if inside.size else (math.nan, math.nan)


def peak_voltage(alloy: str, cycle: int) -> Answer:
    """Voltage of the oxidation peak, V."""
    places = {name: _peak(_rises(alloy, name)[0][cycle - 1])[0] for name in VARIANTS}
    known = [one for one in places.values() if math.isfinite(one)]
    return Answer(
        value=places["none"],
        interval=(min(known), max(known)) if known else (math.nan, math.nan),
        remark="over the whole cell, with some 75 ohm of electrolyte that are assumed; the interval is over the variants of dewetting",
    )


def peak_growth(alloy: str) -> Answer:
    """Whether the peak grows from the second to the tenth cycle, in the standard form and in its variants."""
    heights = {}
    for name in VARIANTS:
        rises = _rises(alloy, name)[0]
        first, last = _peak(rises[1])[1], _peak(rises[-1])[1]
        heights[name] = (last / first, last / max(float(rises[-1][-1]), 1e-9), first / max(float(rises[1][-1]), 1e-9))
    text = "; ".join(
        f"{name}: height x{growth:.2f}, over the current at the vertex {before:.2f} -> {after:.2f}"
        for name, (growth, after, before) in heights.items()
    )
    return Answer(
        same=heights["none"][0] > 1.1,
        text=text,
        remark="islands that are stripped in full each cycle cannot pile up; only dewetting by stripped liquid lets the peak stand "
        "out more with each cycle, by a falling background, not by more sodium: what is missing is sodium that stays behind, and that "
        "dewetting would end critical stripping too early",
    )


def asymmetry() -> Answer:
    """Whether plating is the same for all alloys, and stripping falls with potassium."""
    plating = [_rises(one, "none")[1] for one in ALLOYS]
    stripping = [float(_rises(one, "none")[0][0][-1]) for one in ALLOYS]
    even = max(plating) / min(plating)
    return Answer(
        same=bool(even > 0.95 and (np.diff(stripping) < 0).all()),
        text=f"plating {' / '.join(f'{one:.1f}' for one in plating)}, stripping {' / '.join(f'{one:.1f}' for one in stripping)} mA cm-2",
        remark="at the vertices of the first cycle; no number was set on it, but the contact shares on critical current densities",
    )


QUESTIONS = {"peak voltage": peak_voltage, "peak growth": peak_growth, "asymmetry": asymmetry}
