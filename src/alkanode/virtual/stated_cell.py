"""A virtual cell whose impedance is stated: every arc is a function of time, rest, charge and current.

Where :class:`ContactLossCell` follows one law, this one follows none: a test or an example says what each arc does while
the cell rests, strips and plates, runs it through an instrument, and compares what the analysis finds with what was said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.foundation.errors import PhysicsError
from alkanode.virtual.potentiostat import Noise
from alkanode.virtual.tape import Tape

Floats = npt.NDArray[np.float64]

_GALVANOSTATIC, _REST, _IN_SWEEP_CURRENT, _IN_SWEEP_VOLTAGE = 1.0, 0.0, 3.0, 4.0
"""Control modes of the rows: current, rest, impedance under current control, impedance under voltage control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the cell stands.

    Attributes
    ----------
    time
        Seconds since the record began.
    rest
        Seconds since the last current; since the record began where none has flowed, 0 while it flows.
    charge
        Passed so far, C; stripping the working electrode counts positive.
    current
        A; 0 at rest.
    passed
        Charge that has flowed in either direction, C.
    """

    time: float = 0.0
    rest: float = 0.0
    charge: float = 0.0
    current: float = 0.0
    passed: float = 0.0


Law: TypeAlias = float | Callable[[State], float]
"""A constant, or a function of the state."""


def _value(law: Law, state: State) -> float:
    return float(law(state)) if callable(law) else float(law)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedArc:
    """One depressed arc.

    Attributes
    ----------
    resistance
        ohm, constant or a function of the state.
    relaxation_time
        s, tau = 1/(2 pi f) at the top of the arc, constant or a function of the state.
    alpha
        Exponent, 1 for a semicircle.
    """

    resistance: Law
    relaxation_time: Law
    alpha: float = 0.9

    def impedance(self, state: State, frequency: Floats) -> npt.NDArray[np.complex128]:
        """Impedance (ohm), shape (point,), at frequencies (Hz)."""
        R, tau = _value(self.resistance, state), _value(self.relaxation_time, state)
        return np.asarray(R / (1 + (2j * np.pi * frequency * tau) ** self.alpha))


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedCell:
    """A series resistance, an inductance and arcs.

    Attributes
    ----------
    arcs
        In series, in any order.
    series_resistance
        ohm, constant or a function of the state.
    inductance
        H.
    open_circuit
        V, constant or a function of the state.
    """

    arcs: tuple[StatedArc, ...]
    series_resistance: Law = 10.0
    inductance: float = 1e-7
    open_circuit: Law = 0.0

    def impedance(self, state: State, frequency: Floats) -> npt.NDArray[np.complex128]:
        """Impedance (ohm), shape (point,), at frequencies (Hz)."""
        Z = _value(self.series_resistance, state) + 2j * np.pi * frequency * self.inductance
        for arc in self.arcs:
            Z = Z + arc.impedance(state, frequency)
        return np.asarray(Z)

    def resistance(self, state: State) -> float:
        """All resistances together, ohm: what a current sees once every arc has answered."""
        whole = _value(self.series_resistance, state)
        return whole + sum(_value(arc.resistance, state) for arc in self.arcs)

    def voltage(self, state: State) -> float:
        """Voltage (V) in a state."""
        return _value(self.open_circuit, state) + state.current * self.resistance(state)


class ImpedanceBench:
    """An instrument that holds currents and rests, with sweeps in between, at rest or under current.

    Parameters
    ----------
    cell
        The cell on the bench.
    seed
        Seed of the noise.
    noise
        Noise of the instrument.
    frequencies
        Of every sweep (Hz), from high to low; default 7 MHz to 1 Hz with 9 points per decade.
    interval
        Seconds between rows.
    amplitude
        Amplitude of the voltage in a sweep, V.
    """

    def __init__(
        self,
        cell: StatedCell,
        *,
        seed: int,
        noise: Noise | None = None,
        frequencies: npt.ArrayLike | None = None,
        interval: float = 30.0,
        amplitude: float = 0.01,
    ) -> None:
        grid = np.geomspace(7e6, 1.0, 62) if frequencies is None else np.asarray(frequencies, dtype=np.float64)
        if grid.ndim != 1 or grid.size < 2 or not (np.diff(grid) < 0).all() or not grid[-1] > 0:
            raise PhysicsError("a sweep runs through positive frequencies from high to low", found=repr(frequencies))
        self._cell = cell
        self._random = np.random.default_rng(seed)
        self._noise = noise or Noise()
        self._frequency = grid
        self._interval, self._amplitude = interval, amplitude
        self._tape = Tape()
        self._charge, self._passed, self._last_current, self._step = 0.0, 0.0, 0.0, 0

    @property
    def state(self) -> State:
        """State of the cell now, at rest."""
        return self._state(self._tape.clock, 0.0)

    def rest(self, duration: float) -> None:
        """Rest for a duration (s)."""
        self._hold(0.0, duration)

    def hold(self, current: float, duration: float) -> None:
        """Pass a current (A; positive strips the working electrode) for a duration (s)."""
        self._hold(current, duration)

    def sweep(self, current: float = 0.0) -> State:
        """One sweep, at rest or while a current (A) flows on; returns the state in which it began."""
        frequency, tape = self._frequency, self._tape
        times = np.cumsum(np.maximum(0.1, 3.0 / frequency))
        clock = tape.clock + times
        states = [self._state(float(at), current) for at in clock]
        clean = np.array(
            [self._cell.impedance(one, frequency[k : k + 1])[0] for k, one in enumerate(states)], dtype=complex
        )
        noise = self._random.normal(size=(2, frequency.size))
        noisy = clean + self._noise.impedance * np.abs(clean) * (noise[0] + 1j * noise[1])
        voltage = self._voltages(states)
        flowing = np.full(frequency.size, current)
        size = np.full(frequency.size, self._amplitude)
        began = self._state(float(tape.clock), current)
        tape.write_sweep(
            frequency=frequency,
            impedance=noisy,
            point_time=clock,
            voltage=voltage,
            current=flowing,
            voltage_amplitude=size,
            current_amplitude=size / np.abs(noisy),
            time=float(tape.clock),
            charge=self._charge,
            step=float(self._step),
        )
        self._write(states, voltage, current, _IN_SWEEP_CURRENT if current else _IN_SWEEP_VOLTAGE)
        return began

    def history(self, *, started: datetime, name: str) -> xr.DataTree:
        """The record so far, as :meth:`Potentiostat.history`."""
        return self._tape.history(started=started, name=name, reader="virtual impedance bench")

    def _state(self, at: float, current: float) -> State:
        """State at a time of the clock while a current flows since the clock of the tape."""
        since = current * (at - self._tape.clock)
        return State(
            time=at,
            rest=0.0 if current else at - self._last_current,
            charge=self._charge + since,
            current=current,
            passed=self._passed + abs(since),
        )

    def _hold(self, current: float, duration: float) -> None:
        if not duration > 0:
            raise PhysicsError("a step needs a duration", found=f"{duration:g} s")
        times = np.unique(np.append(np.arange(0.0, duration, self._interval), duration))
        states = [self._state(self._tape.clock + float(at), current) for at in times]
        self._write(states, self._voltages(states), current, _GALVANOSTATIC if current else _REST)

    def _voltages(self, states: list[State]) -> Floats:
        clean = np.array([self._cell.voltage(one) for one in states])
        return np.asarray(clean + self._noise.voltage * self._random.normal(size=clean.size))

    def _write(self, states: list[State], voltage: Floats, current: float, mode: float) -> None:
        count = len(states)
        flowing = np.full(count, current)
        noisy = flowing * (1 + self._noise.current * self._random.normal(size=count))
        self._tape.write(
            time=np.array([one.time for one in states]),
            voltage=voltage,
            current=noisy,
            current_setpoint=flowing if current else np.full(count, np.nan),
            charge=np.array([one.charge for one in states]),
            step=np.full(count, float(self._step)),
            control_mode=np.full(count, mode),
            in_sweep=np.full(count, float(mode in (_IN_SWEEP_CURRENT, _IN_SWEEP_VOLTAGE))),
        )
        last = states[-1]
        self._charge, self._passed = last.charge, last.passed
        if current:
            self._last_current = last.time
        self._tape.clock = last.time + 0.01
        self._step += 1
