"""Answers in current: ramps of symmetric cells, the sodium counter electrode, staircases, plating, long cycling."""

from __future__ import annotations

import functools
import math

import numpy as np

from alkanode.cell_models.parameters import ParameterSet
from alkanode.cell_models.published.cells import (
    ALLOYS,
    HALF_CYCLE,
    MILLIAMPERE,
    MILLIAMPERE_HOUR,
    PRESSURE,
    SYMMETRIC,
    TRANSPORT,
    cell,
    wu2025,
)
from alkanode.cell_models.published.figure import Answer
from alkanode.data.protocol import Protocol
from alkanode.materials import Alloy

PRINTED = {"NaK50": 1.2, "NaK65": 0.8, "NaK80": 0.6}
"""Critical current densities of Wu2025, mA cm-2, for the null law that is fitted to them."""

RAMP_STEP = 0.05
"""mA cm-2. The step of the ramp is not printed; this one adds less than the half-cycle time does."""

_NO_LIMIT = 1e3
_HOUR = 3600.0


@functools.cache
def ramp(alloy: str, half_cycle: float, pressure: float = 10.0) -> tuple[float, float, str]:
    """Last current density that a symmetric cell stood, the one at which it failed (mA cm-2), and how."""
    made = cell(alloy, wu2025().replace({PRESSURE: pressure * 1e6}), options=SYMMETRIC)
    size = RAMP_STEP * MILLIAMPERE
    run = made.run(Protocol.current_ramp(size, size, 40 * size, half_cycle))
    return (
        run.critical_current_density / MILLIAMPERE,
        run.failing_current_density / MILLIAMPERE,
        f"{run.end} at the {run.electrode} electrode",
    )


def null_law(alloy: str) -> float:
    """Critical current density proportional to the share of sodium by mass, the factor fitted to the three logarithms."""
    share = {name: Alloy.from_name(name).composition.mass_fraction("Na") for name in ALLOYS}
    factor = math.exp(float(np.mean([math.log(PRINTED[name] / share[name]) for name in ALLOYS])))
    return factor * share[alloy]


def symmetric_ramp(alloy: str) -> Answer:
    """Current density at which a symmetric cell fails in a ramp, mA cm-2."""
    half_cycle = wu2025()[HALF_CYCLE]
    short, long = half_cycle.bounds() or (half_cycle.at(), half_cycle.at())
    stood, failed, how = ramp(alloy, half_cycle.at())
    stripping = cell(alloy).critical_stripping_current() / MILLIAMPERE
    return Answer(
        value=failed,
        interval=(ramp(alloy, long)[0], ramp(alloy, short)[1]),
        baseline=null_law(alloy),
        remark=f"{how}, {stood:.2f} mA cm-2 was stood; one stripping half cycle alone is stood up to {stripping:.2f} mA cm-2; the "
        "interval is that of the half-cycle time, which the paper does not print; baseline: proportional to the share of sodium, "
        "one number fitted",
    )


def sodium_law(pressure: float) -> Answer:
    """Critical current density of sodium metal at a stack pressure (MPa), mA cm-2."""
    values = wu2025().values("NaK50")
    density = values["Counter void current [A.m-2]"] + values["Counter pressure slope [A.m-2.Pa-1]"] * pressure * 1e6
    return Answer(
        value=density / MILLIAMPERE, remark="a straight line through two points: two numbers, nothing left to predict"
    )


def ramp_order() -> Answer:
    """Whether critical current densities fall from sodium over NaK50 and NaK65 to NaK80."""
    found = [sodium_law(10.0).value, *(ramp(one, wu2025()[HALF_CYCLE].at())[1] for one in ALLOYS)]
    return Answer(
        same=bool((np.diff(found) < 0).all()),
        text=" > ".join(f"{one:.2f}" for one in found),
        remark="the contact shares behind it were set on these figures",
    )


