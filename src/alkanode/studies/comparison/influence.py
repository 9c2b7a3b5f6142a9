"""What the stated intervals of the parameters do to the charge that a model strips, one parameter at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from alkanode.data.protocol import Protocol, Step
from alkanode.data.schema import label
from alkanode.foundation.errors import AlkanodeError

if TYPE_CHECKING:
    from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
    from alkanode.cell_models.observables import QuickCell
    from alkanode.cell_models.parameters import ParameterSet
    from alkanode.data.cell import Cell

NOT_VARIED = ("Cut-off voltage [V]", "Half-cycle time of current ramp [s]")
"""Parameters that a protocol read from a file replaces."""

PERIODS = 3.0
"""Periods per frequency that a sweep at rest lasts."""


def charge_influence(
    cell: Cell,
    parameters: ParameterSet,
    protocol: Protocol,
    cutoffs: Sequence[float],
    *,
    judged: tuple[int, int] | None = None,
    options: AlloyAnodeOptions | None = None,
) -> xr.Dataset:
    """Charge stripped at each cut-off with each parameter at both ends of its interval.

    Parameters
    ----------
    cell
        What it states overrules the set and is not varied.
    parameters
        Parameters without an interval are not varied either.
    protocol
        Its spectra become rests of the same length.
    cutoffs
        V.
    judged
        First and last step (from 0) whose charge counts; default all.
    options
        Physics and mesh.

    Returns
    -------
    Dataset
        Kind ``parameter_influence``: per ``parameter`` its ``lower`` and ``upper`` and the number ``at_lower`` and ``at_upper`` (C;
        NaN where the cut-off is not reached, or the cell cannot be made), with ``charge`` at the values of the set. ``name`` is
        ``stripping.charge_at_X_V``.
    """
    from alkanode.cell_models.alloy_anode.inventory import cell_parameters
    from alkanode.cell_models.observables import QuickCell

    merged = cell_parameters(parameters, cell)
    alloy = cell.alloy
    steps = without_spectra(protocol)
    first, last = judged or (0, len(steps.steps) - 1)
    start, end = step_places(protocol, first, last)

    def charges(numbers: ParameterSet) -> list[float]:
        made = QuickCell(cell, numbers, options=options)
        return stripped_at(made, steps, cutoffs, start, end)

    varied = []
    for parameter in merged.entries.values():
        bounds = parameter.bounds(alloy)
        if bounds is not None and bounds[1] > bounds[0] and parameter.name not in NOT_VARIED:
            varied.append((parameter.name, *bounds))

    def charges_with(changes: dict[str, float]) -> list[float]:
        try:
            return charges(parameters.replace(changes))
        except AlkanodeError:  # no cell can be made with this number
            return [math.nan] * len(cutoffs)

    values = {
        "at_lower": [charges_with({name: low}) for name, low, _ in varied],
        "at_upper": [charges_with({name: high}) for name, _, high in varied],
    }
    shape = (len(varied), len(cutoffs))
    record = xr.Dataset(
        {
            "parameter": ("parameter", np.array([name for name, *_ in varied], dtype=str)),
            "name": ("number", np.array([f"stripping.charge_at_{level:g}_V" for level in cutoffs], dtype=str)),
            "lower": ("parameter", np.array([low for _, low, _ in varied], dtype=np.float64)),
            "upper": ("parameter", np.array([high for *_, high in varied], dtype=np.float64)),
            "charge": ("number", np.array(charges_with({}))),
            **{
                word: (("parameter", "number"), np.array(found, dtype=np.float64).reshape(shape))
                for word, found in values.items()
            },
        }
    )
    return label(record, "parameter_influence")


def interval_of(influence: xr.Dataset) -> Mapping[str, tuple[float, float]]:
    """Relative interval of each number, low and high over the value: changes by one parameter each, added in quadrature.

    A cut-off that is not reached with a parameter at its end leaves that parameter out.
    """
    found: dict[str, tuple[float, float]] = {}
    base = influence["charge"].to_numpy()
    for k, name in enumerate(influence["name"].to_numpy()):
        if not np.isfinite(base[k]) or base[k] <= 0:
            continue
        ends = np.stack([influence[word].to_numpy()[:, k] for word in ("at_lower", "at_upper")]) / base[k] - 1
        ends = np.where(np.isfinite(ends), ends, 0.0)
        down, up = np.minimum(ends, 0).min(axis=0, initial=0.0), np.maximum(ends, 0).max(axis=0, initial=0.0)
        found[str(name)] = (1 - float(np.sqrt(np.sum(down**2))), 1 + float(np.sqrt(np.sum(up**2))))
    return found


def without_spectra(protocol: Protocol) -> Protocol:
    """The protocol with a rest in place of each spectrum at rest; rests that follow each other become one."""
    steps: list[Step] = []
    for step in protocol.steps:
        if step.kind in {"impedance", "rest"}:
            length = float(step.duration or 0.0) if step.kind == "rest" else sweep_time(step)
            if steps and steps[-1].kind == "rest":
                length += float(steps.pop().duration or 0.0)
            steps.append(Step(kind="rest", duration=length))
        else:
            steps.append(step)
    return Protocol(tuple(steps))


def step_places(protocol: Protocol, *wanted: int) -> tuple[int, ...]:
    """Where steps of a protocol stand once its spectra are rests."""
    places, still = [], False
    count = -1
    for step in protocol.steps:
        quiet = step.kind in ("impedance", "rest")
        count += not (quiet and still)
        still = quiet
        places.append(count)
    return tuple(places[one] for one in wanted)


def sweep_time(step: Step) -> float:
    """Length of a sweep at rest, s, ten frequencies per decade where it does not say."""
    high, low = step.highest_frequency or 7e6, step.lowest_frequency or 1.0
    count = max(round(math.log10(high / low) * (step.points_per_decade or 10)), 1) + 1
    return float(np.sum(PERIODS / np.geomspace(high, low, count)))


def stripped_at(cell: QuickCell, protocol: Protocol, cutoffs: Sequence[float], first: int, last: int) -> list[float]:
    """Charge (C) stripped within some steps when the voltage first reaches each cut-off; NaN where it does not."""
    run = cell.run(protocol)
    charges, volts, passed = [], [], 0.0
    for piece in run.tape.pieces:
        step = protocol.steps[piece.step]
        if not first <= piece.step <= last or step.kind != "strip":
            continue
        current = step.current if step.current is not None else (step.current_density or 0.0) * cell.area
        charges.append(passed + current * piece.time)
        volts.append(cell.model.voltage(piece.time, piece.state, piece.inputs))
        passed += current * float(piece.time[-1])
    if not charges:
        return [math.nan] * len(cutoffs)
    return [first_crossing(np.concatenate(charges), np.concatenate(volts), level) for level in cutoffs]


def first_crossing(charge: np.ndarray, voltage: np.ndarray, level: float) -> float:
    """Charge at which a voltage first reaches a level, between two rows by a straight line; NaN where it does not."""
    beyond = np.flatnonzero(voltage >= level)
    if beyond.size == 0:
        return math.nan
    k = int(beyond[0])
    if k == 0:
        return float(charge[0])
    share = (level - voltage[k - 1]) / (voltage[k] - voltage[k - 1])
    return float(charge[k - 1] + share * (charge[k] - charge[k - 1]))
