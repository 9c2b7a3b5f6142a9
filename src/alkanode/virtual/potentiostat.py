"""The virtual potentiostat: measures a simulated cell and returns the history that a file reader returns.

One analysis therefore serves measurement and simulation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.protocol import Protocol, Step
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual.contact_loss_cell import ContactLossCell
from alkanode.virtual.tape import Tape

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Noise of the instrument.

    Attributes
    ----------
    voltage
        Standard deviation of a voltage sample, V.
    current
        Standard deviation of a current sample over the current, 1.
    impedance
        Standard deviation of real and of imaginary part over |Z|, 1.
    """

    voltage: float = 2e-5
    current: float = 2e-4
    impedance: float = 2e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeps:
    """Impedance sweeps at rest, between increments of charge.

    Attributes
    ----------
    increment
        Charge between two sweeps, C.
    highest, lowest
        Hz.
    per_decade
        Points per decade.
    amplitude
        Amplitude of the voltage, V.
    """

    increment: float
    highest: float = 7e6
    lowest: float = 1.0
    per_decade: int = 9
    amplitude: float = 0.01

    def frequencies(self) -> Floats:
        """Frequencies of one sweep (Hz), from high to low."""
        count = round(np.log10(self.highest / self.lowest) * self.per_decade) + 1
        return np.asarray(np.geomspace(self.highest, self.lowest, count))


def area_of(cell: Cell) -> float:
    """Area (m2) on which areal steps of a protocol rest.

    Raises
    ------
    PhysicsError
        When the cell has none.
    """
    if cell.effective_area is None:
        raise PhysicsError("an areal quantity needs the area of the cell", found=f"none of {cell.name!r}")
    return cell.effective_area


def current_of(step: Step, cell: Cell) -> float:
    """Current (A, positive) of a strip or plate step.

    Raises
    ------
    PhysicsError
        When a current density meets a cell without an area.
    """
    return step.current if step.current is not None else (step.current_density or 0.0) * area_of(cell)


