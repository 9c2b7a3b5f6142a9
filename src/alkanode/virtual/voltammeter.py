"""The virtual voltammeter: sweeps a virtual cell and returns the history that a file reader returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.charge import running_charge
from alkanode.data.schema import label
from alkanode.foundation.errors import PhysicsError
from alkanode.virtual.island_cell import IslandLaw, IslandState, sweep_cell

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepProgram:
    """The program of the instrument.

    Attributes
    ----------
    high, low
        V, turning points; 0 V lies between them, where every loop begins and first goes up.
    scan_rate
        V s-1.
    cycles
        Number of loops.
    interval
        V between two samples.
    rest
        s at 0 V before and behind, recorded as rest.
    """

    high: float = 0.5
    low: float = -0.5
    scan_rate: float = 0.01
    cycles: int = 10
    interval: float = 0.002
    rest: float = 0.0

    def __post_init__(self) -> None:
        if not self.low < 0 < self.high or self.scan_rate <= 0 or self.cycles < 1 or self.rest < 0:
            raise PhysicsError("a sweep runs above and below 0 V, at a positive rate, at least once", found=str(self))
        if not 0 < self.interval < min(self.high, -self.low) / 10:
            raise PhysicsError("a sweep needs at least ten samples on each side", found=f"{self.interval:g} V apart")


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepNoise:
    """Standard deviations of a sample: voltage (V) and current (A)."""

    voltage: float = 2e-5
    current: float = 1e-6


def island_voltammogram(
    law: IslandLaw | None = None,
    program: SweepProgram | None = None,
    *,
    seed: int,
    noise: SweepNoise | None = None,
    current_range: float | None = None,
    started: datetime | None = None,
    name: str = "virtual",
) -> xr.DataTree:
    """Sweep a cell with growing islands of Na.

    Parameters
    ----------
    law
        The cell; default :class:`IslandLaw`.
    program
        The program; default ten loops at 10 mV/s between -0.5 and 0.5 V.
    seed
        Seed of the noise.
    noise
        Noise of the instrument; default 20 uV and 1 uA.
    current_range
        A; a larger current reads as this (the range ends). Default none.
    started
        When the record began; default a fixed date, so that the same seed gives the same record.
    name
        Name of the file it stands for.

    Returns
    -------
    DataTree
        ``cycling`` with ``control_mode`` 2, ``voltage_setpoint`` and the instrument's cycle numbers. ``attrs`` say that it is
        simulated and hold the true ``true_peak_charge`` (C of islands dissolved, per loop), ``true_plating_resistance``,
        ``true_stripping_resistance`` (ohm, with the electrolyte) and ``true_capacitance`` (F).
    """
    law, program, noise = law or IslandLaw(), program or SweepProgram(), noise or SweepNoise()
    state = IslandState()
    potential: list[Floats] = [np.zeros(1)]
    current: list[Floats] = [np.zeros(1)]
    cycle: list[Floats] = [np.ones(1)]
    dissolved: list[float] = []
    for loop in range(program.cycles):
        before = state.dissolved
        for start, end in ((0.0, program.high), (program.high, program.low), (program.low, 0.0)):
            demanded = np.linspace(start, end, max(round(abs(end - start) / program.interval), 1) + 1)[1:]
            times = np.abs(demanded - start) / program.scan_rate
            times[-1] = abs(end - start) / program.scan_rate
            current.append(
                sweep_cell(law, state, start=start, end=end, scan_rate=program.scan_rate, loop=loop, times=times)
            )
            potential.append(demanded)
            cycle.append(np.full(demanded.size, loop + 1.0))
        dissolved.append(state.dissolved - before)
    demanded, flow = np.concatenate(potential), np.concatenate(current)
    time = np.concatenate(([0.0], np.cumsum(np.abs(np.diff(demanded))) / program.scan_rate))
    random = np.random.default_rng(seed)
    flow = flow + noise.current * random.normal(size=flow.size)
    if current_range is not None:
        flow = np.clip(flow, -current_range, current_range)
    record = _record(program, time, demanded, demanded + noise.voltage * random.normal(size=flow.size), flow, cycle)
    attrs = {
        "started": (started or datetime(2026, 1, 5, tzinfo=UTC)).isoformat(),
        "source_file": name,
        "reader": "virtual voltammeter",
        "sha256": "",
        "simulated": "a stated law with assumed parameters, no measurement",
        "law": str(law),
        "true_peak_charge": np.array(dissolved),
        "true_plating_resistance": law.electrolyte_resistance + law.plating_resistance,
        "true_stripping_resistance": law.electrolyte_resistance + law.stripping_resistance,
        "true_capacitance": law.capacitance,
    }
    record.attrs.update(attrs)
    tree = xr.DataTree.from_dict({"cycling": record})
    tree.attrs.update(attrs)
    return tree


def _record(
    program: SweepProgram, time: Floats, demanded: Floats, measured: Floats, current: Floats, cycle: list[Floats]
) -> xr.Dataset:
    """The rows, between two rests where there are some."""
    spacing = program.interval / program.scan_rate
    count = round(program.rest / spacing)
    lead = count * spacing
    clock = np.concatenate(
        (np.arange(count) * spacing, lead + time, lead + time[-1] + spacing * np.arange(1, count + 1))
    )

    def framed(values: Floats, still: float) -> Floats:
        return np.pad(values, count, constant_values=still)

    flow = framed(current, 0.0)
    number = np.concatenate(cycle)
    rows = {
        "time": clock,
        "voltage": framed(measured, 0.0),
        "current": flow,
        "voltage_setpoint": framed(demanded, np.nan),
        "charge": running_charge(clock, flow),
        "cycle": np.pad(number, count, mode="edge").astype(np.int64),
        "control_mode": framed(np.full(time.size, 2.0), 0.0).astype(np.int64),
        "in_sweep": np.zeros(clock.size, dtype=bool),
    }
    return label(xr.Dataset({name: ("row", values) for name, values in rows.items()}), "cycling")
