"""Random cells, protocols and instruments: one plan per seed.

Ranges are those of symmetric and alloy | metal cells with a solid electrolyte (0.2 to 1.3 cm2, 0.05 to 1 mA cm-2, 0.5 to
5 h per half cycle, 1 to 60 s per sample, noise of 0.1 to 5 mV); within them everything is drawn uniformly or, where it
spans more than a factor of a few, uniformly in its logarithm. All are assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from alkanode.data.cell import Cell
from alkanode.data.cell_parts import Electrode, Electrolyte
from alkanode.data.protocol import Protocol, Step
from alkanode.materials.alloys import Alloy
from alkanode.virtual.instrument_effects import InstrumentEffects
from alkanode.virtual.leaky.cell import LONGEST_STEP, LeakyCell
from alkanode.virtual.leaky.physics import (
    Climate,
    Filament,
    Flicker,
    Interface,
    Interphase,
    Inventory,
    LeakyPhysics,
    SlowLeak,
    Voids,
)

CAUSES = {
    "clean": 0.5,
    "hard_short": 0.1,
    "soft_short_transient": 0.12,
    "soft_short_hidden": 0.1,
    "contact_loss": 0.09,
    "depletion": 0.05,
    "overpotential_growth": 0.04,
}
"""Share of the seeds that get each cause."""

MOST_SAMPLES = 2500
"""Samples of one half cycle: a fast sampling goes with short half cycles, which keeps a trace below some 10,000 rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that decides a trace.

    Attributes
    ----------
    seed, cause
        The seed, and what was drawn for it.
    bench, protocol, interval, compliance
        Cell, protocol, s between samples, V of the cycler.
    effects
        Of the instrument.
    known
        What its user knows of the cell.
    steps
        About how many states the cell will have.
    """

    seed: int
    cause: str
    bench: LeakyCell
    protocol: Protocol
    interval: float
    compliance: float
    effects: InstrumentEffects
    known: Cell | None
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What the mechanisms must fit to: current density (A m-2), half cycle (s), how many, total time (s), area (m2)."""

    density: float
    half: float
    count: int
    total: float
    area: float
    resistance: float