class Potentiostat:
    """Runs a virtual cell and keeps the record.

    Parameters
    ----------
    cell
        The cell on the bench.
    seed
        Seed of the noise; the same seed gives the same record.
    noise
        Noise of the instrument.
    interval
        Seconds between samples at constant current.
    voltage_step
        A sample is also taken when the voltage has moved by this much, V (default 20 mV: a run-away is resolved).
    """

    def __init__(
        self,
        cell: ContactLossCell,
        *,
        seed: int,
        noise: Noise | None = None,
        interval: float = 30.0,
        voltage_step: float = 0.02,
    ) -> None:
        self._cell = cell
        self._random = np.random.default_rng(seed)
        self._noise = noise or Noise()
        self._interval = interval
        self._voltage_step = voltage_step
        self._tape = Tape()
        self._charge = 0.0
        self._step = 0

    def rest(self, duration: float) -> None:
        """Rest for a duration (s)."""
        times = np.arange(0.0, duration + self._interval / 2, self._interval)
        self._record(times, np.zeros(times.size), setpoint=np.nan, mode=0)

    def pass_charge(self, current: float, charge: float) -> None:
        """Pass a charge (C, magnitude) with a current (A, positive strips)."""
        duration = charge / abs(current)
        times = np.unique(np.append(np.arange(0.0, duration, self._interval), duration))
        self._record(times, np.full(times.size, current), setpoint=current, mode=1)

    def strip_until(self, current: float, voltage_limit: float, sweeps: Sweeps | None) -> None:
        """Strip with a current (A) until a voltage limit (V), with a sweep at rest after each increment of charge."""
        end = self._cell.charge_at(voltage_limit, current) - self._charge
        if sweeps is not None:
            self._sweep(sweeps)
        done = 0.0
        while done < end:
            part = end - done if sweeps is None else min(sweeps.increment, end - done)
            duration = part / current
            fine = np.linspace(0.0, duration, max(int(duration / 0.25), 2))
            voltage = self._cell.voltage(self._charge + current * fine, current)
            due = np.floor(fine / self._interval) + np.floor((voltage - voltage[0]) / self._voltage_step)
            kept = np.flatnonzero(np.concatenate([[True], np.diff(due) > 0]))
            times = np.unique(np.append(fine[kept], duration))
            self._record(times, np.full(times.size, current), setpoint=current, mode=1)
            done += part
            if done < end and sweeps is not None:
                self._sweep(sweeps)

    def run(self, protocol: Protocol, *, sweeps: Sweeps | None = None) -> None:
        """Run a protocol.

        Parameters
        ----------
        protocol
            Rests, and strip or plate steps at a current or current density for a capacity or a duration, or (strip)
            until a voltage limit. Strip and plate are meant for the anode, which is the working electrode here.
        sweeps
            Impedance at rest between increments of charge, in steps that run until a voltage limit.

        Raises
        ------
        PhysicsError
            For a step that this bench cannot do, or areal quantities of a cell without an area.
        """
        for step in protocol.steps:
            if step.kind == "rest" and step.duration is not None:
                self.rest(step.duration)
                continue
            if step.kind not in ("strip", "plate"):
                raise PhysicsError("this bench rests, strips and plates", found=f"a step {step.kind!r}")
            current = current_of(step, self._cell.cell)
            if step.voltage_limit is not None and step.kind == "strip":
                self.strip_until(current, step.voltage_limit, sweeps)
            elif step.areal_capacity is not None or step.duration is not None:
                charge = current * (step.duration or 0.0)
                if step.areal_capacity is not None:
                    charge = step.areal_capacity * area_of(self._cell.cell)
                self.pass_charge(current if step.kind == "strip" else -current, charge)
            else:
                raise PhysicsError("a step needs an end: a capacity, a duration or (strip) a voltage", found=str(step))

    def _record(self, times: Floats, current: Floats, *, setpoint: float, mode: int) -> None:
        charge = self._charge + current * times
        count = times.size
        noise = self._random.normal(size=(2, count))
        clean = self._cell.open_circuit(charge)
        if mode == 1:
            clean = self._cell.voltage(charge, float(current[0]))
        self._tape.write(
            time=self._tape.clock + times,
            voltage=clean + self._noise.voltage * noise[0],
            current=current * (1 + self._noise.current * noise[1]),
            current_setpoint=np.full(count, setpoint),
            charge=charge,
            step=np.full(count, float(self._step)),
            control_mode=np.full(count, float(mode)),
            in_sweep=np.zeros(count),
        )
        self._charge = float(charge[-1])
        self._tape.clock += float(times[-1]) + 1.0
        self._step += 1

    def _sweep(self, sweeps: Sweeps) -> None:
        frequency = sweeps.frequencies()
        clean = self._cell.impedance(self._charge, frequency)
        noise = self._random.normal(size=(2, frequency.size))
        noisy = clean + self._noise.impedance * np.abs(clean) * (noise[0] + 1j * noise[1])
        times = self._tape.clock + np.cumsum(np.maximum(0.1, 3.0 / frequency))
        voltage = self._cell.open_circuit(self._charge) + self._noise.voltage * self._random.normal(size=frequency.size)
        still = np.zeros(frequency.size)
        self._tape.write_sweep(
            frequency=frequency,
            impedance=noisy,
            point_time=times,
            voltage=voltage,
            current=still,
            voltage_amplitude=np.full(frequency.size, sweeps.amplitude),
            current_amplitude=sweeps.amplitude / np.abs(noisy),
            time=float(times[0]),
            charge=self._charge,
            step=float(self._step),
        )
        self._tape.write(
            time=times,
            voltage=voltage,
            current=still,
            current_setpoint=np.full(frequency.size, np.nan),
            charge=np.full(frequency.size, self._charge),
            step=np.full(frequency.size, float(self._step)),
            control_mode=np.full(frequency.size, 4.0),
            in_sweep=np.ones(frequency.size),
        )
        self._tape.clock = float(times[-1]) + 1.0
        self._step += 1

    def history(self, *, started: datetime, name: str) -> xr.DataTree:
        """The record so far, as a file reader would return it.

        Parameters
        ----------
        started
            When the record began.
        name
            Name of the file it stands for.

        Returns
        -------
        DataTree
            ``cycling``, and ``impedance`` where sweeps were made; kinds of :mod:`alkanode.data.schema`.
        """
        return self._tape.history(started=started, name=name, reader="virtual potentiostat")
