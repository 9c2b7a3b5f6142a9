"""Answers in charge: critical stripping at two currents, its limits, phase separation at the interface, profiles."""

from __future__ import annotations

import functools

import numpy as np

from alkanode.cell_models.parameters import ParameterSet
from alkanode.cell_models.published.cells import (
    ALLOYS,
    MILLIAMPERE,
    MILLIAMPERE_HOUR,
    PER_GRAM,
    PRESSURE,
    SPREAD_OF,
    cell,
    spread,
    wu2025,
)
from alkanode.cell_models.published.figure import Answer
from alkanode.data.protocol import Protocol
from alkanode.materials import Alloy
from alkanode.thermo.anode.paths.stripping_path import stripping_path

_SOLID = 1e-3
"""Share of the cloth's volume in its first slice from which solid potassium counts as present."""


@functools.cache
def capacity_of(alloy: str, current: float) -> float:
    """MAh per gram at a current density in mA cm-2, with the shipped set."""
    return _specific(alloy, current, wu2025())


@functools.cache
def liquidus_capacity(alloy: str) -> float:
    """Capacity (mAh per gram) until an alloy of uniform composition meets its liquidus at 25 degC: nothing fitted."""
    path = stripping_path(alloy, temperature="25 degC", points=2, draws=0)
    return float(path["capacity_to_liquidus"]) / PER_GRAM


def _specific(alloy: str, current: float, parameters: ParameterSet) -> float:
    made = cell(alloy, parameters)
    return made.stripped(current * MILLIAMPERE) * made.area / made.alloy_mass / PER_GRAM


def specific(alloy: str, current: float = 0.25) -> Answer:
    """Critical stripping capacity, mAh per gram."""
    return Answer(
        value=capacity_of(alloy, current),
        interval=spread(lambda given: _specific(alloy, current, given)),
        baseline=liquidus_capacity(alloy),
        remark=f"at {current:g} mA cm-2 and 10 MPa; baseline: the bulk at its liquidus, nothing fitted",
    )


def areal(alloy: str, current: float) -> Answer:
    """The same over the area, mAh cm-2."""

    def number(given: ParameterSet) -> float:
        return cell(alloy, given).stripped(current * MILLIAMPERE) / MILLIAMPERE_HOUR

    made = cell(alloy)
    per_gram = made.alloy_mass / made.area * PER_GRAM / MILLIAMPERE_HOUR
    return Answer(
        value=number(wu2025()),
        interval=spread(number),
        baseline=liquidus_capacity(alloy) * per_gram,
        remark=f"{capacity_of(alloy, current):.0f} mAh per gram at {current:g} mA cm-2, "
        f"{capacity_of(alloy, 0.25):.0f} at 0.25",
    )


def share_of_theory(current: float = 0.25) -> Answer:
    """Largest capacity over that of all sodium, per cent."""

    def number(given: ParameterSet) -> float:
        return max(
            100 * _specific(alloy, current, given) * PER_GRAM / Alloy.from_name(alloy).theoretical_capacity()
            for alloy in ALLOYS
        )

    shares = [
        100 * capacity_of(one, current) * PER_GRAM / Alloy.from_name(one).theoretical_capacity() for one in ALLOYS
    ]
    return Answer(
        value=number(wu2025()),
        interval=spread(number),
        baseline=100 * liquidus_capacity("NaK50") * PER_GRAM / Alloy.from_name("NaK50").theoretical_capacity(),
        remark="/".join(f"{one:.0f}" for one in shares) + " % for NaK50/65/80",
    )


def pressure_ratio(alloy: str, pressure: float) -> Answer:
    """Capacity at a stack pressure (MPa) over that at 10 MPa."""
    other = wu2025().replace({PRESSURE: pressure * 1e6})
    ratio = _specific(alloy, 0.25, other) / capacity_of(alloy, 0.25)
    return Answer(
        value=ratio,
        baseline=1.0,
        remark="nothing in the anode's equations depends on pressure: so by construction, and no evidence",
    )


def solid_at_interface(alloy: str, current: float) -> Answer:
    """Charge (mAh cm-2) at which solid potassium appears in the slice at the electrolyte."""

    def number(given: ParameterSet) -> float:
        run = cell(alloy, given).run(Protocol.critical_stripping(current * MILLIAMPERE, 1.0))
        solid = run.variables("Solid potassium volume fraction")["Solid potassium volume fraction"][:, 0]
        _, charge, _ = run.voltage(between=1)
        found = np.flatnonzero(solid > _SOLID)
        return float(charge[found[0]]) / MILLIAMPERE_HOUR if found.size else float("nan")

    return Answer(
        value=number(wu2025()),
        interval=spread(number, SPREAD_OF[:2]),
        remark="averaged over the interface; grains that images show first lie at spots that the model does not resolve",
    )


def largest_void(alloy: str, current: float) -> Answer:
    """Distance (um) from the electrolyte at which most void has formed when the cell fails."""
    run = cell(alloy).run(Protocol.critical_stripping(current * MILLIAMPERE, 1.0))
    found = run.variables("Void volume fraction", "Depth [m]")
    grown = found["Void volume fraction"][-1] - found["Void volume fraction"][0]
    return Answer(
        value=1e6 * float(found["Depth [m]"][0][int(np.argmax(grown))]), remark=_half(grown, found["Depth [m]"][0])
    )


def late_loss(alloy: str) -> Answer:
    """Whether contact falls slowly at first and sharply at the end of a critical stripping."""
    run = cell(alloy).run(Protocol.critical_stripping(0.25 * MILLIAMPERE, 1.0))
    contact = run.variables("Contact share")["Contact share"]
    _, charge, _ = run.voltage(between=1)
    shares = np.array([0.25, 0.5, 0.75, 0.9, 0.97])
    left = np.interp(shares * charge[-1], charge, contact) / contact[0]
    slopes = -np.diff(left) / np.diff(shares)
    return Answer(
        same=bool(slopes[-1] > 2 * slopes[0]),
        text=", ".join(f"{100 * share:.0f} %: {one:.2f}" for share, one in zip(shares, left, strict=True)),
        remark="contact over that of the fresh interface against the share of the charge; resistance goes with its inverse",
    )


def _half(grown: np.ndarray, depth: np.ndarray) -> str:
    edges = np.concatenate([[0.0], (depth[1:] + depth[:-1]) / 2, [2 * depth[-1] - depth[-2]]])
    summed = np.cumsum(grown * np.diff(edges))
    half = float(np.interp(0.5, summed / summed[-1], depth))
    return f"half of the void lies within {1e6 * half:.0f} um of the electrolyte"


QUESTIONS = {
    "specific capacity": specific,
    "areal capacity": areal,
    "share of theory": share_of_theory,
    "pressure ratio": pressure_ratio,
    "solid at interface": solid_at_interface,
    "largest void": largest_void,
    "late loss": late_loss,
}
