"""Steps of a protocol on a built model: which control, which limits, how long, what ends them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

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
from alkanode.cell_models.operando_impedance import sweep_frequencies
from alkanode.cell_models.simulation.engine import BuiltModel
from alkanode.cell_models.simulation.failures import happening_of, solver_failure
from alkanode.cell_models.simulation.tape import (
    CURRENT,
    IMPEDANCE,
    REST,
    VOLTAGE,
    Happening,
    Piece,
    Tape,
    WantedSpectrum,
)
from alkanode.data.protocol import Protocol, Step
from alkanode.data.protocol_step import HIGHEST_FREQUENCY, LOWEST_FREQUENCY

Floats = npt.NDArray[np.float64]

NO_LIMIT = 1e6
"""V. Stands for a voltage that is not watched."""

LONGEST = 1e8
"""s. A step that only a voltage ends is given up after this time, about three years."""

PERIODS = 3.0
"""Periods that an instrument spends on each frequency; the cell rests for so long during a sweep."""

FEWEST_PER_DECADE = 10


class Runner:
    """Runs a protocol on a built model and keeps a tape.

    Parameters
    ----------
    model
        The built model.
    values
        Its parameters.
    area
        Of the electrode, m2, for steps with a current.
    """

    def __init__(self, model: BuiltModel, values: Mapping[str, float], area: float) -> None:
        self._model = model
        self._area = area
        self._base = model.vector({**values, **self._control()})
        self._place = {name: place for place, name in enumerate(model.parameter_names)}
        self.tape = Tape()
        self._state = model.start(self._base)
        self._dead = False

    @staticmethod
    def _control(
        current: float = 0.0,
        *,
        voltage: float = 0.0,
        rate: float = 0.0,
        by_voltage: bool = False,
        upper: float = NO_LIMIT,
        lower: float = -NO_LIMIT,
        failure_ends: bool = True,
    ) -> dict[str, float]:
        return {
            SET_CURRENT: current,
            SET_VOLTAGE: voltage,
            VOLTAGE_RATE: rate,
            BY_VOLTAGE: float(by_voltage),
            UPPER_VOLTAGE: upper,
            LOWER_VOLTAGE: lower,
            FAILURE_ENDS: float(failure_ends),
        }

    def run(self, protocol: Protocol, advance: Callable[[int, int], None]) -> Tape:
        """Run all steps; a short or a failing integrator ends the run."""
        numbers = protocol.cycle_numbers
        for number, step in enumerate(protocol.steps):
            if self._dead:
                break
            cycle = numbers[number]
            if step.kind in ("strip", "plate"):
                self._pass_current(step, number, cycle)
            elif step.kind == "sweep":
                self._sweep(step, number, cycle)
            elif step.kind == "impedance":
                self._impedance(step, number, cycle)
            else:
                self._integrate(self._control(), step.duration or 0.0, number, cycle, REST)
            advance(number + 1, len(protocol.steps))
        return self.tape

    def _integrate(self, control: dict[str, float], duration: float, step: int, cycle: int, mode: int) -> str:
        """Integrate one piece; returns the model's event that ended it."""
        inputs = self._inputs(control)
        found = self._model.run(self._state, inputs, duration)
        piece = Piece(
            start=self.tape.clock,
            time=found.time,
            state=found.state,
            rate=found.rate if found.rate.size else np.full_like(found.state, np.nan),
            inputs=inputs,
            step=step,
            cycle=cycle,
            mode=mode,
        )
        self.tape.add(piece)
        self._state = found.state[-1]
        if found.failure:
            self._dead = True
            self._note(solver_failure(found.failure, time=self.tape.clock, step=step, row=self.tape.rows - 1))
            return "failure"
        if found.event:
            happening = happening_of(found.event, time=self.tape.clock, step=step, row=self.tape.rows - 1)
            self._note(happening)
            self._dead = happening.name == "short"
        return found.event

    def _inputs(self, control: Mapping[str, float]) -> Floats:
        inputs = self._base.copy()
        for name, value in control.items():
            inputs[self._place[name]] = value
        return inputs

    def _note(self, happening: Happening) -> None:
        self.tape.happenings.append(happening)

    def _pass_current(self, step: Step, number: int, cycle: int) -> None:
        size = step.current_density if step.current_density is not None else (step.current or 0.0) / self._area
        current = step.sign * size
        limit = NO_LIMIT if step.voltage_limit is None else step.voltage_limit
        control = self._control(
            current, upper=limit if current > 0 else NO_LIMIT, lower=-limit if current < 0 else -NO_LIMIT
        )
        ends = {
            "duration": step.duration,
            "capacity": None if step.areal_capacity is None else step.areal_capacity / size,
        }
        planned = {name: value for name, value in ends.items() if value is not None}
        left = min(planned.values(), default=LONGEST)
        reason = min(planned, key=lambda name: planned[name]) if planned else "duration"
        every = None if step.impedance_every is None else step.impedance_every / size
        until_next = left if every is None else every
        shortest = 1e-9 * left
        while left > shortest:
            part = min(left, until_next)
            if every is not None:
                swept = self._interrupt(step, number, cycle, control, part)
                if swept is None:
                    return
                left, part = left - swept, part - swept
            if part > 0 and self._integrate(control, part, number, cycle, CURRENT):
                return
            left -= part
        words = {"duration": "the time of the step was over", "capacity": "the charge of the step had passed"}
        text = words[reason] if planned else f"no voltage limit was reached in {LONGEST:g} s"
        self._note(
            Happening(time=self.tape.clock, name=reason, electrode="", step=number, reason=text, row=self.tape.rows - 1)
        )

    def _interrupt(
        self, step: Step, number: int, cycle: int, control: dict[str, float], longest: float
    ) -> float | None:
        """Impedance in a step with current: at rest before the current starts and where a rest is asked for, else under current.

        Returns the time (s) of current that the sweep took, or ``None`` when an event ended the step in it.
        """
        fresh = not self.tape.pieces or self.tape.pieces[-1].step != number
        if step.impedance_rest:
            self._integrate(self._control(), step.impedance_rest, number, cycle, REST)
        if step.impedance_rest or fresh:
            self._impedance(step, number, cycle)
            return 0.0
        before = self.tape.clock
        if self._impedance(step, number, cycle, control, longest=longest):
            return None
        return self.tape.clock - before

    def _impedance(
        self, step: Step, number: int, cycle: int, control: dict[str, float] | None = None, *, longest: float = LONGEST
    ) -> str:
        """A spectrum at the present state, and the time that its sweep takes; returns the event that ended it."""
        per_decade = step.points_per_decade or FEWEST_PER_DECADE
        frequency = np.asarray(
            sweep_frequencies(
                step.highest_frequency or HIGHEST_FREQUENCY,
                step.lowest_frequency or LOWEST_FREQUENCY,
                points_per_decade=per_decade,
            )
        )
        held = self._control() if control is None else control
        wanted = WantedSpectrum(
            time=self.tape.clock,
            state=self._state.copy(),
            inputs=self._inputs(held),
            frequency=frequency,
            step=number,
            cycle=cycle,
            row=max(self.tape.rows - 1, 0),
        )
        self.tape.spectra.append(wanted)
        return self._integrate(held, min(float(np.sum(PERIODS / frequency)), longest), number, cycle, IMPEDANCE)

    def _sweep(self, step: Step, number: int, cycle: int) -> None:
        turning = [*(step.turning_voltages or ()), (step.turning_voltages or (0.0,))[0]]
        rate = step.scan_rate or 0.0
        for loop in range(step.cycles or 1):
            for first, second in pairwise(turning):
                if first == second:
                    continue
                slope = rate if second > first else -rate
                control = self._control(voltage=first, rate=slope, by_voltage=True, failure_ends=False)
                self._integrate(control, abs(second - first) / rate, number, cycle + loop, VOLTAGE)
                if self._dead:
                    return