def ramp_pressure(alloy: str, pressure: float) -> Answer:
    """Critical current density of a symmetric cell at a stack pressure (MPa) over that at 10 MPa."""
    half_cycle = wu2025()[HALF_CYCLE].at()
    ratio = ramp(alloy, half_cycle, pressure)[1] / ramp(alloy, half_cycle)[1]
    return Answer(
        value=ratio,
        baseline=1.0,
        remark="nothing in the anode's equations depends on pressure: so by construction, and no evidence",
    )


def staircase_level(alloy: str, levels: tuple[float, ...], level: int, duration: float) -> Answer:
    """Largest current density (mA cm-2) that the anode stands for one more step after those before it (hours each)."""

    def largest(given: ParameterSet) -> float:
        made = cell(alloy, given)

        def stands(current: float) -> bool:
            run = made.run(
                Protocol.from_text(
                    [
                        f"Strip at {one * MILLIAMPERE!r} A m-2 for {duration * _HOUR!r} s or until 1 V"
                        for one in (*levels[:level], current)
                    ]
                )
            )
            return not any(one.name in ("voltage_limit", "short", "infeasible") for one in run.tape.happenings)

        low, high = 0.01, 20.0
        if not stands(low):
            return 0.0
        while high / low > 1.005:
            middle = math.sqrt(low * high)
            low, high = (middle, high) if stands(middle) else (low, middle)
        return low

    ends = wu2025()[TRANSPORT].bounds() or (math.nan, math.nan)
    low, high = sorted(largest(wu2025().replace({TRANSPORT: end})) for end in ends)
    return Answer(
        value=largest(wu2025()),
        interval=(low, high),
        remark=f"{alloy} and steps of {duration:g} h are assumed, the caption names neither",
    )


def plating_limit(alloy: str, charge: float) -> Answer:
    """Largest current density (mA cm-2) at which a charge (mAh cm-2) is plated without a short."""
    made = cell(alloy)

    def stands(current: float) -> bool:
        text = f"Plate at {current * MILLIAMPERE!r} A m-2 for {charge * MILLIAMPERE_HOUR!r} C m-2"
        return made.run(Protocol.from_text([text])).end == "capacity"

    low, high = 0.01, 100.0
    while high / low > 1.01:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if stands(middle) else (low, middle)
    return Answer(
        value=low,
        remark="a short where plating over the touching area passes the local critical current density of sodium; cracks are not "
        "resolved",
    )


def long_cycling(pressure: float, mode: dict[str, str], cycles: int, charge: float) -> Answer:
    """How symmetric cells end that cycle at 0.1 mA cm-2."""
    found = {}
    for alloy in mode:
        made = cell(alloy, wu2025().replace({PRESSURE: pressure * 1e6}), options=SYMMETRIC)
        run = made.run(Protocol.symmetric_cycling(0.1 * MILLIAMPERE, charge * MILLIAMPERE_HOUR, cycles))
        found[alloy] = "no failure" if run.end in ("capacity", "duration") else run.end
    return Answer(
        same=found == mode,
        text=", ".join(f"{alloy} {end}" for alloy, end in found.items()),
        remark=f"{cycles} cycles of {charge:g} mAh cm-2 (not printed); the model knows no pressure, no filaments that leak and no "
        "irreversible loss of contact in its standard form, so that it cannot tell these cells apart",
    )


def control_contact(charge: float) -> Answer:
    """Largest loss of contact of the sodium electrode (per cent) while a charge (mAh cm-2) is stripped from it."""
    current = 0.25 * MILLIAMPERE
    text = f"Plate at {current!r} A m-2 for {charge * MILLIAMPERE_HOUR!r} C m-2"
    run = cell("NaK50").run(Protocol.from_text([text]))
    share = run.variables("Counter contact share")["Counter contact share"]
    return Answer(
        value=100 * float(1 - share.min() / share[0]),
        remark="0.25 mA cm-2 lie below the critical current density at 10 MPa",
    )


QUESTIONS = {
    "symmetric ramp": symmetric_ramp,
    "sodium law": sodium_law,
    "ramp order": ramp_order,
    "ramp pressure": ramp_pressure,
    "staircase level": staircase_level,
    "plating limit": plating_limit,
    "long cycling": long_cycling,
    "control contact": control_contact,
}
