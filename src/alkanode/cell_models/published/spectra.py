"""Answers of the impedance: relaxation times, and the resistance of fresh interfaces."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from alkanode.cell_models.alloy_anode.names import (
    BY_VOLTAGE,
    FAILURE_ENDS,
    LOWER_VOLTAGE,
    SET_CURRENT,
    SET_VOLTAGE,
    UPPER_VOLTAGE,
    VOLTAGE_RATE,
)
from alkanode.cell_models.operando_impedance import state_impedance
from alkanode.cell_models.published.cells import ALLOYS, MILLIAMPERE, MILLIAMPERE_HOUR, cell, wu2025
from alkanode.cell_models.published.figure import Answer
from alkanode.data.protocol import Protocol

Floats = npt.NDArray[np.float64]

_FREQUENCIES = np.geomspace(1e2, 1e-2, 201)
"""Hz. Below the arcs of grain boundaries and coating, above diffusion over the depth."""

_GROWN = 1.2
"""Factor from which a time counts as longer: about two steps of a distribution of relaxation times."""

_AT_REST = {
    SET_CURRENT: 0.0,
    SET_VOLTAGE: 0.0,
    VOLTAGE_RATE: 0.0,
    BY_VOLTAGE: 0.0,
    UPPER_VOLTAGE: 1e6,
    LOWER_VOLTAGE: -1e6,
    FAILURE_ENDS: 1.0,
}
_GIVEN = {
    "grain boundary": "Grain boundary relaxation time [s]",
    "coating": "Coating relaxation time [s]",
    "interphase": "Interphase time [s]",
}


@functools.cache
def _spectrum(alloy: str, current: float, charge: float, stripped: float) -> npt.NDArray[np.complex128]:
    """Impedance (ohm) after a charge (mAh cm-2) at a current density (mA cm-2; negative plates), under that current.

    ``stripped`` is the charge (mAh cm-2) stripped at 0.25 mA cm-2 before.
    """
    made = cell(alloy)
    inputs = {**made.values, **_AT_REST, SET_CURRENT: current * MILLIAMPERE}
    steps = [("Strip", 0.25, stripped), ("Strip" if current > 0 else "Plate", abs(current), charge)]
    lines = [
        f"{word} at {size * MILLIAMPERE!r} A m-2 for {passed * MILLIAMPERE_HOUR!r} C m-2"
        for word, size, passed in steps
        if passed > 0
    ]
    state = made.run(Protocol.from_text(lines)).tape.pieces[-1].state[-1] if lines else made.model.start(inputs)
    return np.asarray(state_impedance(made.model, 0.0, state, inputs, _FREQUENCIES))


def given_time(process: str, unit_seconds: float = 1.0) -> Answer:
    """A relaxation time that the model was given."""
    return Answer(value=wu2025()[_GIVEN[process]].at() / unit_seconds, remark="an input of the model, no test of it")


def interface_time(alloy: str, current: float, charge: float, stripped: float = 0.0) -> Answer:
    """Relaxation time (s) of the interface: where its arc is highest."""
    z = _spectrum(alloy, current, charge, stripped)
    tau = 1 / (2 * np.pi * _FREQUENCIES[int(np.argmax(-z.imag))])
    ends = wu2025()["Interface capacitance [F.m-2]"].bounds() or (np.nan, np.nan)
    scale = wu2025()["Interface capacitance [F.m-2]"].at()
    return Answer(
        value=float(tau),
        interval=(float(tau * ends[0] / scale), float(tau * ends[1] / scale)),
        remark="resistance times one fitted capacitance; the interval is that of the capacitance",
    )


def time_order(current: float, charge: float, stripped: float) -> Answer:
    """Whether the relaxation time grows from NaK50 to NaK80."""
    found = [interface_time(one, current, charge, stripped).value for one in ALLOYS]
    return Answer(
        same=bool(np.diff(found).min() >= 0 and found[-1] > _GROWN * found[0]),
        text=" / ".join(f"{one:.2g}" for one in found) + " s",
        remark="by contact alone",
    )


def resistance_order() -> Answer:
    """Whether the resistance of a fresh interface grows from NaK50 to NaK80."""
    found = []
    for alloy in ALLOYS:
        z = _spectrum(alloy, 0.0, 0.0, 0.0)
        found.append(float(z[-1].real - z[0].real))
    ratio = " : ".join(f"{one / found[0]:.2f}" for one in found)
    return Answer(
        same=bool((np.diff(found) > 0).all()),
        text=ratio,
        remark="by contact shares that were set on critical current densities, not on impedance; the paper prints no number",
    )


QUESTIONS = {
    "given time": given_time,
    "interface time": interface_time,
    "time order": time_order,
    "resistance order": resistance_order,
}
