"""Experiments whose outcome differs between variants of the alloy anode, each a handful of quick runs.

What is compared is the *shape* of an outcome: every variant has a transport coefficient or a resistance of its own to fit, so
that a common factor on all values of an experiment says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.cell_models.observables import QuickCell
from alkanode.data.protocol import Protocol, Step

Floats = npt.NDArray[np.float64]

Make = Callable[[Mapping[str, float]], QuickCell]
"""A cell of a variant with some parameters changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One experiment.

    Attributes
    ----------
    name
        What is varied and what is measured.
    outcome
        Takes :data:`Make`, returns positive numbers, one per setting.
    relative_error
        Standard error of one measured number over the number. Of capacities 0.13, the scatter between cells that the fit of the
        transport coefficient assumed; of a critical current half a step of 10 %; of resistances 0.03. All assumed.
    """

    name: str
    outcome: Callable[[Make], Floats]
    relative_error: float


HALF_CYCLES = (1800.0, 3600.0, 7200.0, 14400.0)
"""s."""

THICKNESSES = (230e-6, 280e-6, 350e-6, 450e-6)
"""m; the same drop fits into all of them."""

PRESSURES = (1e6, 2e6, 5e6, 10e6)
"""Pa."""

RESTS = (60.0, 600.0, 3600.0, 36000.0)
"""s."""

CURRENT = 2.5
"""A m-2, of strips for a capacity (0.25 mA cm-2)."""

_FAST = 10.0
_DEPTH = 0.8
"""A m-2 and share of the own capacity, of the strip before a rest."""

_RESISTANCES = ("Charge transfer area resistance [Ohm.m2]", "Constriction area resistance [Ohm.m2]")


def current_over_half_cycle_time(make: Make) -> Floats:
    """Critical stripping current (A m-2) for each half-cycle time: as its inverse root where transport limits."""
    cell = make({})
    return np.array([cell.critical_stripping_current(time) for time in HALF_CYCLES])


def capacity_over_thickness(make: Make) -> Floats:
    """Charge (C m-2) stripped from the same drop in cloths of several thicknesses."""
    return np.array([make({"Cloth thickness [m]": thickness}).stripped(CURRENT) for thickness in THICKNESSES])


def capacity_over_pressure(make: Make) -> Floats:
    """Charge (C m-2) stripped under several pressures."""
    return np.array([make({"Stack pressure [Pa]": pressure}).stripped(CURRENT) for pressure in PRESSURES])


def resistance_in_rest(make: Make) -> Floats:
    """Interface resistance (ohm m2) at several times of the rest after a deep strip."""
    cell = make({})
    deep = _DEPTH * cell.stripped(_FAST)
    steps = [Step(kind="strip", current_density=_FAST, areal_capacity=deep, voltage_limit=1.0)]
    steps += [Step(kind="rest", duration=span) for span in np.diff(RESTS, prepend=0.0)]
    run = cell.run(Protocol(tuple(steps)))
    ends = []
    for piece in run.tape.pieces[1:]:
        found = cell.model.evaluate(_RESISTANCES, piece.time[-1:], piece.state[-1:], piece.inputs)
        ends.append(sum(float(found[name][0]) for name in _RESISTANCES))
    return np.array(ends)


EXPERIMENTS = (
    Experiment(
        name="critical stripping current against half-cycle time",
        outcome=current_over_half_cycle_time,
        relative_error=0.05,
    ),
    Experiment(name="capacity against thickness of the cloth", outcome=capacity_over_thickness, relative_error=0.13),
    Experiment(
        name="interface resistance in the rest after stripping", outcome=resistance_in_rest, relative_error=0.03
    ),
    Experiment(name="capacity against stack pressure", outcome=capacity_over_pressure, relative_error=0.13),
)
"""What can be done next, in the order of effort."""