class _Dice:
    """Named throws of one generator."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng([seed, 22])

    def even(self, low: float, high: float) -> float:
        return float(self.random.uniform(low, high))

    def log(self, low: float, high: float) -> float:
        return float(np.exp(self.random.uniform(np.log(low), np.log(high))))

    def chance(self, probability: float) -> bool:
        return bool(self.random.random() < probability)

    def one_of(self, *choices: float) -> float:
        return float(self.random.choice(choices))


def draw_plan(seed: int) -> Plan:
    """Draw the plan of a seed.

    Parameters
    ----------
    seed
        Any number that is not negative.

    Returns
    -------
    Plan
        The same for the same seed.
    """
    dice = _Dice(seed)
    cause = str(dice.random.choice(list(CAUSES), p=list(CAUSES.values())))
    area = dice.log(2e-5, 1.3e-4)
    thickness, conductivity = dice.log(3e-4, 2e-3), dice.log(2e-2, 0.5)
    physics = LeakyPhysics(
        scatter=dice.even(0.05, 0.4),
        electrolyte_resistance=thickness / conductivity,
        conductivity=conductivity,
        working=_interface(dice),
        counter=_interface(dice),
    )
    if dice.chance(0.25):
        physics = replace(physics, rest_potential=4e-4, rest_slope=dice.log(1e-7, 1e-6), rest_ceiling=0.0268)
    interval = dice.one_of(1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
    half = min(dice.log(1800.0, 18000.0), MOST_SAMPLES * interval)
    samples = dice.log(800.0, 6000.0)
    count = 2 * int(np.clip(round(samples * interval / half / 2), 2, 40))
    density = dice.log(0.5, 10.0)
    ramp = dice.chance(0.25)
    protocol = _protocol(dice, density, half, count, ramp=ramp, limited=cause in ("contact_loss", "depletion"))
    total = sum(step.duration or 0.0 for step in protocol.steps)
    bench = _Bench(
        density=density, half=half, count=count, total=total, area=area, resistance=physics.resistance / area
    )
    physics = _background(dice, physics, bench)
    physics = _MECHANISMS[cause](dice, physics, bench)
    known = _known(dice, area, thickness, conductivity, physics)
    return Plan(
        seed=seed,
        cause=cause,
        bench=LeakyCell(cell=Cell(anode="Na", area=area), physics=physics, seed=seed),
        protocol=protocol,
        interval=interval,
        compliance=dice.one_of(5.0, 10.0),
        effects=_effects(dice, density * area),
        known=known,
        steps=round(total / interval * max(1.0, np.ceil(interval / LONGEST_STEP))),
    )


def _interface(dice: _Dice) -> Interface:
    diffusion = dice.log(1e-4, 5e-3) if dice.chance(0.5) else 0.0
    return Interface(
        resistance=dice.log(3e-4, 1e-2),
        capacitance=dice.log(0.03, 3.0),
        diffusion_resistance=diffusion,
        diffusion_time=dice.log(60.0, 3000.0),
    )


def _protocol(dice: _Dice, density: float, half: float, count: int, *, ramp: bool, limited: bool) -> Protocol:
    """Half cycles of one current or of a rising one, with rests, pauses and impedance."""
    limit = dice.one_of(1.0, 2.0, 5.0) if limited and dice.chance(0.6) else None
    rest = dice.log(60.0, 1200.0) if dice.chance(0.4) else 0.0
    sweep_every = int(dice.one_of(1, 2, 4)) * 2 if dice.chance(0.3) else 0
    pause = dice.chance(0.15)
    sweep = Step(kind="impedance", highest_frequency=1e6, lowest_frequency=dice.one_of(0.1, 1.0))
    steps = [Step(kind="rest", duration=dice.log(120.0, 1800.0))] if dice.chance(0.7) else []
    for number in range(count):
        if sweep_every and number % sweep_every == 0:
            steps.append(sweep)
        level = density * (0.4 + 1.2 * (number // 2) / max(count // 2 - 1, 1)) if ramp else density
        flowing = Step(
            kind="plate" if number % 2 else "strip", current_density=level, duration=half, voltage_limit=limit
        )
        if pause and number % 4 == 1:
            part = replace(flowing, duration=0.5 * half)
            steps += [part, Step(kind="rest", duration=dice.log(60.0, 900.0)), part]
        else:
            steps.append(flowing)
        if rest:
            steps.append(Step(kind="rest", duration=rest))
    return Protocol(tuple(steps))


def _background(dice: _Dice, physics: LeakyPhysics, bench: _Bench) -> LeakyPhysics:
    """What sound cells do too: voids that heal, a layer that hardly grows, a change of the room."""
    feed = bench.density * dice.even(1.0, 3.0)
    voids = Voids(replenishment=feed, capacity=bench.density * bench.half * dice.even(1.0, 4.0), recovery=1.0)
    layer = Interphase(resistance=physics.resistance * dice.log(1e-3, 4e-2), time=bench.total)
    climate = None
    if dice.chance(0.3):
        step = dice.even(-5.0, 5.0) if dice.chance(0.5) else 0.0
        climate = Climate(step_time=dice.even(0.1, 0.9) * bench.total, step=step, swing=dice.even(0.0, 2.0))
    return replace(physics, voids=voids, interphase=layer, climate=climate)


def _clean(dice: _Dice, physics: LeakyPhysics, bench: _Bench) -> LeakyPhysics:
    return physics


def _grown_through(dice: _Dice, bench: _Bench, share: float, retraction: float) -> tuple[float, float]:
    """Critical current density, and the capacity with which a filament crosses after a share of the test."""
    critical = bench.density * dice.even(0.3, 0.8)
    net = (bench.density - critical) * bench.half * (1 + (bench.count * share - 1) * (1 - retraction))
    return critical, max(net, 0.2 * (bench.density - critical) * bench.half)


def _hard_short(dice: _Dice, physics: LeakyPhysics, bench: _Bench) -> LeakyPhysics:
    retraction = dice.even(0.0, 0.6)
    critical, capacity = _grown_through(dice, bench, dice.even(0.1, 0.8), retraction)
    wire = min(dice.log(0.3, 30.0), 0.05 * bench.resistance)
    return replace(
        physics,
        filament=Filament(
            critical=critical,
            capacity=capacity,
            wire=wire,
            retraction=retraction,
            threshold=dice.even(0.8, 0.97),
            closing_time=dice.log(0.5, 120.0),
            columns=int(dice.one_of(1, 2)),
        ),
    )


def _transient(dice: _Dice, physics: LeakyPhysics, bench: _Bench) -> LeakyPhysics:
    fraction = dice.log(0.02, 0.7)
    if dice.chance(0.5):
        flicker = Flicker(
            conductance=fraction / (1 - fraction) / bench.resistance,
            on_time=dice.log(5.0, 600.0),
            off_time=dice.log(0.02, 0.3) * bench.total,
            begins=dice.even(0.0, 0.6) * bench.total,
        )
        return replace(physics, flicker=flicker)
    retraction = dice.even(0.0, 0.6)
    critical, capacity = _grown_through(dice, bench, dice.even(0.1, 0.6), retraction)
    filament = Filament(
        critical=critical,
        capacity=capacity,
        wire=0.05 * bench.resistance,
        retraction=retraction,
        closing_time=dice.log(20.0, 2000.0),
        fuse=fraction * bench.density * bench.area,
        burnt=dice.even(0.3, 0.85),
    )
    return replace(physics, filament=filament)


def _hidden(dice: _Dice, physics: LeakyPhysics, bench: _Bench) -> LeakyPhysics:
    fraction = dice.log(0.02, 0.75)
    return replace(
        physics,
        slow_leak=SlowLeak(
            conductance=fraction / (1 - fraction) / bench.resistance,
            begins=dice.even(0.1, 0.6) * bench.total,
            growth_time=dice.log(0.02, 0.4) * bench.total,
            columns=int(dice.one_of(1, 3, 12)),
        ),
    )


def _contact_loss(dice: _Dice, physics: LeakyPhysics, bench: _Bench) -> LeakyPhysics:
    feed = bench.density * dice.even(0.1, 0.8)
    capacity = (bench.density - feed) * bench.half * dice.log(0.3, 3.0)
    return replace(
        physics, voids=Voids(replenishment=feed, capacity=capacity, recovery=dice.even(0.3, 0.95), scatter=0.3)
    )


def _depletion(dice: _Dice, physics: LeakyPhysics, bench: _Bench) -> LeakyPhysics:
    charge = bench.density * bench.half
    if dice.chance(0.5):
        metal = Inventory(charge=charge * dice.even(0.4, 0.95), cover=dice.even(0.02, 0.2))
    else:
        share = dice.even(0.2, 0.8)
        efficiency = 1 - dice.log(0.02, 0.3)
        halves = max(bench.count / 2 * share, 1.0)
        metal = Inventory(
            charge=charge * (1 + halves * (1 - efficiency)), cover=dice.even(0.02, 0.2), efficiency=efficiency
        )
    return replace(physics, inventory=metal)


def _growth(dice: _Dice, physics: LeakyPhysics, bench: _Bench) -> LeakyPhysics:
    layer = Interphase(
        resistance=physics.resistance * dice.log(0.25, 4.0), time=bench.total, exponent=dice.one_of(0.5, 1.0)
    )
    return replace(physics, interphase=layer)


_MECHANISMS: dict[str, Callable[[_Dice, LeakyPhysics, _Bench], LeakyPhysics]] = {
    "clean": _clean,
    "hard_short": _hard_short,
    "soft_short_transient": _transient,
    "soft_short_hidden": _hidden,
    "contact_loss": _contact_loss,
    "depletion": _depletion,
    "overpotential_growth": _growth,
}


def _known(dice: _Dice, area: float, thickness: float, conductivity: float, physics: LeakyPhysics) -> Cell | None:
    """What the user states: nothing for some; else area and, for most, the electrolyte within 20 % and the mass."""
    said, trusted, weighed = dice.chance(0.7), dice.chance(0.7), dice.chance(0.7)
    error = dice.even(0.8, 1.2)
    if not said:
        return None
    anode, mass = "NaK50" if physics.rest_slope else "Na", None
    if physics.inventory is not None and weighed:
        mass = physics.inventory.charge * area / Alloy.from_name(anode).theoretical_capacity("Na+")
    electrolyte = Electrolyte("NASICON", ion="Na+", single_ion=True)
    if trusted:
        electrolyte = Electrolyte(
            "NASICON", ion="Na+", thickness=thickness, conductivity=conductivity * error, single_ion=True
        )
    return Cell(anode=Electrode(anode, mass=mass), counter="Na", electrolyte=electrolyte, area=area)


def _effects(dice: _Dice, current: float) -> InstrumentEffects:
    return InstrumentEffects(
        voltage_noise=dice.log(1e-4, 5e-3),
        current_noise=dice.log(1e-4, 1e-2),
        current_offset=dice.even(-0.08, 0.08) if dice.chance(0.3) else dice.even(-0.01, 0.01),
        voltage_offset=dice.even(-2e-3, 2e-3) if dice.chance(0.3) else 0.0,
        drift=dice.even(-1.0, 1.0) * 1e-3 / 86400.0,
        voltage_step=dice.one_of(0.0, 1e-5, 1e-4, 1e-3),
        current_step=current / 200 if dice.chance(0.2) else 0.0,
        without_setpoint=dice.chance(0.2),
        glitches=int(dice.one_of(1, 2, 3)) if dice.chance(0.15) else 0,
        nucleation=dice.log(0.1, 3.0) if dice.chance(0.3) else 0.0,
        nucleation_time=dice.log(5.0, 300.0),
        second_plateau=dice.even(-0.3, 0.5) if dice.chance(0.2) else 0.0,
        duplicates=dice.log(1e-3, 2e-2) if dice.chance(0.1) else 0.0,
    )
